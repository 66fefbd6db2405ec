/** Upsets: when one begins, what it adds to a stream minute by minute. */
import type { Chance } from "./chance.ts";
import { MINUTES } from "./clock.ts";
import type { Stream } from "./process.ts";
import { PEAK_SIGMA, UPSETS, type Kind, type Settings } from "./settings.ts";

export interface Upset {
  kind: Kind;
  /** Minute index of its first minute, and the first that is free of it. */
  from: number;
  to: number;
  /** What it adds to the level, in limits, by minute from `from`. */
  adds: Float64Array;
}

/** Lets an upset of this kind begin in a stream. */
export function begin(stream: Stream, kind: Kind, from: number, { severity }: Settings, c: Chance): void {
  const n = UPSETS[kind];
  const peak = c.lognormal(n.peak[severity], PEAK_SIGMA);
  const rise = c.between(...n.rise);
  const hold = c.between(...n.hold);
  const fall = c.between(...n.fall);
  const height = Math.max(0, peak - (stream.usual[from] ?? 0));
  const exponential = kind === "reagent" || kind === "start-up";
  const length = Math.ceil(rise + hold + fall * (exponential ? 5 : 1));
  const to = Math.min(MINUTES, from + length);
  const adds = Float64Array.from({ length: to - from }, (_, x) => height * shape(kind, x + 1, rise, hold, fall));
  const target = kind === "sensor" ? stream.false : stream.upset;
  for (const [i, add] of adds.entries()) target[from + i]! += add;
  stream.upsets.push({ kind, from, to, adds });
}

/** Share of its height `x` minutes after it began. */
function shape(kind: Kind, x: number, rise: number, hold: number, fall: number): number {
  if (kind === "reagent") {
    // First order both ways; the feed is back after `rise + hold`.
    const reached = (m: number): number => 1 - Math.exp(-m / rise);
    return x <= rise + hold ? reached(x) : reached(rise + hold) * Math.exp(-(x - rise - hold) / fall);
  }
  if (x < rise) return x / rise;
  if (x <= rise + hold) return 1;
  const since = x - rise - hold;
  return kind === "start-up" ? Math.exp(-since / fall) : Math.max(0, 1 - since / Math.max(1, fall));
}
