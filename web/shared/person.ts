/** Whose the device is: who signed in last. Without a network his answers can be read, and drafts of others are not shown. */
import { session } from "./session.ts";

const KEY = "person";

export function person(): string | null {
  const sub = session()?.sub;
  if (sub === undefined) return localStorage.getItem(KEY);
  if (localStorage.getItem(KEY) !== sub) localStorage.setItem(KEY, sub);
  return sub;
}

/** Nobody's: when the person signs out. */
export const forgetPerson = (): void => localStorage.removeItem(KEY);
