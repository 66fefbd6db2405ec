/** Reads the facts of the public view of one plant: a day of blocks and the ledger's newest verdicts, marks and state. */
import type { PlantRecord } from "../register/stored-items.ts";
import { DAY, floorDay, floorHour } from "../shared/shanghai.ts";
import type { BlockRepository } from "../telemetry/block-repository.ts";
import type { WarningLedger } from "../warnings/repository.ts";
import type { PlantState } from "../warnings/domain/plant-state.ts";
import { collectFacts, recordsFrom, type StoredFacts } from "./domain/collect-facts.ts";
import type { DisclosureFacts } from "./domain/facts.ts";

export interface FactSources {
  blocks: Pick<BlockRepository, "records">;
  ledger: Pick<WarningLedger, "state" | "closedBetween" | "marks">;
}

/** The newest day that was judged may be some days back: a plant that stood still keeps its last verdict in view. */
const DAYS_BACK = 7 * DAY;

/** Eventually consistent blocks: a page may be seconds behind, and says as of when it is. */
export const loadFacts = async (plant: PlantRecord, asOf: number, sources: FactSources): Promise<DisclosureFacts> =>
  collectFacts(await loadStored(plant, asOf, sources));

/** The same before it is put together, with the state as the warnings left it. */
export async function loadStored(
  { permit, code }: PlantRecord,
  asOf: number,
  { blocks, ledger }: FactSources,
): Promise<Omit<StoredFacts, "warning"> & { warning: PlantState | null }> {
  const { permitNo } = permit;
  const from = recordsFrom(asOf);
  const [records, warning, hours, days, marks] = await Promise.all([
    blocks.records(permitNo, from, asOf, false),
    ledger.state(permitNo),
    ledger.closedBetween(permitNo, "HOUR", floorHour(asOf) - DAY, floorHour(asOf)),
    ledger.closedBetween(permitNo, "DAY", floorDay(asOf) - DAYS_BACK, floorDay(asOf)),
    ledger.marks(permitNo, from, asOf),
  ]);
  return {
    code,
    permit,
    asOf,
    records,
    warning: warning.version === 0 ? null : warning.state, // 0: the warnings have not looked at it yet
    hours: hours.flatMap(({ start, verdicts }) => verdicts.map((v) => ({ ...v, hour: start }))),
    days: days.flatMap(({ start, verdicts }) => verdicts.map((v) => ({ ...v, day: start, validHours: v.valid }))),
    marks: Object.groupBy(marks, (m) => m.outlet) as Record<string, typeof marks>,
  };
}
