/**
 * Ten minutes of one plant: every accepted record, by device, kind and DataTime, with its values already on the
 * limit's basis. A block is what ingest merges into with one version-conditional write, and what every judgement reads.
 * Merging is idempotent and independent of order: the greater QN wins per pollutant, and a superseded value never returns.
 */
import { MINUTE } from "../../shared/shanghai.ts";
import type { Flag, RecordKind } from "./reading.ts";

export const BLOCK = 10 * MINUTE;
/** Start of the block that holds `t`. */
export const floorBlock = (t: number): number => Math.floor(t / BLOCK) * BLOCK;

/**
 * What a value is of: `a21002/m` measured, `a21002/6` converted to 6 % reference oxygen, `TA001/s` a facility's state.
 * The pollutant is what stands before the slash.
 */
export type Channel = string;
export const channelOf = (pollutant: string, basis: "measured" | "converted", referenceO2: number | null): Channel =>
  `${pollutant}/${basis === "converted" ? referenceO2 : "m"}`;
export const facilityChannel = (code: string): Channel => `${code}/s`;
export const pollutantOf = (channel: Channel): string => channel.slice(0, channel.indexOf("/"));

/** `value` in the rule data's unit; null: received, but nothing that could count (no number, no oxygen to convert with). */
export interface BlockValue {
  channel: Channel;
  value: number | null;
  flag: Flag;
}

/** One device's record of one DataTime. `outlet` is "" for facility states. */
export interface BlockRecord {
  mn: string;
  outlet: string;
  kind: RecordKind | "facility";
  /** DataTime, epoch ms. */
  at: number;
  /** QN as epoch ms, null where the record has none: what decides between two records of the same key. */
  qn: number | null;
  /** Receipt, epoch ms: decides where a QN is missing or both are equal. */
  receivedAt: number;
  values: BlockValue[];
}

/** The last that is known of a device when a block was written. */
export interface DeviceHead {
  /** Receipt of its last accepted frame, epoch ms. */
  seen: number;
  /** Last link of its hash chain, 32 bytes in hex. */
  link: string;
  /** Links of its chain so far: of two heads the one with more is the later, also where nothing new was said. */
  links: number;
  /** Gateway that brought it, "" when it speaks for itself. */
  via: string;
}

/** Carried forward from block to block of the receipt time, so that one read tells the plant's present. */
export interface LiveHead {
  devices: Record<string, DeviceHead>;
  /** By shard of the stream: the last sequence number that is merged. A retried message is known by it. */
  applied: Record<string, string>;
  /** Until when the plant is known to stand in the risk partition, epoch ms. */
  riskUntil: number;
}

export interface Block {
  start: number;
  records: BlockRecord[];
  /** Digests (8 hex) of the accepted frames whose DataTime lies here: the same frame again is a duplicate. */
  digests: string[];
  live: LiveHead | null;
}

export const emptyBlock = (start: number): Block => ({ start, records: [], digests: [], live: null });

/** A value counts when the device calls it normal, or says nothing, and there is a number on the limit's basis. */
export const counts = (v: BlockValue): boolean => v.value !== null && (v.flag === "N" || v.flag === null);

const sameKey = (a: BlockRecord, b: BlockRecord): boolean =>
  a.mn === b.mn && a.kind === b.kind && a.at === b.at && a.outlet === b.outlet;
/** The greater QN; the later receipt where one of them has none or they are equal; at the same receipt the one that came behind. */
const newer = (incoming: BlockRecord, held: BlockRecord): boolean =>
  incoming.qn !== null && held.qn !== null && incoming.qn !== held.qn
    ? incoming.qn > held.qn
    : incoming.receivedAt >= held.receivedAt;

const same = (a: BlockRecord, av: BlockValue, b: BlockRecord, bv: BlockValue): boolean =>
  a.qn === b.qn && a.receivedAt === b.receivedAt && av.value === bv.value && av.flag === bv.flag;

/**
 * Merges one record; returns the channels that changed. Per channel the newer record (QN, then receipt) wins;
 * the loser's value is dropped from the block (the archive keeps both).
 */
export function mergeRecord(block: Block, incoming: BlockRecord): Channel[] {
  const rivals = block.records.filter((r) => sameKey(r, incoming));
  const kept: BlockValue[] = [];
  for (const value of incoming.values) {
    const held = rivals.flatMap((r) => r.values.filter((v) => v.channel === value.channel).map((v) => ({ r, v })))[0];
    if (!held) {
      kept.push(value);
    } else if (!same(incoming, value, held.r, held.v) && newer(incoming, held.r)) {
      held.r.values = held.r.values.filter((v) => v !== held.v);
      kept.push(value);
    }
  }
  if (kept.length === 0) return [];
  block.records = block.records.filter((r) => r.values.length > 0);
  const twin = block.records.find(
    (r) => sameKey(r, incoming) && r.qn === incoming.qn && r.receivedAt === incoming.receivedAt,
  );
  if (twin) twin.values.push(...kept);
  else block.records.push({ ...incoming, values: kept });
  return kept.map((v) => v.channel);
}
