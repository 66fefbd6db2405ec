/**
 * The warning rules a second time, as naively as they can be written: every accepted record is kept, every tick computes
 * everything anew from all records received strictly before it. Only the decoder, the permits and the units are shared
 * with the product. What the text leaves open is in ../ambiguities.md. Acknowledgements and marks are not in traces.
 */
import type { Permit } from "../../../functions/register/domain/permit.ts";
import { DAY, floorDay, formatIso, HOUR, MINUTE } from "../../../functions/shared/shanghai.ts";
import type { RuleData } from "../../../layers/rule-data.ts";
import { facilityCondition, noiseCondition, rangeCondition } from "./conditions.ts";
import {
  type Condition,
  newSeries,
  type Series,
  stepCondition,
  stepHour,
  stepWater,
  type Subject,
} from "./episodes.ts";
import { dayOfTick, hourFigures, hourOfTick, waterFigures } from "./figures.ts";
import { byText, smsOf } from "./messages.ts";
import { takeMessage } from "./records.ts";
import { allOffline, silenceAt } from "./silence.ts";
import { type Due, limitAt, type OutputLine, seriesKey, type TraceMessage, type World } from "./types.ts";
import { judgeDay, judgeHour, pollutantsOf, type Said } from "./verdicts.ts";

export interface OracleInput {
  permits: Permit[];
  trace: TraceMessage[];
  /** Epoch ms; default: the last receipt. */
  until?: number;
  ruleData: RuleData;
}

const TICK = 5 * MINUTE;

/** Runs a trace; returns the lines of the contract ("Replay"), in its order. `text` of an SMS is not foretold. */
export function oracle({ permits, trace, until, ruleData }: OracleInput): OutputLine[] {
  const first = trace[0]?.receivedAt;
  if (first === undefined) throw new Error("the trace is empty: at least one message sets the clock");
  const end = until ?? trace.at(-1)?.receivedAt ?? first;
  const world = newWorld(permits, ruleData);
  const state = { series: new Map<string, Series>(), told: new Map<string, number>(), cap: new Map<string, number>() };
  const said: Said = new Map();
  const out: OutputLine[] = [];

  let next = 0;
  const take = (before: number): void => {
    for (let m = trace[next]; m !== undefined && m.receivedAt < before && m.receivedAt <= end; m = trace[++next])
      out.push(...takeMessage(world, m));
  };
  for (let t = Math.ceil(first / TICK) * TICK; t <= end; t += TICK) {
    take(t);
    out.push(...revisions(world, said, t));
    if (t % HOUR === 10 * MINUTE) out.push(...closeHour(world, said, t));
    if (t === floorDay(t) + 30 * MINUTE) out.push(...closeDay(world, said, t));
    out.push(...tick(world, state, t));
  }
  take(end + 1);

  const sms = out.filter((line) => line.type === "sms").length;
  return [...ordered(out), { type: "summary", at: formatIso(end), ...world.counts, sms }];
}

function newWorld(permits: Permit[], ruleData: RuleData): World {
  return {
    permits,
    ruleData,
    accepted: [],
    slots: new Map(),
    byOutlet: new Map(),
    byPlant: new Map(),
    first: new Map(),
    lastOf: new Map(),
    seen: new Set(),
    touched: new Map(),
    counts: { messages: 0, frames: 0, accepted: 0, duplicates: 0, quarantined: 0, episodes: 0 },
  };
}

/** hh:10: the hour before. */
function closeHour(world: World, said: Said, t: number): OutputLine[] {
  const hour = t - 10 * MINUTE - HOUR;
  return world.permits.flatMap((plant) =>
    plant.outlets.flatMap((outlet) =>
      pollutantsOf(outlet, "hour").flatMap((p) => judgeHour(world, said, plant, outlet, p, hour, t) ?? []),
    ),
  );
}

/** 00:30: the day before. */
function closeDay(world: World, said: Said, t: number): OutputLine[] {
  const day = t - 30 * MINUTE - DAY;
  return world.permits.flatMap((plant) =>
    plant.outlets.flatMap((outlet) =>
      pollutantsOf(outlet, "day").flatMap((p) => judgeDay(world, said, plant, outlet, p, day, t) ?? []),
    ),
  );
}

