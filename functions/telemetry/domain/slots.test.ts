import { describe, expect, test } from "vitest";
import { MINUTE } from "../../shared/shanghai.ts";
import { at, device, outlet } from "../fixtures.ts";
import type { BlockRecord } from "./block.ts";
import { buildSlots, type MarkSpan } from "./slots.ts";

const CHANNEL = "a21002/m";
const rec = (clock: string, value: number | null, over: Partial<BlockRecord> & { flag?: string | null } = {}) => {
  const { flag = "N", ...rest } = over;
  return {
    mn: "A",
    outlet: "DA001",
    kind: "minute",
    at: at(clock),
    qn: null,
    receivedAt: at(clock) + 70_000,
    values: [{ channel: CHANNEL, value, flag }],
    ...rest,
  } satisfies BlockRecord;
};
const realtime = (clock: string, value: number | null, over: Parameters<typeof rec>[2] = {}): BlockRecord =>
  rec(clock, value, { kind: "realtime", ...over });

/** "40" counts, "(40)" was received and does not count, "()" received without a value, "·" no record. */
const read = (
  records: BlockRecord[],
  { from = "08:00", to = "08:05", o = outlet(), marks = [] as MarkSpan[] } = {},
): string =>
  buildSlots(o, CHANNEL, records, at(from), at(to), marks)
    .slots.map((s) => (s.value !== null ? String(s.value) : s.received ? `(${s.shown ?? ""})` : "·"))
    .join(" ");

describe("a minute record", () => {
  test("fills the slot of its start", () => {
    expect(read([rec("08:01", 40)])).toBe("· 40 · · ·");
  });
  test("of an interval fills as many, over the hour and from before the row", () => {
    const o = outlet({ devices: [device({ minuteInterval: 5 })] });
    expect(read([rec("07:58", 40)], { o })).toBe("40 40 40 · ·");
    expect(read([rec("08:03", 40)], { o, to: "08:10" })).toBe("· · · 40 40 40 40 40 · ·");
    expect(read([rec("07:55", 40)], { o })).toBe("· · · · ·");
  });
  test("has the interval of the binding in force at its DataTime", () => {
    const o = outlet({
      devices: [device({ to: at("08:02"), minuteInterval: 2 }), device({ from: at("08:02"), minuteInterval: 1 })],
    });
    expect(read([rec("08:00", 40), rec("08:02", 50)], { o })).toBe("40 40 50 · ·");
  });
  test("counts with flag N or none; others are kept and do not count", () => {
    expect(
      read([
        rec("08:00", 1),
        rec("08:01", 2, { flag: null }),
        rec("08:02", 3, { flag: "D" }),
        rec("08:03", 4, { flag: "x" }),
        rec("08:04", null),
      ]),
    ).toBe("1 2 (3) (4) ()");
  });
  test("hides real-time samples of its slots, also where it does not count itself", () => {
    expect(read([realtime("08:00:30", 10), rec("08:00", 40)])).toBe("40 · · · ·");
    expect(read([realtime("08:00:30", 10), rec("08:00", 40, { flag: "D" })])).toBe("(40) · · · ·");
  });
  test("hides no samples of another pollutant's slots", () => {
    const other = { ...rec("08:00", 40), values: [{ channel: "a21026/m", value: 9, flag: "N" }] };
    expect(read([realtime("08:00:30", 10), other])).toBe("10 · · · ·");
  });
  test("that began later is the closer report where two intervals overlap", () => {
    const o = outlet({ devices: [device({ minuteInterval: 3 })] });
    for (const records of [
      [rec("08:00", 40), rec("08:01", 50)],
      [rec("08:01", 50), rec("08:00", 40)],
    ])
      expect(read(records, { o })).toBe("40 50 50 50 ·");
  });
});

describe("real-time samples", () => {
  test("fill their slot with the mean of those that count", () => {
    expect(read([realtime("08:00:00", 10), realtime("08:00:30", 20), realtime("08:00:59", 99, { flag: "D" })])).toBe(
      "15 · · · ·",
    );
  });
  test("that do not count leave a record", () => {
    expect(read([realtime("08:02:10", 99, { flag: "D" })])).toBe("· · (99) · ·");
  });
});

test("hour and day records fill no slot", () => {
  expect(read([rec("08:00", 40, { kind: "hour" }), rec("08:01", 40, { kind: "day" })])).toBe("· · · · ·");
});

describe("several devices of one outlet", () => {
  const o = outlet({ devices: [device(), device({ mn: "B" })] });
  test("per slot the first listed with a counting value wins", () => {
    const records = [
      rec("08:00", 2, { mn: "B" }),
      rec("08:00", 1),
      rec("08:01", 1, { flag: "D" }),
      rec("08:01", 2, { mn: "B" }),
      rec("08:02", 2, { mn: "B", flag: "D" }),
      rec("08:03", 1, { flag: "M" }),
      rec("08:03", 2, { mn: "B", flag: "D" }),
    ];
    expect(read(records, { o })).toBe("1 2 (2) (1) ·");
  });
  test("a minute record of one hides no sample of the other", () => {
    expect(read([rec("08:00", 1, { flag: "D" }), realtime("08:00:30", 2, { mn: "B" })], { o })).toBe("2 · · · ·");
  });
  test("a device of another outlet, or none, is left out", () => {
    expect(read([rec("08:00", 1, { mn: "C" }), rec("08:01", 1, { outlet: "DA002" })], { o })).toBe("· · · · ·");
  });
});

describe("a lawful mark", () => {
  const five = [0, 1, 2, 3, 4].map((i) => rec(`08:0${i}`, i));
  const mark = (from: string, to: string): MarkSpan[] => [{ from: at(from), to: at(to) }];
  test("makes its slots not count and keeps their values", () => {
    expect(read(five, { marks: mark("08:01", "08:03") })).toBe("0 (1) (2) 3 4");
  });
  test("covers every slot that it touches", () => {
    expect(read(five, { marks: mark("08:01:30", "08:03:01") })).toBe("0 (1) (2) (3) 4");
  });
  test("may reach over both ends of the row", () => {
    expect(read(five, { marks: mark("07:00", "09:00") })).toBe("(0) (1) (2) (3) (4)");
    expect(read(five, { marks: mark("07:00", "08:00") })).toBe("0 1 2 3 4");
    expect(read(five, { marks: mark("08:05", "09:00") })).toBe("0 1 2 3 4");
  });
  test("gives no slot a record", () => {
    expect(read([rec("08:00", 1)], { marks: mark("08:00", "08:05") })).toBe("(1) · · · ·");
  });
});

test("an empty span has no slots", () => {
  expect(buildSlots(outlet(), CHANNEL, [], at("08:00"), at("08:00") - MINUTE).slots).toEqual([]);
});
