import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Limit, Outlet, Permit } from "../../register/domain/permit.ts";
import { formatClock, HOUR, MINUTE } from "../../shared/shanghai.ts";
import { assessHour } from "../../warnings/domain/gas-hour.ts";
import { accepted, at, device, item, limit, numbers, outlet, permit, ruleData } from "../fixtures.ts";
import type { Block, LiveHead } from "./block.ts";
import { filedAt, mergeFrames, type AcceptedFrame, type MergeResult } from "./merge-plant.ts";
import { buildSlots } from "./slots.ts";

const fresh = (): LiveHead => ({ devices: {}, applied: {}, riskUntil: 0 });
/** Merges into nothing; `now`: the latest moment at which a closing may have looked. */
const merge = (
  frames: AcceptedFrame[],
  { p = permit(), blocks = new Map<number, Block>(), live = fresh(), now = 0 } = {},
): MergeResult & { blocks: Map<number, Block>; live: LiveHead } => ({
  ...mergeFrames(frames, p, blocks, live, ruleData, now),
  blocks,
  live,
});
const values = (blocks: Map<number, Block>): (number | null)[] =>
  [...blocks.values()].flatMap((b) => b.records.flatMap((r) => r.values.map((v) => v.value)));

describe("frames of a plant", () => {
  test("go to the ten minutes of their DataTime, late ones too", () => {
    const r = merge([accepted({ dataTime: at("08:19") }), accepted({ dataTime: at("07:40") }, at("08:21"))]);
    expect([...r.touched].map(formatClock)).toEqual(["08:10", "07:40"]);
  });
  test("count once: the same content again is a duplicate and does not make the device speak", () => {
    const frame = accepted({ dataTime: at("08:00") }, at("08:01"));
    const r = merge([frame, { ...frame, receivedAt: at("08:09") }]);
    expect(r.dispositions).toEqual(["accepted", "duplicate"]);
    expect(r.live.devices.A?.seen).toBe(at("08:01"));
    expect(values(r.blocks)).toEqual([40]);
  });
  test("of one DataTime with other content are both accepted, and the greater QN is used in any order", () => {
    const one = accepted({ qn: at("08:02"), items: [item("a21002", 41)] }, at("08:03"));
    const two = accepted({ qn: at("08:01"), items: [item("a21002", 42)] }, at("08:04"));
    for (const frames of [
      [one, two],
      [two, one],
    ]) {
      const r = merge(frames);
      expect(r.dispositions).toEqual(["accepted", "accepted"]);
      expect(values(r.blocks)).toEqual([41]);
    }
  });
  test("without a DataTime are filed by their QN, or by their receipt when the QN is not of that day", () => {
    const r = { ...accepted().record, dataTime: null as never };
    expect(formatClock(filedAt({ ...r, qn: at("08:12") }, at("08:30")))).toBe("08:10");
    expect(formatClock(filedAt({ ...r, qn: at("08:12") }, at("08:30") + 48 * HOUR))).toBe("08:30");
    expect(formatClock(filedAt({ ...r, qn: null }, at("08:35")))).toBe("08:30");
  });
  test("say which outlet and pollutant they carry, judged or not, from their first DataTime", () => {
    const r = merge([
      accepted({ dataTime: at("08:05"), items: [item("a21002", 1), item("zz9999", 2)] }),
      accepted({ dataTime: at("08:01"), kind: "hour", command: "2061", items: [item("a21026", 3)] }, at("09:00")),
    ]);
    expect(r.carried).toEqual({
      "DA001/a21002": at("08:05"),
      "DA001/zz9999": at("08:05"),
      "DA001/a21026": at("08:01"),
    });
  });
});

