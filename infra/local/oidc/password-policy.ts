/** How strong a password has to be, as the template's user pool says, and passwords that are. */
import { randomInt } from "node:crypto";

export interface PasswordPolicy {
  /** Least number of characters. */
  length: number;
  lower: boolean;
  upper: boolean;
  digit: boolean;
  symbol: boolean;
}
export type Weakness = "length" | "lower" | "upper" | "digit" | "symbol" | "name" | "too-long";

/** More than anybody types; a bound on what is hashed. */
const LONGEST = 256;

/** What is missing in `password`; empty when it is strong enough for the person who signs in as `username`. */
export function weaknesses(password: string, username: string, policy: PasswordPolicy): Weakness[] {
  const found: Weakness[] = [];
  if (password.length < policy.length) found.push("length");
  if (password.length > LONGEST) found.push("too-long");
  if (policy.lower && !/\p{Ll}/u.test(password)) found.push("lower");
  if (policy.upper && !/\p{Lu}/u.test(password)) found.push("upper");
  if (policy.digit && !/\p{N}/u.test(password)) found.push("digit");
  if (policy.symbol && !/[^\p{L}\p{N}]/u.test(password)) found.push("symbol");
  if (username.length >= 4 && password.toLowerCase().includes(username.toLowerCase())) found.push("name");
  return found;
}

/** Without characters that look alike on paper. */
const ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/** A random password in four groups, some 93 bits, which satisfies the policy. */
export function newPassword(policy: PasswordPolicy): string {
  for (;;) {
    const group = (): string => Array.from({ length: 4 }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
    const password = [group(), group(), group(), group()].join("-");
    if (weaknesses(password, "", policy).length === 0) return password;
  }
}
