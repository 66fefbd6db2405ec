/** At the day's closing: what a plant had to mark of that day, for the list over the city. */
import type { Permit } from "../register/domain/permit.ts";
import { same } from "../register/domain/permit-difference.ts";
import { DAY } from "../shared/shanghai.ts";
import { coversOf, type UnmarkedDay } from "./domain/unmarked-day.ts";
import { findUnmarked, type UnmarkedServices } from "./find-unmarked.ts";
import type { Marks } from "./mark-repository.ts";
import type { UnmarkedList } from "./unmarked-repository.ts";

export interface KeepUnmarkedServices extends UnmarkedServices {
  marks: Pick<Marks, "between">;
  unmarked: UnmarkedList;
}

/** Days before the one that closes at which late data are looked for again, where something was to be marked. */
const MENDED = 3;

/** The days that closings since then have listed, by plant: what one closing compares with and mends. */
export async function listedDays(
  day: number,
  { unmarked }: { unmarked: Pick<UnmarkedList, "since"> },
): Promise<Map<string, UnmarkedDay[]>> {
  return Map.groupBy(await unmarked.since(day - MENDED * DAY), ({ permitNo }) => permitNo);
}

/**
 * Lists the day, and lists again those before it that are listed and have changed since: late data came. Marks need no
 * mending, each brings itself into the list; one that was made in the very moment of a closing comes into it by the next.
 */
export async function keepUnmarked(
  permit: Permit,
  day: number,
  at: number,
  listed: readonly UnmarkedDay[],
  services: KeepUnmarkedServices,
): Promise<void> {
  const { permitNo } = permit;
  for (const start of new Set([...listed.map((each) => each.day), day])) {
    const before = listed.find((each) => each.day === start);
    const marks = await services.marks.between(permitNo, start, start + DAY);
    const needs = await findUnmarked(permit, [start, start + DAY], at, {
      ...services,
      // What was to be marked, marked or not: marks are kept beside it.
      ledger: { plant: (no) => services.ledger.plant(no), marks: async () => [] },
    });
    const now: UnmarkedDay = { permitNo, day: start, needs, marks: coversOf(marks, start, start + DAY) };
    if (before ? same(before, now) : needs.length === 0) continue;
    await services.unmarked.put(now);
  }
}
