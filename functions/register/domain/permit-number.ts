/** Permit numbers (HJ 608-2017) and the unified social credit code inside them (GB 32100-2015). Pure. */
import type { Said } from "./permit-reasons.ts";

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
export function permitNumberProblem(permitNo: string): Said | null {
  if (!PERMIT_NO.test(permitNo))
    return {
      en: "must be 18 characters of a unified social credit code, 3 digits and a letter (HJ 608-2017), like 91330483MA2ABCD126001P",
      zh: "应为 18 位统一社会信用代码加 3 位数字和 1 个字母（HJ 608-2017），如 91330483MA2ABCD126001P",
    };
  const expected = checkCharacter(permitNo);
  if (expected === permitNo[17]) return null;
  const code = permitNo.slice(0, 18);
  return {
    en: `its credit code ${code} has the check character ${permitNo[17]}, GB 32100 gives ${expected}`,
    zh: `统一社会信用代码 ${code} 的校验码是 ${permitNo[17]}，按 GB 32100 应为 ${expected}：请核对是否抄错`,
  };
}
