/** Refused, then taken in: an MN that was bound later, a key that was set later; twice, in parts, beside live data. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startDynamo, type TestDynamo } from "../../tests/dynamo.ts";
import { archiveOf } from "../city/fixtures.ts";
import { Cancelled, JobProblem } from "../jobs/run-job.ts";
import type { Permit } from "../register/domain/permit.ts";
import { formatClock, formatCompact, HOUR, MINUTE } from "../shared/shanghai.ts";
import { shardOf } from "../shared/shard.ts";
import { minute, startWorld, type Ingester, type Message, type World } from "../warnings/fixtures.ts";
import { verifyChain, type ArchiveLine } from "./domain/archive-line.ts";
import { buildCp, encodeFrame, readingGroup } from "./domain/hj212/encode.ts";
import { encryptSegment } from "./domain/hj212/encrypted.ts";
import type { ReplayInput, ReplayResult } from "./domain/replay-input.ts";
import { framesOfMinute } from "./domain/frames-of-minute.ts";
import { findFrames } from "./find-frames.ts";
import { at, device, outlet, permit } from "./fixtures.ts";
import { quarantine, type Quarantine, type QuarantineItem } from "./quarantine.ts";
import type { ReplayServices } from "./replay.ts";
import { runReplay } from "./run-replay.ts";

const DAY = "2026-10-01";
const KEY = Buffer.from("0123456789abcdef");
const { permitNo } = permit();
const bound = (...mns: string[]): Permit => permit({ outlets: [outlet({ devices: mns.map((mn) => device({ mn })) })] });

let dynamo: TestDynamo;
let world: World;
let one: Ingester;
let permits: Permit[];
let refused: Quarantine;
let keys: Uint8Array[];
let now: number;
const kept = new Map<string, ArchiveLine[]>();

beforeAll(async () => {
  dynamo = await startDynamo();
});
afterAll(() => dynamo.stop());
beforeEach(async () => {
  permits = [bound("A")];
  world = await startWorld(dynamo, permits);
  one = world.ingester();
  refused = quarantine({ db: dynamo.db, table: world.tables.ledger });
  keys = [];
  kept.clear();
  now = at("09:30");
});

const services = (): ReplayServices => {
  const { services: own } = world.ingester();
  const archive = archiveOf(world);
  return {
    ingest: { ...own, keysOf: async () => keys, now: () => now },
    quarantine: refused,
    archive: { ...archive, lines: async (key) => kept.get(key) ?? archive.lines(key) },
    async keep(shard, sequence, lines) {
      const key = `raw/${shard}/${sequence}.jsonl.gz`;
      kept.set(key, structuredClone([...lines]));
      return key;
    },
  };
};
let jobs = 0;
const replay = (
  chosen: ReplayInput["chosen"] = { from: DAY, to: DAY },
  { dryRun = false, progress = async (_done: number): Promise<void> => undefined } = {},
): Promise<ReplayResult> =>
  runReplay({ id: `job-${++jobs}`, by: { sub: "w", name: "王" }, input: { dryRun, chosen } }, progress, services());
const items = async (): Promise<QuarantineItem[]> =>
  (await refused.page(DAY, { filter: {}, limit: 1000, from: null, newestFirst: false })).items;
const values = async (mn: string): Promise<Record<string, number | null>> => {
  const records = await world.blocks.records(permitNo, at("00:00"), at("24:00"), true);
  const own = records.filter((r) => r.mn === mn).sort((a, b) => a.at - b.at);
  return Object.fromEntries(own.map((r): [string, number | null] => [formatClock(r.at), r.values[0]?.value ?? null]));
};
const stranger = (clock: string, value = 40): Message => minute("B", at(clock), { a21002: value });
/** A frame of HJ 212 with a password, as devices send it. */
function framed(clock: string, { mn = "B", value = 40, sealed = false } = {}): Buffer {
  const cp = buildCp([[["DataTime", formatCompact(at(clock))]], readingGroup("a21002", { Avg: value, Flag: "N" })]);
  const qn = formatCompact(at(clock) + MINUTE, true);
  const clear = Buffer.from(encodeFrame({ qn, st: "31", cn: "2051", pw: "123456", mn, flag: 9, cp }));
  if (!sealed) return clear;
  return Buffer.concat([clear.subarray(0, 6), encryptSegment(clear.subarray(6, -6), KEY), clear.subarray(-6)]);
}
const frames = (clock: string, ...bytes: Buffer[]): Message => ({
  topic: `gateways/G1/${permitNo}/hj212`,
  payload: Buffer.concat(bytes),
  receivedAt: at(clock),
});

