import { describe, expect, test } from "vitest";
import { loadRuleData } from "../../../layers/rule-data.ts";
import type { Limit, Permit } from "../../register/domain/permit.ts";
import { DAY, HOUR, MINUTE, floorHour } from "../../shared/shanghai.ts";
import { AS_OF, DAY_START, device, facts, heavyFacts, limit, outlet, permit, slots } from "../fixture.ts";
import type { DisclosureFacts, HourFact, SeriesFact, Slot } from "./facts.ts";
import { plantView } from "./plant-view.ts";
import type { QuantityView } from "./quantity-view.ts";

const rules = loadRuleData("layers/rule-data");
const HOUR_START = floorHour(AS_OF);

/** One gas outlet with one limit; `values` are the minutes before `AS_OF`'s minute, newest last. */
function gas(values: (number | null)[], over: Partial<Limit> = {}, more: Partial<DisclosureFacts> = {}): QuantityView {
  const newest = AS_OF - MINUTE;
  const series: SeriesFact = {
    outlet: "DA001",
    pollutant: "a21002",
    minutes: 1,
    slots: values.flatMap((value, i) =>
      value === null
        ? []
        : [{ t: newest - (values.length - 1 - i) * MINUTE, value, quality: "counts" as const, flag: "N" }],
    ),
  };
  const view = plantView(
    facts({ permit: permit([outlet("DA001", [limit("a21002", over)])]), series: [series], ...more }),
    rules,
  );
  return quantity(view.outlets[0]?.quantities);
}

function quantity(list: QuantityView[] | undefined, index = 0): QuantityView {
  const found = list?.[index];
  if (!found) throw new Error(`no quantity ${index}`);
  return found;
}

const minutes = (n: number, value: number): number[] => Array.from({ length: n }, () => value);

describe("gas: the running hour beside the limit", () => {
  // AS_OF is 09:12:00, so the hour has eleven whole minutes with the newest being 09:11.
  test.each([
    ["at the limit", minutes(12, 50), "within"],
    ["a millionth above", minutes(12, 50.000001), "above"],
    ["below what rounding can tell", minutes(12, 50.0000004), "within"],
    ["two minutes are too few", [null, null, 60, 60], "few"],
    ["three minutes are enough", [60, 60, 60], "above"],
  ])("%s", (_, values, key) => {
    expect(gas(values).standing.key).toBe(key);
  });

  test("the mean takes the minutes of this clock hour only", () => {
    const view = gas([...minutes(30, 200), ...minutes(12, 40)]); // 12 minutes: 09:00 … 09:11
    expect(view.soFar).toMatchObject({ statistic: "hour", valid: 12, mean: 40, from: "2026-10-01T09:00:00+08:00" });
    expect(view.standing.text.zh).toBe("本小时到目前低于限值");
  });

  test("a high minute is never called an exceedance", () => {
    const view = gas([...minutes(11, 20), 500]);
    expect(view.latest).toMatchObject({ value: 500, current: true });
    expect(view.standing.key).toBe("above"); // mean 60
    const words = JSON.stringify([view.latest, view.standing, view.soFar]);
    expect(words).not.toMatch(/超标|违|exceedance|violation/);
    expect(view.standing.text).toEqual({
      zh: "本小时到目前高于限值，整点后才判定",
      en: "this hour so far above the limit; judged only after it ends",
    });
  });

  test("limit, basis and reference oxygen in words", () => {
    expect(gas([1], { basis: "converted", referenceO2: 6 }).limits[0]?.text).toEqual({
      zh: "50 mg/m³（小时均值，折算至基准氧 6%）",
      en: "50 mg/m³ (hourly mean, converted to 6 % O₂)",
    });
    expect(gas([1]).limits[0]?.text.en).toBe("50 mg/m³ (hourly mean)");
  });

  test("the limit in force at the start of the hour governs", () => {
    const two = [
      limit("a21002", { max: 50, to: HOUR_START + 5 * MINUTE }),
      limit("a21002", { max: 30, from: HOUR_START + 5 * MINUTE }),
    ];
    const series: SeriesFact = {
      outlet: "DA001",
      pollutant: "a21002",
      minutes: 1,
      slots: slots(HOUR_START, AS_OF, 40, 0),
    };
    const view = plantView(facts({ permit: permit([outlet("DA001", two)]), series: [series] }), rules);
    expect(view.outlets[0]?.quantities).toHaveLength(1);
    expect(quantity(view.outlets[0]?.quantities).limits.map((l) => l.max)).toEqual([50]);
  });
});

