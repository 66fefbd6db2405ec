import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startDynamo, type TestDynamo } from "../../tests/dynamo.ts";
import { archiveOf, startCity, type Answer, type City } from "../city/fixtures.ts";
import { permitNo } from "../register/fixtures.ts";
import { formatIso, MINUTE } from "../shared/shanghai.ts";
import { minute, type Ingester, type Message } from "../warnings/fixtures.ts";
import type { ArchiveReader } from "./archive-reader.ts";
import type { ArchiveLine } from "./domain/archive-line.ts";
import { nextLink, sha256 } from "./domain/archive-line.ts";
import { findFrames } from "./find-frames.ts";
import { at, device, outlet, permit } from "./fixtures.ts";

const own = permit({ permitNo: permitNo(1), outlets: [outlet({ devices: [device({ mn: "M1" })] })] });
const other = permit({ permitNo: permitNo(2), outlets: [outlet({ devices: [device({ mn: "M2" })] })] });
let dynamo: TestDynamo;
let city: City;
let ingester: Ingester;
let sub: string;
const MINUTES = 90;

beforeAll(async () => {
  dynamo = await startDynamo();
  city = await startCity(dynamo, [own, other]);
  ingester = city.world.ingester();
  // A batch a minute with both plants; minute 20 speaks twice (a correction), minute 40 comes half an hour late.
  for (let m = 0; m < MINUTES; m++) {
    const t = at("08:00") + m * MINUTE;
    const batch: Message[] = m === 40 ? [] : [minute("M1", t, { a21002: m })];
    if (m === 20) batch.push(minute("M1", t, { a21002: 200 }, t + 75_000));
    if (m === 70) batch.push(minute("M1", at("08:40"), { a21002: 40 }, t + 71_000));
    await ingester.take(...batch, minute("M2", t, { a21002: 1 }));
  }
  city.setNow(at("09:32"));
  sub = await city.person({ roles: ["enterprise"], plants: [own.permitNo] });
}, 60_000);
afterAll(() => dynamo.stop());

const ask = (minuteAt: number, mn = "M1"): Promise<Answer> =>
  city.get(sub, `/api/plants/${own.permitNo}/frames?mn=${mn}&at=${encodeURIComponent(formatIso(minuteAt))}`);

describe("GET /api/plants/{permitNo}/frames", () => {
  test("the bytes behind a minute, with hash, links and their neighbours", async () => {
    const { status, body } = await ask(at("08:10") + 30_000);
    expect(status).toBe(200);
    expect(body).toMatchObject({ mn: "M1", at: "2026-10-01T08:10:00+08:00", missing: null, verified: true });
    expect(body.frames.map((f: { ofMinute: boolean }) => f.ofMinute)).toEqual([false, true, false]);
    const [before, frame, after] = body.frames;
    expect(JSON.parse(frame.text).readings[0]).toMatchObject({ pollutant: "a21002", value: 10 });
    const digest = sha256(Buffer.from(frame.base64, "base64"));
    expect(frame).toMatchObject({ sha256: digest, previous: before.link, disposition: "accepted" });
    expect(frame.link).toBe(nextLink(before.link, frame.receivedAt, digest));
    expect(after.previous).toBe(frame.link);
  });

  test("any minute is found, whenever it came", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: MINUTES - 1 }), async (m) => {
        const { body } = await ask(at("08:00") + m * MINUTE);
        const values = body.frames
          .filter((f: { ofMinute: boolean }) => f.ofMinute)
          .map((f: { text: string }) => JSON.parse(f.text).readings[0].value);
        // Of two that speak of one minute the later one is in force.
        expect([m, values, body.verified]).toEqual([m, [m === 20 ? 200 : m], true]);
      }),
      { numRuns: 25 },
    );
    for (const m of [20, 40]) expect((await ask(at("08:00") + m * MINUTE)).body.missing).toBeNull();
  });

  test("a frame that was altered, or a line that was taken away, is told", async () => {
    const [lines] = city.world.archived.filter((batch) => batch.some((l) => l.receivedAt.includes("08:31:10")));
    const line = lines!.find((l) => l.mn === "M1")!;
    const { bytes } = line;
    const forged = Buffer.from(bytes, "base64").toString().replace('"value":30', '"value":29');
    line.bytes = Buffer.from(forged).toString("base64");
    expect((await ask(at("08:30"))).body).toMatchObject({ verified: false, reason: expect.stringContaining("bytes") });
    line.bytes = bytes;
    expect((await ask(at("08:30"))).body).toMatchObject({ verified: true, reason: null });
    const all = city.world.archived.splice(0);
    city.world.archived.push(...all.filter((batch) => !batch.includes(line)));
    expect((await ask(at("08:30"))).body).toMatchObject({ missing: "not-found", frames: [] });
    city.world.archived.splice(0);
    city.world.archived.push(...all);
  });

  test("what nobody keeps, a device of others, a time that is none", async () => {
    expect((await ask(at("07:00"))).body).toMatchObject({ missing: "no-record", frames: [], verified: null });
    expect((await ask(at("08:10"), "M2")).status).toBe(422);
    expect((await city.get(sub, `/api/plants/${own.permitNo}/frames?mn=M1&at=noon`)).status).toBe(422);
    expect((await city.get(sub, `/api/plants/${other.permitNo}/frames?mn=M2&at=2026-10-01`)).status).toBe(404);
    const expert = await city.person({ roles: ["expert"], plants: [own.permitNo] });
    expect((await city.get(expert, `/api/plants/${own.permitNo}/frames?mn=M1&at=2026-10-01`)).status).toBe(403);
  });
});

