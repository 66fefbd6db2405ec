/** The plant as a process: what an analyser shows at a minute, and its means over any interval. */
import { minuteOfDay } from "./load.ts";
import type { Behaviour, SimDevice, SimPlant, Stream } from "./profile.ts";
import { bell, between, drift, unit } from "./random.ts";
import { analyserFlag, plantLoad, STANDSTILL, untreated } from "./states.ts";
import { upsetAt } from "./upsets.ts";

/** Chance that an upset of a pollutant starts in a clock hour (a shock load: on a day). */
const CHANCE = { gas: 0.011, slow: 0.025, range: 0.0012, noise: 0.002 } as const;

/** Minutes of the day at which the night ends and begins; the limits of noise change here. */
const DAY_FROM = 360;
const NIGHT_FROM = 1320;

/** True value in the rule data's unit, on the limit's basis (converted when that is the basis). */
export function trueValue(plant: SimPlant, device: SimDevice, stream: Stream, minute: number, load: number): number {
  const { behaviour, key } = stream;
  const runs = load >= STANDSTILL;
  if (behaviour.kind === "limited") return concentration(behaviour, plant, device, stream, minute, load);
  if (behaviour.kind === "range") return inRange(behaviour, stream, minute);
  if (behaviour.kind === "noise") return soundLevel(behaviour, stream, minute, load);
  if (behaviour.kind === "oxygen") {
    // At part load a burner runs with more air.
    if (!runs) return 20.7;
    return Math.max(2, Math.min(18.5, behaviour.centre + 2.2 * (0.8 - load) + 0.45 * drift(key, minute)));
  }
  // Treated water keeps running at a fifth when the line stands; a stack does not.
  if (behaviour.kind === "flow")
    return behaviour.full * Math.max(device.medium === "water" ? 0.2 : 0.01, load) * (1 + 0.05 * drift(key, minute));
  return Math.max(0, behaviour.centre * (1 + behaviour.spread * 0.5 * drift(key, minute)));
}

type As<K extends Behaviour["kind"]> = Extract<Behaviour, { kind: K }>;

function concentration(
  { level, ratio, slow, hold }: As<"limited">,
  plant: SimPlant,
  device: SimDevice,
  { key, planned }: Stream,
  minute: number,
  load: number,
): number {
  if (load < STANDSTILL && !slow) return 0.02 * level * (1 + 0.2 * bell(key, minute));
  // A wet-chemical analysis stands until the next one is ready.
  const at = hold > 0 ? Math.floor(minute / hold) * hold : minute;
  const sway = slow ? 0.09 * drift(key, at / 6) : 0.1 * drift(key, at);
  const calm = Math.min(0.98, ratio * (0.82 + 0.22 * load) * Math.exp(sway));
  let share = calm;
  const upset = upsetAt(key, at, slow ? CHANCE.slow : CHANCE.gas, slow, planned);
  if (upset) share += (upset.peak - calm) * upset.share * (1 + 0.04 * bell(key, at));
  if (!slow && untreated(plant, device.outlet, minute)) share = Math.max(share, 1.35 + 0.05 * drift(key, minute));
  return Math.max(calm, share) * level;
}

function inRange({ min, max, centre }: As<"range">, { key, planned }: Stream, minute: number): number {
  const calm = centre + (max - min) * 0.04 * drift(key, minute);
  const upset = upsetAt(key, minute, CHANCE.range, false, planned);
  if (!upset) return calm;
  const beyond = 0.25 + 0.3 * (upset.peak - 1);
  const target = unit(key, 31) < 0.6 ? max + beyond : min - beyond;
  return calm + (target - calm) * upset.share;
}

function soundLevel(
  { day, night, quieter }: As<"noise">,
  { key, planned }: Stream,
  minute: number,
  load: number,
): number {
  const at = minuteOfDay(minute);
  const limit = at >= DAY_FROM && at < NIGHT_FROM ? day : night;
  const calm = limit - quieter + 2 * (load - 0.8) + 1.1 * drift(key, minute);
  const upset = upsetAt(key, minute, CHANCE.noise, false, planned);
  return upset ? Math.max(calm, calm + (limit + 2 + 2 * upset.peak - calm) * upset.share) : calm;
}

/** What a device reports of one pollutant for an interval; in the unit it sends, rounded as it prints. */
export interface Mean {
  stream: Stream;
  min: number;
  avg: number;
  max: number;
  converted: number | null;
  flag: string;
}

/**
 * Means over `minutes` from `start` (epoch minutes) for every pollutant of the device, flow-weighted in water. The flag is N
 * when more than half of the minutes are, else the commonest other one; the means are over the minutes of that flag.
 */