describe("an MN that is bound after its frames were refused", () => {
  beforeEach(async () => {
    await one.take(stranger("08:00"), stranger("08:01", 41), minute("A", at("08:01"), { a21002: 7 }));
    await one.take(stranger("08:02", 42));
  });

  it("is taken in as of its own receipts, once", async () => {
    expect(await replay()).toMatchObject({ items: 3, accepted: 0, refused: 3, reasons: { "mn-unknown": 3 } });
    expect((await items()).map((i) => i.replayed?.outcome)).toEqual(["refused", "refused", "refused"]);
    permits[0] = bound("A", "B");
    const foreseen = await replay(undefined, { dryRun: true });
    expect(foreseen).toMatchObject({ dryRun: true, items: 3, accepted: 3, refused: 0, plants: { [permitNo]: 3 } });
    expect(await values("B")).toEqual({});
    expect(kept.size).toBe(0);

    expect(await replay()).toMatchObject({ items: 3, accepted: 3, duplicate: 0, refused: 0, more: false });
    expect(await values("B")).toEqual({ "08:00": 40, "08:01": 41, "08:02": 42 });
    for (const { replayed } of await items())
      expect(replayed).toMatchObject({
        outcome: "accepted",
        by: { name: "王" },
        permitNo,
        archive: expect.any(String),
      });
    const before = await world.snapshot();
    expect(await replay()).toMatchObject({ items: 0 });
    const chosen = { keys: (await items()).map((i) => i.key) };
    expect(await replay(chosen)).toMatchObject({ items: 3, accepted: 0, duplicate: 3 });
    expect(await world.snapshot()).toBe(before);
    expect(await items()).toHaveLength(3);
  });

  it("is judged again: its closed hour, from its first frame on", async () => {
    for (let m = 0; m < 60; m++) await one.take(stranger(`07:${String(m).padStart(2, "0")}`, 60));
    permits[0] = bound("A", "B");
    // It speaks by now, and what it says is the first that is known of it.
    await one.take(minute("B", at("09:29"), { a21002: 60 }));
    await replay();
    expect(await world.ledger.rejudges(shardOf(permitNo))).not.toEqual([]);
    await world.tick(at("09:35"));
    const hours = await world.items(`PLANT#${permitNo}`, "HOUR#2026-10-01T07");
    expect(hours).toMatchObject([{ verdicts: [{ pollutant: "a21002", valid: 60, mean: 60, verdict: "exceeded" }] }]);
  });

  it("hangs its lines on the device's chain, and leaves the plant's present and the stream's as they are", async () => {
    permits[0] = bound("A", "B");
    await one.take(minute("B", at("09:00"), { a21002: 50 }));
    const before = await world.blocks.live(permitNo, now);
    await replay();
    expect(await world.blocks.live(permitNo, now)).toEqual(before);
    const lines = [...kept.values()].flat();
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatchObject({ previous: before?.devices.B?.link, disposition: "accepted", shard: "replay" });
    expect(verifyChain(lines)).toBeNull();
    expect(lines.map((l) => l.receivedAt.slice(11, 19))).toEqual(["08:01:10", "08:02:10", "08:03:10"]);
    // The stream goes on with its own memory, and nothing is asked for again.
    expect((await one.take(minute("B", at("09:01"), { a21002: 51 }))).failed).toEqual([]);
    expect(await values("B")).toMatchObject({ "08:01": 41, "09:00": 50, "09:01": 51 });
  });

  it("does not make a plant forget its present, however many blocks stand behind the last that told it", async () => {
    for (let m = 10; m < 60; m++) await one.take(stranger(`08:${m}`));
    permits[0] = bound("A", "B");
    const before = await world.blocks.live(permitNo, now);
    expect(before?.devices.A?.links).toBe(1);
    await replay();
    expect(await world.blocks.live(permitNo, now)).toEqual(before);
    // Another function, without a memory, goes on with the chain.
    await world.ingester("shardId-000000000009").take(minute("A", at("09:20"), { a21002: 8 }));
    expect((await world.blocks.live(permitNo, now))?.devices.A?.links).toBe(2);
  });

  it("is found down to the raw frame, as refused first and let in by a replay", async () => {
    permits[0] = bound("A", "B");
    await one.take({ ...stranger("08:01", 44), receivedAt: at("09:20") });
    await replay();
    const { archive } = services();
    const sources = { archive, blocks: world.blocks, quarantine: refused };
    const lines: ArchiveLine[] = [];
    for (const receivedAt of [at("08:02:10"), at("09:20")])
      lines.push(...(await findFrames({ permitNo, mn: "B", receivedAt }, sources)).lines);
    const receipts = new Set(lines.map((l) => l.receivedAt));
    const { shown, verified, reason } = framesOfMinute(lines, receipts, new Set([at("08:01")]));
    expect(shown.filter((s) => s.ofMinute).map((s) => [s.line.receivedAt.slice(11, 16), s.line.disposition])).toEqual([
      ["08:02", "quarantined"],
      ["08:02", "accepted"],
      ["09:20", "accepted"],
    ]);
    expect([verified, reason]).toEqual([true, null]);
  });

  it("is chosen by reason and by the beginning of its MN, or one by one", async () => {
    await one.take({ topic: "plants/A/hj212", payload: "##0008QN=1;;AA\r\n", receivedAt: at("08:05") });
    permits[0] = bound("A", "B");
    const dry = { dryRun: true };
    expect(await replay({ from: DAY, to: DAY, reason: "length" }, dry)).toMatchObject({ items: 1, refused: 1 });
    expect(await replay({ from: DAY, to: DAY, prefix: "B" }, dry)).toMatchObject({ items: 3, accepted: 3 });
    expect(await replay({ from: DAY, to: DAY, prefix: "C" }, dry)).toMatchObject({ items: 0 });
    expect(await replay({ from: "2026-09-01", to: "2026-09-30" }, dry)).toMatchObject({ items: 0 });
    const [first] = await items();
    expect(await replay({ keys: [first!.key, first!.key, `${DAY}#gone`] })).toMatchObject({ items: 1, accepted: 1 });
    expect(await values("B")).toEqual({ "08:00": 40 });
  });

  it("is a duplicate where the device has sent it again meanwhile", async () => {
    permits[0] = bound("A", "B");
    await one.take({ ...stranger("08:01", 41), receivedAt: at("09:20") });
    expect(await replay()).toMatchObject({ accepted: 2, duplicate: 1 });
  });

  it("stops where somebody cancels, and says what it did", async () => {
    permits[0] = bound("A", "B");
    for (let m = 0; m < 150; m++) await one.take(minute("B", at("05:00") + m * MINUTE, { a21002: m }));
    permits[0] = bound("A");
    for (let m = 0; m < 150; m++) await one.take(minute("B", at("02:00") + m * MINUTE, { a21002: m }));
    permits[0] = bound("A", "B");
    const progress = async (done: number): Promise<void> => {
      if (done > 0) throw new Cancelled();
    };
    const stopped = await replay(undefined, { progress }).catch((error: unknown) => error);
    expect(stopped).toMatchObject({ result: { items: 100, accepted: 100 } });
    expect(await replay()).toMatchObject({ items: 53, accepted: 53 });
  });

  it("is refused while other writers stay ahead, and taken in by the next try", async () => {
    permits[0] = bound("A", "B");
    const own = services();
    const beaten = { ...own.ingest.blocks, store: async (writes: readonly unknown[]) => writes.map(() => false) };
    const job = { id: "j", by: { sub: "w", name: "w" }, input: { dryRun: false, chosen: { from: DAY, to: DAY } } };
    const busy = { ...own, ingest: { ...own.ingest, blocks: beaten } };
    await expect(runReplay(job, async () => undefined, busy)).rejects.toThrow("other writers");
    expect(await values("B")).toEqual({});
    expect(await replay()).toMatchObject({ accepted: 3 });
  });
});

