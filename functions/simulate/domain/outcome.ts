/** What came of one plant under one set of numbers, counted by limit and by clock hour (docs/rule-data.md says what counts). */
import { DAY, floorDay, HOUR, MINUTE } from "../../shared/shanghai.ts";
import type { EpisodeKey } from "../../warnings/domain/episode.ts";
import { hourOfTick, type Level } from "../../warnings/domain/gas-hour.ts";
import type { Line } from "../../warnings/domain/line.ts";
import type { Judgement } from "../../warnings/domain/verdict.ts";
import type { PastEpisode, SentMessage } from "./replay-plant.ts";
import type { PeriodVerdict } from "./trial.ts";

/** What a row is about: a limit, a facility (`what` is its code), or the silence of an outlet's devices. */
export interface RowKey {
  outlet: string | null;
  /** Pollutant or facility; null: silence. */
  what: string | null;
  statistic: EpisodeKey["statistic"] | "silence";
}
export const rowId = (k: RowKey): string => `${k.outlet ?? ""}|${k.what ?? ""}|${k.statistic}`;

/** One clock hour of a row. */
export interface HourOutcome {
  level: Level;
  /** Messages that speak of it, of all phones one at a tick. */
  messages: number;
  /** Minutes before the end of the limit's period at which it was first warned of; null: it was not, or has no period. */
  lead: number | null;
  verdict: Judgement | null;
}

export interface RowCounts {
  episodes: number;
  /** Episodes of which a period was exceeded. */
  trueEpisodes: number;
  /** Warnings by level 1, 2, 3: one for each tick at which one was due. */
  levels: [number, number, number];
  escalated: number;
  recovered: number;
  /** Data deficits and silences that were told. */
  told: number;
  /** Periods by verdict. */
  met: number;
  exceeded: number;
  insufficient: number;
  marked: number;
  /** Of the periods exceeded by the numbers in force: told before their end, and 10 minutes or more before it. */
  ahead: number;
  ahead10: number;
}

export interface Outcome {
  rows: Map<string, RowKey>;
  counts: Map<string, RowCounts>;
  hours: Map<string, Map<number, HourOutcome>>;
  /** Minutes before the end at which each exceeded period was first told, by statistic. */
  leads: { hour: number[]; day: number[] };
}

export const emptyCounts = (): RowCounts => ({
  episodes: 0,
  trueEpisodes: 0,
  levels: [0, 0, 0],
  escalated: 0,
  recovered: 0,
  told: 0,
  met: 0,
  exceeded: 0,
  insufficient: 0,
  marked: 0,
  ahead: 0,
  ahead10: 0,
});

export const keyOfEpisode = (e: EpisodeKey): RowKey => ({
  outlet: e.outlet,
  what: e.facility ?? e.pollutant,
  statistic: e.statistic,
});
const keyOfLine = (l: Line): RowKey =>
  l.kind === "offline"
    ? { outlet: l.outlet, what: null, statistic: "silence" }
    : { outlet: l.outlet, what: l.facility ?? l.pollutant, statistic: l.statistic ?? "silence" };
const keyOfVerdict = (v: PeriodVerdict): RowKey => ({
  outlet: v.outlet,
  what: v.pollutant,
  statistic: v.kind === "HOUR" ? "hour" : "day",
});

/** So many minutes are enough to act (docs/warning-quality.md). */
const AHEAD = 10;

/**
 * Counts what happened in (from, to]. `truth`: the verdicts by the numbers in force, so that both sets of numbers are
 * measured by the same exceedances.
 */
export function outcomeOf(
  { sent, episodes }: { sent: readonly SentMessage[]; episodes: readonly PastEpisode[] },
  verdicts: readonly PeriodVerdict[],
  truth: readonly PeriodVerdict[],
  { from, to }: { from: number; to: number },
): Outcome {
  const out: Outcome = { rows: new Map(), counts: new Map(), hours: new Map(), leads: { hour: [], day: [] } };
  const rowOf = (key: RowKey): { counts: RowCounts; hours: Map<number, HourOutcome> } => {
    const id = rowId(key);
    if (!out.rows.has(id)) {
      out.rows.set(id, key);
      out.counts.set(id, emptyCounts());
      out.hours.set(id, new Map());
    }
    return { counts: out.counts.get(id)!, hours: out.hours.get(id)! };
  };
  const hourIn = (hours: Map<number, HourOutcome>, start: number): HourOutcome => {
    const held = hours.get(start) ?? { level: 0, messages: 0, lead: null, verdict: null };
    hours.set(start, held);
    return held;
  };
  const inside = (t: number): boolean => t > from && t <= to;

  for (const v of verdicts) {
    const { counts, hours } = rowOf(keyOfVerdict(v));
    counts[v.verdict] += 1;
    if (v.kind === "HOUR") hourIn(hours, v.start).verdict = v.verdict;
  }
  /** When each period was first warned of, by row and end. */
  const first = new Map<string, number>();
  for (const [t, messages] of Map.groupBy(sent, (m) => m.t)) {
    if (!inside(t)) continue;
    for (const l of distinct(messages.flatMap((m) => m.lines))) {
      const key = keyOfLine(l);
      const { counts, hours } = rowOf(key);
      const hour = hourIn(hours, hourOfTick(t));
      hour.messages += 1;
      if (l.kind === "warning" && l.level > 0) {
        counts.levels[l.level - 1]! += 1;
        const period = `${rowId(key)}@${l.until}`;
        if (l.until !== null && t <= l.until && !first.has(period)) {
          first.set(period, (l.until - t) / MINUTE);
          hour.lead ??= (l.until - t) / MINUTE;
        }
      } else if (l.kind === "escalated") counts.escalated += 1;
      else if (l.kind === "recovered") counts.recovered += 1;
      else if (l.kind !== "warning") counts.told += 1;
    }
  }
  const exceeded = truth.filter((v) => v.verdict === "exceeded");
  const exceededPeriods = new Set<string>();
  for (const v of exceeded) {
    const key = keyOfVerdict(v);
    const end = v.start + (v.kind === "HOUR" ? HOUR : DAY);
    exceededPeriods.add(`${rowId(key)}@${v.start}`);
    const lead = first.get(`${rowId(key)}@${end}`);
    if (lead === undefined) continue;
    const { counts } = rowOf(key);
    counts.ahead += 1;
    if (lead >= AHEAD) counts.ahead10 += 1;
    out.leads[v.kind === "HOUR" ? "hour" : "day"].push(lead);
  }
  for (const e of episodes) {
    const key = keyOfEpisode(e);
    for (const [start, level] of e.levels)
      if (start >= from && start < to) {
        const hour = hourIn(rowOf(key).hours, start);
        if (level > hour.level) hour.level = level;
      }
    if (!inside(e.openedAt)) continue;
    const { counts } = rowOf(key);
    counts.episodes += 1;
    const periods = [...e.levels.keys()].map((start) => (e.statistic === "day" ? floorDay(start) : start));
    if (periods.some((start) => exceededPeriods.has(`${rowId(key)}@${start}`))) counts.trueEpisodes += 1;
  }
  return out;
}

/** The same line goes to several phones. */
const distinct = (lines: readonly Line[]): Line[] => [
  ...new Map(
    lines.map((l) => [`${l.kind}|${l.outlet}|${l.facility}|${l.pollutant}|${l.statistic}|${l.device}`, l]),
  ).values(),
];
