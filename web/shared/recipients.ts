/** What each role is told, from the warnings' own rule. */
import { RECIPIENTS } from "../../functions/warnings/domain/line.ts";

export type Told = { levels: number[]; data: boolean };

/** Levels of warnings that `role` hears of, and whether he hears of missing data and silent devices. */
export function toldTo(role: string): Told {
  const hears = (kind: keyof typeof RECIPIENTS): boolean => (RECIPIENTS[kind] as readonly string[]).includes(role);
  return { levels: ([1, 2, 3] as const).filter((level) => hears(level)), data: hears("data") && hears("offline") };
}
