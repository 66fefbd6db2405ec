/** What `npm run backtest` finds out, as figures: the shape of backtest.json and of the tables in the document. */
import type { RuleData, WarningNumbers } from "../../layers/rule-data.ts";
import {
  ceilingOf,
  cellOf,
  frequencyOf,
  kindsOf,
  leadsOf,
  wayFigures,
  type Cell,
  type CeilingFigures,
  type KindRow,
  type Lead,
  type WayFigures,
} from "./figures.ts";
import { total, type DayCounts } from "./measures.ts";
import { NOISES, REFERENCE, SEVERITIES, type Settings } from "./settings.ts";
import { FLEET, FULL, SHORT, trial, type Trial } from "./trial.ts";
import { water, type WaterReport } from "./water.ts";

export const TARGETS = { ahead10: 0.91, precision: 0.45, smsPerHour: 7 } as const;

export interface Report {
  seed: number;
  plantDays: number;
  cellDays: number;
  exceeded: number;
  atRisk: number;
  upsetsPerOutletDay: number;
  spikesPerOutletDay: number;
  ways: WayFigures[];
  ceiling: CeilingFigures;
  /** Exceeded hours whose hour before was not. */
  firstHours: number;
  /** Exceeded hours by minutes before their end at which they were first told; the last is those never told in time. */
  leads: Lead[];
  kinds: KindRow[];
  grid: Cell[];
  frequency: Cell[];
  interval: Cell[];
  /** Other warning numbers, at the reference and at high noise. */
  numbers: Cell[];
  numbersNoisy: Cell[];
  /** The same rules on the simulated fleet of `npm start`, which knows neither severity nor noise. */
  fleet: Cell[];
  water: WaterReport | null;
  /** The first plant-days as counted, so that a test can tell whether this is still what the code says. */
  sample: { index: number; silent: DayCounts; answered: DayCounts }[];
}

/** Changes of the warning numbers, only looked at: the numbers themselves are the rules' and stay. */
interface Change {
  name: string;
  change: Partial<WarningNumbers["hour"]>;
}
const CHANGES: readonly Change[] = [
  { name: "as they are", change: {} },
  { name: "earlyMargin 0.05 → 0", change: { earlyMargin: 0 } },
  { name: "earlyMargin 0.05 → 0.15", change: { earlyMargin: 0.15 } },
  { name: "lateMinutes 30 → 20", change: { lateMinutes: 20 } },
  { name: "medianMax 15 → 7", change: { medianMax: 7 } },
  { name: "medianMin, newestCount 5 → 3", change: { medianMin: 3, newestCount: 3 } },
  { name: "medianMin, newestCount 5 → 10", change: { medianMin: 10, newestCount: 10 } },
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
  /** Of the water part; 0 leaves it out. */
  waterDays: number;
  seed: number;
  log: (line: string) => void;
}

/** Plant-days whose counts are kept in the report. */
export const SAMPLE = 6;

export function report({ plantDays, cellDays, waterDays, seed, log }: Plan, ruleData: RuleData): Report {
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
    firstHours: silent.first,
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
    numbers: cells(CHANGES, (c) => cell(c.name, {}, c.change)),
    numbersNoisy: cells(CHANGES, (c) => cell(c.name, { noise: "high" }, c.change)),
    fleet: cells(["npm start"], (name) => {
      log(`simulated fleet: ${cellDays} plant-days`);
      // Its upsets are its own; those of the model are not in it.
      return { ...cellOf(name, trial(reference, cellDays, ruleData, FLEET)), upsetsPerOutletDay: null };
    }),
    water: waterDays > 0 ? (log(`water: ${waterDays} plant-days`), water(waterDays, seed, ruleData)) : null,
    sample: days
      .slice(0, SAMPLE)
      .map((d) => ({ index: d.index, silent: d.silent.product!, answered: d.answered.product! })),
  };
}
