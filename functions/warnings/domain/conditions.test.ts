import { describe, expect, test } from "vitest";
import type { Facility, Limit } from "../../register/domain/permit.ts";
import { MINUTE } from "../../shared/shanghai.ts";
import type { BlockRecord } from "../../telemetry/domain/block.ts";
import { at, device, limit, numbers, outlet, row } from "../../telemetry/fixtures.ts";
import { assessFacility, assessNoise, assessRange, governs, outside } from "./conditions.ts";

const ph = limit({ pollutant: "w01001", statistic: "instant", min: 6, max: 9 });

describe("outside a range", () => {
  test.each([
    [6, false],
    [9, false],
    [5.999999, true],
    [9.000001, true],
    [5.9999998, false], // six decimals
    [9.0000004, false],
  ])("%d: %s", (value, out) => expect(outside(value, ph)).toBe(out));
  test("only on the side that has a bound", () => {
    expect(outside(-1, { min: null, max: 9 })).toBe(false);
    expect(outside(99, { min: 6, max: null })).toBe(false);
  });
});

describe("an instantaneous range", () => {
  /** Slots up to 08:30, the last one ends there. */
  const assess = (...values: (number | null | undefined)[]) => {
    const { out, stale } = assessRange(
      row(at("08:30") - values.length * MINUTE, values),
      at("08:30"),
      ph,
      numbers.range,
    );
    return stale ? "stale" : out;
  };
  test.each<[string, (number | null | undefined)[], boolean | null | "stale"]>([
    ["two adjacent slots outside", [7, 9.5, 9.6], true],
    ["on different sides outside", [7, 9.5, 5], true],
    ["one outside", [7, 7, 9.5], false],
    ["one outside after one inside", [7, 9.5], null],
    ["two inside after an excursion", [9.5, 9.5, 7, 7], false],
    ["one inside after two outside", [9.5, 9.5, 7], true],
    ["not adjacent: a slot that does not count between them", [9.5, null, 9.5], null],
    ["not adjacent: a slot without a record between them", [9.5, undefined, 9.5], null],
    ["the newest pair decides", [9.5, 9.5, null, 7, 7, null], false],
    ["nothing", [null, undefined], "stale"],
  ])("%s", (_, values, expected) => expect(assess(...values)).toBe(expected));
  test("tells the newest value of the pair and when it ended", () => {
    expect(assessRange(row(at("08:27"), [9.4, 9.6, 7]), at("08:30"), ph, numbers.range)).toMatchObject({
      value: 9.6,
      since: at("08:29"),
    });
  });
  test("looks at no slot that has not ended", () => {
    expect(assessRange(row(at("08:28"), [9.5, 7, 7]), at("08:30"), ph, numbers.range).out).toBeNull();
  });
});

const states = (code: string, ...reports: [string, number][]): BlockRecord[] =>
  reports.map(([clock, value]) => ({
    mn: "A",
    outlet: "",
    kind: "facility",
    at: at(clock),
    qn: null,
    receivedAt: at(clock) + 5000,
    values: [{ channel: `${code}/s`, value, flag: "N" }],
  }));

describe("a treatment facility", () => {
  const facility = (code: string, kind: Facility["kind"], outlets = ["DA001"]): Facility => ({
    code,
    kind,
    outlets,
    mn: null,
    sb: null,
  });
  const ta = facility("TA", "treatment");
  const all = [ta, facility("PR", "production"), facility("XX", "production", ["DA002"])];
  const assess = (records: BlockRecord[], clock = "08:30", facilities = all) => {
    const c = assessFacility(ta, facilities, records, at(clock), numbers.facility, numbers.hour.newestWindow);
    return c.stale ? "stale" : c.out;
  };
  const running = states("PR", ["08:00", 1]);
  test.each<[string, BlockRecord[], boolean | null | "stale"]>([
    ["off in two reports while production runs", [...running, ...states("TA", ["08:20", 0], ["08:25", 0])], true],
    ["off in one", [...running, ...states("TA", ["08:20", 1], ["08:25", 0])], null],
    ["on in two", [...running, ...states("TA", ["08:10", 0], ["08:20", 1], ["08:25", 1])], false],
    [
      "off while production is off",
      [...states("PR", ["08:00", 0]), ...states("TA", ["08:20", 0], ["08:25", 0])],
      false,
    ],
    [
      "off, production started after the first report",
      [...states("PR", ["08:22", 1]), ...states("TA", ["08:20", 0], ["08:25", 0])],
      null,
    ],
    [
      "off while another outlet's production runs",
      [...states("XX", ["08:00", 1]), ...states("TA", ["08:20", 0], ["08:25", 0])],
      false,
    ],
    ["in maintenance (3) is not off", [...running, ...states("TA", ["08:20", 3], ["08:25", 3])], false],
    ["reported once only", [...running, ...states("TA", ["08:25", 0])], null],
    ["never reported", running, "stale"],
  ])("%s", (_, records, expected) => expect(assess(records)).toBe(expected));
  test("the newest report is old after 25 minutes", () => {
    const records = [...running, ...states("TA", ["08:00", 0], ["08:05", 0])];
    expect(assess(records, "08:29")).toBe(true);
    expect(assess(records, "08:30")).toBe("stale");
  });
  test("without a production facility the rule is off", () => {
    expect(assess([...running, ...states("TA", ["08:20", 0], ["08:25", 0])], "08:30", [ta])).toBe("stale");
  });
});