describe("frames whose password is covered", () => {
  it("read again, and keep their bytes and their hash", async () => {
    await one.take(frames("08:05", framed("08:00"), framed("08:01", { value: 41 })));
    permits[0] = bound("A", "B");
    const [first] = await items();
    expect(Buffer.from(first!.bytes).toString()).toContain("PW=******");
    expect(await replay()).toMatchObject({ accepted: 2 });
    expect(await values("B")).toEqual({ "08:00": 40, "08:01": 41 });
    const [line] = [...kept.values()].flat();
    expect(Buffer.from(line!.bytes, "base64")).toEqual(Buffer.from(first!.bytes));
  });

  it("that are damaged stay refused", async () => {
    const damaged = framed("08:00", { mn: "A" });
    damaged[damaged.length - 12]! ^= 1;
    await one.take(frames("08:05", damaged));
    expect(await replay()).toMatchObject({ refused: 1, reasons: { crc: 1 } });
  });

  it("that were encrypted read with a key that was set since", async () => {
    await one.take(frames("08:05", framed("08:00", { mn: "A", sealed: true }), framed("08:01", { mn: "A" })));
    expect(await replay()).toMatchObject({ refused: 1, reasons: { encrypted: 1 } });
    keys = [Buffer.from("another key 0001")];
    expect(await replay()).toMatchObject({ refused: 1 });
    keys.push(KEY);
    expect(await replay()).toMatchObject({ accepted: 1 });
    expect(await values("A")).toEqual({ "08:00": 40, "08:01": 40 });
  });

  it("of one message are read together, so that packets join", async () => {
    const part = (pno: number, code: string): Buffer =>
      Buffer.from(
        encodeFrame({
          qn: "20261001080100000",
          st: "31",
          cn: "2051",
          pw: "123456",
          mn: "B",
          flag: 7,
          pnum: 2,
          pno,
          cp: buildCp([[["DataTime", "20261001080000"]], readingGroup(code, { Avg: 5, Flag: "N" })]),
        }),
      );
    await one.take(frames("08:05", part(1, "a21002"), part(2, "a19001")));
    permits[0] = bound("A", "B");
    expect(await replay()).toMatchObject({ items: 2, accepted: 2 });
    const { lines } = { lines: [...kept.values()].flat() };
    expect(lines.map((l) => l.notes.includes("packet-joined"))).toContain(true);
  });
});

