/**
 * The ceiling: what somebody would know who sees the process itself. He knows the level, the load to come, every upset that
 * has begun with its whole course, and where the noise stands and how fast it forgets; he does not know what has not begun.
 */
import { MINUTE } from "../../functions/shared/shanghai.ts";
import { minuteAt } from "./clock.ts";
import type { Device, Stream } from "./process.ts";
import { NOISE } from "./settings.ts";

/** Moment, minutes before the hour's end, from which the hour is known to exceed (a multiple of 5, at most 55); null: never. */
export function foreseen(device: Device, stream: Stream, hour: number, values: Float64Array): number | null {
  const from = minuteAt(hour);
  for (let e = 5; e <= 55; e += 5) if (expected(device, stream, from, e, values) > 1) return 60 - e;
  return null;
}

/** The hour's mean, in limits, as expected `e` minutes into it; `values`: what was measured, by minute, in limits. */
function expected(device: Device, s: Stream, from: number, e: number, values: Float64Array): number {
  const t = from + e;
  let sum = 0;
  let n = 0;
  for (let m = from; m < t; m++) {
    const v = values[m] ?? Number.NaN;
    if (!Number.isNaN(v)) [sum, n] = [sum + v, n + 1];
  }
  const begun = s.upsets.filter((u) => u.from < t);
  const last = t - 1;
  for (let m = t; m < from + 60; m++) {
    if (device.flags[m] !== "N") continue;
    let level = s.usual[m] ?? 0;
    let jump = 0;
    for (const u of begun) {
      const add = u.adds[m - u.from] ?? 0;
      if (u.kind === "sensor") jump += add;
      else level += add;
    }
    const noise =
      (s.slow[last] ?? 0) * Math.exp(-(m - last) / NOISE.slow.minutes) +
      (s.fast[last] ?? 0) * Math.exp(-(m - last) / NOISE.fast.minutes);
    [sum, n] = [sum + level * Math.exp(noise) + jump, n + 1];
  }
  return n === 0 ? 0 : sum / n;
}

/** True where an upset of the stream was under way at a minute no later than `before` minutes ahead of the hour's end. */
export const begunBefore = (s: Stream, hour: number, before: number): boolean => {
  const end = minuteAt(hour + 60 * MINUTE);
  return s.upsets.some((u) => u.from < end - before && u.to > end - 60);
};