describe("noise", () => {
  const day = limit({ pollutant: "Leq", statistic: "period", max: 60, period: "day" });
  const night = limit({ pollutant: "Leq", statistic: "period", max: 50, period: "night" });
  const o = outlet({
    medium: "noise",
    devices: [device({ minuteInterval: 10 }), device({ mn: "B", minuteInterval: 10 })],
  });
  const leq = (clock: string, value: number, over: { mn?: string; flag?: string } = {}): BlockRecord => ({
    mn: over.mn ?? "A",
    outlet: "DA001",
    kind: "minute",
    at: at(clock),
    qn: null,
    receivedAt: at(clock) + 11 * MINUTE,
    values: [{ channel: "Leq/m", value, flag: over.flag ?? "N" }],
  });
  const assess = (records: BlockRecord[], clock: string, limits: Limit[] = [day, night]) => {
    const c = assessNoise(o, records, at(clock), limits, numbers.noise, numbers.hour.newestWindow);
    return c.stale ? "stale" : c.out;
  };
  const three = (a: number, b: number, c: number, first = "08:00"): BlockRecord[] =>
    [a, b, c].map((v, i) => ({ ...leq(first, v), at: at(first) + i * 10 * MINUTE }));
  test.each<[string, BlockRecord[], boolean | null | "stale"]>([
    ["three records in a row above", three(60.1, 61, 62), true],
    ["at the limit is not above", three(60, 61, 62), null],
    ["three not above", three(60, 55, 50), false],
    ["two", three(61, 62, 63).slice(1), null],
    ["one that does not count breaks the row", three(61, 62, 63).with(1, leq("08:10", 62, { flag: "D" })), null],
    [
      "the second device fills in for one that does not count",
      [...three(61, 62, 63).with(1, leq("08:10", 62, { flag: "D" })), leq("08:10", 65, { mn: "B" })],
      true,
    ],
    ["the first listed device wins where both count", [...three(61, 62, 63), leq("08:10", 40, { mn: "B" })], true],
    ["nothing", [], "stale"],
  ])("%s", (_, records, expected) => expect(assess(records, "08:30")).toBe(expected));
  test("a record counts once its ten minutes have ended, and is old 25 minutes after", () => {
    expect(assess(three(61, 62, 63), "08:29")).toBeNull();
    expect(assess(three(61, 62, 63), "08:54")).toBe(true);
    expect(assess(three(61, 62, 63), "08:55")).toBe("stale");
  });
  test("each record is held to the limit of its own period", () => {
    expect(assess(three(61, 61, 51, "21:40"), "22:10")).toBe(true); // 21:40, 21:50 day, 22:00 night
    expect(assess(three(59, 61, 51, "21:40"), "22:10")).toBeNull();
    expect(assess(three(51, 51, 61, "05:40"), "06:10")).toBe(true);
  });
  test.each([
    ["05:59", "night"],
    ["06:00", "day"],
    ["21:59", "day"],
    ["22:00", "night"],
  ])("%s is %s", (clock, period) => {
    expect([governs(day, at(clock), numbers.noise), governs(night, at(clock), numbers.noise)]).toEqual([
      period === "day",
      period === "night",
    ]);
  });
  test("without a limit for the period nothing can be said", () => {
    expect(assess(three(51, 52, 53, "22:00"), "22:30", [day])).toBeNull();
  });
});