/** Periods closed before this tick of which a slot got a record since they were last looked at. */
function revisions(world: World, said: Said, t: number): OutputLine[] {
  const out: OutputLine[] = [];
  const touched = [...world.touched].sort(([, a], [, b]) => a.start - b.start);
  for (const [key, { plant, outlet, pollutant, statistic, start }] of touched) {
    const closed = statistic === "hour" ? start + HOUR + 10 * MINUTE : start + DAY + 30 * MINUTE;
    if (closed >= t) continue;
    world.touched.delete(key);
    // A flow is part of every slot of a water outlet's day.
    const own = statistic === "day" && pollutant === "w00000" ? pollutantsOf(outlet, "day") : [pollutant];
    const judge = statistic === "hour" ? judgeHour : judgeDay;
    out.push(...own.flatMap((p) => judge(world, said, plant, outlet, p, start, t) ?? []));
  }
  return out;
}

interface State {
  series: Map<string, Series>;
  told: Map<string, number>;
  cap: Map<string, number>;
}

/** Every five minutes: silence, the series of every limit, facilities; then one SMS per plant and phone. */
function tick(world: World, state: State, t: number): OutputLine[] {
  const silence = silenceAt(world, state.told, t);
  const due: Due[] = [...silence.due];
  const onOpen = (): void => {
    world.counts.episodes++;
  };
  const seriesOf = (key: string): Series => {
    const series = state.series.get(key) ?? newSeries();
    state.series.set(key, series);
    return series;
  };
  const condition = (s: Subject, key: string, found: Condition, hourly: boolean): void =>
    stepCondition(s, seriesOf(key), found, hourly, { t, level: found === "holds" ? 2 : 0, onOpen, due });

  for (const plant of world.permits) {
    for (const outlet of plant.outlets) {
      const off = allOffline(world, plant, outlet, silence.offline, t);
      for (const statistic of ["hour", "day", "instant", "period"] as const)
        for (const pollutant of pollutantsOf(outlet, statistic)) {
          const key = `${seriesKey(plant, outlet, pollutant)}|${statistic}`;
          const s: Subject = { plant, outlet: outlet.code, pollutant };
          const first = world.first.get(seriesKey(plant, outlet, pollutant));
          if (first === undefined) continue;
          if (statistic === "instant") condition(s, key, rangeCondition(world, plant, outlet, pollutant, t), true);
          if (statistic === "period") condition(s, key, noiseCondition(world, plant, outlet, pollutant, t), true);
          if (statistic === "hour") {
            const limit = first < hourOfTick(t) + HOUR ? limitAt(outlet, pollutant, "hour", hourOfTick(t)) : null;
            const figures = limit === null ? null : hourFigures(world, plant, outlet, limit, t);
            stepHour(s, seriesOf(key), figures, limit, off, { t, level: figures?.level ?? 0, onOpen, due });
          }
          if (statistic === "day" && outlet.medium === "water") {
            const limit = first < dayOfTick(t) + DAY ? limitAt(outlet, pollutant, "day", dayOfTick(t)) : null;
            const figures = limit === null ? null : waterFigures(world, plant, outlet, limit, t);
            const step = { t, level: figures?.level ?? 0, onOpen, due };
            stepWater(s, seriesOf(key), figures, limit, t === floorDay(t), step);
          }
        }
    }
    for (const facility of plant.facilities.filter((f) => f.kind === "treatment"))
      condition(
        { plant, outlet: null, pollutant: null, facility: facility.code },
        `${plant.permitNo}|facility|${facility.code}`,
        facilityCondition(world, plant, facility, t),
        false,
      );
  }
  return smsOf(due, state.cap, t);
}

const TYPES = ["hour", "day", "sms", "quarantine", "summary"];

/** `at`, then type, permitNo, outlet, pollutant, to; then the order in which they came. */
export function ordered(lines: OutputLine[]): OutputLine[] {
  const text = (line: OutputLine, name: string): string => {
    const value: unknown = Object.entries(line).find(([k]) => k === name)?.[1];
    return typeof value === "string" ? value : "";
  };
  return [...lines].sort(
    (a, b) =>
      Date.parse(a.at) - Date.parse(b.at) ||
      TYPES.indexOf(a.type) - TYPES.indexOf(b.type) ||
      byText(text(a, "permitNo"), text(b, "permitNo")) ||
      byText(text(a, "outlet"), text(b, "outlet")) ||
      byText(text(a, "pollutant"), text(b, "pollutant")) ||
      byText(text(a, "to"), text(b, "to")),
  );
}
