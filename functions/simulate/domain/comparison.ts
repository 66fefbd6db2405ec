/** Both sets of numbers over all plants of a simulation: figures of the whole, a row for each limit, the hours that differ. */
import { DAY, floorDay, formatDay, formatHour } from "../../shared/shanghai.ts";
import type { RuleData } from "../../../layers/rule-data.ts";
import { agrees, type Agreement, type PlantAgreement } from "./agreement.ts";
import { emptyCounts, outcomeOf, type HourOutcome, type Outcome, type RowCounts, type RowKey } from "./outcome.ts";
import { SIDES, type BySide, type PlantTrial, type Side } from "./trial.ts";

export interface Figures {
  /** Opened; of hourly and daily limits, and of those the ones in which a period was exceeded. */
  episodes: number;
  limitEpisodes: number;
  trueEpisodes: number;
  levels: [number, number, number];
  escalated: number;
  recovered: number;
  /** Data deficits and silences. */
  told: number;
  hours: { met: number; exceeded: number; insufficient: number; marked: number };
  days: { met: number; exceeded: number; insufficient: number; marked: number };
  /** Periods exceeded by the numbers in force; warned of before their end, and at least ten minutes before. */
  exceededHours: number;
  hoursAhead: number;
  hoursAhead10: number;
  exceededDays: number;
  daysAhead: number;
  /** Minutes before the end of the hour; hours before the end of the day. Null: none. */
  lead: { low: number; median: number; high: number } | null;
  dayLead: number | null;
  /** Messages that speak of a limit or a condition; of data or silence alone; not sent because of the daily cap. */
  messages: number;
  otherMessages: number;
  capped: number;
  /** Hours of a plant in which some limit was exceeded; messages to the phone of each plant that gets most, for each of them. */
  riskHours: number;
  messagesPerRiskHour: number | null;
  /** Messages of a phone on a day on which it got any. */
  perPhoneDay: number | null;
  mostPerPhoneDay: number;
}

export interface RowResult extends RowKey {
  permitNo: string;
  name: string;
  town: string;
  force: RowCounts;
  draft: RowCounts;
  differs: boolean;
  /** Hours in which the two differ, the first `MOST_HOURS`; `moreHours` are left out. */
  hours: { hour: string; force: HourOutcome; draft: HourOutcome }[];
  moreHours: number;
}

export interface ComparisonResult {
  figures: BySide<Figures>;
  rows: RowResult[];
  byDay: { day: string; force: DayCount; draft: DayCount }[];
  agreement: { episodes: Agreement; messages: Agreement; plants: number; differing: string[] };
}
interface DayCount {
  messages: number;
  episodes: number;
}

const MOST_HOURS = 100;
const MOST_NAMED = 20;

interface SmallMessage {
  t: number;
  permitNo: string;
  to: string;
  exempt: boolean;
  about: boolean;
}

export class Comparison {
  private readonly range: { from: number; to: number };
  private readonly rules: BySide<RuleData>;
  private readonly rows: RowResult[] = [];
  private readonly sent: BySide<SmallMessage[]> = { force: [], draft: [] };
  private readonly opened: BySide<number[]> = { force: [], draft: [] };
  private readonly leads: BySide<{ hour: number[]; day: number[] }> = {
    force: { hour: [], day: [] },
    draft: { hour: [], day: [] },
  };
  private riskHours = 0;
  private readonly exceeded = { hours: 0, days: 0 };
  private readonly agreements: { permitNo: string; of: PlantAgreement }[] = [];

  constructor(range: { from: number; to: number }, rules: BySide<RuleData>) {
    this.range = range;
    this.rules = rules;
  }

