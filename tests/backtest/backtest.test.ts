/** The backtest itself: its model, its measures, and that docs/warning-quality.md says what the code finds. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { HOUR, MINUTE } from "../../functions/shared/shanghai.ts";
import { loadRuleData } from "../../layers/rule-data.ts";
import { verdictOf } from "./baselines.ts";
import { ratio } from "./bootstrap.ts";
import { DOCUMENT, FIGURES, withTables } from "./document.ts";
import { foreseen } from "./foresight.ts";
import { count, hourKey } from "./measures.ts";
import { levelWithout, nobody, operatorsOf } from "./operators.ts";
import { plots } from "./plots.ts";
import { minuteAt } from "./clock.ts";
import { plantDay, type Plant, type Stream } from "./process.ts";
import { product } from "./product.ts";
import { Received } from "./received.ts";
import type { Report } from "./report.ts";
import { HOURS, run } from "./run.ts";
import { REFERENCE, OPERATORS, type Settings } from "./settings.ts";
import { FULL, trialDay } from "./trial.ts";

const ROOT = join(import.meta.dirname, "../..");
const ruleData = loadRuleData(join(ROOT, "layers/rule-data"));
const first = <T>(list: readonly T[]): T => {
  const [x] = list;
  if (x === undefined) throw new Error("nothing there");
  return x;
};
const hourOf = (i: number): number => HOURS[i] ?? 0;

describe("the model", () => {
  const begun = (p: Plant): string[] =>
    p.streams.flatMap((s) => s.upsets.map((u) => `${s.key} ${u.kind} ${u.from}-${u.to}`));
  const busy = Array.from({ length: 20 }, (_, i) => i);

  test("the same seed gives the same plant-day, another one another", () => {
    const levels = (seed: number): number[] => plantDay({ ...REFERENCE, seed }, 3).streams.flatMap((s) => [...s.usual]);
    expect(levels(1)).toEqual(levels(1));
    expect(levels(1)).not.toEqual(levels(2));
  });
  test("more frequent upsets keep those that begin anyway", () => {
    for (const i of busy) {
      const often = begun(plantDay({ ...REFERENCE, frequency: 3 }, i));
      for (const one of begun(plantDay(REFERENCE, i))) expect(often).toContain(one);
    }
    expect(busy.flatMap((i) => begun(plantDay(REFERENCE, i))).length).toBeGreaterThan(5);
  });
  test("severity moves heights, noise moves the noise, and neither moves anything else", () => {
    for (const i of busy) {
      const [mild, severe] = (["mild", "severe"] as const).map((severity) => plantDay({ ...REFERENCE, severity }, i));
      expect(begun(mild!)).toEqual(begun(severe!));
      for (const [s, stream] of mild!.streams.entries()) {
        const other = severe!.streams[s]!;
        expect(stream.slow).toEqual(other.slow);
        expect(Math.max(...other.upset)).toBeGreaterThanOrEqual(Math.max(...stream.upset));
      }
      const loud = plantDay({ ...REFERENCE, noise: "high" }, i);
      const quiet = plantDay({ ...REFERENCE, noise: "low" }, i);
      expect(first(loud.streams).slow[500]).toBeCloseTo(4 * (first(quiet.streams).slow[500] ?? 0), 10);
    }
  });
});

describe("operators", () => {
  const told = (stream: string, level = 2) => ({ stream, level, required: 0.6, until: hourOf(8) + HOUR });
  const t = hourOf(8) + 20 * MINUTE;
  const answering = Array.from({ length: 40 }, (_, i) => plantDay(REFERENCE, i)).filter(
    (p) => operatorsOf(p).told(t, told(first(p.streams).key)) !== null,
  );

  test("about as many answer as is said, whoever asks, and nobody twice in an hour", () => {
    expect(answering.length / 40).toBeGreaterThan(OPERATORS.chance - 0.2);
    expect(answering.length / 40).toBeLessThan(OPERATORS.chance + 0.2);
    const plant = first(answering);
    const { key } = first(plant.streams);
    const operators = operatorsOf(plant);
    expect(operators.told(t + 5 * MINUTE, told(key, 1))).not.toBeNull();
    expect(operators.told(t + 10 * MINUTE, told(key, 3))).toBeNull();
  });
  test("from then on the level goes to 90 % of what the message allows, or as low as the treatment gets it", () => {
    const plant = first(answering);
    const stream = first(plant.streams);
    const operators = operatorsOf(plant);
    const at = operators.told(t, told(stream.key)) ?? 0;
    const from = minuteAt(at);
    const hold = Math.max(OPERATORS.floor * stream.base, OPERATORS.share * 0.6);
    expect(operators.ceiling(stream.key, from - 1)).toBe(Infinity);
    const start = Math.max(hold, levelWithout(stream, from));
    expect(operators.ceiling(stream.key, from)).toBeCloseTo(start, 10);
    const later = operators.ceiling(stream.key, from + OPERATORS.timeConstant);
    expect(later).toBeCloseTo(hold + (start - hold) / Math.E, 10);
    expect(operators.ceiling(stream.key, from + OPERATORS.longest)).toBe(Infinity);
    expect(operators.ceiling(first(plant.streams.slice(1)).key, from + 5)).toBe(Infinity);
  });
});

describe("the truth", () => {
  test.each([1, 10])("judged from what was received, it is the product's last verdict (k = %i)", (interval) => {
    const settings: Settings = { ...REFERENCE, frequency: 4, interval };
    const seen = new Set<string>();
    for (const index of [0, 1, 2]) {
      const plant = plantDay(settings, index);
      const own = product(plant, ruleData);
      const { readings } = run(plant, own, nobody);
      const received = new Received();
      for (const r of readings) received.take(r);
      const last = new Map(own.verdicts.map((v) => [hourKey(v.stream, v.hour), v.verdict]));
      for (const s of plant.streams)
        for (const hour of HOURS) {
          const verdict = verdictOf(s, hour, received, ruleData);
          seen.add(verdict);
          expect(verdict, `${index} ${s.key} ${hour}`).toBe(last.get(hourKey(s.key, hour)));
        }
    }
    expect(seen).toContain("exceeded");
    expect(seen).toContain("met");
  });

  const stream = (upset: (minute: number) => number): Stream => {
    const plant = plantDay(REFERENCE, 0);
    const flat = new Float64Array(first(plant.streams).usual.length);
    const adds = flat.map((_, m) => upset(m));
    return {
      ...first(plant.streams),
      usual: flat.map(() => 0.5),
      slow: flat,
      fast: flat,
      upsets: [{ kind: "step", from: adds.findIndex((x) => x > 0), to: adds.length, adds: adds.filter((x) => x > 0) }],
      upset: adds,
    };
  };
  const knownAt = (from: number): number | null => {
    const own = stream((m) => (m >= minuteAt(hourOf(8)) + from ? 1 : 0));
    const device = { ...first(plantDay(REFERENCE, 0).devices), flags: Array.from({ length: 1600 }, () => "N") };
    return foreseen(
      device,
      own,
      hourOf(8),
      own.upset.map((x) => 0.5 + x),
    );
  };
  test.each([
    [0, 55],
    [3, 55],
    [12, 45],
    // 0.5 + 27/60 of 1: the hour is met.
    [33, null],
  ])("a step to 1.5 limits %i minutes into the hour is known %s minutes before its end", (from, minutes) => {
    expect(knownAt(from)).toBe(minutes);
  });
});

describe("the measures", () => {
  const [eight, nine] = [hourOf(8), hourOf(9)];
  const notice = (stream: string, hour: number, required: number | null = 0.5) => ({
    stream,
    level: 1,
    required,
    until: hour + HOUR,
  });
  const empty = { answers: [], readings: [] };
  const truth = new Set([hourKey("A/x", eight), hourKey("A/x", nine), hourKey("A/y", nine)]);
  const { counts, lead } = count(
    {
      ...empty,
      sent: [
        { t: eight + 30 * MINUTE, notices: [notice("A/x", eight)], recovered: false },
        { t: eight + 45 * MINUTE, notices: [notice("A/x", eight), notice("A/y", eight)], recovered: false },
        { t: nine + 50 * MINUTE, notices: [notice("A/y", nine, 0.1)], recovered: false },
        { t: nine + 55 * MINUTE, notices: [notice("A/x", nine)], recovered: false },
        { t: nine + HOUR + 5 * MINUTE, notices: [], recovered: true },
        { t: nine + HOUR + 10 * MINUTE, notices: [], recovered: false },
        // The hour before the day is nobody's.
        { t: hourOf(0) - 5 * MINUTE, notices: [notice("A/x", hourOf(0) - HOUR)], recovered: false },
      ],
      episodes: [
        { stream: "A/x", hours: [eight, nine] },
        { stream: "A/y", hours: [eight] },
        { stream: "A/y", hours: [hourOf(0) - HOUR] },
      ],
    },
    truth,
    truth,
    new Set(),
  );
  test("an hour counts as told by the first message about it", () => {
    expect(Object.fromEntries(lead)).toMatchObject({
      [hourKey("A/x", eight)]: 30,
      [hourKey("A/y", nine)]: 10,
      [hourKey("A/x", nine)]: 5,
    });
    expect(counts).toMatchObject({ exceeded: 3, ahead10: 2, ahead20: 1, ahead30: 1, aheadAny: 3, savable: 1 });
    expect(counts).toMatchObject({ first: 2, first10: 2, first20: 1, first30: 1 });
  });
  test("an episode is true when an hour it stood in exceeds", () => {
    expect(counts).toMatchObject({ episodes: 2, trueEpisodes: 1 });
  });
  test("messages about limits are counted apart from others, by plant-hours", () => {
    expect(counts).toMatchObject({ sms: 5, otherSms: 1, atRisk: 2, atRiskOrWarned: 2 });
  });
});

describe("the bootstrap", () => {
  const days = Array.from({ length: 50 }, (_, i) => ({ hits: i % 2, all: 1 }));
  test("holds the value, is seeded, and is narrower where days agree", () => {
    const of = (seed: number) =>
      ratio(
        days,
        (d) => d.hits,
        (d) => d.all,
        seed,
      );
    expect(of(1)).toEqual(of(1));
    expect(of(1)?.value).toBe(0.5);
    expect(of(1)?.low).toBeGreaterThan(0.3);
    expect(of(1)?.low).toBeLessThan(0.5);
    expect(of(1)?.high).toBeLessThan(0.7);
    const same = ratio(
      days,
      () => 1,
      () => 1,
      1,
    );
    expect(same).toEqual({ value: 1, low: 1, high: 1 });
  });
  test("knows nothing where there is nothing", () => {
    expect(
      ratio(
        days,
        () => 1,
        () => 0,
        1,
      ),
    ).toBeNull();
  });
});

describe("docs/warning-quality.md", () => {
  const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");
  const figures = JSON.parse(read(FIGURES)) as Report;
  const HOW = "the code finds something else now: npm run backtest -- --write";

  test("its tables and plots are those of the figures beside it", () => {
    expect(read(DOCUMENT), HOW).toBe(withTables(read(DOCUMENT), figures));
    for (const [file, text] of plots(figures, ruleData)) expect(read(file), `${file}: ${HOW}`).toBe(text);
  });
  test("its first plant-days are what the code counts", () => {
    expect(figures.plantDays).toBeGreaterThanOrEqual(500);
    for (const { index, silent, answered } of figures.sample) {
      const day = trialDay({ ...REFERENCE, seed: figures.seed }, index, ruleData, { ...FULL, ways: ["product"] });
      expect({ silent: day.silent.product, answered: day.answered.product }, HOW).toEqual({ silent, answered });
    }
    expect(figures.sample.some((d) => d.silent.exceeded > 0)).toBe(true);
  });
});
