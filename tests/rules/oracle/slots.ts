/** What a minute slot says: which record wins, whether it counts, and its value by the limit's basis. */
import type { Basis, Outlet, Permit } from "../../../functions/register/domain/permit.ts";
import { round6 } from "../../../functions/shared/round.ts";
import { floorMinute, MINUTE } from "../../../functions/shared/shanghai.ts";
import type { ReadingItem } from "../../../functions/telemetry/domain/reading.ts";
import { type Accepted, outletKey, type World } from "./types.ts";

/** What is asked of a slot: a pollutant, and the basis of the limit it is judged by. */
export interface Ask {
  pollutant: string;
  basis: Basis;
  referenceO2: number | null;
}
export interface Slot {
  start: number;
  hasRecord: boolean;
  /** The value that counts, in the rule data's unit; null: not valid. */
  value: number | null;
}

const OXYGEN = "a19001";
const OXYGEN_CEILING = 20;

/** The slots whose minutes start in [from, to). */
export function slotsBetween(w: World, plant: Permit, outlet: Outlet, ask: Ask, from: number, to: number): Slot[] {
  const cells = w.slots.get(outletKey(plant, outlet));
  const key = `${ask.pollutant}|${ask.basis}|${ask.referenceO2}`;
  const slots: Slot[] = [];
  for (let start = from; start < to; start += MINUTE) {
    const cell = cells?.get(start);
    if (cell === undefined) {
      slots.push({ start, hasRecord: false, value: null });
      continue;
    }
    const said = cell.said.get(key) ?? workOut(w, outlet, ask, cell.records);
    cell.said.set(key, said);
    slots.push({ start, ...said });
  }
  return slots;
}

/** One slot. */
export const slotAt = (world: World, plant: Permit, outlet: Outlet, ask: Ask, start: number): Slot =>
  slotsBetween(world, plant, outlet, ask, start, start + MINUTE)[0] ?? { start, hasRecord: false, value: null };

/** Several devices: the first listed that has a value that counts. */
function workOut(world: World, outlet: Outlet, ask: Ask, all: Accepted[]): Omit<Slot, "start"> {
  const carrying = all.filter((a) => itemOf(a, ask.pollutant) !== undefined);
  for (const binding of outlet.devices) {
    const own = inForce(
      carrying.filter((a) => a.binding === binding),
      ask.pollutant,
    );
    const value = deviceValue(world, own, ask);
    if (value !== null) return { hasRecord: true, value };
  }
  return { hasRecord: carrying.length > 0, value: null };
}

/** Minute records hide samples, also where their own value does not count; samples are averaged after conversion. */
function deviceValue(world: World, own: Accepted[], ask: Ask): number | null {
  const minutes = own.filter((a) => a.record.kind === "minute");
  if (minutes.length > 0) {
    const winner = minutes.reduce((x, y) => (floored(y) >= floored(x) ? y : x));
    return valueOf(world, winner, ask);
  }
  const samples = own.map((a) => valueOf(world, a, ask)).filter((v) => v !== null);
  return samples.length === 0 ? null : mean(samples);
}

/** Of records of one device, command and DataTime the one with the greater QN; without a QN the later receipt. */
export function inForce(records: Accepted[], pollutant: string): Accepted[] {
  const winners = new Map<string, Accepted>();
  for (const a of records) {
    const time = a.record.kind === "minute" ? floored(a) : a.record.dataTime;
    const key = `${a.record.mn}|${a.record.command}|${a.record.kind}|${time}|${pollutant}`;
    const held = winners.get(key)?.record.qn ?? null;
    if (held === null || a.record.qn === null || a.record.qn >= held) winners.set(key, a);
  }
  return [...winners.values()].sort((x, y) => x.seq - y.seq);
}

/** The value of a record that counts for `ask`, in the rule data's unit; null: does not count. */
export function valueOf(world: World, a: Accepted, ask: Ask): number | null {
  const item = itemOf(a, ask.pollutant);
  if (item === undefined || !flagCounts(item)) return null;
  if (ask.basis === "measured") return inUnit(world, a, ask.pollutant, item.value);
  if (item.converted !== null) return inUnit(world, a, ask.pollutant, item.converted);
  const oxygen = itemOf(a, OXYGEN);
  const o2 = oxygen !== undefined && flagCounts(oxygen) ? inUnit(world, a, OXYGEN, oxygen.value) : null;
  const value = inUnit(world, a, ask.pollutant, item.value);
  if (value === null || o2 === null || ask.referenceO2 === null || round6(o2) >= OXYGEN_CEILING) return null;
  return (value * (21 - ask.referenceO2)) / (21 - o2);
}

const flagCounts = (item: ReadingItem): boolean => item.flag === null || item.flag === "N";
const itemOf = (a: Accepted, pollutant: string): ReadingItem | undefined =>
  a.record.items.find((item) => item.pollutant === pollutant);
const floored = (a: Accepted): number => floorMinute(a.record.dataTime ?? 0);

function inUnit(world: World, a: Accepted, pollutant: string, value: number | null): number | null {
  if (value === null) return null;
  const to = world.ruleData.pollutants.get(pollutant)?.unit;
  const from = a.binding.units[pollutant] ?? to;
  if (to === undefined || from === undefined) return null;
  const factor = world.ruleData.unitFactor(from, to);
  return factor === null ? null : value * factor;
}

export const sum = (values: number[]): number => values.reduce((s, v) => s + v, 0);
export const mean = (values: number[]): number => sum(values) / values.length;
/** Even count: mean of the middle two. */
export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2;
}
