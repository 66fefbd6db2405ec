/** At the end of a day its marks are tested again: facts came after many of them were made. */
import type { PlantRecord } from "../register/stored-items.ts";
import { DAY } from "../shared/shanghai.ts";
import { hasEffect, step } from "./domain/mark.ts";
import { testsOf, type MarkFacts } from "./mark-facts.ts";
import type { Marks } from "./mark-repository.ts";

export interface RetestServices extends MarkFacts {
  marks: Pick<Marks, "between" | "putTested" | "list">;
}

/**
 * Tests the standing marks of [day, day + 1 d) against what is known at `at`; a contradiction goes to the regulators' list.
 * A mark that somebody changes in the same moment is tested by that change.
 */
export async function retestMarks(
  plant: PlantRecord,
  day: number,
  at: number,
  services: RetestServices,
): Promise<void> {
  const { permit } = plant;
  const ahead = services.ruleData.marks(at).bounds.aheadDays * DAY;
  for (const mark of await services.marks.between(permit.permitNo, day, at + ahead)) {
    // The city's list of what covers now: marks of before it was kept come into it here.
    if (mark.to > at && hasEffect(mark)) await services.marks.list(mark, at);
    if (mark.from >= day + DAY) continue;
    if (mark.state !== "standing") continue;
    const next = step(mark, { type: "tested", tests: await testsOf(plant, mark, at, services), at });
    const changed = next?.tests.some(
      ({ test, result }) => !mark.tests.some((t) => t.test === test && t.result === result),
    );
    if (next && changed) await services.marks.putTested(next, { name: permit.name, town: permit.town });
  }
}