describe("the newest value", () => {
  const at = (age: number, k: number, over: Partial<Slot> = {}): QuantityView => {
    const end = AS_OF - age * MINUTE;
    const series: SeriesFact = {
      outlet: "DA001",
      pollutant: "a21002",
      minutes: k,
      slots: Array.from({ length: k }, (_, i) => ({
        t: end - (k - i) * MINUTE,
        value: 12.34,
        quality: "counts",
        flag: "N",
        ...over,
      })),
    };
    const o = outlet("DA001", [limit("a21002")], { devices: [device({ minuteInterval: k })] });
    return quantity(plantView(facts({ permit: permit([o]), series: [series] }), rules).outlets[0]?.quantities);
  };

  // silence: max(15, k + 10) minutes
  test.each([
    ["15 min old, 1-minute logger", 15, 1, true],
    ["16 min old, 1-minute logger", 16, 1, false],
    ["20 min old, 10-minute logger", 20, 10, true],
    ["21 min old, 10-minute logger", 21, 10, false],
  ])("%s", (_, age, k, current) => {
    const view = at(age, k);
    expect(view.latest?.current).toBe(current);
    expect(view.standing.key === "stale").toBe(!current);
  });

  test("says what it is a mean of and when", () => {
    expect(at(1, 1).latest).toMatchObject({
      text: "12.3",
      at: "2026-10-01T09:10:00+08:00",
      what: { zh: "09:10 的 1 分钟均值" },
    });
    expect(at(2, 10).latest).toMatchObject({
      what: { zh: "09:00–09:10 的 10 分钟均值", en: "10-minute mean of 09:00–09:10" },
    });
  });

  test("a calibration is named and shows no value", () => {
    const view = at(1, 1, { quality: "invalid", flag: "C" });
    expect(view.latest).toMatchObject({ value: null, text: "—", what: { zh: "09:10 的数据不计入：校准" } });
    expect(view.standing.key).toBe("invalid");
  });

  test("a marked value is kept and said to be marked", () => {
    expect(at(1, 1, { quality: "marked" }).latest).toMatchObject({
      value: 12.34,
      what: { en: "record of 09:10, lawfully marked by the plant" },
    });
  });

  test("an interval up to midnight ends at 24:00 of its own day", () => {
    const midnight = DAY_START;
    const series: SeriesFact = {
      outlet: "DA001",
      pollutant: "a21002",
      minutes: 10,
      slots: slots(midnight - 10 * MINUTE, midnight, 5, 0),
    };
    const view = plantView(
      facts({ permit: permit([outlet("DA001", [limit("a21002")])]), series: [series], asOf: midnight + MINUTE }),
      rules,
    );
    expect(quantity(view.outlets[0]?.quantities).latest?.what.zh).toBe("09-30 23:50–24:00 的 10 分钟均值");
  });
});

