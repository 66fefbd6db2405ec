import { describe, expect, it } from "vitest";
import { parseIso } from "../../functions/shared/shanghai.ts";
import { loadPrices } from "../../layers/prices.ts";
import type { Consumed } from "./cost-meter.ts";
import { CITY, costLines, smsDollars, total, type Assumptions, type Line } from "./cost-model.ts";
import type { Measured, Phase } from "./cost-run.ts";
import type { TemplateFacts } from "./cost-template.ts";

const prices = loadPrices("layers/rule-data", "aws");
const AT = parseIso("2026-11-23T12:00:00+08:00")!;
const template: TemplateFacts = {
  memoryMb: {
    "ingest-telemetry": 1769,
    "warn-plants": 1769,
    "deliver-notices": 1769,
    "close-hours": 1769,
    "close-days": 1769,
    "publish-pages": 1769,
  },
  windowMs: 2_000,
  batchSize: 500,
  streamMode: "ON_DEMAND",
  shards: null,
  retentionHours: 24,
  blocksTarget: { read: 0.5, write: 0.7 },
  alarms: 50,
};
const row = (over: Partial<Consumed>): Consumed => ({
  caller: "ingest-telemetry",
  table: "blocks",
  operation: "PutItem",
  group: "",
  calls: 1,
  read: 0,
  write: 0,
  refused: 0,
  ...over,
});
const phase = (consumed: Consumed[] = []): Phase => ({
  consumed,
  invocations: { "ingest-telemetry": { count: 20, ms: 0, cpuMs: 0 } },
});
const measured = (over: Partial<Measured> = {}): Measured => ({
  plants: { calm: 8, hot: 2 },
  steady: { ...phase(), minutes: 10, ticks: 2 },
  mixed: { ...phase(), minutes: 10, ticks: 2 },
  hour: phase(),
  day: phase(),
  message: { payload: 1_700, record: 2_400 },
  archive: { messages: 100, objects: 20, bytes: 100_000 },
  page: { bytes: 50_000 },
  sms: { messages: 20, segments: 40, plantHours: 2 },
  logs: {},
  metrics: ["a", "b"],
  items: { block: 900, hour: 900, day: 400, chain: 400, quality: 400, due: 80, toldHour: 10_000, keptHour: 2_000 },
  ...over,
});
const of = (m: Measured, change: Partial<Assumptions> = {}, t = template): Line[] =>
  costLines(m, t, prices, AT, { ...CITY, ...change });
const dollars = (lines: readonly Line[], service: string, what: string): number => {
  const found = lines.find((l) => l.service === service && l.what === what);
  if (!found) throw new Error(`no line ${service}: ${what} among ${lines.map((l) => l.what).join(", ")}`);
  return found.dollars;
};

describe("a line is units × price", () => {
  it.each([
    [5_120, 1],
    [5_121, 2],
  ])("a message of %d bytes is %d rule and action", (payload, steps) =>
    expect(
      dollars(of(measured({ message: { payload, record: 2_400 } })), "IoT Core", "rule and action (Basic Ingest)"),
    ).toBeCloseTo(43_800 * steps * 0.3e-6, 12),
  );

  it.each([
    [2_048, 2_048],
    [2_049, 3_072],
  ])("a record of %d bytes is %d on demand, in and out", (record, billed) => {
    const own = dollars(of(measured({ message: { payload: 1, record } })), "Kinesis", "stream on demand");
    expect(own).toBeCloseTo(((43_800 * billed) / 1e9) * 0.12 + (730 * 0.04) / 10_250, 12);
  });

  it("a provisioned stream is shards and units, dearer when it keeps more than a day", () => {
    const provisioned = { ...template, streamMode: "PROVISIONED" as const, shards: 4 };
    const day = dollars(of(measured(), { shards: 4 }, provisioned), "Kinesis", "provisioned stream");
    expect(day).toBeCloseTo((4 * 730 * 0.015) / 10_250 + 43_800 * 0.014e-6, 12);
    const three = of(measured(), { shards: 4 }, { ...provisioned, retentionHours: 72 });
    expect(dollars(three, "Kinesis", "provisioned stream") - day).toBeCloseTo((4 * 730 * 0.02) / 10_250, 12);
  });

  it("blocks are provisioned and partly used, the ledger is on demand", () => {
    // One a plant and minute each.
    const consumed = ["blocks", "ledger"].flatMap((table) => [
      row({ table, group: "calm", write: 80, read: 80 }),
      row({ table, group: "hot", write: 20, read: 20 }),
    ]);
    const lines = of(measured({ steady: { ...phase(consumed), minutes: 10, ticks: 2 } }));
    expect(dollars(lines, "DynamoDB", "blocks writes, ingest")).toBeCloseTo((43_800 * 0.00065) / 3_600 / 0.7, 12);
    expect(dollars(lines, "DynamoDB", "blocks reads, ingest")).toBeCloseTo((43_800 * 0.00013) / 3_600 / 0.5, 12);
    expect(dollars(lines, "DynamoDB", "ledger writes, ingest")).toBeCloseTo(43_800 * 0.625e-6, 12);
  });

  it("calm and hot plants weigh by the share of time at risk, what a tick asks about nobody falls on the whole city", () => {
    const consumed = [
      row({ caller: "warn-plants", table: "ledger", group: "calm", write: 16 }), // 2 each
      row({ caller: "warn-plants", table: "ledger", group: "hot", write: 20 }), // 10 each
      row({ caller: "warn-plants", table: "ledger", write: 10 }), // 5 a tick
    ];
    const invocations = { "warn-plants": { count: 2, ms: 0, cpuMs: 0 } };
    const m = measured({ mixed: { consumed, invocations, minutes: 10, ticks: 2 } });
    for (const [atRisk, units] of [
      [0, 2],
      [1, 10],
      [0.25, 4],
    ] as const)
      expect(dollars(of(m, { atRisk }), "DynamoDB", "ledger writes, ticks")).toBeCloseTo(
        (units * 4_380 + (5 * 8_760) / 10_250) * 0.625e-6,
        12,
      );
    expect(dollars(of(m), "DynamoDB", "ledger reads, list of who is due")).toBeCloseTo(
      ((8_760 * 80) / 4_096) * 0.125e-6,
      12,
    );
  });

  it("batches follow from shards and window, and from what was tried again", () => {
    const uploads = (m: Measured, shards: number): number => dollars(of(m, { shards }), "S3", "archive, uploads");
    expect(uploads(measured(), 4)).toBeCloseTo(((4 * 43_800 * 10) / 10_250) * 5e-6, 12);
    const twice = { ...phase(), invocations: { "ingest-telemetry": { count: 40, ms: 0, cpuMs: 0 } } };
    expect(uploads(measured({ steady: { ...twice, minutes: 10, ticks: 2 } }), 4)).toBeCloseTo(
      2 * uploads(measured(), 4),
      12,
    );
    // 10,250 plants on one shard are twenty-one batches of 500 in a minute, however long the window is.
    expect(
      dollars(of(measured(), { shards: 1 }, { ...template, windowMs: 20_000 }), "S3", "archive, uploads"),
    ).toBeCloseTo(((43_800 * 21) / 10_250) * 5e-6, 12);
    // Never more batches than messages.
    expect(uploads(measured(), 1e9)).toBeCloseTo(43_800 * 5e-6, 12);
  });

  it("a smaller function waits for its share of a core", () => {
    const busy = { ...phase(), invocations: { "close-hours": { count: 1, ms: 0, cpuMs: 1_000 } } };
    const at = (memory: number): number =>
      dollars(
        of(
          measured({ hour: busy }),
          { waitMs: 0 },
          { ...template, memoryMb: { ...template.memoryMb, "close-hours": memory } },
        ),
        "Lambda",
        "close-hours",
      );
    // 100 ms a plant and hour; half a core takes twice as long at half the memory.
    expect(at(1_769)).toBeCloseTo(73 * (1_769 / 1_024) * 0.0000133334 + (730 / 10_250) * 0.2e-6, 12);
    expect(at(884.5)).toBeCloseTo(at(1_769), 12);
    expect(at(3_538)).toBeGreaterThan(1.9 * at(1_769));
  });
});