  add(plant: { permitNo: string; name: string; town: string }, trial: PlantTrial, agreement: PlantAgreement): void {
    const { permitNo } = plant;
    const truth = trial.verdicts.force;
    const outcomes: BySide<Outcome> = {
      force: outcomeOf(trial.replays.force, truth, truth, this.range),
      draft: outcomeOf(trial.replays.draft, trial.verdicts.draft, truth, this.range),
    };
    this.agreements.push({ permitNo, of: agreement });
    const exceeded = truth.filter((v) => v.verdict === "exceeded");
    const hours = exceeded.filter((v) => v.kind === "HOUR");
    this.riskHours += new Set(hours.map((v) => v.start)).size;
    this.exceeded.hours += hours.length;
    this.exceeded.days += exceeded.length - hours.length;
    for (const side of SIDES) {
      for (const { t, to, lines } of trial.replays[side].sent)
        if (this.inside(t))
          this.sent[side].push({
            t,
            permitNo,
            to,
            exempt: lines.some((l) => l.level === 3 || l.kind === "recovered" || l.kind === "escalated"),
            about: lines.some((l) => l.kind !== "data" && l.kind !== "offline"),
          });
      for (const e of trial.replays[side].episodes) if (this.inside(e.openedAt)) this.opened[side].push(e.openedAt);
      this.leads[side].hour.push(...outcomes[side].leads.hour);
      this.leads[side].day.push(...outcomes[side].leads.day);
    }
    this.rows.push(...rowsOf(plant, outcomes));
  }

  private inside(t: number): boolean {
    return t > this.range.from && t <= this.range.to;
  }

  result(): ComparisonResult {
    const { from, to } = this.range;
    const left = { force: this.capped("force"), draft: this.capped("draft") };
    const days = Array.from({ length: Math.round((to - from) / DAY) }, (_, i) => from + i * DAY);
    // A tick at midnight is about the day before.
    const count = (side: Side, day: number): DayCount => ({
      messages: left[side].sent.filter((m) => floorDay(m.t - 1) === day).length,
      episodes: this.opened[side].filter((t) => floorDay(t - 1) === day).length,
    });
    const total = (of: (a: PlantAgreement) => Agreement): Agreement =>
      this.agreements.reduce(
        (sum, a) => {
          const { real, same, extra } = of(a.of);
          return { real: sum.real + real, same: sum.same + same, extra: sum.extra + extra };
        },
        { real: 0, same: 0, extra: 0 },
      );
    return {
      figures: { force: this.figures("force", left.force), draft: this.figures("draft", left.draft) },
      rows: this.rows,
      byDay: days.map((day) => ({ day: formatDay(day), force: count("force", day), draft: count("draft", day) })),
      agreement: {
        episodes: total((a) => a.episodes),
        messages: total((a) => a.messages),
        plants: this.agreements.filter((a) => agrees(a.of)).length,
        differing: this.agreements
          .filter((a) => !agrees(a.of))
          .map((a) => a.permitNo)
          .slice(0, MOST_NAMED),
      },
    };
  }

  /** The daily cap of a phone is over all its plants: told in the order of ticks, then of permits, as it is sent. */
  private capped(side: Side): { sent: SmallMessage[]; capped: number } {
    const used = new Map<string, number>();
    const ordered = this.sent[side].toSorted((a, b) => a.t - b.t || (a.permitNo < b.permitNo ? -1 : 1));
    const sent = ordered.filter(({ t, to, exempt }) => {
      if (exempt) return true;
      const key = `${formatDay(t)} ${to}`;
      const before = used.get(key) ?? 0;
      if (before >= this.rules[side].warning(t).sms.dailyCap) return false;
      used.set(key, before + 1);
      return true;
    });
    return { sent, capped: ordered.length - sent.length };
  }

