/** Many plant-days of one setting: the product with and without response, the baselines likewise, the ceiling. */
import { MINUTE } from "../../functions/shared/shanghai.ts";
import type { RuleData } from "../../layers/rule-data.ts";
import { baseline, BASELINES, verdictOf, type Baseline } from "./baselines.ts";
import { fleetOf } from "./fleet.ts";
import { begunBefore, foreseen } from "./foresight.ts";
import { count, hourKey, inTheDay, isFirst, type DayCounts } from "./measures.ts";
import { nobody, operatorsOf } from "./operators.ts";
import { minuteAt, timeOf } from "./clock.ts";
import { plantDay, type Plant, type Stream } from "./process.ts";
import { product } from "./product.ts";
import { Received } from "./received.ts";
import { HOURS, run, type Run } from "./run.ts";
import { KINDS, type Kind, type Settings } from "./settings.ts";

export type Way = "product" | Baseline;

export interface Ceiling {
  exceeded: number;
  /** An upset was under way 10, 20, 30 minutes before the end; the hour was foreseen by then. */
  begun10: number;
  foreseen10: number;
  foreseen20: number;
  foreseen30: number;
  /** Of the first hours (see measures.ts). */
  first: number;
  first10: number;
  first20: number;
  first30: number;
}

const NO_CEILING: Ceiling = {
  exceeded: 0,
  begun10: 0,
  foreseen10: 0,
  foreseen20: 0,
  foreseen30: 0,
  first: 0,
  first10: 0,
  first20: 0,
  first30: 0,
};

/** One exceeded hour, or one false episode: what was behind it. */
export interface Case {
  index: number;
  stream: string;
  hour: number;
  kind: Kind | "none";
  /** Minutes before its end: first told (null: never), and when a seer knew (null: never). */
  lead: number | null;
  seer: number | null;
  /** Mean of the hour, in limits. */
  mean: number;
}

export interface Day {
  index: number;
  /** Without response. */
  silent: Partial<Record<Way, DayCounts>>;
  answered: Partial<Record<Way, DayCounts>>;
  ceiling: Ceiling;
  hours: Case[];
  falseEpisodes: { kind: Kind | "none" }[];
  upsets: Partial<Record<Kind, number>>;
  outlets: number;
}

export interface Scope {
  ways: readonly Way[];
  response: boolean;
  /** Another process behind the same outlets: nobody answers, and nothing is known of what is under way. */
  fleet?: true;
}
export const FULL: Scope = { ways: ["product", ...BASELINES], response: true };
export const SHORT: Scope = { ways: ["product"], response: false };
export const FLEET: Scope = { ...SHORT, fleet: true };

export function trialDay(settings: Settings, index: number, ruleData: RuleData, scope: Scope): Day {
  const plant = plantDay(settings, index);
  const warner = (way: Way) => (way === "product" ? product(plant, ruleData) : baseline(way, plant, ruleData));
  const own = warner("product");
  const counterfactual = run(plant, own, nobody, scope.fleet && fleetOf(plant, ruleData));
  const facts = factsOf(plant, counterfactual, ruleData);
  const counted = count(counterfactual, facts.exceeded, facts.near, facts.exceeded);
  const day: Day = {
    index,
    silent: { product: counted.counts },
    answered: {},
    ceiling: { ...NO_CEILING },
    hours: [],
    falseEpisodes: counterfactual.episodes
      .filter((e) => e.hours.some(inTheDay) && !e.hours.some((h) => facts.exceeded.has(hourKey(e.stream, h))))
      .map((e) => ({ kind: behind(streamOf(plant, e.stream), e.hours[0] ?? 0) })),
    upsets: upsetsOf(plant),
    outlets: plant.devices.length,
  };
  for (const way of scope.ways) {
    const silent = way === "product" ? counterfactual : run(plant, warner(way), nobody);
    const late = way === "after-the-hour";
    if (way !== "product") day.silent[way] = count(silent, facts.exceeded, facts.near, facts.exceeded, late).counts;
    if (!scope.response) continue;
    const answered = run(plant, warner(way), operatorsOf(plant));
    const now = factsOf(plant, answered, ruleData).exceeded;
    day.answered[way] = count(answered, facts.exceeded, facts.near, now, late).counts;
  }
  if (!scope.fleet) ceiling(plant, facts, counted.lead, day);
  return day;
}

