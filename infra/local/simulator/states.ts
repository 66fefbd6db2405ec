/** What is not a concentration: load, facilities on or off, the analyser's own states, the link to the platform. Minutes are epoch minutes. */
import { loadAt, minuteOfDay } from "./load.ts";
import type { SimDevice, SimPlant, Span } from "./profile.ts";
import { between, mix, unit, whole } from "./random.ts";

const within = (span: Span, minute: number): boolean => span.from <= minute && minute < span.to;
const dayOf = (minute: number): number => Math.floor((minute + 480) / 1440);

export const plantLoad = (plant: SimPlant, minute: number): number => loadAt(plant.rhythm, plant.key, minute);

/** Below this the line stands still: its gas is F (stopped), its production facility 0. */
export const STANDSTILL = 0.06;

/** Treatment that stands still while production runs; the rare event behind the facility warning. About once in 80 days. */
function treatmentTrips(key: number, minute: number): boolean {
  const hour = Math.floor(minute / 60);
  for (let back = 0; back <= 1; back++) {
    const own = mix(key ^ 0x3c6ef372, hour - back);
    if (unit(own, 0) >= 0.0005) continue;
    const start = (hour - back) * 60 + whole(own, 1, 0, 59);
    if (within({ from: start, to: start + whole(own, 2, 12, 45) }, minute)) return true;
  }
  return false;
}

/** `SBn-RS` of a plant's facility: 0 off, 1 run, 5 back-flush; undefined code: null. */
export function facilityState(plant: SimPlant, code: string, minute: number): 0 | 1 | 5 | null {
  const entry = plant.facilities.find((f) => f.facility.code === code);
  if (!entry) return null;
  const produces = plantLoad(plant, minute) >= STANDSTILL;
  if (entry.facility.kind === "production") return produces ? 1 : 0;
  if (entry.plannedOff.some((span) => within(span, minute))) return 0;
  // Treatment starts half an hour before the line and runs on for half an hour.
  const needed = produces || plantLoad(plant, minute - 30) >= STANDSTILL || plantLoad(plant, minute + 30) >= STANDSTILL;
  if (!needed || treatmentTrips(entry.key, minute)) return 0;
  return unit(entry.key, Math.floor(minute / 5)) < 0.01 ? 5 : 1;
}

/** True while a treatment facility of the outlet is off although the line runs: its pollutants climb. */
export const untreated = (plant: SimPlant, outlet: string, minute: number): boolean =>
  plant.facilities.some(
    ({ facility, key, plannedOff }) =>
      facility.kind === "treatment" &&
      facility.outlets.includes(outlet) &&
      (plannedOff.some((span) => within(span, minute)) || treatmentTrips(key, minute)),
  );

/** State of the whole analyser: N, C (calibration at the same time each day), M (a morning a week), D (fault). */
export function analyserFlag(device: SimDevice, minute: number): "N" | "C" | "M" | "D" {
  if (device.medium === "noise") return "N";
  const at = minuteOfDay(minute);
  const day = dayOf(minute);
  const water = device.medium === "water";
  const calibration = whole(device.key, 21, 0, 23) * 60 + whole(device.key, 22, 2, 40);
  if (at >= calibration && at < calibration + whole(device.key, 23, 8, water ? 19 : 13)) return "C";
  if (day % 7 === device.key % 7 && at >= 570 && at < 570 + whole(mix(device.key, day), 1, 8, 30)) return "M";
  for (let back = 0; back <= 1; back++) {
    const own = mix(device.key ^ 0x5be0cd19, day - back);
    if (unit(own, 0) >= 0.02) continue;
    const start = (day - back) * 1440 - 480 + whole(own, 1, 0, 1439);
    if (within({ from: start, to: start + whole(own, 2, 15, 140) }, minute)) return "D";
  }
  return "N";
}

/** A break of the link: frames of these minutes leave the logger when it is over, or (`lost`) never. */
export interface Gap extends Span {
  lost: boolean;
}

/** The break that holds the minute or ended less than two hours before it; null when there is none. */
export function linkGap(device: SimDevice, minute: number): Gap | null {
  const silent = device.planned.silent.find((span) => within(span, minute));
  if (silent) return { ...silent, lost: true };
  const day = dayOf(minute);
  for (let back = 0; back <= 1; back++) {
    const own = mix(device.key ^ 0x1f83d9ab, day - back);
    if (unit(own, 0) >= 0.05) continue;
    const from = (day - back) * 1440 - 480 + whole(own, 1, 0, 1439);
    const span = { from, to: from + Math.round(between(own, 2, 2.2, 8) ** 2) };
    if (span.from <= minute && minute < span.to + 120) return { ...span, lost: unit(own, 3) < 0.25 };
  }
  return null;
}

export const inSpan = within;

/** True while the gateway of the TCP plants has lost its uplink: once a day, four to nine minutes. */
export function uplinkLost(minute: number): boolean {
  const own = mix(UPLINK, dayOf(minute));
  const from = whole(own, 1, 0, 1430);
  return within({ from, to: from + whole(own, 2, 4, 9) }, minuteOfDay(minute));
}
const UPLINK = 0x3ac5b1d7;