  private figures(side: Side, { sent, capped }: { sent: SmallMessage[]; capped: number }): Figures {
    const rows = this.rows.map((row) => ({ row, counts: row[side] }));
    const sum = (of: (c: RowCounts) => number, only: (r: RowResult) => boolean = () => true): number =>
      rows.reduce((n, { row, counts }) => n + (only(row) ? of(counts) : 0), 0);
    const hourly = (r: RowResult): boolean => r.statistic === "hour";
    const daily = (r: RowResult): boolean => r.statistic === "day";
    const limited = (r: RowResult): boolean => hourly(r) || daily(r);
    const verdicts = (only: (r: RowResult) => boolean): Figures["hours"] => ({
      met: sum((c) => c.met, only),
      exceeded: sum((c) => c.exceeded, only),
      insufficient: sum((c) => c.insufficient, only),
      marked: sum((c) => c.marked, only),
    });
    const about = sent.filter((m) => m.about);
    const most = [...Map.groupBy(about, (m) => m.permitNo).values()].map((own) =>
      Math.max(...[...Map.groupBy(own, (m) => m.to).values()].map((list) => list.length)),
    );
    const phoneDays = [...Map.groupBy(sent, (m) => `${formatDay(m.t)} ${m.to}`).values()].map((l) => l.length);
    const { hour, day } = this.leads[side];
    return {
      episodes: sum((c) => c.episodes),
      limitEpisodes: sum((c) => c.episodes, limited),
      trueEpisodes: sum((c) => c.trueEpisodes, limited),
      levels: [sum((c) => c.levels[0]), sum((c) => c.levels[1]), sum((c) => c.levels[2])],
      escalated: sum((c) => c.escalated),
      recovered: sum((c) => c.recovered),
      told: sum((c) => c.told),
      hours: verdicts(hourly),
      days: verdicts(daily),
      exceededHours: this.exceeded.hours,
      hoursAhead: sum((c) => c.ahead, hourly),
      hoursAhead10: sum((c) => c.ahead10, hourly),
      exceededDays: this.exceeded.days,
      daysAhead: sum((c) => c.ahead, daily),
      lead:
        hour.length === 0
          ? null
          : { low: quantile(hour, 0.25), median: quantile(hour, 0.5), high: quantile(hour, 0.75) },
      dayLead: day.length === 0 ? null : quantile(day, 0.5) / 60,
      messages: about.length,
      otherMessages: sent.length - about.length,
      capped,
      riskHours: this.riskHours,
      messagesPerRiskHour: this.riskHours === 0 ? null : most.reduce((a, b) => a + b, 0) / this.riskHours,
      perPhoneDay: phoneDays.length === 0 ? null : sent.length / phoneDays.length,
      mostPerPhoneDay: Math.max(0, ...phoneDays),
    };
  }
}

const NOTHING: HourOutcome = { level: 0, messages: 0, lead: null, verdict: null };

function rowsOf(plant: { permitNo: string; name: string; town: string }, outcomes: BySide<Outcome>): RowResult[] {
  const keys = new Map([...outcomes.force.rows, ...outcomes.draft.rows]);
  return [...keys]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, key]) => {
      const [force, draft] = SIDES.map((side) => outcomes[side].hours.get(id) ?? new Map<number, HourOutcome>());
      const hours = [...new Set([...force!.keys(), ...draft!.keys()])]
        .sort((a, b) => a - b)
        .map((start) => ({
          hour: `${formatHour(start)}:00`,
          force: force!.get(start) ?? NOTHING,
          draft: draft!.get(start) ?? NOTHING,
        }))
        .filter((h) => !sameHour(h.force, h.draft));
      const counts = {
        force: outcomes.force.counts.get(id) ?? emptyCounts(),
        draft: outcomes.draft.counts.get(id) ?? emptyCounts(),
      };
      return {
        ...plant,
        ...key,
        ...counts,
        differs: hours.length > 0 || JSON.stringify(counts.force) !== JSON.stringify(counts.draft),
        hours: hours.slice(0, MOST_HOURS),
        moreHours: Math.max(0, hours.length - MOST_HOURS),
      };
    });
}

const sameHour = (a: HourOutcome, b: HourOutcome): boolean =>
  a.level === b.level && a.messages === b.messages && a.lead === b.lead && a.verdict === b.verdict;

/** The value below which a share of the sorted values lies; the nearer one of the list. */
function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
