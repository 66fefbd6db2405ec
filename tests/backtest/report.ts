/** What `npm run backtest` finds out, as figures: the shape of backtest.json and of the tables in the document. */
import type { RuleData, WarningNumbers } from "../../layers/rule-data.ts";
import { ratio, type Estimate } from "./bootstrap.ts";
import { total, type DayCounts } from "./measures.ts";
import { KINDS, NOISES, REFERENCE, SEVERITIES, type Kind, type Settings } from "./settings.ts";
import { FULL, SHORT, trial, type Day, type Trial, type Way } from "./trial.ts";

export const TARGETS = { ahead10: 0.91, precision: 0.45, smsPerHour: 7 } as const;

type Figure = Estimate | null;

export interface WayFigures {
  way: Way;
  ahead10: Figure;
  ahead20: Figure;
  ahead30: Figure;
  /** Told ≥ 10 minutes ahead while the rest may still have 30 % of the limit; only where a message names what it may have. */
  savable: Figure;
  precision: Figure;
  nearPrecision: Figure;
  episodes: number;
  /** SMS to one phone per hour that exceeds without response, nobody answering and operators answering. */
  smsSilent: Figure;
  smsAnswered: Figure;
  /** The same by hours that exceed or were warned. */
  smsSilentBroad: Figure;
  /** Share of the exceeded hours that are met with operators; hours saved per 100 SMS. */
  saved: Figure;
  savedPer100: number | null;
}

export interface Cell {
  name: string;
  plantDays: number;
  /** Exceeded hours of a limit per 100 plant-days; upsets (spikes apart) begun per outlet and day. */
  exceededPer100: number;
  upsetsPerOutletDay: number;
  ahead10: Figure;
  foreseen10: Figure;
  precision: Figure;
  smsSilent: Figure;
}

export interface KindRow {
  kind: Kind | "none";
  begun: number | null;
  exceeded: number;
  ahead10: number;
  foreseen10: number;
  medianLead: number | null;
  falseEpisodes: number;
}

export interface Report {
  seed: number;
  plantDays: number;
  cellDays: number;
  exceeded: number;
  atRisk: number;
  upsetsPerOutletDay: number;
  spikesPerOutletDay: number;
  ways: WayFigures[];
  ceiling: { begun10: Figure; foreseen10: Figure; foreseen20: Figure; foreseen30: Figure };
  /** Exceeded hours by minutes before their end at which they were first told; the last is those never told in time. */
  leads: { minutes: number | null; hours: number }[];
  kinds: KindRow[];
  grid: Cell[];
  frequency: Cell[];
  interval: Cell[];
  numbers: Cell[];
  /** The first plant-days as counted, so that a test can tell whether this is still what the code says. */
  sample: { index: number; silent: DayCounts; answered: DayCounts }[];
}

/** Changes of the warning numbers, only looked at: the numbers themselves are the rules' and stay. */
interface Change {
  name: string;
  change: Partial<WarningNumbers["hour"]>;
}
const CHANGES: readonly Change[] = [
  { name: "earlyMargin 0.05 → 0", change: { earlyMargin: 0 } },
  { name: "earlyMargin 0.05 → 0.15", change: { earlyMargin: 0.15 } },
  { name: "lateMinutes 30 → 20", change: { lateMinutes: 20 } },
  { name: "medianMax 15 → 7", change: { medianMax: 7 } },
  { name: "medianMin 5 → 3, newestCount 5 → 3", change: { medianMin: 3, newestCount: 3 } },
  { name: "repeatEarly 10 → 15", change: { repeatEarly: 15 } },
];

const changed = (ruleData: RuleData, change: Partial<WarningNumbers["hour"]>): RuleData => ({
  ...ruleData,
  warning: (t) => {
    const numbers = ruleData.warning(t);
    return { ...numbers, hour: { ...numbers.hour, ...change } };
  },
});

export interface Plan {
  plantDays: number;
  /** Of each cell of the sensitivity tables; 0 leaves them out. */
  cellDays: number;
  seed: number;
  log: (line: string) => void;
}

/** Plant-days whose counts are kept in the report. */
export const SAMPLE = 6;

export function report({ plantDays, cellDays, seed, log }: Plan, ruleData: RuleData): Report {
  const reference = { ...REFERENCE, seed };
  log(`reference: ${plantDays} plant-days, four ways of warning, without and with response`);
  const main = trial(reference, plantDays, ruleData, FULL);
  const known = new Map<string, Trial>();
  const cell = (name: string, change: Partial<Settings>, rules: Change["change"] = {}): Cell => {
    const settings = { ...reference, ...change };
    // The reference stands in every table; it is run once.
    const key = JSON.stringify([settings, rules]);
    let found = known.get(key);
    if (!found) {
      log(`${name}: ${cellDays} plant-days`);
      known.set(key, (found = trial(settings, cellDays, changed(ruleData, rules), SHORT)));
    }
    return cellOf(name, found);
  };
  const cells = <T>(list: readonly T[], make: (x: T) => Cell): Cell[] => (cellDays > 0 ? list.map(make) : []);
  const { days } = main;
  const silent = total(days.map((d) => d.silent.product!));
  return {
    seed,
    plantDays,
    cellDays,
    exceeded: silent.exceeded,
    atRisk: silent.atRisk,
    ...frequencyOf(days),
    ways: FULL.ways.map((way) => wayFigures(days, way, seed)),
    ceiling: ceilingOf(days, seed),
    leads: leadsOf(days),
    kinds: kindsOf(days),
    grid: cells(
      SEVERITIES.flatMap((severity) => NOISES.map((noise) => ({ severity, noise }))),
      (x) => cell(`${x.severity} / ${x.noise}`, x),
    ),
    frequency: cells([0.25, 1, 4], (frequency) => cell(`× ${frequency}`, { frequency })),
    interval: cells([1, 5, 10], (interval) => cell(`${interval} min`, { interval })),
    numbers: cells([{ name: "as they are", change: {} }, ...CHANGES], (c) => cell(c.name, {}, c.change)),
    sample: days
      .slice(0, SAMPLE)
      .map((d) => ({ index: d.index, silent: d.silent.product!, answered: d.answered.product! })),
  };
}