describe("what cannot be taken in", () => {
  it("is told with its reason: a time that was wrong at its receipt stays wrong", async () => {
    await one.take({ ...minute("A", at("08:00"), { a21002: 1 }), receivedAt: at("08:00") - 3 * HOUR });
    expect(await replay()).toMatchObject({ refused: 1, reasons: { time: 1 }, examples: [{ outcome: "refused" }] });
  });

  it("is what is older than the blocks: its period could not be judged from what is left of it", async () => {
    await one.take(stranger("08:00"));
    permits[0] = bound("A", "B");
    now = at("08:00") + 35 * 24 * HOUR;
    expect(await replay()).toMatchObject({ refused: 1, reasons: { time: 1 } });
    expect(await values("B")).toEqual({});
  });

  it("is what is no envelope and what is no topic", async () => {
    const data = Buffer.from("nonsense").toString("base64");
    const kinesis = { sequenceNumber: "2000", data, approximateArrivalTimestamp: at("08:00") / 1000 };
    await one.run([{ eventID: "shardId-000000000000:2000", kinesis }]);
    await one.take({ topic: "somewhere/else", payload: "x", receivedAt: at("08:01") });
    expect(await replay()).toMatchObject({ refused: 2, reasons: { schema: 1, topic: 1 } });
  });

  it("is what was cut in the item and is not in the archive; what is there is read whole", async () => {
    const long = `{"at":"2026-10-01T08:00:00+08:00","kind":"minute","readings":[{"pollutant":"a21002","value":40,"flag":"N"}]${" ".repeat(9000)}}`;
    await one.take({ topic: "plants/B/telemetry", payload: long, receivedAt: at("08:02") });
    permits[0] = bound("A", "B");
    const archived = world.archived.splice(0);
    expect(await replay()).toMatchObject({ refused: 1, reasons: { "bytes-missing": 1 } });
    world.archived.push(...archived);
    expect(await replay()).toMatchObject({ accepted: 1 });
    expect(await values("B")).toEqual({ "08:00": 40 });
  });

  it("is a request that is none", async () => {
    await expect(replay({ keys: ["nonsense"] })).rejects.toThrow(JobProblem);
  });
});
