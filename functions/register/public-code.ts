/** Digits and consonants that cannot be misread or spell a word: no vowels, no 0, 1, l. */
const ALPHABET = "23456789bcdfghjkmnpqrstvwxyz";
const LENGTH = 12;

/** A new public code, about 57 random bits; `random(n)` gives a whole number in 0 ≤ x < n. */
export const publicCode = (random: (n: number) => number): string =>
  Array.from({ length: LENGTH }, () => ALPHABET[random(ALPHABET.length)]).join("");

/** True for a text that could be a public code, so that anything else need not be looked up. */
export const isPublicCode = (text: string): boolean => /^[23456789bcdfghjkmnpqrstvwxyz]{12}$/.test(text);