describe("closed periods that a record reaches", () => {
  const late = (
    dataTime: string,
    now: string,
    over: Partial<Parameters<typeof accepted>[0]> = {},
    k = 1,
  ): { hours: string[]; days: number } => {
    const p = permit({ outlets: [outlet({ devices: [device({ minuteInterval: k })] })] });
    const r = merge([accepted({ dataTime: at(dataTime), ...over }, at(now))], { p, now: at(now) });
    return { hours: [...r.hours].map(formatClock), days: r.days.size };
  };
  test("an hour is closed ten minutes after its end", () => {
    expect(late("08:59", "09:09:59")).toEqual({ hours: [], days: 0 });
    expect(late("08:59", "09:10")).toEqual({ hours: ["08:00"], days: 0 });
  });
  test("a day is closed half an hour after its end", () => {
    expect(late("23:30", "24:29:59")).toEqual({ hours: ["23:00"], days: 0 });
    expect(late("23:30", "24:30")).toEqual({ hours: ["23:00"], days: 1 });
  });
  test("an interval of ten minutes reaches the next hour", () => {
    expect(late("08:55", "11:00", {}, 10)).toEqual({ hours: ["08:00", "09:00"], days: 0 });
  });
  test("hour records, facility states and duplicates reach none", () => {
    expect(late("08:00", "11:00", { kind: "hour", command: "2061" })).toEqual({ hours: [], days: 0 });
    const frame = accepted({ dataTime: at("08:30") }, at("11:00"));
    const once = merge([frame], { now: at("11:00") });
    expect(merge([frame], { now: at("11:00"), blocks: once.blocks }).hours.size).toBe(0);
  });
});

describe("until when a plant can warn", () => {
  const until = (
    limits: Limit[],
    frame: AcceptedFrame,
    over: Partial<Outlet> = {},
    p: Partial<Permit> = {},
  ): string | null => {
    const { riskUntil } = merge([frame], { p: permit({ outlets: [outlet({ limits, ...over })], ...p }) });
    return riskUntil === 0
      ? null
      : `${riskUntil >= at("24:00") ? "+1 " : ""}${formatClock(riskUntil)}:${String((riskUntil / 1000) % 60).padStart(2, "0")}`;
  };
  const gas = (value: number | null, over = {}): AcceptedFrame =>
    accepted({ dataTime: at("08:20"), items: [item("a21002", value, over)] });

  test("a value above the hour's limit: the newest window and a tick past the hour", () => {
    expect(until([limit()], gas(50))).toBeNull();
    expect(until([limit()], gas(50.0000004))).toBeNull();
    expect(until([limit()], gas(50.000001))).toBe("09:30:00");
  });
  test("a value that does not count can make the hour deficient", () => {
    expect(until([limit()], gas(10, { flag: "D" }))).toBe("09:30:00");
    expect(until([limit()], gas(null))).toBe("09:30:00");
    expect(until([limit({ statistic: "day" })], gas(10, { flag: "D" }))).toBeNull();
  });
  test("an interval that reaches into the next hour counts there", () => {
    const slow = { devices: [device({ minuteInterval: 10 })] };
    const frame = (clock: string): AcceptedFrame =>
      accepted({ dataTime: at(clock), items: [item("a21002", 90)] }, at(clock) + 11 * MINUTE);
    expect(until([limit()], frame("08:50"), slow)).toBe("09:30:00");
    expect(until([limit()], frame("08:51"), slow)).toBe("10:30:00");
  });
  test("a late record is seen by two ticks at least", () => {
    expect(until([limit()], accepted({ dataTime: at("05:20"), items: [item("a21002", 90)] }, at("08:00")))).toBe(
      "08:10:00",
    );
  });
  test("a value above the day's limit: to the end of the day", () => {
    expect(until([limit({ statistic: "day" })], gas(51))).toBe("+1 00:30:00");
  });
  test("a value outside a range, on either side: an hour", () => {
    const ph = limit({ pollutant: "w01001", statistic: "instant", min: 6, max: 9 });
    const frame = (v: number): AcceptedFrame => accepted({ dataTime: at("08:20"), items: [item("w01001", v)] });
    expect([6, 9, 7].map((v) => until([ph], frame(v)))).toEqual([null, null, null]);
    expect([5.99, 9.01].map((v) => until([ph], frame(v)))).toEqual(["09:51:00", "09:51:00"]);
  });
  test("a treatment facility that is off; one that runs, or a production facility, is no risk", () => {
    const facilities = (["treatment", "production"] as const).map((kind) => ({
      code: kind,
      kind,
      outlets: ["DA001"],
      mn: null,
      sb: null,
    }));
    const state = (code: string, value: number): AcceptedFrame =>
      accepted({ dataTime: at("08:20"), kind: null, items: [], facilities: [{ sb: null, code, state: value }] });
    expect(until([], state("treatment", 0), {}, { facilities })).toBe("09:20:00");
    expect(until([], state("treatment", 1), {}, { facilities })).toBeNull();
    expect(until([], state("production", 0), {}, { facilities })).toBeNull();
  });
  test("an hour or day record is no risk", () => {
    expect(
      until([limit()], accepted({ dataTime: at("08:00"), kind: "hour", command: "2061", items: [item("a21002", 90)] })),
    ).toBeNull();
  });
  test("only grows", () => {
    const live = { ...fresh(), riskUntil: at("23:00") };
    expect(merge([gas(90)], { live }).riskUntil).toBe(at("23:00"));
  });

  test("covers a value that is lawful in its hour and too much for the tighter limit of the next", () => {
    // 80 until 09:59 under a limit of 100, then 45 under 50. At 10:05: n = 3, f = 2, c = min(80, 59) = 59,
    // R = (60·50 − 3·45 − 2·59) / 55 = 49.9: level 1, though no value of the hour is above its limit.
    const limits = [limit({ max: 100, to: at("10:00") }), limit({ from: at("10:00") })];
    const p = permit({ outlets: [outlet({ limits })] });
    const frames = [
      ...Array.from({ length: 19 }, (_, i) =>
        accepted({ dataTime: at("09:40") + i * MINUTE, items: [item("a21002", 80)] }),
      ),
      ...[2, 3, 4].map((i) =>
        accepted({ dataTime: at("10:00") + i * MINUTE, items: [item("a21002", 45)] }, at("10:04:59")),
      ),
    ];
    const r = merge(frames, { p });
    const slots = buildSlots(
      p.outlets[0]!,
      "a21002/m",
      [...r.blocks.values()].flatMap((b) => b.records),
      at("09:40"),
      at("10:05"),
    );
    expect(assessHour(slots, at("10:05"), 50, numbers.hour)).toMatchObject({ level: 1, current: 59 });
    expect(r.riskUntil).toBeGreaterThanOrEqual(at("10:05"));
  });
});