describe("figures", () => {
  test.each([
    [50.04, "50.04"], // 50.0 would look like the limit
    [50, "50.0"],
    [49.96, "49.96"],
    [46.2, "46.2"],
    [50.0000004, "50.0"], // equal to the limit after rounding to six decimals
  ])("%d beside a limit of 50 is printed %s", (value, text) => {
    expect(gas([value]).latest?.text).toBe(text);
  });

  test("a limit of 1,000,000 ng/m³ is shown as 1 mg/m³, with its values", () => {
    const o = outlet("DD001", [limit("a34001", { max: 1_000_000 })], { medium: "dust" });
    const series: SeriesFact = {
      outlet: "DD001",
      pollutant: "a34001",
      minutes: 1,
      slots: slots(HOUR_START, AS_OF, 123_400, 0),
    };
    const hours: HourFact[] = [
      {
        outlet: "DD001",
        pollutant: "a34001",
        hour: HOUR_START - HOUR,
        valid: 60,
        mean: 250_000,
        limit: 1_000_000,
        verdict: "met",
        revision: 0,
      },
    ];
    const view = quantity(
      plantView(facts({ permit: permit([o]), series: [series], hours }), rules).outlets[0]?.quantities,
    );
    expect(view.unit).toBe("mg/m³");
    expect(view.limits[0]).toMatchObject({ max: 1, text: { en: "1 mg/m³ (hourly mean)" } });
    expect(view.latest).toMatchObject({ value: 0.1234, text: "0.123" });
    expect(view.hours.at(-1)).toMatchObject({ mean: 0.25, limit: 1 });
    expect(view.series.values.findLast((v) => v !== null)).toBe(0.1234);
  });
});

describe("judged hours", () => {
  const hour = (ago: number, over: Partial<HourFact>): HourFact => ({
    outlet: "DA001",
    pollutant: "a21002",
    hour: HOUR_START - ago * HOUR,
    valid: 60,
    mean: 40,
    limit: 50,
    verdict: "met",
    revision: 0,
    ...over,
  });

  test.each([
    ["met", 40, "08:00–09:00 小时均值 40.0：达标", "hour 08:00–09:00, mean 40.0: within the limit"],
    ["exceeded", 52.1, "08:00–09:00 小时均值 52.1：超过限值", "hour 08:00–09:00, mean 52.1: above the limit"],
    [
      "insufficient",
      99,
      "08:00–09:00 小时均值：有效数据不足，不判定",
      "hour 08:00–09:00, mean: not enough valid data, not judged",
    ],
    [
      "marked",
      60,
      "08:00–09:00 小时均值 60.0：依规标记，不作为超标",
      "hour 08:00–09:00, mean 60.0: lawfully marked, not counted as an exceedance",
    ],
  ] as const)("%s", (verdict, mean, zh, en) => {
    expect(gas([1], {}, { hours: [hour(1, { verdict, mean })] }).judged?.text).toEqual({ zh, en });
  });

  test("the newest judged hour is shown, a revision is visible", () => {
    const view = gas([1], {}, { hours: [hour(1, { revision: 2 }), hour(2, { verdict: "exceeded", mean: 60 })] });
    expect(view.judged).toMatchObject({ verdict: "met", revised: true });
    expect(view.judged?.text.zh).toContain("已重新判定");
    expect(view.hours.slice(-2).map((h) => [h.verdict, h.revision])).toEqual([
      ["exceeded", 0],
      ["met", 2],
    ]);
  });

  test("the day in one sentence counts what was judged", () => {
    const view = gas(
      minutes(12, 30),
      {},
      { hours: [hour(1, {}), hour(2, { verdict: "exceeded" }), hour(3, { verdict: "insufficient" })] },
    );
    expect(view.summary.zh).toBe("过去 24 小时 30.0–30.0 mg/m³；已判定 3 小时，达标 1，超限值 1，数据不足 1");
  });

  test("24 hours, oldest first, the running one not among them", () => {
    const { hours } = gas([1]);
    expect(hours).toHaveLength(24);
    expect([hours[0]?.from, hours[23]?.from]).toEqual(["2026-09-30T09:00:00+08:00", "2026-10-01T08:00:00+08:00"]);
  });
});