const streamOf = (plant: Plant, key: string): Stream => {
  const found = plant.streams.find((s) => s.key === key);
  if (!found) throw new Error(`no stream ${key}`);
  return found;
};

interface Facts {
  exceeded: Set<string>;
  near: Set<string>;
  /** Values that count, in limits, by stream and minute; NaN where none does. */
  values: Map<string, Float64Array>;
}

/** Verdicts by the product's own judgement of all that was reported, whenever it arrived. */
function factsOf(plant: Plant, { readings }: Run, ruleData: RuleData): Facts {
  const received = new Received();
  for (const r of readings) received.take(r);
  const values = new Map(
    plant.streams.map((s) => [
      s.key,
      Float64Array.from(received.rows.get(s.key) ?? [], (slot) => (slot.value ?? Number.NaN) / s.limit),
    ]),
  );
  const exceeded = new Set<string>();
  const near = new Set<string>();
  for (const s of plant.streams)
    for (const hour of HOURS) {
      if (verdictOf(s, hour, received, ruleData) === "exceeded") exceeded.add(hourKey(s.key, hour));
      if (meanOf(values.get(s.key), hour) > 0.95) near.add(hourKey(s.key, hour));
    }
  return { exceeded, near, values };
}

function meanOf(values: Float64Array | undefined, hour: number): number {
  let [sum, n] = [0, 0];
  for (const v of values?.subarray(minuteAt(hour), minuteAt(hour) + 60) ?? [])
    if (!Number.isNaN(v)) [sum, n] = [sum + v, n + 1];
  return n === 0 ? 0 : sum / n;
}

function ceiling(plant: Plant, facts: Facts, lead: Map<string, number>, day: Day): void {
  for (const key of facts.exceeded) {
    const at = key.indexOf("@");
    const s = streamOf(plant, key.slice(0, at));
    const hour = Number(key.slice(at + 1));
    const device = plant.devices.find((d) => d.outlet === s.outlet);
    const values = facts.values.get(s.key);
    if (!device || !values) throw new Error(`no device of ${key}`);
    const seer = foreseen(device, s, hour, values);
    day.ceiling.exceeded += 1;
    if (begunBefore(s, hour, 10)) day.ceiling.begun10 += 1;
    const known = (minutes: number): number => (seer !== null && seer >= minutes ? 1 : 0);
    day.ceiling.foreseen10 += known(10);
    day.ceiling.foreseen20 += known(20);
    day.ceiling.foreseen30 += known(30);
    if (isFirst(facts.exceeded, key)) {
      day.ceiling.first += 1;
      day.ceiling.first10 += known(10);
      day.ceiling.first20 += known(20);
      day.ceiling.first30 += known(30);
    }
    const told = lead.get(key) ?? null;
    day.hours.push({
      index: plant.index,
      stream: s.key,
      hour,
      kind: behind(s, hour),
      lead: told,
      seer,
      mean: meanOf(values, hour),
    });
  }
}

/** The kind of upset that added most to an hour; `none` where nothing was under way. */
function behind(s: Stream, hour: number): Kind | "none" {
  const from = minuteAt(hour);
  let best: Kind | "none" = "none";
  let most = 0;
  for (const u of s.upsets) {
    let sum = 0;
    for (let m = Math.max(from, u.from); m < Math.min(from + 60, u.to); m++) sum += u.adds[m - u.from] ?? 0;
    if (sum > most) [best, most] = [u.kind, sum];
  }
  return best;
}

function upsetsOf(plant: Plant): Partial<Record<Kind, number>> {
  const first = HOURS[0]!;
  return Object.fromEntries(
    KINDS.map((kind) => [
      kind,
      plant.streams.flatMap((s) =>
        s.upsets.filter((u) => u.kind === kind && timeOf(u.from) >= first && timeOf(u.from) < first + 1440 * MINUTE),
      ).length,
    ]),
  );
}

export interface Trial {
  settings: Settings;
  days: Day[];
}

export function trial(settings: Settings, plantDays: number, ruleData: RuleData, scope: Scope): Trial {
  return {
    settings,
    days: Array.from({ length: plantDays }, (_, index) => trialDay(settings, index, ruleData, scope)),
  };
}
