/**
 * A batch's accepted frames of one plant, merged into its blocks: pure. Returns the blocks to write and what the ledger
 * has to know. Applying the same messages again changes nothing (`live.applied`).
 */
import type { RuleData } from "../../../layers/rule-data.ts";
import { inForce, type Limit, type Outlet, type Permit } from "../../register/domain/permit.ts";
import { DAY, floorDay, floorHour, HOUR, MINUTE } from "../../shared/shanghai.ts";
import { outside } from "../../warnings/domain/conditions.ts";
import {
  channelOf,
  counts,
  emptyBlock,
  floorBlock,
  mergeRecord,
  type Block,
  type BlockRecord,
  type LiveHead,
} from "./block.ts";
import { placeRecord } from "./place-record.ts";
import { siteStates, type SiteState } from "./site-states.ts";
import { intervalAt } from "./slots.ts";
import type { DeviceRecord } from "./reading.ts";

/** An accepted frame with where it came from. `digest`: 8 hex of its content; `seen` of its plant are known by shard and sequence. */
export interface AcceptedFrame {
  record: DeviceRecord;
  receivedAt: number;
  via: string;
  digest: string;
}

export interface MergeResult {
  /** Starts of the blocks that changed. */
  touched: Set<number>;
  /** One word a frame, in their order. */
  dispositions: ("accepted" | "duplicate")[];
  carried: Record<string, number>;
  riskUntil: number;
  /** Facilities and outlets of which this batch tells the city's lists. */
  site: Map<string, SiteState>;
  /** Closed periods whose slots changed. */
  hours: Set<number>;
  days: Set<number>;
}

/** Where a frame without DataTime is filed: by its QN, or its receipt. */
export const filedAt = (record: DeviceRecord, receivedAt: number): number =>
  floorBlock(
    record.dataTime ?? (record.qn !== null && Math.abs(record.qn - receivedAt) < DAY ? record.qn : receivedAt),
  );

/**
 * Merges `frames` into `blocks` (by start; missing ones are made). `now`: the latest moment at which a closing may have
 * looked, epoch ms.
 */
export function mergeFrames(
  frames: readonly AcceptedFrame[],
  permit: Permit,
  blocks: Map<number, Block>,
  live: LiveHead,
  ruleData: RuleData,
  now: number,
): MergeResult {
  const result: MergeResult = {
    touched: new Set(),
    dispositions: [],
    carried: {},
    riskUntil: live.riskUntil,
    site: new Map(),
    hours: new Set(),
    days: new Set(),
  };
  for (const frame of frames) {
    const { record, receivedAt } = frame;
    const start = filedAt(record, receivedAt);
    const block = blocks.get(start) ?? emptyBlock(start);
    blocks.set(start, block);
    if (block.digests.includes(frame.digest)) {
      result.dispositions.push("duplicate");
      continue;
    }
    result.dispositions.push("accepted");
    block.digests.push(frame.digest);
    result.touched.add(start);
    const head = live.devices[record.mn];
    live.devices[record.mn] = {
      link: head?.link ?? "0".repeat(64),
      links: head?.links ?? 0,
      seen: Math.max(head?.seen ?? 0, receivedAt),
      via: frame.via,
    };
    if (record.dataTime === null) continue;
    const placed = placeRecord({ ...record, dataTime: record.dataTime }, permit, receivedAt, ruleData);
    if (!placed) continue;
    for (const key of placed.carried) result.carried[key] ??= record.dataTime;
    for (const [code, state] of siteStates(placed.records, permit))
      if (state.at >= (result.site.get(code)?.at ?? 0)) result.site.set(code, state);
    for (const one of placed.records) {
      if (mergeRecord(block, one).length > 0 && (one.kind === "minute" || one.kind === "realtime"))
        noteClosed(one, placed.outlet, result, ruleData, Math.max(now, receivedAt));
      result.riskUntil = Math.max(result.riskUntil, riskOf(one, placed.outlet, permit, ruleData, receivedAt));
    }
  }
  return result;
}

/** Closed hours and days that this record reaches. */
function noteClosed(
  record: BlockRecord,
  outlet: Outlet | null,
  result: MergeResult,
  ruleData: RuleData,
  now: number,
): void {
  const numbers = ruleData.warning(record.at);
  const end = record.at + (record.kind === "minute" && outlet ? intervalAt(outlet, record.mn, record.at) : 1) * MINUTE;
  for (let hour = floorHour(record.at); hour < end; hour += HOUR)
    if (now >= hour + HOUR + numbers.hour.closeGrace * MINUTE) result.hours.add(hour);
  for (let day = floorDay(record.at); day < end; day += DAY)
    if (now >= day + DAY + numbers.water.closeAt * MINUTE) result.days.add(day);
}

/**
 * Until when this record can make the plant warn, epoch ms; 0 when it cannot. A value over its limit counts in its
 * period and in the newest window; a value that does not count can make the hour deficient.
 */
export function riskOf(
  record: BlockRecord,
  outlet: Outlet | null,
  permit: Permit,
  ruleData: RuleData,
  receivedAt: number,
): number {
  const { hour } = ruleData.warning(record.at);
  const nextTick = receivedAt + 10 * MINUTE;
  if (record.kind === "facility") {
    const off = record.values.some(
      (v) => v.value === 0 && permit.facilities.some((f) => f.kind === "treatment" && v.channel === `${f.code}/s`),
    );
    return off ? Math.max(nextTick, record.at + HOUR) : 0;
  }
  if (!outlet || (record.kind !== "minute" && record.kind !== "realtime")) return 0;
  const minutes = record.kind === "minute" ? intervalAt(outlet, record.mn, record.at) : 1;
  const last = record.at + minutes * MINUTE;
  let until = 0;
  for (const v of record.values)
    for (const limit of outlet.limits) {
      if (
        channelOf(limit.pollutant, limit.basis, limit.referenceO2) !== v.channel ||
        !mayGovern(limit, record.at, last)
      )
        continue;
      const over = counts(v) && outside(v.value ?? 0, limit);
      if (over || (!counts(v) && limit.statistic === "hour"))
        until = Math.max(until, nextTick, periodEnd(limit, last) + hour.newestWindow * MINUTE + 5 * MINUTE);
    }
  return until;
}

/**
 * Limits change at the start of a period; a slot near the change may be judged by either, and the newest slots of an hour
 * are read with the next hour's limit.
 */
const mayGovern = (limit: Limit, from: number, to: number): boolean =>
  [from, to, floorDay(from), floorHour(from), floorHour(to - 1) + HOUR].some((t) => inForce(limit, t));

function periodEnd(limit: Limit, last: number): number {
  if (limit.statistic === "hour") return floorHour(last - 1) + HOUR;
  if (limit.statistic === "day") return floorDay(last - 1) + DAY;
  return last + HOUR;
}
