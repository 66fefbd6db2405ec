/** Worked out by hand from the rules ("Water: the flow-weighted day mean"). */
import { describe, expect, test } from "vitest";
import { DAY, MINUTE } from "../../shared/shanghai.ts";
import { at, numbers, rowOf } from "../../telemetry/fixtures.ts";
import type { SlotRow } from "../../telemetry/domain/slots.ts";
import { assessDay, dayOfTick, hasFlow, validHours, weightedMean, weightedSlots } from "./water-day.ts";

type V = number | null | undefined;
/** A tick with concentration and flow by minutes since midnight (negative: the day before); nothing where undefined. */
const assess = (clock: string, c: (m: number) => V, v: (m: number) => V = () => undefined, limit = 80) => {
  const t = at(clock);
  const day = dayOfTick(t);
  const row = (of: (m: number) => V): SlotRow => rowOf(t - DAY, t, (s) => of((s - day) / MINUTE));
  return assessDay(row(c), row(v), t, limit, numbers.water);
};
const today =
  (x: number) =>
  (m: number): V =>
    m >= 0 ? x : undefined;

test("00:00 looks at the day that ended and sets no level", () => {
  expect(dayOfTick(at("24:00"))).toBe(at("00:00"));
  expect(dayOfTick(at("00:05"))).toBe(at("00:00"));
  const a = assess("24:00", today(200), today(1));
  expect(a).toMatchObject({ ended: 1440, left: 0, mean: 200, projected: 200, required: null, level: 0 });
});

describe("the figures", () => {
  test("weigh concentration by flow", () => {
    // 180 min of 100 at 1 and 180 min of 40 at 3: (18000 + 21600) / 720 = 55; c = 40; Vr = 720 · 1080 / 1440 = 540
    const a = assess(
      "06:00",
      (m) => (m < 0 ? undefined : m < 180 ? 100 : 40),
      (m) => (m < 0 ? undefined : m < 180 ? 1 : 3),
    );
    expect(a).toMatchObject({ weighted: true, valid: 360, mean: 55, current: 40 });
    expect(a.projected).toBeCloseTo((720 * 55 + 540 * 40) / 1260, 9);
    expect(a.required).toBeCloseTo((1260 * 80 - 720 * 55) / 540, 9);
  });
  test("without a flow meter every slot weighs the same, and it says so", () => {
    const a = assess("06:00", (m) => (m < 0 ? undefined : m < 180 ? 100 : 40));
    expect(a).toMatchObject({ weighted: false, mean: 70, current: 40, valid: 360 });
  });
  test("a slot lacking flow does not count as soon as the day has any", () => {
    const a = assess("06:00", today(50), (m) => (m >= 0 && m < 100 ? 2 : undefined));
    expect(a).toMatchObject({ weighted: true, valid: 100 });
  });
  test("yesterday's flow makes today no weighted day", () => {
    expect(assess("06:00", today(50), (m) => (m < 0 ? 5 : undefined))).toMatchObject({ weighted: false, valid: 360 });
  });
  test("without volume there is none", () => {
    expect(assess("06:00", today(500), today(0))).toMatchObject({
      mean: null,
      projected: null,
      required: null,
      level: 0,
    });
  });
  test("the recent level is of the 120 newest slots with flow within six hours", () => {
    const c = (m: number): V => (m < 0 ? undefined : m < 360 ? 10 : m < 480 ? 20 : m < 600 ? 30 : 500);
    expect(assess("11:00", c, (m) => (m < 0 ? undefined : m < 600 ? 1 : 0)).current).toBe(30); // 08:00–10:00
    expect(assess("11:00", c, (m) => (m < 0 ? undefined : m < 360 ? 1 : 0)).current).toBe(10); // 05:00–06:00 only
    // Nothing with flow within six hours: the mean of the day.
    const old = (m: number): V => (m < 0 ? undefined : m < 100 ? 1 : 0);
    expect(assess("11:00", (m) => (m < 0 ? undefined : m < 100 ? 33 : 99), old).current).toBe(33);
  });
  test("the rest's volume is that of the last 24 hours, also where the analyser did not count", () => {
    // 1440 slots of flow 1, concentration only today: Vr = 1440 · 720 / 1440 = 720 = V
    const a = assess("12:00", today(100), () => 1);
    expect(a.required).toBeCloseTo((1440 * 80 - 720 * 100) / 720, 9);
  });
});

describe("levels", () => {
  test("level 1 needs six hours and a recent level above R + 5 % of the limit", () => {
    // C constant, v = 1, e = 360: V = 360, Vr = 270: R = (630·80 − 360·C) / 270; C > R + 4 ⇔ 630·C > 50400 + 1080
    expect(51_480 / 630).toBeCloseTo(81.714_286, 6);
    expect(assess("06:00", today(81.714286), today(1)).level).toBe(1);
    expect(assess("06:00", today(81.714285), today(1)).level).toBe(0);
    expect(assess("05:55", today(200), today(1)).level).toBe(0);
  });
  test("level 2 needs twelve hours and a projection above the limit", () => {
    expect(assess("12:00", today(80.000001), today(1)).level).toBe(2);
    expect(assess("12:00", today(80.0000004), today(1)).level).toBe(0);
    expect(assess("11:55", today(80.000001), today(1)).level).toBe(0);
  });
  test("level 3 is nothing left for the rest of the day, from six hours on", () => {
    // e = 1080: V = 1080, Vr = 270: R = (1350·80 − 1080·M) / 270 ≤ 0 from M = 100 on
    expect(assess("18:00", today(100), today(1))).toMatchObject({ required: 0, level: 3 });
    expect(assess("18:00", today(99.999), today(1)).level).toBe(2);
    expect(assess("06:00", today(1000), today(1)).level).toBe(3);
    expect(assess("05:55", today(1000), today(1)).level).toBe(0);
  });
  test("every level needs sixty valid slots", () => {
    const some = (n: number) => assess("12:00", (m) => (m >= 0 && m < n ? 1000 : undefined)).level;
    expect([some(59), some(60)]).toEqual([0, 3]);
  });
});

describe("the parts", () => {
  const start = at("00:00");
  test("a valid hour has 45 valid slots of its own", () => {
    const slots = (n: number) =>
      weightedSlots(
        rowOf(start, start + 60 * n * MINUTE, () => 1),
        rowOf(start, start, () => 1),
        false,
        start + DAY,
      );
    expect(validHours(slots(2), start, 45)).toBe(2);
    expect(validHours(slots(2).slice(16), start, 45)).toBe(1); // 44 and 60
    expect(validHours(slots(2).slice(15), start, 45)).toBe(2); // 45 and 60
  });
  test("a mean without volume is none", () => {
    expect(weightedMean([])).toBeNull();
    expect(weightedMean([{ end: 0, c: 5, v: 0 }])).toBeNull();
  });
  test("a flow of zero is a flow", () => {
    expect(
      hasFlow(
        rowOf(start, start + MINUTE, () => 0),
        start,
        start + DAY,
      ),
    ).toBe(true);
    expect(
      hasFlow(
        rowOf(start, start + MINUTE, () => null),
        start,
        start + DAY,
      ),
    ).toBe(false);
  });
});