describe("water", () => {
  const day = (pollutant: string): Limit => limit(pollutant, { statistic: "day", max: 80 });
  const cod = (flow: number[] | null): QuantityView => {
    // Since 00:00: three blocks of 20 minutes with COD 60, 60, 100.
    const of = (pollutant: string, values: number[]): SeriesFact => ({
      outlet: "DW001",
      pollutant,
      minutes: 1,
      slots: values.flatMap((v, i) => slots(AS_OF - (3 - i) * 20 * MINUTE, AS_OF - (2 - i) * 20 * MINUTE, v, 0)),
    });
    const series = [of("w01018", [60, 60, 100]), ...(flow ? [of("w00000", flow)] : [])];
    const o = outlet("DW001", [day("w01018")], { medium: "water" });
    return quantity(plantView(facts({ permit: permit([o]), series }), rules).outlets[0]?.quantities);
  };

  test("the day so far is weighted by the flow: 10, 10, 30 × 60, 60, 100 → 84.0", () => {
    expect(cod([10, 10, 30])).toMatchObject({
      soFar: {
        statistic: "day",
        valid: 60,
        mean: 84,
        weighted: true,
        text: { zh: "00:00 起 60 分钟流量加权均值 84.0" },
      },
      standing: { key: "above" },
    });
  });

  test("without a flow meter it is a plain mean and says unweighted: 73.3", () => {
    const view = cod(null);
    expect(view.soFar).toMatchObject({ mean: 73.333333, weighted: false });
    expect(view.soFar?.text.en).toContain("unweighted");
    expect(view.standing.key).toBe("within");
  });

  test("no water at all has no mean", () => {
    expect(cod([0, 0, 0])).toMatchObject({ soFar: { mean: null }, standing: { key: "few" } });
  });

  test("yesterday's verdict says how it was weighted", () => {
    const o = outlet("DW001", [day("w01018")], { medium: "water" });
    const verdict = {
      outlet: "DW001",
      pollutant: "w01018",
      day: DAY_START - DAY,
      validHours: 24,
      mean: 84,
      limit: 80,
      verdict: "exceeded" as const,
      revision: 0,
    };
    const judged = (weighted: boolean) =>
      quantity(
        plantView(facts({ permit: permit([o]), days: [{ ...verdict, weighted }] }), rules).outlets[0]?.quantities,
      ).judged?.text.zh;
    expect(judged(true)).toBe("2026-09-30 日均值（流量加权） 84.0：超过限值");
    expect(judged(false)).toBe("2026-09-30 日均值（未加权） 84.0：超过限值");
  });

  test.each([
    [6, "in-range"],
    [9, "in-range"],
    [5.99, "out-of-range"],
    [9.01, "out-of-range"],
  ])("pH %d is %s; the bounds belong to the range", (value, key) => {
    const o = outlet("DW001", [limit("w01001", { statistic: "instant", min: 6, max: 9 })], { medium: "water" });
    const series: SeriesFact = {
      outlet: "DW001",
      pollutant: "w01001",
      minutes: 1,
      slots: slots(AS_OF - 2 * MINUTE, AS_OF, value, 0),
    };
    const view = quantity(plantView(facts({ permit: permit([o]), series: [series] }), rules).outlets[0]?.quantities);
    expect(view.standing.key).toBe(key);
    expect(view.limits[0]?.text.zh).toBe("6–9（瞬时值）");
    expect(view.soFar).toBeNull();
  });
});

describe("noise", () => {
  const noise = (asOf: number): QuantityView => {
    const both = [
      limit("Leq", { statistic: "period", period: "day", max: 65 }),
      limit("Leq", { statistic: "period", period: "night", max: 55 }),
    ];
    const o = outlet("DZ001", both, { medium: "noise", devices: [device({ minuteInterval: 10 })] });
    const series: SeriesFact = {
      outlet: "DZ001",
      pollutant: "Leq",
      minutes: 10,
      slots: slots(asOf - 10 * MINUTE, asOf, 60, 0),
    };
    return quantity(plantView(facts({ permit: permit([o]), series: [series], asOf }), rules).outlets[0]?.quantities);
  };
  // day 06–22, night 22–06
  test.each([
    ["05:59", DAY_START + 6 * HOUR - MINUTE, "level-above", "night"],
    ["06:00", DAY_START + 6 * HOUR, "level-below", "day"],
    ["21:59", DAY_START + 22 * HOUR - MINUTE, "level-below", "day"],
    ["22:00", DAY_START + 22 * HOUR, "level-above", "night"],
  ])("60 dB at %s", (_, asOf, key, part) => {
    const view = noise(asOf);
    expect(view.standing.key).toBe(key);
    expect(view.limits.map((l) => l.period)[0]).toBe(part);
    expect(view.limits).toHaveLength(2);
    expect(view.latest?.what.zh).toContain("10 分钟等效声级");
  });
});

