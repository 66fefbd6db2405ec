/**
 * Conditions that have no mean: instantaneous ranges, treatment facilities, noise (warning-rules, "Ranges and other
 * conditions"). Each says how things stand at a tick: out of state, back in it, or undecided (nothing changes).
 */
import type { WarningNumbers } from "../../../layers/rule-data.ts";
import type { Facility, Limit, Outlet } from "../../register/domain/permit.ts";
import { inForce } from "../../register/domain/permit.ts";
import { round6 } from "../../shared/round.ts";
import { hourOfDay, MINUTE } from "../../shared/shanghai.ts";
import { channelOf, facilityChannel, counts, type BlockRecord } from "../../telemetry/domain/block.ts";
import { intervalAt, type SlotRow } from "../../telemetry/domain/slots.ts";

export interface Condition {
  /** true: out of state; false: back in it; null: neither can be said. */
  out: boolean | null;
  /** Nothing new enough to say anything: not even doubt. */
  stale: boolean;
  /** The newest value behind it. */
  value: number | null;
  /** Moment of that value's end, epoch ms. */
  since: number | null;
}

const UNDECIDED: Condition = { out: null, stale: false, value: null, since: null };
const STALE: Condition = { ...UNDECIDED, stale: true };

/** Outside the range? Bounds belong to the allowed range. */
export const outside = (value: number, limit: { min: number | null; max: number | null }): boolean =>
  (limit.max !== null && round6(value) > round6(limit.max)) ||
  (limit.min !== null && round6(value) < round6(limit.min));

/** The newest run of `adjacent` neighbouring valid slots on one side of the bounds decides, of those in `row`. */
export function assessRange(row: SlotRow, t: number, limit: Limit, numbers: WarningNumbers["range"]): Condition {
  let run = 0;
  let side: boolean | null = null;
  let newest = { value: 0, since: 0 };
  for (let i = row.slots.length - 1; i >= 0; i--) {
    const end = row.from + (i + 1) * MINUTE;
    if (end > t) continue;
    const value = row.slots[i]?.value ?? null;
    if (value === null) {
      run = 0;
      side = null;
      continue;
    }
    const out = outside(value, limit);
    if (out === side) run += 1;
    else {
      run = 1;
      newest = { value, since: end };
    }
    side = out;
    if (run >= numbers.adjacent) return { out, stale: false, ...newest };
  }
  return row.slots.some((s) => s.value !== null) ? UNDECIDED : STALE;
}

/** News that old may be shown, but must not send again. */
const stale = (at: number, t: number, newestWindow: number): boolean => t - at >= newestWindow * MINUTE;

interface Report {
  at: number;
  order: number;
  state: number;
}

const reportsOf = (records: readonly BlockRecord[], code: string, t: number): Report[] =>
  records
    .filter((r) => r.kind === "facility" && r.at <= t)
    .flatMap((r) =>
      r.values
        .filter((v) => v.channel === facilityChannel(code) && v.value !== null)
        .map((v) => ({ at: r.at, order: r.qn ?? r.receivedAt, state: v.value ?? 0 })),
    )
    .sort((a, b) => a.at - b.at || a.order - b.order);

/**
 * Is this treatment facility off while a production facility that shares an outlet runs? The last `reports` of its
 * reports decide, each against the production's newest report by then. Undecided where no production is known.
 */
export function assessFacility(
  treatment: Facility,
  facilities: readonly Facility[],
  records: readonly BlockRecord[],
  t: number,
  numbers: WarningNumbers["facility"],
  newestWindow: number,
): Condition {
  const production = facilities
    .filter((f) => f.kind === "production" && f.outlets.some((o) => treatment.outlets.includes(o)))
    .map((f) => reportsOf(records, f.code, t));
  const last = reportsOf(records, treatment.code, t).slice(-numbers.reports);
  const newest = last.at(-1);
  if (production.length === 0 || !newest || stale(newest.at, t, newestWindow)) return STALE;
  const sides = last.map(
    (own) => own.state === 0 && production.some((reports) => reports.findLast((p) => p.at <= own.at)?.state === 1),
  );
  if (last.length === numbers.reports && sides.every((out) => out === sides[0]))
    return { out: sides[0] ?? null, stale: false, value: newest.state, since: newest.at };
  return UNDECIDED;
}

/** Is it day for noise limits at `t`? */
export function isDay(t: number, { dayFromHour, nightFromHour }: WarningNumbers["noise"]): boolean {
  const hour = hourOfDay(t);
  return hour >= dayFromHour && hour < nightFromHour;
}

/** Does this noise limit govern a record that begins at `at`? Day and night by the hour of its start. */
export function governs(limit: Limit, at: number, numbers: WarningNumbers["noise"]): boolean {
  return inForce(limit, at) && (limit.period === null || (limit.period === "day") === isDay(at, numbers));
}

/**
 * Above the limit of its period in the last `records` minute records in a row (10-minute Leq, GB 12348). Per DataTime
 * the first listed device that counts; a record that does not count breaks the row.
 */
export function assessNoise(
  outlet: Outlet,
  records: readonly BlockRecord[],
  t: number,
  limits: readonly Limit[],
  numbers: WarningNumbers["noise"],
  newestWindow: number,
): Condition & { limit: Limit | null } {
  const channel = channelOf(limits[0]?.pollutant ?? "", "measured", null);
  const order = new Map(outlet.devices.map((d, i) => [d.mn, i]));
  const own = records
    .filter((r) => r.outlet === outlet.code && r.kind === "minute")
    .flatMap((r) => {
      const v = r.values.find((x) => x.channel === channel);
      const end = r.at + intervalAt(outlet, r.mn, r.at) * MINUTE;
      return v && end <= t ? [{ at: r.at, end, value: counts(v) ? v.value : null, rank: order.get(r.mn) ?? 0 }] : [];
    });
  const last = [...Map.groupBy(own, (r) => r.at).values()]
    .flatMap((same) =>
      same.sort((a, b) => Number(a.value === null) - Number(b.value === null) || a.rank - b.rank).slice(0, 1),
    )
    .sort((a, b) => a.at - b.at)
    .slice(-numbers.records);
  const newest = last.at(-1);
  const limit = newest ? (limits.find((l) => governs(l, newest.at, numbers)) ?? null) : null;
  if (!newest || stale(newest.end, t, newestWindow)) return { ...STALE, limit };
  if (last.length < numbers.records) return { ...UNDECIDED, limit };
  const sides = last.map((r) => {
    const max = limits.find((l) => governs(l, r.at, numbers))?.max ?? null;
    return r.value === null || max === null ? null : round6(r.value) > round6(max);
  });
  const out = sides.every((side) => side === sides[0]) ? (sides[0] ?? null) : null;
  return { out, stale: false, value: newest.value, since: newest.at, limit };
}
