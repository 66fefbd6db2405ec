/** Reads what it takes to say what a plant still has to mark. */
import type { RuleData } from "../../layers/rule-data.ts";
import type { Permit } from "../register/domain/permit.ts";
import { HOUR } from "../shared/shanghai.ts";
import type { BlockRepository } from "../telemetry/block-repository.ts";
import type { WarningLedger } from "../warnings/repository.ts";
import { unmarkedPeriods, type Unmarked } from "./domain/unmarked.ts";

export interface UnmarkedServices {
  blocks: Pick<BlockRepository, "records">;
  ledger: Pick<WarningLedger, "plant" | "marks">;
  ruleData: RuleData;
}

/** Of the hours that begin in [from, to) and are closed at `at`. */
export async function findUnmarked(
  permit: Permit,
  [from, to]: readonly [number, number],
  at: number,
  { blocks, ledger, ruleData }: UnmarkedServices,
): Promise<Unmarked[]> {
  const [records, { first }, marks] = await Promise.all([
    blocks.records(permit.permitNo, from - 2 * HOUR, to + HOUR, false),
    ledger.plant(permit.permitNo),
    ledger.marks(permit.permitNo, from - HOUR, to + HOUR),
  ]);
  const byOutlet = Object.fromEntries(Map.groupBy(marks, (m) => m.outlet));
  return unmarkedPeriods({ permit, records, first, marks: byOutlet }, from, to, at, ruleData);
}
