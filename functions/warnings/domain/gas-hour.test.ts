/** Every expectation here is worked out by hand from the rules (version 1, "Gas: the clock-hour mean"). */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { at, fill, numbers, row, rowOf } from "../../telemetry/fixtures.ts";
import { assessHour, hourOfTick, validInHour, type Assessment } from "./gas-hour.ts";

type V = number | null | undefined;
/** The hour of 08:00 at `clock`: `values` are its slots from 08:00 on, `before` those that end at 08:00. */
const assess = (clock: string, values: V[], { before = [] as V[], limit = 50 } = {}): Assessment =>
  assessHour(row(at("08:00") - before.length * 60_000, [...before, ...values]), at(clock), limit, numbers.hour);

describe("which hour a tick looks at", () => {
  test.each([
    ["08:00", "07:00"],
    ["08:05", "08:00"],
    ["08:55", "08:00"],
    ["24:00", "23:00"],
  ])("%s looks at the hour from %s", (t, start) => expect(hourOfTick(at(t))).toBe(at(start)));
});

describe("valid, pending and missing minutes", () => {
  test("45 possible minutes are enough", () => {
    const a = assess("08:40", [...fill(25, 60), ...fill(15, null)]);
    expect(a).toMatchObject({ ended: 40, left: 20, valid: 25, possible: 45, deficit: false, level: 2 });
    expect([a.mean, a.current, a.projected, a.required]).toEqual([60, 60, 60, 37.5]);
  });
  test("44 possible minutes are a deficit and no level", () => {
    expect(assess("08:40", [...fill(24, 60), ...fill(16, null)])).toMatchObject({
      valid: 24,
      possible: 44,
      deficit: true,
      level: 0,
    });
  });
  test("a minute without a record is waited for 20 minutes after its end", () => {
    const without = (i: number): V[] => fill<V>(30, 40).with(i, undefined);
    expect(assess("08:30", without(10)).possible).toBe(60); // ended 08:11, 19 minutes ago
    expect(assess("08:30", without(9)).possible).toBe(59); // ended 08:10, 20 minutes ago
  });
  test("a minute that was received and does not count is not waited for", () => {
    expect(assess("08:30", fill<V>(30, 40).with(29, null)).possible).toBe(59);
  });
  test("pending minutes stand at the recent level", () => {
    // n = 20 at 40, f = 10 at c = 40 and 70, r = 30.
    const a = assess("08:30", [...fill(15, 40), ...fill(5, 70), ...fill(10, undefined)]);
    // newest 25 min: slots 5–19: ten 40, five 70; median 40, mean of 5 = 70 → c = 40
    expect(a.current).toBe(40);
    expect(a.mean).toBe(47.5);
    expect(a.projected).toBeCloseTo((20 * 47.5 + 40 * 40) / 60, 9);
    expect(a.required).toBeCloseTo((60 * 50 - 20 * 47.5 - 10 * 40) / 30, 9);
  });
  test("without a valid minute there is no figure and no level, only what is possible", () => {
    expect(assess("08:20", fill(20, undefined))).toEqual({
      ended: 20,
      left: 40,
      valid: 0,
      possible: 60,
      limit: 50,
      mean: null,
      current: null,
      projected: null,
      required: null,
      level: 0,
      deficit: false,
    });
    expect(assess("08:40", fill(40, undefined))).toMatchObject({ possible: 40, deficit: true });
  });
});

describe("the recent level c", () => {
  test.each([
    ["08:05", 15, 92],
    ["08:30", 15, 92],
    ["08:35", 13, 93],
    ["08:40", 10, 94.5],
    ["08:45", 8, 95.5],
    ["08:50", 5, 97],
    ["08:55", 5, 97],
  ])("at %s is the median of the %i newest when that is below the mean of five", (t, _w, c) => {
    // Values fall by one with every minute of age, so that the median names how many were taken:
    // 99, 98, … → median of w = 99 − (w − 1) / 2, mean of the five newest = 97.
    const end = at(t);
    const slots = rowOf(end - 25 * 60_000, end, (s) => 100 - (end - s) / 60_000);
    expect(assessHour(slots, end, 5000, numbers.hour).current).toBe(c);
  });
  test("is the mean of the five newest when that is lower: a drop is believed at once", () => {
    expect(assess("08:30", [...fill(25, 50), 10, 10, 10, 10, 100]).current).toBe(28);
  });
  test("takes the middle of two for an even number", () => {
    // w = 8 at 08:45: median of 1 … 8 is 4.5, the mean of the five newest is 6.
    expect(assess("08:45", [...fill(37, 50), 1, 2, 3, 4, 5, 6, 7, 8]).current).toBe(4.5);
  });
  test("reaches 25 minutes back, over the hour, and no further", () => {
    const three: V[] = [undefined, undefined, 40, 40, 40];
    const hourBefore = (i: number): V[] => fill<V>(60, undefined).with(i, 0);
    expect(assess("08:05", three, { before: hourBefore(40) }).current).toBe(30); // 07:40–07:41, ended 24 min ago
    expect(assess("08:05", three, { before: hourBefore(39) }).current).toBe(40); // ended 25 min ago
  });
  test("is the mean of the hour when nothing is new enough", () => {
    const a = assess("08:55", [...fill(30, 40), ...fill(25, null)]);
    expect(a).toMatchObject({ valid: 30, current: 40, possible: 35 });
  });
});

