/**
 * The clock-hour mean at a tick: where the hour stands, where it is going, what the rest may have
 * (warning-rules version 1, "Gas: the clock-hour mean"). Values are on the limit's basis, times epoch ms.
 */
import type { WarningNumbers } from "../../../layers/rule-data.ts";
import { round6, above } from "../../shared/round.ts";
import { HOUR, MINUTE, floorHour } from "../../shared/shanghai.ts";
import type { Slot, SlotRow } from "../../telemetry/domain/slots.ts";
import { mean, median } from "./statistics.ts";

export type Level = 0 | 1 | 2 | 3;

/** What a tick knows of one limit. Undefined figures are null. */
export interface Assessment {
  /** Minutes of the period ended by t; for an hour e + r = 60. */
  ended: number;
  left: number;
  /** Valid slots of the period ended by t, and their mean. */
  valid: number;
  mean: number | null;
  /** Recent level of the outlet. */
  current: number | null;
  projected: number | null;
  /** Mean that the rest of the period may have. */
  required: number | null;
  level: Level;
  /** The hour will not have enough valid minutes, whatever comes; `possible` is the most it can have (D). */
  deficit: boolean;
  possible: number;
  limit: number;
}

/** Start of the hour that a tick looks at: at hh:00 the one that has just ended. */
export const hourOfTick = (t: number): number => floorHour(t - 1);

/**
 * Assesses one hourly limit at tick `t` (a minute divisible by 5). `row` holds the outlet's slots from at least
 * 25 minutes before the hour (or before t) up to t.
 */
export function assessHour(row: SlotRow, t: number, limit: number, numbers: WarningNumbers["hour"]): Assessment {
  const start = hourOfTick(t);
  const ended = Math.round((t - start) / MINUTE);
  const left = numbers.slots - ended;
  const inHour = between(row, start, t);
  const values = valuesOf(inHour.map(({ slot }) => slot));
  const valid = values.length;
  const pending = inHour.filter(({ slot, end }) => !slot.received && end > t - numbers.pendingMinutes * MINUTE).length;
  const possible = valid + pending + left;
  const base = { ended, left, valid, possible, limit, deficit: left > 0 && possible < numbers.validSlots };
  if (valid === 0) return { ...base, mean: null, current: null, projected: null, required: null, level: 0 };

  const m = mean(values);
  const newest = valuesOf(between(row, t - numbers.newestWindow * MINUTE, t).map(({ slot }) => slot)).toReversed();
  const width = Math.min(numbers.medianMax, Math.max(numbers.medianMin, Math.ceil(left / 2)));
  const c =
    newest.length === 0 ? m : Math.min(median(newest.slice(0, width)), mean(newest.slice(0, numbers.newestCount)));
  const projected = (valid * m + (pending + left) * c) / possible;
  const required = left > 0 ? (possible * limit - valid * m - pending * c) / left : null;

  let level: Level = 0;
  if (left > 0 && possible >= numbers.validSlots && required !== null) {
    const late = ended >= numbers.lateMinutes && valid >= numbers.lateValid;
    if (late && round6(required) <= 0) level = 3;
    else if (late && above(projected, limit)) level = 2;
    else if (
      ended >= numbers.earlyMinutes &&
      valid >= numbers.earlyValid &&
      above(c, required + numbers.earlyMargin * limit)
    )
      level = 1;
  }
  return { ...base, mean: m, current: c, projected, required, level, deficit: base.deficit && level === 0 };
}

/** Valid slots of the clock hour at `start`: for "until a tick hh:00 finds n ≥ 45". */
export const validInHour = (row: SlotRow, start: number): number =>
  valuesOf(between(row, start, start + HOUR).map(({ slot }) => slot)).length;

/** Slots that lie wholly in [from, to), oldest first, with the moment each ended. */
export function between(row: SlotRow, from: number, to: number): { slot: Slot; end: number }[] {
  const out: { slot: Slot; end: number }[] = [];
  for (let i = Math.max(0, Math.ceil((from - row.from) / MINUTE)); i < row.slots.length; i++) {
    const end = row.from + (i + 1) * MINUTE;
    const slot = row.slots[i];
    if (end > to || !slot) break;
    out.push({ slot, end });
  }
  return out;
}

export const valuesOf = (slots: readonly Slot[]): number[] => slots.flatMap((s) => (s.value === null ? [] : [s.value]));
