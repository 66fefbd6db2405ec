/** Disturbances: a value climbs to `peak` times its limit, stays there until somebody acts, and falls back. */
import { between, mix, unit, whole } from "./random.ts";

/** Times in minutes; `start` in epoch minutes. `peak` in limits (2: twice the limit). */
export interface Upset {
  start: number;
  rise: number;
  hold: number;
  fall: number;
  peak: number;
}

/** How far into the upset a minute is: 0 outside, 1 at its height. */
export function envelope(upset: Upset, minute: number): number {
  const x = minute - upset.start;
  if (x < 0) return 0;
  if (x < upset.rise) return (x + 1) / (upset.rise + 1);
  const since = x - upset.rise - upset.hold;
  if (since < 0) return 1;
  return since < upset.fall ? Math.exp((-4 * (since + 1)) / upset.fall) : 0;
}

/** The upset that starts in clock hour `hour` (epoch hours) with probability `chance`; two thirds of the operators act within minutes. */
export function hourUpset(key: number, hour: number, chance: number): Upset | null {
  if (unit(key, hour) >= chance) return null;
  const own = mix(key ^ 0x1b56c4e9, hour);
  const acts = unit(own, 1) < 0.65;
  const tall = unit(own, 2);
  return {
    start: hour * 60 + whole(own, 3, 0, 59),
    rise: whole(own, 4, 3, 8),
    hold: acts ? whole(own, 5, 6, 18) : whole(own, 5, 22, 50),
    fall: whole(own, 6, 10, 20),
    peak: 1.25 + 1.9 * tall * tall,
  };
}

/** The shock load that starts on a day (epoch days, Shanghai): hours long, as in a biological treatment. */
export function dayUpset(key: number, day: number, chance: number): Upset | null {
  if (unit(key, day) >= chance) return null;
  const own = mix(key ^ 0x1b56c4e9, day);
  return {
    start: day * 1440 - 480 + whole(own, 1, 0, 1439),
    rise: whole(own, 2, 30, 90),
    hold: whole(own, 3, 60, 420),
    fall: whole(own, 4, 120, 240),
    peak: between(own, 5, 1.2, 2.4),
  };
}

/** The strongest at a minute among the planned ones and those by hash; null when none is under way. */
export function upsetAt(
  key: number,
  minute: number,
  chance: number,
  slow: boolean,
  planned: readonly Upset[],
): { share: number; peak: number } | null {
  let best: { share: number; peak: number } | null = null;
  const consider = (upset: Upset | null): void => {
    if (!upset) return;
    const share = envelope(upset, minute);
    if (share > 0 && (!best || share * upset.peak > best.share * best.peak)) best = { share, peak: upset.peak };
  };
  for (const upset of planned) consider(upset);
  // An hourly one lasts 78 minutes at most, a shock load 750: two hours and one day back see them all.
  if (slow) {
    const day = Math.floor((minute + 480) / 1440);
    for (let back = 0; back <= 1; back++) consider(dayUpset(key, day - back, chance));
  } else {
    const hour = Math.floor(minute / 60);
    for (let back = 0; back <= 2; back++) consider(hourUpset(key, hour - back, chance));
  }
  return best;
}