describe("levels", () => {
  test("level 2 is a projection above the limit at six decimals", () => {
    for (const [v, level] of [
      [50, 0],
      [50.0000004, 0],
      [50.000001, 2],
    ] as const)
      expect(assess("08:30", fill(30, v)).level, String(v)).toBe(level);
  });
  test("level 3 is nothing left for the rest, at six decimals", () => {
    // n = r = 30: R = 2·50 − v
    for (const [v, level] of [
      [99.999999, 2],
      [99.9999997, 3],
      [100, 3],
      [101, 3],
    ] as const)
      expect(assess("08:30", fill(30, v)).level, String(v)).toBe(level);
  });
  test("level 1 is a recent level above R + 5 % of the limit, at six decimals", () => {
    // e = n = 15, L = 80: R = (320 − v) / 3; v > R + 4 from 83 on.
    for (const [v, level] of [
      [83, 0],
      [83.0000003, 0],
      [83.000001, 1],
    ] as const)
      expect(assess("08:15", fill(15, v), { limit: 80 }).level, String(v)).toBe(level);
  });
  test("level 1 needs five minutes and three valid ones", () => {
    expect(assess("08:05", [undefined, undefined, 100, 100, 100]).level).toBe(1);
    expect(assess("08:05", [undefined, undefined, undefined, 100, 100]).level).toBe(0);
  });
  test("levels 2 and 3 need half an hour and twenty valid minutes", () => {
    expect(assess("08:25", fill(25, 60)).level).toBe(1);
    expect(assess("08:25", fill(25, 1000)).level).toBe(1);
    expect(assess("08:30", [...fill(20, 60), ...fill(10, undefined)]).level).toBe(2);
    expect(assess("08:30", [...fill(19, 60), ...fill(11, undefined)]).level).toBe(1);
    expect(assess("08:30", [...fill(19, 1000), ...fill(11, undefined)]).level).toBe(1);
  });
  test("hh:00 looks at the hour that ended and sets no level", () => {
    const a = assessHour(row(at("08:00"), [...fill(40, 60), ...fill(20, undefined)]), at("09:00"), 50, numbers.hour);
    expect(a).toMatchObject({ ended: 60, left: 0, valid: 40, possible: 60, required: null, level: 0, deficit: false });
    expect([a.mean, a.current, a.projected]).toEqual([60, 60, 60]);
  });
  test("hh:00 divides by the valid and pending minutes only", () => {
    const a = assessHour(row(at("08:00"), [...fill(40, 30), ...fill(20, null)]), at("09:00"), 50, numbers.hour);
    expect(a).toMatchObject({ possible: 40, projected: 30, deficit: false });
  });

  const value = fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 4000 }).map((n) => n / 20) },
    { weight: 1, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
  test("level 2 is the same as c > R, level 3 the same as a mean that alone breaks the limit", () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 85, maxLength: 85 }), fc.integer({ min: 1, max: 11 }), (values, k) => {
        const a = assess(`08:${String(k * 5).padStart(2, "0")}`, values.slice(25, 25 + k * 5), {
          before: values.slice(0, 25),
        });
        if (a.projected === null || a.required === null || a.current === null || a.mean === null) return;
        const near = Math.abs(a.projected - 50) < 1e-5 || Math.abs(a.required) < 1e-5;
        if (!near && a.possible >= 45 && a.ended >= 30 && a.valid >= 20) {
          expect(a.level >= 2).toBe(a.current > a.required || a.required <= 0);
          expect(a.level === 3).toBe(a.required <= 0);
        }
        expect(a.level === 0 || a.possible >= 45).toBe(true);
        expect(a.valid + a.left <= a.possible && a.possible <= 60).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

test("valid minutes of a clock hour do not reach into its neighbours", () => {
  expect(validInHour(row(at("07:58"), [...fill(2, 1), ...fill(44, 1), ...fill(16, null), 1, 1]), at("08:00"))).toBe(44);
});
