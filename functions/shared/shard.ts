/** Number of partitions over which lists of plants (register SHARD, ledger RISK, DUE, REJUDGE) are spread. */
export const SHARDS = 16;

/** 0–15, stable for ever (stored in keys): FNV-1a over the UTF-16 units of the permit number. */
export function shardOf(permitNo: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < permitNo.length; i++) hash = Math.imul(hash ^ permitNo.charCodeAt(i), 0x01000193);
  // The low bits of FNV alone are uneven for texts that differ in few places; folding mixes the high half in.
  return ((hash >>> 16) ^ hash) & (SHARDS - 1);
}
