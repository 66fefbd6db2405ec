/** Seeded bootstrap over plant-days: the interval of a ratio whose parts are counted per day. */
import { chanceOf } from "./chance.ts";

export interface Estimate {
  value: number;
  /** 95 % interval (percentiles of the resamples). */
  low: number;
  high: number;
}

export const RESAMPLES = 1000;

/** `top / bottom` over all days; null where the bottom is 0. */
export function ratio<D>(
  days: readonly D[],
  top: (day: D) => number,
  bottom: (day: D) => number,
  seed: number,
): Estimate | null {
  const tops = days.map(top);
  const bottoms = days.map(bottom);
  const whole = sum(bottoms);
  if (whole === 0) return null;
  const c = chanceOf(seed, "bootstrap");
  const drawn: number[] = [];
  for (let b = 0; b < RESAMPLES; b++) {
    let [x, y] = [0, 0];
    for (let i = 0; i < days.length; i++) {
      const j = Math.floor(c.unit() * days.length);
      x += tops[j] ?? 0;
      y += bottoms[j] ?? 0;
    }
    if (y > 0) drawn.push(x / y);
  }
  drawn.sort((a, b) => a - b);
  const at = (p: number): number => drawn[Math.min(drawn.length - 1, Math.floor(p * drawn.length))] ?? Number.NaN;
  return { value: sum(tops) / whole, low: at(0.025), high: at(0.975) };
}

const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);