type Part = (counts: DayCounts) => number;

function wayFigures(days: readonly Day[], way: Way, seed: number): WayFigures {
  const of = (part: Part, whole: Part, mode: "silent" | "answered" = "silent"): Figure =>
    ratio(
      days,
      (d) => part(d[mode][way]!),
      (d) => whole(d[mode][way]!),
      seed,
    );
  const answered = total(days.map((d) => d.answered[way]!));
  return {
    way,
    ahead10: of(
      (c) => c.ahead10,
      (c) => c.exceeded,
    ),
    ahead20: of(
      (c) => c.ahead20,
      (c) => c.exceeded,
    ),
    ahead30: of(
      (c) => c.ahead30,
      (c) => c.exceeded,
    ),
    savable:
      way === "product"
        ? of(
            (c) => c.savable,
            (c) => c.exceeded,
          )
        : null,
    precision: of(
      (c) => c.trueEpisodes,
      (c) => c.episodes,
    ),
    nearPrecision: of(
      (c) => c.nearEpisodes,
      (c) => c.episodes,
    ),
    episodes: total(days.map((d) => d.silent[way]!)).episodes,
    smsSilent: of(
      (c) => c.sms,
      (c) => c.atRisk,
    ),
    smsAnswered: of(
      (c) => c.sms,
      (c) => c.atRisk,
      "answered",
    ),
    smsSilentBroad: of(
      (c) => c.sms,
      (c) => c.atRiskOrWarned,
    ),
    saved: of(
      (c) => c.exceeded - c.left,
      (c) => c.exceeded,
      "answered",
    ),
    savedPer100: answered.sms > 0 ? (100 * (answered.exceeded - answered.left)) / answered.sms : null,
  };
}

function ceilingOf(days: readonly Day[], seed: number): Report["ceiling"] {
  const of = (part: (c: Day["ceiling"]) => number): Figure =>
    ratio(
      days,
      (d) => part(d.ceiling),
      (d) => d.ceiling.exceeded,
      seed,
    );
  return {
    begun10: of((c) => c.begun10),
    foreseen10: of((c) => c.foreseen10),
    foreseen20: of((c) => c.foreseen20),
    foreseen30: of((c) => c.foreseen30),
  };
}

function frequencyOf(days: readonly Day[]): Pick<Report, "upsetsPerOutletDay" | "spikesPerOutletDay"> {
  const outlets = days.reduce((n, d) => n + d.outlets, 0);
  const begun = (kinds: readonly Kind[]): number =>
    days.reduce((n, d) => n + kinds.reduce((m, k) => m + (d.upsets[k] ?? 0), 0), 0) / outlets;
  return {
    upsetsPerOutletDay: begun(KINDS.filter((k) => k !== "spike")),
    spikesPerOutletDay: begun(["spike"]),
  };
}

function leadsOf(days: readonly Day[]): Report["leads"] {
  const hours = days.flatMap((d) => d.hours);
  const steps = [55, 50, 45, 40, 35, 30, 25, 20, 15, 10, 5];
  const inTime = (lead: number | null): lead is number => lead !== null && lead > 0;
  return [
    ...steps.map((minutes) => ({ minutes, hours: hours.filter((h) => h.lead === minutes).length })),
    { minutes: null, hours: hours.filter((h) => !inTime(h.lead)).length },
  ];
}

function kindsOf(days: readonly Day[]): KindRow[] {
  const hours = days.flatMap((d) => d.hours);
  const wrong = days.flatMap((d) => d.falseEpisodes);
  return ([...KINDS, "none"] as const).map((kind) => {
    const own = hours.filter((h) => h.kind === kind);
    const leads = own.flatMap((h) => (h.lead === null ? [] : [h.lead])).sort((a, b) => a - b);
    return {
      kind,
      begun: kind === "none" ? null : days.reduce((n, d) => n + (d.upsets[kind] ?? 0), 0),
      exceeded: own.length,
      ahead10: own.filter((h) => (h.lead ?? -1) >= 10).length,
      foreseen10: own.filter((h) => (h.seer ?? -1) >= 10).length,
      medianLead: leads[leads.length >> 1] ?? null,
      falseEpisodes: wrong.filter((e) => e.kind === kind).length,
    };
  });
}

function cellOf(name: string, { settings, days }: Trial): Cell {
  const of = (part: Part, whole: Part): Figure =>
    ratio(
      days,
      (d) => part(d.silent.product!),
      (d) => whole(d.silent.product!),
      settings.seed,
    );
  const exceeded = days.reduce((n, d) => n + d.ceiling.exceeded, 0);
  return {
    name,
    plantDays: days.length,
    exceededPer100: (100 * exceeded) / days.length,
    upsetsPerOutletDay: frequencyOf(days).upsetsPerOutletDay,
    ahead10: of(
      (c) => c.ahead10,
      (c) => c.exceeded,
    ),
    foreseen10: ceilingOf(days, settings.seed).foreseen10,
    precision: of(
      (c) => c.trueEpisodes,
      (c) => c.episodes,
    ),
    smsSilent: of(
      (c) => c.sms,
      (c) => c.atRisk,
    ),
  };
}