it("archive and ledger grow with the months, the blocks do not", () => {
  const year = of(measured(), { months: 12 });
  const month = of(measured(), { months: 1 });
  for (const [service, what, factor] of [
    ["S3", "archive, stored", 12],
    ["DynamoDB", "ledger, stored, with recovery", 12],
    ["DynamoDB", "blocks, stored", 1],
  ] as const)
    expect(dollars(year, service, what) / dollars(month, service, what)).toBeCloseTo(factor, 9);
  expect(total(year)).toBeGreaterThan(total(month));
});

it("the archive is what was counted, in batches of the city's size", () => {
  const stored = (over: Partial<Assumptions>, t = template): number =>
    dollars(of(measured(), { months: 1, ...over }, t), "S3", "archive, stored");
  const counted = ((1_000 * 43_800) / 1e9) * 0.023; // 100 messages in 20 objects
  // 50 plants on one shard: five messages in each of ten windows, as counted.
  expect(stored({ plants: 50, shards: 1 })).toBeCloseTo(counted, 12);
  expect(stored({})).toBeLessThan(0.9 * counted);
  expect(stored({}, { ...template, windowMs: 10_000 })).toBeLessThan(stored({}));
});

it("time at risk leaves messages for 400 days and episodes for good", () => {
  const line = (months: number, atRisk = 0.01): number =>
    dollars(of(measured(), { months, atRisk }), "DynamoDB", "ledger, stored, of time at risk");
  // 7.3 hours a month; 13.15 months are 400 days.
  expect(line(1)).toBeCloseTo(((7.3 * 12_000) / 1e9) * 0.45, 12);
  expect(line(60) - line(59)).toBeCloseTo(((7.3 * 2_000) / 1e9) * 0.45, 12);
  expect(line(60)).toBeCloseTo(((7.3 * (10_000 * 13.15 + 2_000 * 60)) / 1e9) * 0.45, 6);
  expect(line(12, 0)).toBe(0);
});

it("notices by web push and e-mail: those at risk are told, not the others of the run", () => {
  const busy = { ...phase(), invocations: { "deliver-notices": { count: 2, ms: 0, cpuMs: 100 } } };
  const at = (atRisk: number): number =>
    dollars(
      of(measured({ mixed: { ...busy, minutes: 10, ticks: 2 } }), { atRisk, waitMs: 0 }),
      "Lambda",
      "deliver-notices",
    );
  // Two of ten plants are hot: 10 ms a plant, 50 a hot one, in two ticks of five minutes.
  const calls = (8_760 / 10_250) * 0.2e-6;
  expect(at(1) - calls).toBeCloseTo(((100 / 2 / 2) * 8_760 * (1_769 / 1_024) * 1.33334e-5) / 1000, 9);
  expect(at(0)).toBeCloseTo(calls, 12);
});

it("text messages: parts an hour at risk × hours at risk × price", () =>
  expect(smsDollars(measured(), prices, AT, 0.01)).toBeCloseTo(20 * 7.3 * 0.0063, 12));
