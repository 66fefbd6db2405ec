/** The analyser and its link: flags by minute, and when each record arrives. */
import { MINUTE } from "../../functions/shared/shanghai.ts";
import type { Chance } from "./chance.ts";
import { MINUTES, RUN_IN, timeOf } from "./clock.ts";
import type { Device } from "./process.ts";
import { ANALYSER } from "./settings.ts";

/** N, C, M, D or F by minute; `stopped`: standstills, [from, to). */
export function flagsOf(c: Chance, stopped: readonly [number, number][]): string[] {
  const flags = Array.from({ length: MINUTES }, () => "N");
  const paint = (flag: string, from: number, minutes: number): void => {
    for (let m = Math.max(0, Math.round(from)); m < Math.min(MINUTES, from + minutes); m++) flags[m] = flag;
  };
  for (const [from, to] of stopped) paint("F", from, to - from);
  const calibration = c.between(0, 1440);
  paint("C", RUN_IN + calibration, c.between(...ANALYSER.calibration));
  if (c.unit() < ANALYSER.upkeep.chance) paint("M", RUN_IN + 9.5 * 60, c.between(...ANALYSER.upkeep.minutes));
  for (let n = c.count(ANALYSER.fault.perDay); n > 0; n--)
    paint("D", c.between(0, MINUTES), c.between(...ANALYSER.fault.minutes));
  return flags;
}

/** The records of a day in order of receipt; those of a break of the link come when it is over, or never. */
export function recordsOf(c: Chance, interval: number): Device["records"] {
  const gaps = Array.from({ length: c.count(ANALYSER.gap.perDay) }, () => {
    const from = timeOf(c.between(RUN_IN, MINUTES));
    return { from, to: from + c.between(...ANALYSER.gap.minutes) * MINUTE, lost: c.unit() < ANALYSER.gap.lost };
  });
  const [low, high] = ANALYSER.delay;
  const own = c.between(low, high - 20);
  const records: Device["records"] = [];
  for (let minute = 0; minute + interval <= MINUTES; minute += interval) {
    const ready = timeOf(minute + interval) + Math.round((own + c.between(0, 20)) * 1000);
    const gap = gaps.find((g) => g.from <= ready && ready < g.to);
    if (gap?.lost) continue;
    records.push({ minute, receivedAt: gap ? Math.round(gap.to) + (minute % 50) * 200 : ready });
  }
  return records.sort((a, b) => a.receivedAt - b.receivedAt);
}
