/** Ranges, noise and treatment facilities: what each of them says at a tick. */
import type { Facility, Outlet, Permit } from "../../../functions/register/domain/permit.ts";
import { round6 } from "../../../functions/shared/round.ts";
import { floorMinute, hourOfDay, MINUTE } from "../../../functions/shared/shanghai.ts";
import type { Condition } from "./episodes.ts";
import { inForce, slotAt, valueOf } from "./slots.ts";
import { type Accepted, limitAt, outletKey, type World } from "./types.ts";

const FRESH = 25 * MINUTE;

/** The newest two adjacent valid slots on the same side of the range decide; bounds are inside. */
export function rangeCondition(world: World, plant: Permit, outlet: Outlet, pollutant: string, t: number): Condition {
  const sides: ("inside" | "outside" | null)[] = [];
  for (let start = t - FRESH; start < t; start += MINUTE) {
    const limit = limitAt(outlet, pollutant, "instant", start);
    const value = limit === null ? null : slotAt(world, plant, outlet, limit, start).value;
    const outside =
      value !== null &&
      ((limit?.max != null && round6(value) > round6(limit.max)) ||
        (limit?.min != null && round6(value) < round6(limit.min)));
    sides.push(value === null ? null : outside ? "outside" : "inside");
  }
  for (let i = sides.length - 1; i > 0; i--)
    if (sides[i] !== null && sides[i] === sides[i - 1]) return sides[i] === "outside" ? "holds" : "over";
  return sides.some((side) => side !== null) ? "unsure" : "stale";
}

/** Three records in a row above the limit of their period. */
export function noiseCondition(world: World, plant: Permit, outlet: Outlet, pollutant: string, t: number): Condition {
  const ended = (world.byOutlet.get(outletKey(plant, outlet)) ?? []).filter(
    (a) =>
      a.record.kind === "minute" &&
      a.record.items.some((item) => item.pollutant === pollutant) &&
      startOf(a) + a.binding.minuteInterval * MINUTE <= t,
  );
  const starts = [...new Set(ended.map(startOf))].sort((x, y) => x - y);
  const newest = starts.at(-1);
  if (newest === undefined) return "stale";
  const ends = ended.filter((a) => startOf(a) === newest).map((a) => newest + a.binding.minuteInterval * MINUTE);
  if (t - Math.max(...ends) >= FRESH) return "stale";
  const row = starts.slice(-3).map((start) =>
    above(
      world,
      ended.filter((a) => startOf(a) === start),
      outlet,
      pollutant,
      start,
    ),
  );
  if (row.length === 3 && row.every((x) => x === true)) return "holds";
  return row.length === 3 && row.every((x) => x === false) ? "over" : "unsure";
}

/** True when the record of this start counts and is above its limit; null when none counts or no limit is in force. */
function above(world: World, all: Accepted[], outlet: Outlet, pollutant: string, start: number): boolean | null {
  const hour = hourOfDay(start);
  const limit = limitAt(outlet, pollutant, "period", start, hour >= 6 && hour < 22 ? "day" : "night");
  if (limit === null || limit.max === null) return null;
  for (const binding of outlet.devices) {
    const own = inForce(
      all.filter((a) => a.binding === binding),
      pollutant,
    ).at(-1);
    const value = own === undefined ? null : valueOf(world, own, limit);
    if (value !== null) return round6(value) > round6(limit.max);
  }
  return null;
}

/** Treatment off while a production facility that shares an outlet runs, in two reports in a row. */
export function facilityCondition(world: World, plant: Permit, facility: Facility, t: number): Condition {
  const production = plant.facilities.filter(
    (p) => p.kind === "production" && p.outlets.some((code) => facility.outlets.includes(code)),
  );
  if (production.length === 0) return "stale";
  const reports = reportsOf(world, plant, facility).filter((x) => x.at <= t);
  const newest = reports.at(-1);
  if (newest === undefined || t - newest.at >= FRESH) return "stale";
  const row = reports.slice(-2).map(({ at, state }) => {
    const runs = production.some((p) => reportsOf(world, plant, p).findLast((x) => x.at <= at)?.state === 1);
    return state === 0 && runs;
  });
  if (row.length === 2 && row.every((x) => x)) return "holds";
  return row.length === 2 && row.every((x) => !x) ? "over" : "unsure";
}

/** Reports of a facility by DataTime; two of the same device, command and DataTime: the greater QN. */
function reportsOf(world: World, plant: Permit, facility: Facility): { at: number; state: number }[] {
  const winners = new Map<string, { a: Accepted; state: number }>();
  for (const a of world.byPlant.get(plant.permitNo) ?? []) {
    if (a.record.dataTime === null) continue;
    for (const { sb, code, state } of a.record.facilities) {
      const named = code !== null ? code === facility.code : facility.mn === a.record.mn && facility.sb === sb;
      if (!named) continue;
      const key = `${a.record.mn}|${a.record.command}|${a.record.kind}|${a.record.dataTime}`;
      const held = winners.get(key)?.a.record.qn ?? null;
      if (held === null || a.record.qn === null || a.record.qn >= held) winners.set(key, { a, state });
    }
  }
  return [...winners.values()]
    .sort((x, y) => (x.a.record.dataTime ?? 0) - (y.a.record.dataTime ?? 0) || x.a.seq - y.a.seq)
    .map(({ a, state }) => ({ at: a.record.dataTime ?? 0, state }));
}

const startOf = (a: Accepted): number => floorMinute(a.record.dataTime ?? 0);