export function means(plant: SimPlant, device: SimDevice, start: number, minutes: number): Mean[] {
  const loads: number[] = [];
  const flags: string[] = [];
  for (let minute = start; minute < start + minutes; minute++) {
    const load = plantLoad(plant, minute);
    loads.push(load);
    flags.push(flagAt(device, minute, load));
  }
  const flag = usual(flags);
  const { streams } = device;
  const sums = streams.map(() => ({ value: 0, converted: 0, min: Infinity, max: -Infinity }));
  const hasFlow = device.medium === "water";
  let count = 0;
  let volume = 0;
  for (const [i, load] of loads.entries()) {
    if (flags[i] !== flag) continue;
    const minute = start + i;
    let o2 = 0;
    let flow = 1;
    count++;
    for (const [j, stream] of streams.entries()) {
      const shown = shownValue(plant, device, stream, minute, load, flag);
      const { behaviour } = stream;
      if (behaviour.kind === "oxygen") o2 = shown;
      if (hasFlow && behaviour.kind === "flow") flow = shown;
      const reference = behaviour.kind === "limited" ? behaviour.referenceO2 : null;
      const value = reference === null ? shown : (shown * (21 - o2)) / (21 - reference);
      const sum = sums[j] as (typeof sums)[number];
      // The volume itself is a plain mean; what it carries is weighted by it.
      const weight = behaviour.kind === "flow" ? 1 : flow;
      sum.value += value * weight;
      sum.converted += shown * weight;
      if (value < sum.min) sum.min = value;
      if (value > sum.max) sum.max = value;
    }
    volume += flow;
  }
  let o2: number | null = null;
  return streams.map((stream, j): Mean => {
    const { behaviour, factor, decimals } = stream;
    const sum = sums[j] as (typeof sums)[number];
    const over = behaviour.kind === "flow" ? count : volume;
    const avg = print((sum.value / over) * factor, decimals);
    if (behaviour.kind === "oxygen") o2 = avg;
    const reference = behaviour.kind === "limited" ? behaviour.referenceO2 : null;
    let converted: number | null = null;
    // One minute: exactly what a receiver computes from the printed figures. Longer: the mean of the converted minutes.
    if (reference !== null && o2 !== null && o2 < OXYGEN_CEILING)
      converted = print(
        minutes === 1 ? (avg * (21 - reference)) / (21 - o2) : (sum.converted / over) * factor,
        decimals,
      );
    // The samples of a few seconds behind a minute scatter more in a stack than in a basin.
    const scatter = between(stream.key, start, 0.2, 1) * SCATTER[behaviour.kind];
    const min = print(sum.min * factor * (1 - scatter), decimals);
    const max = print(sum.max * factor * (1 + scatter), decimals);
    return { stream, min, avg, max, converted, flag };
  });
}

/** From here on the conversion divides by next to nothing; loggers leave ZsAvg out. */
const OXYGEN_CEILING = 20;
const SCATTER = { limited: 0.04, range: 0.004, noise: 0.02, oxygen: 0.02, flow: 0.05, plain: 0.01 } as const;

/** Round to the digits a logger prints. */
const print = (x: number, decimals: number): number => {
  const scale = 10 ** decimals;
  return Math.round(x * scale) / scale;
};

/** What the instrument shows, on the limit's basis: the true value in N; test gas in C; nothing useful in M and D. */
function shownValue(
  plant: SimPlant,
  device: SimDevice,
  stream: Stream,
  minute: number,
  load: number,
  flag: string,
): number {
  const { behaviour, key } = stream;
  if (behaviour.kind !== "limited" || flag === "N" || flag === "F")
    return trueValue(plant, device, stream, minute, load) * (behaviour.kind === "limited" ? device.gain : 1);
  if (flag === "D") return 0.001 * behaviour.level;
  // Zero gas, then span gas at 1.5 limits, four minutes each.
  const share = minute % 8 < 4 ? 0.005 + 0.002 * unit(key, minute) : 1.5 + 0.01 * bell(key, minute);
  return share * behaviour.level;
}

/** F while the line of a stack stands; else what the analyser says of itself. */
function flagAt(device: SimDevice, minute: number, load: number): string {
  const own = analyserFlag(device, minute);
  if (own !== "N") return own;
  return device.medium === "gas" && load < STANDSTILL ? "F" : "N";
}

/** N when more than half are, else the commonest of the others. */
function usual(flags: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const flag of flags) counts.set(flag, (counts.get(flag) ?? 0) + 1);
  if ((counts.get("N") ?? 0) * 2 > flags.length) return "N";
  counts.delete("N");
  let best = "N";
  let most = 0;
  for (const [flag, count] of counts) if (count > most) [best, most] = [flag, count];
  return best;
}
