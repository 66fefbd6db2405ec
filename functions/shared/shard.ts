/**
 * Number of partitions over which lists of plants (register SHARD, ledger RISK, DUE, REJUDGE) are spread. Every tick asks
 * each of them three times; four carry a city of 100,000 plants (a partition takes 1,000 writes a second).
 */
export const SHARDS = 4;

/** 0–3, stable for ever (stored in keys): FNV-1a over the UTF-16 units of the permit number. */
export function shardOf(permitNo: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < permitNo.length; i++) hash = Math.imul(hash ^ permitNo.charCodeAt(i), 0x01000193);
  // The low bits of FNV alone are uneven for texts that differ in few places; folding mixes the high half in.
  return ((hash >>> 16) ^ hash) & (SHARDS - 1);
}
