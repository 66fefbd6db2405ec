import { describe, expect, test } from "vitest";
import { DAY, HOUR, MINUTE, floorHour } from "../../shared/shanghai.ts";
import type { BlockRecord } from "../../telemetry/domain/block.ts";
import { AS_OF, device, limit, outlet, permit } from "../fixture.ts";
import { collectFacts, recordsFrom, type StoredFacts } from "./collect-facts.ts";
import type { HourFact } from "./facts.ts";

const MN = device().mn;
const minute = (
  at: number,
  values: [string, number | null, string | null][],
  over: Partial<BlockRecord> = {},
): BlockRecord => ({
  mn: MN,
  outlet: "DA001",
  kind: "minute",
  at,
  qn: at,
  receivedAt: at,
  values: values.map(([channel, value, flag]) => ({ channel, value, flag })),
  ...over,
});
const stored = (over: Partial<StoredFacts>): StoredFacts => ({
  code: "c",
  permit: permit([outlet("DA001", [limit("a21002", { basis: "converted", referenceO2: 6 })])]),
  asOf: AS_OF,
  records: [],
  marks: {},
  warning: null,
  hours: [],
  days: [],
  ...over,
});

describe("series", () => {
  const at = AS_OF - 5 * MINUTE;

  test("a pollutant is shown on the basis of its limit, one without a limit as measured", () => {
    const records = [
      minute(at, [
        ["a21002/6", 52.1, "N"],
        ["a21002/m", 46.2, "N"],
        ["a19001/m", 7.7, "N"],
      ]),
    ];
    const { series } = collectFacts(stored({ records }));
    expect(series.map((s) => [s.pollutant, s.slots])).toEqual([
      ["a21002", [{ t: at, value: 52.1, quality: "counts", flag: "N" }]],
      ["a19001", [{ t: at, value: 7.7, quality: "counts", flag: "N" }]],
    ]);
  });

  test("what does not count keeps its value and flag; what lies in a mark is marked, counting or not", () => {
    const records = [
      minute(at, [["a21002/6", 90, "C"]]),
      minute(at + MINUTE, [["a21002/6", 60, "N"]]),
      minute(at + 2 * MINUTE, [["a21002/6", 61, "N"]]),
    ];
    const marks = { DA001: [{ from: at + MINUTE, to: at + 2 * MINUTE }] };
    expect(collectFacts(stored({ records, marks })).series[0]?.slots).toEqual([
      { t: at, value: 90, quality: "invalid", flag: "C" },
      { t: at + MINUTE, value: 60, quality: "marked", flag: "N" },
      { t: at + 2 * MINUTE, value: 61, quality: "counts", flag: "N" },
    ]);
  });

  test("a ten-minute logger fills ten minutes, and says so", () => {
    const o = outlet("DA001", [limit("a21002")], { devices: [device({ minuteInterval: 10 })] });
    const { series } = collectFacts(
      stored({ permit: permit([o]), records: [minute(AS_OF - 12 * MINUTE, [["a21002/m", 40, "N"]])] }),
    );
    expect(series[0]).toMatchObject({ minutes: 10 });
    expect(series[0]?.slots.map((s) => s.t)).toEqual(
      Array.from({ length: 10 }, (_, i) => AS_OF - 12 * MINUTE + i * MINUTE),
    );
  });

  test("records of another outlet and hour records are not this outlet's minutes", () => {
    const records = [
      minute(at, [["a21002/6", 1, "N"]], { outlet: "DA002" }),
      minute(floorHour(at), [["a21002/6", 2, "N"]], { kind: "hour" }),
    ];
    expect(collectFacts(stored({ records })).series).toEqual([
      { outlet: "DA001", pollutant: "a21002", minutes: 1, slots: [] },
    ]);
  });

  test("a record that reaches into the shown day is read", () => {
    expect(recordsFrom(AS_OF)).toBe(floorHour(AS_OF) - 25 * HOUR);
  });
});

describe("verdicts", () => {
  test("the newest revision of each period stands, in any order of reading", () => {
    const hour = (revision: number, mean: number, ago = 1): HourFact => ({
      outlet: "DA001",
      pollutant: "a21002",
      hour: floorHour(AS_OF) - ago * HOUR,
      valid: 60,
      mean,
      limit: 50,
      verdict: "met",
      revision,
    });
    const facts = collectFacts(stored({ hours: [hour(0, 40), hour(2, 42), hour(1, 41), hour(0, 30, 2)] }));
    expect(facts.hours.map((h) => h.mean)).toEqual([42, 30]);
  });
});

describe("state", () => {
  const episode = (openedAt: number, level: number) => ({ openedAt, level });
  test("a warning holds since its oldest episode with a level", () => {
    const warning = {
      state: "warned" as const,
      episodes: [episode(AS_OF - HOUR, 0), episode(AS_OF - 20 * MINUTE, 2), episode(AS_OF - 10 * MINUTE, 1)],
      offline: {},
    };
    expect(collectFacts(stored({ warning }))).toMatchObject({ state: "warned", since: AS_OF - 20 * MINUTE });
  });

  test("a plant is silent since its last device fell silent", () => {
    const warning = {
      state: "silent" as const,
      episodes: [],
      offline: { a: { since: AS_OF - DAY }, b: { since: AS_OF - HOUR } },
    };
    expect(collectFacts(stored({ warning }))).toMatchObject({ state: "silent", since: AS_OF - HOUR });
    expect(collectFacts(stored({ warning: { ...warning, offline: {} } })).since).toBeNull();
  });

  test("normal and not yet looked at have no since", () => {
    expect(collectFacts(stored({ warning: { state: "normal", episodes: [], offline: {} } }))).toMatchObject({
      state: "normal",
      since: null,
    });
    expect(collectFacts(stored({}))).toMatchObject({ state: null, since: null });
  });
});

test("the newest report of a facility that the permit knows", () => {
  const report = (at: number, state: number, code = "TA001"): BlockRecord =>
    minute(at, [[`${code}/s`, state, null]], { kind: "facility", outlet: "" });
  const records = [report(AS_OF - 5 * MINUTE, 0), report(AS_OF - 10 * MINUTE, 1), report(AS_OF - MINUTE, 1, "TA999")];
  expect(collectFacts(stored({ records })).facilities).toEqual([{ code: "TA001", state: 0, at: AS_OF - 5 * MINUTE }]);
});