describe("dust and wind", () => {
  // 08:00–09:00 wind from 350° and 10° by turns: north, not south. Speed 3 m/s; PM10 without a limit.
  const wind = (pollutant: string, value: (i: number) => number): SeriesFact => ({
    outlet: "WZ-01",
    pollutant,
    minutes: 1,
    slots: slots(HOUR_START - HOUR, HOUR_START, 0, 0).map((s, i) => ({ ...s, value: value(i) })),
  });
  const station = outlet("WZ-01", [limit("a34001", { max: 1_000_000 })], { medium: "dust" });
  const shown = (direction: (i: number) => number) =>
    plantView(
      facts({
        permit: permit([station]),
        series: [
          wind("a34001", () => 90_000),
          wind("a34002", () => 45_000),
          wind("a01007", () => 3),
          wind("a01008", direction),
        ],
      }),
      rules,
    ).outlets[0]!.quantities;

  test("what has no limit is shown beside what has, as facts", () => {
    const all = shown((i) => (i % 2 === 0 ? 350 : 10));
    expect(all.map((q) => [q.pollutant, q.unit, q.limits.length])).toEqual([
      ["a34001", "mg/m³", 1],
      ["a34002", expect.any(String), 0],
      ["a01007", "m/s", 0],
      ["a01008", "°", 0],
    ]);
    expect(all[2]?.hours.at(-1)).toMatchObject({ mean: 3, verdict: null, limit: null });
  });
  test("a direction is averaged on the circle, and its smallest and largest are not told", () => {
    const q = shown((i) => (i % 2 === 0 ? 350 : 20))[3];
    expect(q?.hours.at(-1)?.mean).toBeCloseTo(5, 5);
    expect(q?.series.values.filter((v) => v !== null)).toHaveLength(4);
    expect(q?.summary.zh).toBe("过去 24 小时平均风向 5 °");
    const turning = shown((i) => (i % 2 === 0 ? 90 : 270))[3];
    expect(turning?.hours.at(-1)?.mean).toBeNull();
    expect(turning?.summary.zh).toBe("过去 24 小时风向不定");
  });
});

describe("the plant's state", () => {
  const state = (over: Partial<DisclosureFacts>, newest: number | null = AS_OF - MINUTE) => {
    const series: SeriesFact = {
      outlet: "DA001",
      pollutant: "a21002",
      minutes: 1,
      slots: newest === null ? [] : slots(newest - MINUTE, newest, 10, 0),
    };
    return plantView(facts({ permit: permit([outlet("DA001", [limit("a21002")])]), series: [series], ...over }), rules)
      .state;
  };

  test("normal, also before the warnings have looked at it", () => {
    expect(state({ state: null })).toMatchObject({ key: "normal", since: null });
  });

  test.each(["warned", "lost"] as const)("%s says since when and that it is no finding", (key) => {
    const view = state({ state: key, since: AS_OF - 37 * MINUTE });
    expect(view).toMatchObject({ key, since: "2026-10-01T08:35:00+08:00" });
    expect(view.detail.zh).toContain("自 08:35 起");
    expect(view.detail.zh).toContain("已 37 分钟");
  });

  test("silent as stored, with the time of the last record", () => {
    expect(state({ state: "silent", since: AS_OF - 3 * HOUR }, null)).toMatchObject({
      key: "silent",
      since: "2026-10-01T06:12:00+08:00",
    });
    expect(state({ state: "silent", since: AS_OF - 3 * HOUR }, null).detail.en).toContain("(3 h 0 min)");
  });

  test("data too old are silence even if no tick has said so yet: 15 minutes is the limit", () => {
    expect(state({ state: "normal" }, AS_OF - 15 * MINUTE).key).toBe("normal");
    expect(state({ state: "normal" }, AS_OF - 16 * MINUTE)).toMatchObject({
      key: "silent",
      since: "2026-10-01T08:56:00+08:00",
    });
  });

  test("a plant that never spoke is silent, without a since", () => {
    expect(state({ state: null }, null)).toMatchObject({ key: "silent", since: null });
  });

  test("data again after a silence that no tick has closed yet stays what the warnings say", () => {
    expect(state({ state: "silent", since: AS_OF - HOUR }).key).toBe("silent");
  });
});

