import { assert, double, property, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { loadRuleData } from "../../../../layers/rule-data.ts";
import { decodeFrame } from "./decode.ts";
import { readNumber, toRecord } from "./to-record.ts";

const ruleData = loadRuleData(new URL("../../../../layers/rule-data", import.meta.url).pathname);
const DATA_TIME = "DataTime=20261001083000";

function record(cn: string, cp: string, framing: string[] = []) {
  const decoded = decodeFrame(
    Buffer.from(`QN=20261001083000123;ST=31;CN=${cn};MN=330483A890001600000169C1;Flag=5;CP=&&${cp}&&`),
  );
  if (!decoded.ok) throw new Error(decoded.detail);
  return toRecord(decoded.frame, ruleData, framing);
}

describe("what an item means by CN and suffix", () => {
  const all =
    "a21002-Rtd=1,a21002-ZsRtd=2,a21002-Min=3,a21002-Avg=4,a21002-Max=5,a21002-ZsAvg=6,a21002-Cou=7,a21002-Flag=N";
  test.each([
    ["2011", "realtime", 1, 2],
    ["2051", "minute", 4, 6],
    ["2061", "hour", 4, 6],
    ["2031", "day", 4, 6],
  ])("CN %s is %s: value %d, converted %d", (cn, kind, value, converted) => {
    expect(record(cn, `${DATA_TIME};${all}`)).toMatchObject({
      record: { kind, items: [{ pollutant: "a21002", value, converted, flag: "N" }] },
    });
  });

  test.each([["2021"], ["2041"], ["2081"], ["9014"], ["2052"], ["3020"]])("CN %s carries no pollutant values", (cn) => {
    expect(record(cn, `${DATA_TIME};${all}`)).toMatchObject({
      ok: true,
      record: { kind: null, items: [], dataTime: expect.any(Number) },
    });
  });

  test("a request and an answer without items have no kind and need no DataTime", () => {
    for (const cn of ["2011", "2051", "9014"])
      expect(record(cn, "")).toMatchObject({ ok: true, record: { kind: null, dataTime: null } });
  });

  test("a code with an amount only has a record without a value", () => {
    expect(record("2061", `${DATA_TIME};a00000-Cou=120000`)).toMatchObject({
      record: { kind: "hour", items: [{ pollutant: "a00000", value: null, converted: null, flag: null }], notes: [] },
    });
  });

  test("day and night noise: Ld and Ln of the day record, no other code twice", () => {
    const cp = `${DATA_TIME};L5-Data=53;L5-DayData=54;Ld-DayData=52.5;Ln-NightData=42.5;L5-NightData=41`;
    const result = record("2031", cp);
    expect(result.ok && result.record.items.map((i) => [i.pollutant, i.value])).toEqual([
      ["L5", 53],
      ["Ld", 52.5],
      ["Ln", 42.5],
    ]);
  });

  test("items the standard knows otherwise are left to the archive", () => {
    const cp = `${DATA_TIME};a21002-Info=1;i12001-Info=3;PolId=w01018;-Avg=3;a21002-=3`;
    expect(record("2051", cp)).toMatchObject({ record: { kind: null, items: [] } });
  });

  test("a code longer than any is noted, not stored", () => {
    expect(record("2051", `${DATA_TIME};${"x".repeat(33)}-Avg=3`)).toMatchObject({
      record: { items: [], notes: ["bad-code"] },
    });
  });
});

describe("flags", () => {
  test.each([
    ["N", "N"],
    ["D", "D"],
    ["n", "n"],
    [" N", "N"],
    ["", null],
    ["LONGER-THAN-EIGHT", "LONGER-T"],
  ])("%j is %j", (sent, flag) => {
    expect(record("2011", `${DATA_TIME};a21002-Rtd=1,a21002-Flag=${sent}`)).toMatchObject({
      record: { items: [{ flag }] },
    });
  });
  test("two flags of one pollutant contradict each other", () => {
    expect(record("2011", `${DATA_TIME};a21002-Flag=N;a21002-Rtd=1,a21002-Flag=D`)).toMatchObject({
      ok: false,
      reason: "schema",
    });
  });
});

describe("facilities", () => {
  test.each([
    ["0", 0],
    ["5", 5],
  ])("SB3-RS=%s", (sent, state) => {
    expect(record("2021", `${DATA_TIME};SB3-RS=${sent}`)).toMatchObject({
      record: { facilities: [{ sb: 3, code: null, state }], notes: [] },
    });
  });
  test.each([["SB3-RS=6"], ["SB3-RS=on"], ["SB3-RS="], ["SBx-RS=1"], ["XB3-RS=1"]])(
    "%s is noted, not stored",
    (item) => {
      expect(record("2021", `${DATA_TIME};${item}`)).toMatchObject({
        record: { facilities: [], notes: ["bad-facility-state"] },
      });
    },
  );
  test("the same state twice is one report, two states contradict each other", () => {
    expect(record("2021", `${DATA_TIME};SB3-RS=1;SB03-RS=1`)).toMatchObject({
      record: { facilities: [{ sb: 3, state: 1 }] },
    });
    expect(record("2021", `${DATA_TIME};SB3-RS=1;SB3-RS=0`)).toMatchObject({ ok: false, reason: "schema" });
  });
});

test("notes of framing, decoding and reading stand together, each once", () => {
  expect(record("2011", `${DATA_TIME};03-Rtd=1;02-Rtd=x;`, ["lower-case-crc"])).toMatchObject({
    record: { notes: ["lower-case-crc", "semicolon-before-close", "old-code", "not-a-number", "no-flag"] },
  });
});

describe("readNumber", () => {
  test.each([
    ["38.6", 38.6],
    ["0", 0],
    ["007.50", 7.5],
    ["+3.86E1", 38.6],
    ["-0.3", -0.3],
    ["-0.00", 0],
    [".5", 0.5],
    ["7.", 7],
    [" 2.1 ", 2.1],
    ["1e12", 1e12],
    ["", null],
    [" ", null],
    [".", null],
    ["-", null],
    ["--", null],
    ["NaN", null],
    ["Infinity", null],
    ["0x10", null],
    ["0b1", null],
    ["1,5", null],
    ["1e13", null],
    ["-1e13", null],
    ["1e999", null],
    ["1_000", null],
    ["12mg", null],
    ["３", null],
  ])("%j is %j", (text, value) => {
    expect(readNumber(text)).toBe(value);
  });
  test("any printed number within reach comes back as itself; nothing is ever not finite", () => {
    assert(property(double({ min: -1e12, max: 1e12, noNaN: true }), (x) => readNumber(String(x)) === x));
    assert(property(string(), (text) => Number.isFinite(readNumber(text) ?? 0)));
  });
});
