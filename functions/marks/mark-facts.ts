/** Reads what a mark is tested against, and tests it. */
import type { RuleData } from "../../layers/rule-data.ts";
import type { PlantRecord } from "../register/stored-items.ts";
import { DAY, HOUR } from "../shared/shanghai.ts";
import type { BlockRepository } from "../telemetry/block-repository.ts";
import type { Mark } from "./domain/mark.ts";
import { testMark, type MarkTest } from "./domain/test-mark.ts";

export interface MarkFacts {
  blocks: Pick<BlockRepository, "records">;
  ruleData: RuleData;
}

/** Of a long mark its newest days speak: the earlier ones were asked when they ended (retest-marks.ts). */
const WINDOW = 2 * DAY;

/** What the facts up to `at` say to a mark; nothing where its kind has no tests. */
export async function testsOf(
  { permit }: PlantRecord,
  mark: Mark,
  at: number,
  { blocks, ruleData }: MarkFacts,
): Promise<MarkTest[]> {
  const { from } = mark;
  const rules = ruleData.marks(from);
  const outlet = permit.outlets.find((o) => o.code === mark.outlet);
  const names = rules.kind(mark.kind)?.tests ?? [];
  if (!outlet || names.length === 0) return [];
  const to = Math.max(from, Math.min(mark.to, at));
  const begin = Math.max(from, to - WINDOW);
  const [before, within] = await Promise.all([
    blocks.records(permit.permitNo, from - rules.tests.referenceHours * HOUR, from, false),
    // Of a mark that was made ahead nothing is known yet.
    to > begin ? blocks.records(permit.permitNo, begin, to, false) : [],
  ]);
  return testMark(names, { permit, outlet, records: [...before, ...within], from, begin, to }, rules.tests);
}