test("any order and any split of a batch gives the same values, closed periods and risk", () => {
  const frame = fc
    .record({
      minute: fc.integer({ min: 0, max: 40 }),
      value: fc.integer({ min: 0, max: 99 }),
      order: fc.integer({ min: 0, max: 3 }),
    })
    .map(({ minute, value, order }) =>
      accepted(
        { dataTime: at("08:00") + minute * MINUTE, qn: at("09:00") + order, items: [item("a21002", value)] },
        at("10:00") + value * 1000 + order,
      ),
    );
  fc.assert(
    fc.property(
      fc.uniqueArray(frame, { selector: (f) => f.receivedAt, maxLength: 25 }),
      fc.nat(25),
      fc.infiniteStream(fc.nat()),
      (frames, cut, keys) => {
        const shuffled = frames
          .map((f) => ({ f, key: keys.next().value ?? 0 }))
          .sort((a, b) => a.key - b.key)
          .map(({ f }) => f);
        const whole = merge(frames, { now: at("11:00") });
        const part = merge(shuffled.slice(0, cut), { now: at("11:00") });
        const rest = merge(shuffled.slice(cut), {
          blocks: part.blocks,
          live: { ...part.live, riskUntil: part.riskUntil },
          now: at("11:00"),
        });
        const read = (blocks: Map<number, Block>): unknown =>
          buildSlots(
            outlet(),
            "a21002/m",
            [...blocks.values()].flatMap((b) => b.records),
            at("08:00"),
            at("09:00"),
          );
        expect(read(rest.blocks)).toEqual(read(whole.blocks));
        expect(rest.riskUntil).toBe(whole.riskUntil);
      },
    ),
    { numRuns: 100 },
  );
});
