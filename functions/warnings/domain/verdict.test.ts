import { describe, expect, test } from "vitest";
import { DAY, HOUR, MINUTE } from "../../shared/shanghai.ts";
import { at, fill, numbers, row, rowOf } from "../../telemetry/fixtures.ts";
import { judgeGasDay, judgeHour, judgeWaterDay } from "./verdict.ts";

const START = at("08:00");
type V = number | null | undefined;
const hour = (values: V[], marked: V[] | null = null) =>
  judgeHour(row(START, values), marked && row(START, marked), START, 50, numbers.hour);

describe("an hour", () => {
  test.each<[string, V[], [number, number | null, string]]>([
    ["45 valid minutes are enough", [...fill(45, 60), ...fill(15, null)], [45, 60, "exceeded"]],
    ["44 are not", [...fill(44, 60), ...fill(16, undefined)], [44, 60, "insufficient"]],
    ["at the limit it is met", fill(60, 50), [60, 50, "met"]],
    ["six decimals decide, below", fill(60, 50.0000004), [60, 50, "met"]],
    ["six decimals decide, above", fill(60, 50.000001), [60, 50.000001, "exceeded"]],
    ["no valid minute has no mean", fill(60, null), [0, null, "insufficient"]],
    ["the mean is over the valid minutes", [...fill(30, 40), ...fill(15, 70), ...fill(15, undefined)], [45, 50, "met"]],
  ])("%s", (_, values, [valid, mean, verdict]) => expect(hour(values)).toEqual({ valid, mean, verdict }));
  test("takes no slot of its neighbours", () => {
    const values = rowOf(START - 5 * MINUTE, START + HOUR + 5 * MINUTE, (s) =>
      s < START || s >= START + HOUR ? 999 : 40,
    );
    expect(judgeHour(values, null, START, 50, numbers.hour)).toEqual({ valid: 60, mean: 40, verdict: "met" });
  });
  test.each<[string, V[], V[], string]>([
    [
      "exceeded without, met with marks",
      [...fill(45, 40), ...fill(15, 200)],
      [...fill(45, 40), ...fill(15, null)],
      "marked",
    ],
    ["exceeded without, too few minutes with marks", fill(60, 60), [...fill(44, 60), ...fill(16, null)], "marked"],
    ["exceeded both ways", fill(60, 60), [...fill(50, 60), ...fill(10, null)], "exceeded"],
    ["met both ways", fill(60, 40), [...fill(50, 40), ...fill(10, null)], "met"],
    [
      "met without, exceeded with: the marks took the low values",
      [...fill(45, 60), ...fill(15, 10)],
      [...fill(45, 60), ...fill(15, null)],
      "exceeded",
    ],
    ["met without, insufficient with", fill(60, 40), [...fill(44, 40), ...fill(16, null)], "insufficient"],
  ])("with marks: %s", (_, plain, marked, verdict) => expect(hour(plain, marked).verdict).toBe(verdict));
  test("with marks the figures are those of the marked row", () => {
    expect(hour([...fill(45, 40), ...fill(15, 200)], [...fill(45, 40), ...fill(15, null)])).toMatchObject({
      valid: 45,
      mean: 40,
    });
  });
});

const MIDNIGHT = at("00:00");
const dayRow = (value: (hour: number, minute: number) => V) =>
  rowOf(MIDNIGHT, MIDNIGHT + DAY, (s) => value(Math.floor((s - MIDNIGHT) / HOUR), ((s - MIDNIGHT) / MINUTE) % 60));

describe("a gas day", () => {
  const judge = (value: (hour: number, minute: number) => V) =>
    judgeGasDay(dayRow(value), null, MIDNIGHT, 50, numbers.hour);
  test("is the mean of the means of its valid hours", () => {
    // 12 hours of 60 minutes at 40, 8 of 45 at 65, 4 of 44 at 999: (12·40 + 8·65) / 20 = 50
    const day = judge((h, m) => (h < 12 ? 40 : h < 20 ? (m < 45 ? 65 : null) : m < 44 ? 999 : null));
    expect(day).toEqual({ validHours: 20, mean: 50, weighted: false, verdict: "met" });
  });
  test("needs twenty valid hours", () => {
    expect(judge((h) => (h < 19 ? 60 : null))).toMatchObject({ validHours: 19, mean: 60, verdict: "insufficient" });
    expect(judge((h) => (h < 20 ? 60 : null))).toMatchObject({ validHours: 20, verdict: "exceeded" });
    expect(judge(() => null)).toEqual({ validHours: 0, mean: null, weighted: false, verdict: "insufficient" });
  });
  test("is marked when it is exceeded only by marked minutes", () => {
    const plain = dayRow((h) => (h < 12 ? 40 : 70));
    const marked = dayRow((h, m) => (h < 12 ? 40 : m < 30 ? 70 : null));
    expect(judgeGasDay(plain, marked, MIDNIGHT, 50, numbers.hour).verdict).toBe("marked");
  });
});

describe("a water day", () => {
  const judge = (c: (h: number, m: number) => V, v: (h: number, m: number) => V) =>
    judgeWaterDay({ concentration: dayRow(c), flow: dayRow(v) }, null, MIDNIGHT, 80, numbers.water);
  test("is weighted by flow over all valid slots", () => {
    // 12 h of 100 at 1, 12 h of 60 at 1: 80; at 3 and 1: 90
    expect(
      judge(
        (h) => (h < 12 ? 100 : 60),
        () => 1,
      ),
    ).toEqual({ validHours: 24, mean: 80, weighted: true, verdict: "met" });
    expect(
      judge(
        (h) => (h < 12 ? 100 : 60),
        (h) => (h < 12 ? 3 : 1),
      ),
    ).toMatchObject({ mean: 90, verdict: "exceeded" });
  });
  test("without a flow meter is the plain mean, and says so", () => {
    expect(
      judge(
        (h) => (h < 12 ? 100 : 60),
        () => undefined,
      ),
    ).toEqual({ validHours: 24, mean: 80, weighted: false, verdict: "met" });
  });
  test("needs twenty valid hours of 45 minutes with flow", () => {
    expect(
      judge(
        () => 90,
        (h, m) => (h < 20 || m < 44 ? 1 : null),
      ),
    ).toMatchObject({ validHours: 20, verdict: "exceeded" });
    expect(
      judge(
        () => 90,
        (h, m) => (h < 19 || m < 44 ? 1 : null),
      ),
    ).toMatchObject({ validHours: 19, verdict: "insufficient" });
  });
  test("without volume is insufficient, however many hours it has", () => {
    expect(
      judge(
        () => 90,
        () => 0,
      ),
    ).toEqual({ validHours: 24, mean: null, weighted: true, verdict: "insufficient" });
  });
});
