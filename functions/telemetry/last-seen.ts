/** When a device of each plant was last heard, for lists: two reads a plant, a hundred in one call. */
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { batchGet } from "../shared/batch-get.ts";
import { formatMinute } from "../shared/shanghai.ts";
import { BLOCK, floorBlock } from "./domain/block.ts";
import { unpackBlock } from "./domain/block-codec.ts";

/**
 * Receipt of the last accepted frame by permit number, epoch ms. Only plants that spoke in these or the ten minutes
 * before are found: the block of the receipt carries all their devices.
 */
export async function lastSeen(
  at: { db: DynamoDBDocumentClient; table: string },
  permitNos: readonly string[],
  now: number,
): Promise<Map<string, number>> {
  const starts = [floorBlock(now), floorBlock(now) - BLOCK].map(formatMinute);
  const wanted = permitNos.flatMap((pk) => starts.map((sk) => ({ pk, sk })));
  const seen = new Map<string, number>();
  for (const { pk, data } of await batchGet(at, wanted, false)) {
    const permitNo = String(pk);
    const { live } = unpackBlock(data as Uint8Array);
    const heard = Object.values(live?.devices ?? {}).map((device) => device.seen);
    seen.set(permitNo, Math.max(seen.get(permitNo) ?? -Infinity, ...heard));
  }
  for (const [permitNo, t] of seen) if (!Number.isFinite(t)) seen.delete(permitNo);
  return seen;
}
