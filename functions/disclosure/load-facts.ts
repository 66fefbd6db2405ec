/** Reads the facts of the public view of one plant: a day of blocks and the ledger's newest verdicts, marks and state. */
import { DAY, HOUR, floorDay, floorHour } from "../shared/shanghai.ts";
import type { PlantRecord } from "../register/stored-items.ts";
import type { BlockRepository } from "../telemetry/block-repository.ts";
import { collectFacts, recordsFrom, type StoredFacts } from "./domain/collect-facts.ts";
import type { DisclosureFacts } from "./domain/facts.ts";

export interface FactSources {
  blocks: Pick<BlockRepository, "records">;
  ledger: PublicLedger;
}

/** What the public view needs of the ledger. Hours and days: every revision of the periods that start in [from, to). */
export interface PublicLedger {
  warning(permitNo: string): Promise<StoredFacts["warning"]>;
  hours(permitNo: string, from: number, to: number): Promise<StoredFacts["hours"]>;
  days(permitNo: string, from: number, to: number): Promise<StoredFacts["days"]>;
  marks(permitNo: string, from: number, to: number): Promise<StoredFacts["marks"]>;
}

/** Eventually consistent reads: a page may be seconds behind, and says as of when it is. */
export async function loadFacts(
  plant: PlantRecord,
  asOf: number,
  { blocks, ledger }: FactSources,
): Promise<DisclosureFacts> {
  const { permit, code } = plant;
  const { permitNo } = permit;
  const from = recordsFrom(asOf);
  const [records, warning, hours, days, marks] = await Promise.all([
    blocks.records(permitNo, from, asOf, false),
    ledger.warning(permitNo),
    ledger.hours(permitNo, floorHour(asOf) - DAY, floorHour(asOf) + HOUR),
    ledger.days(permitNo, floorDay(asOf) - 7 * DAY, floorDay(asOf) + DAY),
    ledger.marks(permitNo, from, asOf),
  ]);
  return collectFacts({ code, permit, asOf, records, warning, hours, days, marks });
}