/** A busy shard: an object every two seconds, of which few are this plant's. */
function busyArchive(inner: ArchiveReader, from: number, to: number): ArchiveReader & { calls: () => number } {
  let calls = 0;
  const shard = "shardId-000000000000";
  const sequenceAt = (t: number): bigint => 49590338271490256608559692538361571095n * 10n ** 6n + BigInt(t);
  const line = (t: number, base: Partial<ArchiveLine>): ArchiveLine =>
    ({
      receivedAt: formatIso(t),
      archivedAt: formatIso(t + 2000),
      attempt: 0,
      shard,
      sequence: String(sequenceAt(t)),
      piece: 0,
      mn: "X",
      bytes: "",
      ...base,
    }) as ArchiveLine;
  const first = Math.ceil(from / 2000) * 2000;
  return {
    calls: () => calls,
    async list(_shard, after, most) {
      calls += 1;
      const digits = /(\d+)~?$/.exec(after)?.[1];
      const behind = digits === undefined ? first : Number(BigInt(digits) - sequenceAt(0)) + 1;
      const keys: string[] = [];
      for (let t = Math.max(first, Math.ceil(behind / 2000) * 2000); t < to && keys.length < most; t += 2000)
        keys.push(`raw/${shard}/${String(sequenceAt(t))}.jsonl.zst`);
      return keys;
    },
    async lines(key) {
      calls += 1;
      const t = Number(BigInt(/(\d+)\.jsonl/.exec(key)?.[1] ?? 0) - sequenceAt(0));
      const all = await Promise.all((await inner.list(shard, "", 10_000)).map((k) => inner.lines(k)));
      const mine = all.flat().filter((l) => Math.floor(Date.parse(l.receivedAt) / 2000) * 2000 === t);
      return [
        line(t, {}),
        ...mine.map((l) => ({ ...l, sequence: String(sequenceAt(t) + 1n) })),
        line(t + 1999, { piece: 1 }),
      ];
    },
  };
}

test("a plant that was silent for a day is found among forty thousand objects with some dozens of calls", async () => {
  const t = at("08:10");
  const archive = busyArchive(archiveOf(city.world), t - 24 * 60 * MINUTE, t + 60 * MINUTE);
  const sequence = (time: number): string => String(49590338271490256608559692538361571095n * 10n ** 6n + BigInt(time));
  const blockAt = (time: number) => ({
    version: 1,
    block: {
      start: time,
      records: [],
      digests: [],
      live: { devices: {}, applied: { "shardId-000000000000": sequence(time + 590_000) }, riskUntil: 0 },
    },
  });
  const found = await findFrames(
    { permitNo: own.permitNo, mn: "M1", receivedAt: t + 70_000 },
    {
      archive,
      blocks: {
        range: async () => [blockAt(at("08:10"))],
        latest: async () => [blockAt(t - 23 * 60 * MINUTE)],
      },
      quarantine: { receivedAt: async () => [] },
    },
  );
  expect(found.lines.map((l) => l.receivedAt)).toContain(formatIso(t + 70_000));
  expect(archive.calls()).toBeLessThan(80);
});
