/**
 * The flow-weighted day mean of a water outlet (warning-rules, "Water"; weighting: HJ 212-2017 D.1 (12)–(14)).
 * A slot carries concentration C and flow v; only slots with both count as soon as the day has any flow.
 */
import type { WarningNumbers } from "../../../layers/rule-data.ts";
import { above, round6 } from "../../shared/round.ts";
import { DAY, HOUR, MINUTE, floorDay } from "../../shared/shanghai.ts";
import type { SlotRow } from "../../telemetry/domain/slots.ts";
import type { Assessment, Level } from "./gas-hour.ts";

/** One valid slot: its end, concentration, flow (1 where the day has no flow meter). */
export interface WeightedSlot {
  end: number;
  c: number;
  v: number;
}

/** Start of the day that a tick looks at: at 00:00 the one that has just ended, which sets no level any more. */
export const dayOfTick = (t: number): number => floorDay(t - 1);

/** True when any slot of the day carries a flow: then slots lacking flow do not count. */
export const hasFlow = (flow: SlotRow, dayStart: number, to: number): boolean =>
  flow.slots.some((s, i) => s.value !== null && at(flow, i) >= dayStart && at(flow, i) < Math.min(to, dayStart + DAY));

/** Valid slots ended by `to`, oldest first. Rows must cover the same minutes. */
export function weightedSlots(concentration: SlotRow, flow: SlotRow, weighted: boolean, to: number): WeightedSlot[] {
  return concentration.slots.flatMap((s, i) => {
    const end = at(concentration, i) + MINUTE;
    const v = weighted ? flow.slots[i]?.value : 1;
    return s.value === null || v === null || v === undefined || end > to ? [] : [{ end, c: s.value, v }];
  });
}

export const volume = (slots: readonly WeightedSlot[]): number => slots.reduce((sum, s) => sum + s.v, 0);

/** Σ(C·v)/Σv, null without volume. */
export function weightedMean(slots: readonly WeightedSlot[]): number | null {
  const v = volume(slots);
  return v > 0 ? slots.reduce((sum, s) => sum + s.c * s.v, 0) / v : null;
}

/** Assesses one day limit at tick `t`. Rows reach back 24 h from t at least. */
export function assessDay(
  concentration: SlotRow,
  flow: SlotRow,
  t: number,
  limit: number,
  numbers: WarningNumbers["water"],
): Assessment & { weighted: boolean } {
  const start = dayOfTick(t);
  const ended = Math.round((t - start) / MINUTE);
  const left = DAY / MINUTE - ended;
  const weighted = hasFlow(flow, start, t);
  const all = weightedSlots(concentration, flow, weighted, t);
  const today = all.filter((s) => s.end > start);
  const v = volume(today);
  const m = weightedMean(today);
  const base = { ended, left, valid: today.length, possible: today.length + left, limit, deficit: false, weighted };
  if (m === null) return { ...base, mean: null, current: null, projected: null, required: null, level: 0 };

  const recent = all.filter((s) => s.v > 0 && s.end > t - numbers.newestWindow * MINUTE).slice(-numbers.newestCount);
  const c = weightedMean(recent) ?? m;
  const rest = (dayVolume(concentration, flow, weighted, t) * left) / (DAY / MINUTE);
  const projected = rest > 0 ? (v * m + rest * c) / (v + rest) : m;
  const required = rest > 0 ? ((v + rest) * limit - v * m) / rest : null;

  let level: Level = 0;
  if (left > 0 && today.length >= numbers.validSlots && ended >= numbers.earlyMinutes) {
    if (required !== null && round6(required) <= 0) level = 3;
    else if (ended >= numbers.lateMinutes && above(projected, limit)) level = 2;
    else if (required !== null && above(c, required + numbers.earlyMargin * limit)) level = 1;
  }
  return { ...base, mean: m, current: c, projected, required, level };
}

/** Volume of the last 24 h before `t`: a volume needs no concentration. Without a flow meter every slot counts 1. */
const dayVolume = (concentration: SlotRow, flow: SlotRow, weighted: boolean, t: number): number =>
  (weighted ? flow : concentration).slots.reduce((sum, s, i) => {
    const end = at(flow, i) + MINUTE;
    return s.value === null || end > t || end <= t - DAY ? sum : sum + (weighted ? s.value : 1);
  }, 0);

/** Valid hours of the day: clock hours with at least `hourValidSlots` valid slots. */
export function validHours(slots: readonly WeightedSlot[], dayStart: number, hourValidSlots: number): number {
  const perHour = new Map<number, number>();
  for (const s of slots) {
    const hour = Math.floor((s.end - 1 - dayStart) / HOUR);
    perHour.set(hour, (perHour.get(hour) ?? 0) + 1);
  }
  return [...perHour.values()].filter((n) => n >= hourValidSlots).length;
}

const at = (row: SlotRow, i: number): number => row.from + i * MINUTE;
