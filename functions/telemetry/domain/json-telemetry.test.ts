import { anything, assert, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { loadRuleData } from "../../../layers/rule-data.ts";
import { readJsonTelemetry } from "./json-telemetry.ts";

const ruleData = loadRuleData(new URL("../../../layers/rule-data", import.meta.url).pathname);
const read = (message: unknown) =>
  readJsonTelemetry(Buffer.from(typeof message === "string" ? message : JSON.stringify(message)), "TX1", ruleData);
const AT = "2026-10-01T08:30:00+08:00";
const reading = { pollutant: "a21002", value: 46.2, converted: 52.1, flag: "N" };

test("the message of the contract", () => {
  expect(read({ at: AT, kind: "minute", readings: [reading], facilities: [{ code: "TA001", running: true }] })).toEqual(
    {
      ok: true,
      record: {
        mn: "TX1",
        command: "json",
        kind: "minute",
        dataTime: Date.UTC(2026, 9, 1, 0, 30),
        qn: null,
        items: [reading],
        facilities: [{ sb: null, code: "TA001", state: 1 }],
        notes: [],
      },
    },
  );
});

describe("accepts", () => {
  test.each<[string, object, object]>([
    [
      "no numbers",
      { kind: "realtime", readings: [{ pollutant: "a21002" }] },
      { items: [{ pollutant: "a21002", value: null, converted: null, flag: null }], notes: [] },
    ],
    [
      "null numbers and flag",
      { kind: "realtime", readings: [{ pollutant: "a21002", value: null, converted: null, flag: null }] },
      { kind: "realtime" },
    ],
    [
      "a value without flag, noted",
      { kind: "realtime", readings: [{ pollutant: "a21002", value: 1 }] },
      { notes: ["no-flag"] },
    ],
    [
      "an old code, resolved and noted",
      { kind: "minute", readings: [{ pollutant: "011", value: 1, flag: "N" }] },
      { items: [{ pollutant: "w01018", value: 1, converted: null, flag: "N" }], notes: ["old-code"] },
    ],
    [
      "an unknown pollutant, kept as sent",
      { kind: "minute", readings: [{ ...reading, pollutant: "a99999" }] },
      { items: [{ ...reading, pollutant: "a99999" }] },
    ],
    [
      "facilities alone",
      { facilities: [{ code: "TA001", running: false }] },
      { kind: null, facilities: [{ sb: null, code: "TA001", state: 0 }] },
    ],
    [
      "fields it does not know",
      { kind: "minute", readings: [{ ...reading, sampler: 3 }], firmware: "2.1" },
      { items: [reading] },
    ],
    ["nothing but a time", {}, { kind: null, items: [], facilities: [] }],
  ])("%s", (_, message, record) => {
    expect(read({ at: AT, ...message })).toMatchObject({ ok: true, record });
  });
  test.each([
    ["2026-10-01T00:30:00Z", Date.UTC(2026, 9, 1, 0, 30)],
    ["2026-10-01T08:30:00.250+08:00", Date.UTC(2026, 9, 1, 0, 30, 0, 250)],
    ["2026-10-01T08:30:00", Date.UTC(2026, 9, 1, 0, 30)],
  ])("at %s", (at, dataTime) => {
    expect(read({ at })).toMatchObject({ record: { dataTime } });
  });
});

describe("refuses", () => {
  test.each<[string, unknown, string, string]>([
    [
      "a value that is a text",
      { at: AT, kind: "minute", readings: [reading, { pollutant: "a21026", value: "38.6" }] },
      "schema",
      "readings[1].value: number expected",
    ],
    [
      "a value beyond any unit",
      { at: AT, kind: "minute", readings: [{ ...reading, value: 1e13 }] },
      "schema",
      "readings[0].value: ",
    ],
    [
      "a number too large for a double",
      '{"at":"2026-10-01T08:30:00+08:00","kind":"minute","readings":[{"pollutant":"a21002","value":1e999}]}',
      "schema",
      "readings[0].value: ",
    ],
    [
      "an empty pollutant",
      { at: AT, kind: "minute", readings: [{ ...reading, pollutant: "" }] },
      "schema",
      "readings[0].pollutant: ",
    ],
    [
      "one pollutant twice, by its old code",
      { at: AT, kind: "minute", readings: [reading, { ...reading, pollutant: "03" }] },
      "schema",
      "readings[1].pollutant: a21002 stands twice",
    ],
    ["another kind", { at: AT, kind: "hour", readings: [reading] }, "schema", "kind: "],
    ["readings without kind", { at: AT, readings: [reading] }, "schema", "kind: "],
    [
      "running as a number",
      { at: AT, facilities: [{ code: "TA001", running: 1 }] },
      "schema",
      "facilities[0].running: boolean expected",
    ],
    [
      "one facility twice",
      {
        at: AT,
        facilities: [
          { code: "TA001", running: true },
          { code: "TA001", running: true },
        ],
      },
      "schema",
      "facilities[1].code: TA001 stands twice",
    ],
    ["no at", { kind: "minute", readings: [reading] }, "schema", "at: string expected"],
    ["at that is no moment", { at: "2026-02-30T08:30:00+08:00" }, "time", "at: "],
    ["a list", [], "schema", "message: object expected"],
    ["no JSON", "{", "schema", "not JSON"],
    ["an empty payload", "", "schema", "not JSON"],
  ])("%s", (_, message, reason, detail) => {
    expect(read(message)).toMatchObject({ ok: false, reason, detail: expect.stringContaining(detail) });
  });
  test("bytes that are not UTF-8", () => {
    expect(readJsonTelemetry(Uint8Array.of(0x22, 0xff, 0x22), "TX1", ruleData)).toMatchObject({
      ok: false,
      reason: "schema",
    });
  });
  test("depth without an end", () => {
    expect(read("[".repeat(100_000))).toMatchObject({ ok: false, reason: "schema" });
  });
});

test("nothing makes it throw", () => {
  assert(
    property(anything(), (message) => void read({ at: AT, kind: "minute", readings: message, facilities: message })),
  );
});
