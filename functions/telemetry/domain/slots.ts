/**
 * Minute slots of one outlet and channel, made from the records of its devices (warning-rules, "Minute slots").
 * Slot i covers [from + i min, from + (i+1) min).
 */
import type { Outlet } from "../../register/domain/permit.ts";
import { inForce } from "../../register/domain/permit.ts";
import { floorMinute, MINUTE } from "../../shared/shanghai.ts";
import { counts, pollutantOf, type BlockRecord, type BlockValue, type Channel } from "./block.ts";
import type { Flag } from "./reading.ts";

export interface Slot {
  /** The value that counts, or null: the slot is valid when it is a number. */
  value: number | null;
  /** True when anything was received for it. */
  received: boolean;
  /** What was received but does not count: shown to people, never judged. */
  shown: number | null;
  flag: Flag;
}

export interface SlotRow {
  from: number;
  slots: Slot[];
}

/** A lawful mark over [from, to) of an outlet: its slots do not count, their values are kept. */
export interface MarkSpan {
  from: number;
  to: number;
  /** Those it is of; all of the outlet where none are named. */
  pollutants?: readonly string[] | null;
}

export const isOf = (mark: MarkSpan, pollutant: string): boolean => mark.pollutants?.includes(pollutant) ?? true;

const EMPTY: Slot = { value: null, received: false, shown: null, flag: null };

/**
 * Slots of [from, to) for `channel`. `records` may hold more than is needed; minute means that began before `from`
 * and reach into it must be among them. Devices stand in the outlet's order: per slot the first with a counting value wins.
 */
export function buildSlots(
  outlet: Outlet,
  channel: Channel,
  records: readonly BlockRecord[],
  from: number,
  to: number,
  marks: readonly MarkSpan[] = [],
): SlotRow {
  const length = Math.max(0, Math.round((to - from) / MINUTE));
  const slots: Slot[] = Array.from({ length }, () => EMPTY);
  for (const mn of new Set(outlet.devices.map((d) => d.mn))) {
    const row = deviceSlots(outlet, mn, channel, records, from, length);
    for (let i = 0; i < length; i++) {
      const slot = row[i];
      if (!slot?.received) continue;
      const held = slots[i] ?? EMPTY;
      if (!held.received || (held.value === null && slot.value !== null)) slots[i] = slot;
    }
  }
  for (const mark of marks.filter((m) => isOf(m, pollutantOf(channel))))
    for (let i = Math.max(0, Math.floor((mark.from - from) / MINUTE)); i < length && from + i * MINUTE < mark.to; i++) {
      const slot = slots[i];
      if (slot && slot.value !== null) slots[i] = { ...slot, value: null, shown: slot.value };
    }
  return { from, slots };
}

function deviceSlots(
  outlet: Outlet,
  mn: string,
  channel: Channel,
  records: readonly BlockRecord[],
  from: number,
  length: number,
): (Slot | undefined)[] {
  const row: (Slot | undefined)[] = Array.from({ length });
  const began: number[] = [];
  const samples = new Map<number, { sum: number; n: number; shown: number | null; flag: Flag }>();
  for (const record of records) {
    if (record.mn !== mn || record.outlet !== outlet.code) continue;
    if (record.kind !== "minute" && record.kind !== "realtime") continue;
    const v = valueOf(record, channel);
    if (!v) continue;
    const first = Math.round((floorMinute(record.at) - from) / MINUTE);
    if (record.kind === "realtime") {
      const s = samples.get(first) ?? { sum: 0, n: 0, shown: null, flag: null };
      if (counts(v)) {
        s.sum += v.value ?? 0;
        s.n += 1;
      } else {
        s.shown = v.value;
        s.flag = v.flag;
      }
      samples.set(first, s);
      continue;
    }
    const slot: Slot = counts(v)
      ? { value: v.value, received: true, shown: v.value, flag: v.flag }
      : { value: null, received: true, shown: v.value, flag: v.flag };
    const end = Math.min(length, first + intervalAt(outlet, mn, record.at));
    for (let i = Math.max(0, first); i < end; i++) {
      // Where two intervals of one device overlap, the one that began later is the closer report.
      if ((began[i] ?? -Infinity) > record.at) continue;
      began[i] = record.at;
      row[i] = slot;
    }
  }
  // A minute mean hides real-time samples of its slots, also where its own value does not count.
  for (const [i, s] of samples)
    if (i >= 0 && i < length && began[i] === undefined) {
      const mean = s.n > 0 ? s.sum / s.n : null;
      row[i] = { value: mean, received: true, shown: mean ?? s.shown, flag: mean === null ? s.flag : "N" };
    }
  return row;
}

/** A loop where a closure would be: every judgement asks for some thousand values. */
function valueOf(record: BlockRecord, channel: Channel): BlockValue | undefined {
  for (const v of record.values) if (v.channel === channel) return v;
  return undefined;
}

/** Minutes that a minute-mean record of this device at `t` covers. */
export function intervalAt(outlet: Outlet, mn: string, t: number): number {
  return outlet.devices.find((d) => d.mn === mn && inForce(d, t))?.minuteInterval ?? 1;
}
