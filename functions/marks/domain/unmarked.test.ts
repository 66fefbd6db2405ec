import { describe, expect, test } from "vitest";
import { formatClock, formatDay, HOUR, MINUTE } from "../../shared/shanghai.ts";
import type { BlockRecord } from "../../telemetry/domain/block.ts";
import { at, limit, outlet, permit, ruleData } from "../../telemetry/fixtures.ts";
import type { MarkSpan } from "../../telemetry/domain/slots.ts";
import { unmarkedPeriods } from "./unmarked.ts";

const minutes = (
  from: string,
  n: number,
  over: { flag?: string | null; value?: number; pollutant?: string } = {},
): BlockRecord[] =>
  Array.from({ length: n }, (_, i) => {
    const { flag = "N", value = 40 + (i % 7), pollutant = "a21002" } = over;
    const t = at(from) + i * MINUTE;
    const values = [{ channel: `${pollutant}/m`, value, flag }];
    return { mn: "A", outlet: "DA001", kind: "minute", at: t, qn: null, receivedAt: t, values };
  });
const list = (
  records: BlockRecord[],
  { marks = [] as MarkSpan[], now = "10:00", limits = [limit()], first = { "DA001/a21002": at("08:00") } } = {},
) =>
  unmarkedPeriods(
    { permit: permit({ outlets: [outlet({ limits })] }), records, first, marks: { DA001: marks } },
    at("00:00"),
    at("24:00"),
    at(now),
    ruleData,
  ).map((u) => `${formatClock(u.from)}–${formatClock(u.to)} ${u.pollutants.join()} ${[u.why, ...u.signs].join(" ")}`);

describe("what is unmarked", () => {
  test.each([
    ["nothing, of an hour that is whole", minutes("08:00", 60), {}, []],
    ["nothing, of an hour that is not closed yet", [], { now: "09:09" }, []],
    ["nothing, where 45 minutes count", minutes("08:00", 45), { now: "09:10" }, []],
    ["what is missing, where 44 do", minutes("08:00", 44), { now: "09:10" }, ["08:44–09:00 a21002 missing"]],
    ["an hour without any", [], { now: "09:10" }, ["08:00–09:00 a21002 missing"]],
    [
      "flagged minutes, although the hour is valid",
      [...minutes("08:00", 50), ...minutes("08:50", 4, { flag: "C" }), ...minutes("08:54", 6, { flag: "M" })],
      { now: "09:10" },
      ["08:50–09:00 a21002 flagged C M"],
    ],
    ["a flat line", minutes("08:00", 60, { value: 40 }), { now: "09:10" }, ["08:00–09:00 a21002 suspicious flat-line"]],
    [
      "not before its first value",
      [],
      { first: { "DA001/a21002": at("09:00") }, now: "10:10" },
      ["09:00–10:00 a21002 missing"],
    ],
    ["nothing of what was never heard", [], { first: {} as { "DA001/a21002": number } }, []],
  ])("%s", (_, records, how, expected) => expect(list(records, how)).toEqual(expected));

  test("a mark takes its minutes out; one of another pollutant does not", () => {
    const mark = { from: at("08:44"), to: at("08:50") };
    const of = (marks: MarkSpan[]) => list(minutes("08:00", 44), { now: "09:10", marks });
    expect(of([mark])).toEqual(["08:50–09:00 a21002 missing"]);
    expect(of([{ ...mark, pollutants: ["a21026"] }])).toEqual(["08:44–09:00 a21002 missing"]);
    expect(of([{ from: at("08:44"), to: at("09:00"), pollutants: ["a21002"] }])).toEqual([]);
  });
  test("pollutants that have the same period in common are one", () => {
    const limits = [limit(), limit({ pollutant: "a21026" })];
    const first = { "DA001/a21002": at("08:00"), "DA001/a21026": at("08:00") };
    expect(list([], { limits, first, now: "09:10" })).toEqual(["08:00–09:00 a21002,a21026 missing"]);
  });
  test("a run ends with its day: each part has its own deadline", () => {
    const first = { "DA001/a21002": at("00:00") - HOUR };
    const found = unmarkedPeriods(
      { permit: permit(), records: [], first, marks: {} },
      at("00:00") - HOUR,
      at("01:00"),
      at("10:00"),
      ruleData,
    );
    expect(found.map((u) => [formatDay(u.from), formatClock(u.from), formatClock(u.to)])).toEqual([
      ["2026-09-30", "23:00", "00:00"],
      ["2026-10-01", "00:00", "01:00"],
    ]);
  });
});
