/** Permit numbers (HJ 608-2017) and the unified social credit code inside them (GB 32100-2015). Pure. */

const ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
const PERMIT_NO = /^[0-9A-HJ-NPQRTUWXY]{18}\d{3}[A-Z]$/;

/** The check character of the first 17 of a credit code (GB 32100 5.5); null when one is outside its alphabet. */
export function checkCharacter(first17: string): string | null {
  let sum = 0;
  for (const [i, weight] of WEIGHTS.entries()) {
    const value = first17[i] === undefined ? -1 : ALPHABET.indexOf(first17[i]);
    if (value < 0) return null;
    sum += value * weight;
  }
  return ALPHABET[(31 - (sum % 31)) % 31] ?? null;
}

/** True for 18 characters of the alphabet whose last is the check character of the others. */
export const isCreditCode = (code: string): boolean => code.length === 18 && checkCharacter(code) === code[17];

/** Why a permit number is refused; null when it is well formed. */
export function permitNumberProblem(permitNo: string): string | null {
  if (!PERMIT_NO.test(permitNo))
    return "must be 18 characters of a unified social credit code, 3 digits and a letter (HJ 608-2017), like 91330483MA2ABCD126001P";
  const expected = checkCharacter(permitNo);
  return expected === permitNo[17]
    ? null
    : `its credit code ${permitNo.slice(0, 18)} has the check character ${permitNo[17]}, GB 32100 gives ${expected}`;
}
