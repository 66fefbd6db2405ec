/** The last 24 hours of one pollutant: quarter-hour means for the line, whole hours for the table. */
import { round6 } from "../../shared/round.ts";
import { HOUR, MINUTE, floorHour, formatIso } from "../../shared/shanghai.ts";
import type { HourFact, HourVerdict, Slot } from "./facts.ts";

/** Hours on the axis: 24 that are over and the one that runs. */
const HOURS = 25;
export const STEP = 15 * MINUTE;
const STEPS = (HOURS * HOUR) / STEP;

export interface SeriesView {
  /** Start of the first step. */
  from: string;
  stepMinutes: number;
  /** Mean of the counting minutes of each step; null where none counts. */
  values: (number | null)[];
  /** Steps that hold records of which none counts, and steps inside a lawful mark. */
  invalid: number[];
  marked: number[];
}

export interface HourView {
  from: string;
  valid: number;
  mean: number | null;
  /** Smallest and largest counting minute; what is shown of a pH or a noise level, which have no lawful hour mean. */
  min: number | null;
  max: number | null;
  /** Null: no limit of this pollutant is judged by the hour. */
  verdict: HourVerdict | null;
  /** The limit of the verdict; of noise the one of that part of the day. */
  limit: number | null;
  revision: number;
}

export const seriesStart = (asOf: number): number => floorHour(asOf) - (HOURS - 1) * HOUR;

/** Values of the counting minutes since `from`; a loop, for it is asked of a day of minutes of every pollutant. */
export function countingValues(slots: readonly Slot[], from = -Infinity): number[] {
  const values: number[] = [];
  for (const { t, value, quality } of slots)
    if (quality === "counts" && value !== null && t >= from) values.push(value);
  return values;
}

export type MeanOf = (values: readonly number[]) => number | null;

const meanOf: MeanOf = (values) => (values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length);

/** Mean direction in degrees, 0 ≤ x < 360, of wind from 350° and 10° north and not south; null when they cancel out. */
export function meanDirection(degrees: readonly number[]): number | null {
  let east = 0;
  let north = 0;
  for (const d of degrees) {
    east += Math.sin((d * Math.PI) / 180);
    north += Math.cos((d * Math.PI) / 180);
  }
  // Below this share of their length the rest is rounding.
  if (Math.hypot(east, north) <= 1e-9 * degrees.length) return null;
  return round6(((((Math.atan2(east, north) * 180) / Math.PI) % 360) + 360) % 360) % 360;
}

/** How values in `unit` are averaged: angles on the circle. */
export const meanIn = (unit: string): MeanOf => (unit === "°" ? meanDirection : meanOf);

/** `digits` behind the point: enough to draw, and a third of the JSON's weight. */
export function seriesView(
  slots: readonly Slot[],
  asOf: number,
  digits: number,
  meanOfThis: MeanOf = meanOf,
): SeriesView {
  const start = seriesStart(asOf);
  const steps: Slot[][] = Array.from({ length: STEPS }, () => []);
  for (const slot of slots) steps[Math.floor((slot.t - start) / STEP)]?.push(slot);
  const values = steps.map((step) => {
    const mean = meanOfThis(countingValues(step));
    // A marked step keeps its line: the value stays visible beside the mark.
    return mean ?? meanOfThis(step.flatMap((s) => (s.quality === "marked" && s.value !== null ? [s.value] : [])));
  });
  const where = (test: (step: Slot[]) => boolean): number[] => steps.flatMap((step, i) => (test(step) ? [i] : []));
  return {
    from: formatIso(start),
    stepMinutes: STEP / MINUTE,
    values: values.map((v) => (v === null ? null : Number(v.toFixed(digits)) + 0)),
    invalid: where((step) => step.length > 0 && step.every((s) => s.quality === "invalid")),
    marked: where((step) => step.some((s) => s.quality === "marked")),
  };
}

const rounded = (x: number | null): number | null => (x === null ? null : round6(x));

/** The 24 hours before the one of `asOf`, oldest first: the stored verdict where the hour is judged, else plain means. */
export function hourViews(
  slots: readonly Slot[],
  verdicts: readonly HourFact[],
  asOf: number,
  noiseLimit: (hour: number) => number | null,
  meanOfThis: MeanOf = meanOf,
): HourView[] {
  const start = seriesStart(asOf);
  const byHour: Slot[][] = Array.from({ length: HOURS - 1 }, () => []);
  for (const slot of slots) byHour[Math.floor((slot.t - start) / HOUR)]?.push(slot);
  return byHour.map((hour, i) => {
    const from = start + i * HOUR;
    const values = countingValues(hour);
    const judged = verdicts.find((v) => v.hour === from);
    return {
      from: formatIso(from),
      valid: judged?.valid ?? values.length,
      mean: rounded(judged ? judged.mean : meanOfThis(values)),
      min: values.length === 0 ? null : round6(Math.min(...values)),
      max: values.length === 0 ? null : round6(Math.max(...values)),
      verdict: judged?.verdict ?? null,
      limit: judged ? judged.limit : noiseLimit(from),
      revision: judged?.revision ?? 0,
    };
  });
}
