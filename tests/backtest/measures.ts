/** The measures, counted per plant-day so that the bootstrap can draw plant-days. Definitions: docs/warning-quality.md. */
import { floorHour, HOUR, MINUTE } from "../../functions/shared/shanghai.ts";
import type { Run } from "./run.ts";
import { HOURS } from "./run.ts";

/** Truly exceeded hours of a plant-day: `stream@hour`, from the data that nobody answered to. */
export type Truth = ReadonlySet<string>;
export const hourKey = (stream: string, hour: number): string => `${stream}@${hour}`;

const hourOf = (key: string): number => Number(key.slice(key.indexOf("@") + 1));
const streamOf = (key: string): string => key.slice(0, key.indexOf("@"));

/** True where the hour before was not exceeded. */
export const isFirst = (truth: Truth, key: string): boolean => !truth.has(hourKey(streamOf(key), hourOf(key) - HOUR));

export interface DayCounts {
  /** Hours of a limit that exceed without response; plant-hours with at least one of them. */
  exceeded: number;
  atRisk: number;
  /** Plant-hours that exceed or were warned. */
  atRiskOrWarned: number;
  /** Of the exceeded ones, told ≥ 10, 20, 30 minutes before their end, and at all before their end. */
  ahead10: number;
  ahead20: number;
  ahead30: number;
  aheadAny: number;
  /** Exceeded hours whose hour before was not: nobody had been told yet. */
  first: number;
  first10: number;
  first20: number;
  first30: number;
  /** Told ≥ 10 minutes ahead while the rest may still have a share of the limit (see `SAVABLE`). */
  savable: number;
  episodes: number;
  trueEpisodes: number;
  /** Episodes of which an hour was at least nearly exceeded (mean > 0.95 L). */
  nearEpisodes: number;
  /** SMS to the operator's phone that speak of a limit; those that do not. */
  sms: number;
  otherSms: number;
  /** Hours that exceed with response, and with the run's operators in place of nobody. */
  left: number;
}

/** An hour can still be saved while the rest may have this share of its limit. */
export const SAVABLE = 0.3;

export interface Counted {
  counts: DayCounts;
  /** Minutes before its end at which each exceeded hour was first told, by `stream@hour`; absent: never. */
  lead: Map<string, number>;
}

export function count(
  run: Run,
  truth: Truth,
  near: ReadonlySet<string>,
  exceededNow: Truth,
  atHourEndOnly = false,
): Counted {
  const lead = new Map<string, number>();
  const savable = new Set<string>();
  const told = new Set<number>();
  let sms = 0;
  let otherSms = 0;
  for (const { t, notices, recovered } of run.sent) {
    if (t <= HOURS[0]! || t > HOURS[23]! + HOUR + 10 * MINUTE) continue;
    if (notices.length > 0 || recovered) sms += 1;
    else otherSms += 1;
    for (const n of notices) {
      const hour = n.until - HOUR;
      told.add(hour);
      const minutes = (n.until - t) / MINUTE;
      const key = hourKey(n.stream, hour);
      if (minutes >= 0 && !atHourEndOnly && !lead.has(key)) lead.set(key, minutes);
      if (minutes >= 10 && (n.required ?? 0) > SAVABLE) savable.add(key);
    }
  }
  const ahead = (m: number, of: Iterable<string> = truth): number =>
    [...of].filter((key) => (lead.get(key) ?? -1) >= m).length;
  const firsts = [...truth].filter((key) => isFirst(truth, key));
  const plantHours = new Set([...truth].map(hourOf));
  const inDay = run.episodes.filter((e) => e.hours.some((h) => h >= HOURS[0]! && h <= HOURS[23]!));
  const holds = (set: ReadonlySet<string>): number =>
    inDay.filter((e) => e.hours.some((h) => set.has(hourKey(e.stream, h)))).length;
  return {
    lead,
    counts: {
      exceeded: truth.size,
      atRisk: plantHours.size,
      atRiskOrWarned: new Set([...plantHours, ...[...told].filter((h) => h >= HOURS[0]! && h <= HOURS[23]!)]).size,
      ahead10: ahead(10),
      ahead20: ahead(20),
      ahead30: ahead(30),
      aheadAny: ahead(0),
      first: firsts.length,
      first10: ahead(10, firsts),
      first20: ahead(20, firsts),
      first30: ahead(30, firsts),
      savable: [...truth].filter((key) => savable.has(key)).length,
      episodes: inDay.length,
      trueEpisodes: holds(truth),
      nearEpisodes: holds(near),
      sms,
      otherSms,
      left: exceededNow.size,
    },
  };
}

const NAMES = [
  "exceeded",
  "atRisk",
  "atRiskOrWarned",
  "ahead10",
  "ahead20",
  "ahead30",
  "aheadAny",
  "first",
  "first10",
  "first20",
  "first30",
  "savable",
  "episodes",
  "trueEpisodes",
  "nearEpisodes",
  "sms",
  "otherSms",
  "left",
] as const satisfies readonly (keyof DayCounts)[];

export const total = (days: readonly DayCounts[]): DayCounts =>
  Object.fromEntries(NAMES.map((name) => [name, days.reduce((sum, d) => sum + d[name], 0)])) as unknown as DayCounts;

/** Hour starts of the day only. */
export const inTheDay = (hour: number): boolean => hour === floorHour(hour) && hour >= HOURS[0]! && hour <= HOURS[23]!;
