/** The figures and levels of a tick, literal to the text: the clock hour of gas, the day of water. */
import type { Limit, Outlet, Permit } from "../../../functions/register/domain/permit.ts";
import { round6 } from "../../../functions/shared/round.ts";
import { DAY, floorDay, floorHour, HOUR, MINUTE } from "../../../functions/shared/shanghai.ts";
import { mean, median, type Slot, slotsBetween, sum } from "./slots.ts";
import type { World } from "./types.ts";

const over = (a: number, b: number): boolean => round6(a) > round6(b);
const atMost = (a: number, b: number): boolean => round6(a) <= round6(b);

export interface Figures {
  /** Minutes of the period ended by t, minutes left, valid slots. */
  e: number;
  r: number;
  n: number;
  /** Hour only: the most valid slots it can still have. */
  D: number;
  M: number | null;
  c: number | null;
  P: number | null;
  R: number | null;
  level: 0 | 1 | 2 | 3;
  /** P is low enough, late enough, to call it recovered (when there is no level). */
  good: boolean;
}

/** The period a tick looks at: at hh:00 (water: 00:00) the one that just ended. */
export const hourOfTick = (t: number): number => floorHour(t - 1);
export const dayOfTick = (t: number): number => floorDay(t - 1);

/** Gas: the clock-hour mean. */
export function hourFigures(world: World, plant: Permit, outlet: Outlet, limit: Limit, t: number): Figures {
  const L = limit.max ?? Number.NaN;
  const start = hourOfTick(t);
  const e = (t - start) / MINUTE;
  const r = 60 - e;
  const slots = slotsBetween(world, plant, outlet, limit, start, t);
  const values = valuesOf(slots);
  const n = values.length;
  const f = slots.filter((s) => !s.hasRecord && t - (s.start + MINUTE) < 20 * MINUTE).length;
  const D = n + f + r;
  if (n === 0) return { e, r, n, D, M: null, c: null, P: null, R: null, level: 0, good: false };

  const M = mean(values);
  const newest = valuesOf(slotsBetween(world, plant, outlet, limit, t - 25 * MINUTE, t)).reverse();
  const w = Math.min(15, Math.max(5, Math.ceil(r / 2)));
  const c = newest.length === 0 ? M : Math.min(median(newest.slice(0, w)), mean(newest.slice(0, 5)));
  const P = (n * M + (f + r) * c) / (r === 0 ? n + f : D);
  const R = r === 0 ? null : (D * L - n * M - f * c) / r;

  let level: Figures["level"] = 0;
  if (R !== null && D >= 45) {
    if (e >= 30 && n >= 20 && atMost(R, 0)) level = 3;
    else if (e >= 30 && n >= 20 && over(P, L)) level = 2;
    else if (e >= 5 && n >= 3 && over(c, R + 0.05 * L)) level = 1;
  }
  return { e, r, n, D, M, c, P, R, level, good: e >= 30 && n >= 20 && atMost(P, 0.95 * L) };
}

/** A slot of a water day: concentration and flow, both counting. */
export interface WaterSlot {
  start: number;
  C: number;
  v: number;
}

const FLOW = { pollutant: "w00000", basis: "measured", referenceO2: null } as const;

/** Valid water slots in [from, to); weighted: slots lacking flow do not count; else every v is 1. */
export function waterSlots(
  world: World,
  plant: Permit,
  outlet: Outlet,
  limit: Limit,
  from: number,
  to: number,
  weighted: boolean,
): WaterSlot[] {
  const found: WaterSlot[] = [];
  const flows = weighted ? slotsBetween(world, plant, outlet, FLOW, from, to) : [];
  for (const [i, { start, value: C }] of slotsBetween(world, plant, outlet, limit, from, to).entries()) {
    const v = weighted ? (flows[i]?.value ?? null) : 1;
    if (C !== null && v !== null) found.push({ start, C, v });
  }
  return found;
}

/** True when any slot in [from, to) has a flow that counts. */
export const hasFlow = (world: World, plant: Permit, outlet: Outlet, from: number, to: number): boolean =>
  slotsBetween(world, plant, outlet, FLOW, from, to).some((s) => s.value !== null);

/** V, and M where V > 0. */
export function volumeAndMean(slots: WaterSlot[]): { V: number; M: number | null } {
  const V = sum(slots.map((s) => s.v));
  return { V, M: V > 0 ? sum(slots.map((s) => s.C * s.v)) / V : null };
}

/** Water: the flow-weighted day mean. */
export function waterFigures(world: World, plant: Permit, outlet: Outlet, limit: Limit, t: number): Figures {
  const L = limit.max ?? Number.NaN;
  const start = dayOfTick(t);
  const e = (t - start) / MINUTE;
  const r = 1440 - e;
  const weighted = hasFlow(world, plant, outlet, start, t);
  const slots = waterSlots(world, plant, outlet, limit, start, t, weighted);
  const n = slots.length;
  const { V, M } = volumeAndMean(slots);
  if (M === null) return { e, r, n, D: n, M: null, c: null, P: null, R: null, level: 0, good: false };

  const recent = waterSlots(world, plant, outlet, limit, t - 6 * HOUR, t, weighted);
  const newest = volumeAndMean(recent.filter((s) => s.v > 0).slice(-120));
  const c = newest.M ?? M;
  const lastDay = weighted
    ? sum(valuesOf(slotsBetween(world, plant, outlet, FLOW, t - DAY, t)))
    : valuesOf(slotsBetween(world, plant, outlet, limit, t - DAY, t)).length;
  const Vr = (lastDay * r) / 1440;
  const P = Vr > 0 ? (V * M + Vr * c) / (V + Vr) : M;
  const R = Vr > 0 ? ((V + Vr) * L - V * M) / Vr : null;

  let level: Figures["level"] = 0;
  if (n >= 60 && r > 0) {
    if (e >= 360 && R !== null && atMost(R, 0)) level = 3;
    else if (e >= 720 && over(P, L)) level = 2;
    else if (e >= 360 && R !== null && over(c, R + 0.05 * L)) level = 1;
  }
  return { e, r, n, D: n, M, c, P, R, level, good: e >= 360 && n >= 60 && atMost(P, 0.95 * L) };
}

const valuesOf = (slots: Slot[]): number[] => slots.map((s) => s.value).filter((v) => v !== null);
