/** Verdicts of closed hours and days, and their revisions. */
import type { Limit, Outlet, Permit } from "../../../functions/register/domain/permit.ts";
import { round6 } from "../../../functions/shared/round.ts";
import { DAY, floorDay, floorHour, formatDay, formatIso, HOUR } from "../../../functions/shared/shanghai.ts";
import { hasFlow, volumeAndMean, waterSlots } from "./figures.ts";
import { mean, slotsBetween } from "./slots.ts";
import { type DayLine, type HourLine, limitAt, seriesKey, type World } from "./types.ts";

const ENOUGH_SLOTS = 45;
const ENOUGH_HOURS = 20;

/** What has been said about each period: by series and period. */
export type Said = Map<string, HourLine | DayLine>;

/** Pollutants of an outlet that have a limit of this statistic at any time. */
export const pollutantsOf = (outlet: Outlet, statistic: Limit["statistic"]): string[] => [
  ...new Set(outlet.limits.filter((l) => l.statistic === statistic).map((l) => l.pollutant)),
];

/** The verdict of the hour that starts at `hour`, when it differs from what was said; null: nothing to say. */
export function judgeHour(
  world: World,
  said: Said,
  plant: Permit,
  outlet: Outlet,
  pollutant: string,
  hour: number,
  at: number,
): HourLine | null {
  const limit = limitAt(outlet, pollutant, "hour", hour);
  const first = world.first.get(seriesKey(plant, outlet, pollutant));
  if (limit === null || limit.max === null || first === undefined || floorHour(first) > hour) return null;
  const values = counting(world, plant, outlet, limit, hour);
  const m = values.length === 0 ? null : round6(mean(values));
  const short = values.length < ENOUGH_SLOTS;
  const verdict = short || m === null ? "insufficient" : m > round6(limit.max) ? "exceeded" : "met";
  const key = `${seriesKey(plant, outlet, pollutant)}|hour|${hour}`;
  const old = said.get(key);
  if (old?.type === "hour" && old.verdict === verdict && old.valid === values.length && old.mean === m) return null;
  const line: HourLine = {
    type: "hour",
    at: formatIso(at),
    permitNo: plant.permitNo,
    outlet: outlet.code,
    pollutant,
    hour: formatIso(hour),
    valid: values.length,
    mean: m,
    limit: limit.max,
    verdict,
    revision: old === undefined ? 0 : old.revision + 1,
  };
  said.set(key, line);
  return line;
}

/** The verdict of the day that starts at `day`: flow-weighted for water, arithmetic over valid hours otherwise. */
export function judgeDay(
  world: World,
  said: Said,
  plant: Permit,
  outlet: Outlet,
  pollutant: string,
  day: number,
  at: number,
): DayLine | null {
  const limit = limitAt(outlet, pollutant, "day", day);
  const first = world.first.get(seriesKey(plant, outlet, pollutant));
  if (limit === null || limit.max === null || first === undefined || floorDay(first) > day) return null;
  const found =
    outlet.medium === "water" ? waterDay(world, plant, outlet, limit, day) : gasDay(world, plant, outlet, limit, day);
  const m = found.mean === null ? null : round6(found.mean);
  const short = found.validHours < ENOUGH_HOURS || m === null;
  const verdict = short ? "insufficient" : m > round6(limit.max) ? "exceeded" : "met";
  const key = `${seriesKey(plant, outlet, pollutant)}|day|${day}`;
  const old = said.get(key);
  if (old?.type === "day" && old.verdict === verdict && old.validHours === found.validHours && old.mean === m)
    return null;
  const line: DayLine = {
    type: "day",
    at: formatIso(at),
    permitNo: plant.permitNo,
    outlet: outlet.code,
    pollutant,
    day: formatDay(day),
    validHours: found.validHours,
    mean: m,
    weighted: found.weighted,
    limit: limit.max,
    verdict,
    revision: old === undefined ? 0 : old.revision + 1,
  };
  said.set(key, line);
  return line;
}

interface DayFound {
  validHours: number;
  mean: number | null;
  weighted: boolean;
}

function gasDay(world: World, plant: Permit, outlet: Outlet, limit: Limit, day: number): DayFound {
  const hours: number[] = [];
  for (let hour = day; hour < day + DAY; hour += HOUR) {
    const values = counting(world, plant, outlet, limit, hour);
    if (values.length >= ENOUGH_SLOTS) hours.push(mean(values));
  }
  return { validHours: hours.length, mean: hours.length === 0 ? null : mean(hours), weighted: false };
}

function waterDay(world: World, plant: Permit, outlet: Outlet, limit: Limit, day: number): DayFound {
  const weighted = hasFlow(world, plant, outlet, day, day + DAY);
  const slots = waterSlots(world, plant, outlet, limit, day, day + DAY, weighted);
  let validHours = 0;
  for (let hour = day; hour < day + DAY; hour += HOUR)
    if (slots.filter((s) => floorHour(s.start) === hour).length >= ENOUGH_SLOTS) validHours++;
  return { validHours, mean: volumeAndMean(slots).M, weighted };
}

const counting = (world: World, plant: Permit, outlet: Outlet, limit: Limit, hour: number): number[] =>
  slotsBetween(world, plant, outlet, limit, hour, hour + HOUR)
    .map((s) => s.value)
    .filter((v) => v !== null);
