/** The one log line by which a text message is traced back to the frames it came from (docs/runbook.md). */
import { logger } from "../shared/logger.ts";
import { formatIso, formatMinute } from "../shared/shanghai.ts";
import type { LiveHead } from "../telemetry/domain/block.ts";
import type { PlantState } from "./domain/plant-state.ts";

/**
 * A plant owes messages: their key in the ledger, and how far its evidence went when it was judged. `heads` are the last
 * links of its devices' chains, each of them the `link` of a line in the archive; `merged` is the last place of each
 * shard that is in the plant's blocks. What came in while it was judged lies behind these. No phone, no name.
 */
export function logOwed(permitNo: string, { tick, outbox }: PlantState, live: LiveHead | null): void {
  logger.info("owed", {
    permitNo,
    tick: formatIso(tick),
    sends: `SEND#${formatMinute(tick)}#`,
    messages: outbox.length,
    heads: Object.entries(live?.devices ?? {}).map(([mn, { link, seen }]) => ({ mn, link, seen: formatIso(seen) })),
    merged: live?.applied ?? {},
  });
}