describe("facilities", () => {
  const view = (reports: DisclosureFacts["facilities"]) =>
    plantView(
      facts({
        permit: permit([outlet("DA001", [limit("a21002")])], {
          facilities: [
            { code: "TA001", kind: "treatment", outlets: ["DA001"], mn: null, sb: null },
            { code: "MF001", kind: "production", outlets: ["DA001"], mn: null, sb: null },
          ],
        }),
        facilities: reports,
      }),
      rules,
    ).facilities;

  test.each([
    [0, "off", "未运行（09:10）"],
    [1, "run", "运行中（09:10）"],
    [2, "calibrate", "校准中（09:10）"],
    [3, "maintain", "维护中（09:10）"],
    [4, "alarm", "故障报警（09:10）"],
    [5, "back-flush", "反吹/反冲洗中（09:10）"],
    [9, "unknown", "状态未知，最后报告 09:10"],
  ])("state %d is %s", (state, key, zh) => {
    expect(view([{ code: "TA001", state, at: AS_OF - 2 * MINUTE }])[0]).toMatchObject({ state: key, text: { zh } });
  });

  test("production is the plant's own business", () => {
    expect(view([{ code: "MF001", state: 1, at: AS_OF }]).map((f) => f.code)).toEqual(["TA001"]);
  });

  test("an old report is no state: 15 minutes", () => {
    expect(view([{ code: "TA001", state: 1, at: AS_OF - 15 * MINUTE }])[0]?.state).toBe("run");
    expect(view([{ code: "TA001", state: 1, at: AS_OF - 16 * MINUTE }])[0]).toMatchObject({
      state: "unknown",
      text: { zh: "状态未知，最后报告 08:56" },
    });
  });

  test("no report at all is said", () => {
    expect(view([])[0]).toMatchObject({ state: "unknown", at: null, text: { zh: "状态未知，未收到报告" } });
  });
});

describe("the permit", () => {
  const view = (over: Partial<Permit>) => plantView(facts({ permit: permit([], over) }), rules).permit;
  test.each([
    ["2026-10-01", "2026-10-01", true], // first and last day belong to it
    ["2026-10-02", "2028-12-31", false],
    ["2024-01-01", "2026-09-30", false],
  ])("%s to %s", (validFrom, validTo, inForce) => {
    expect(view({ validFrom, validTo }).inForce).toBe(inForce);
  });

  test("nobody's name or phone leaves the register", () => {
    const view = plantView(heavyFacts(), rules);
    expect(JSON.stringify(view)).not.toMatch(/\+86|contact|operator/i);
  });
});

describe("a pollutant with a limit and no data", () => {
  test("is listed with its limit, and says that nothing came", () => {
    const view = plantView(facts({ permit: permit([outlet("DA001", [limit("a21002"), limit("a21026")])]) }), rules);
    expect(view.outlets[0]?.quantities.map((q) => [q.pollutant, q.latest, q.standing.key])).toEqual([
      ["a21002", null, "none"],
      ["a21026", null, "none"],
    ]);
    expect(quantity(view.outlets[0]?.quantities).summary.zh).toBe("过去 24 小时没有有效数据");
  });
});
