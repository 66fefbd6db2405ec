/** Batches of the stream on the real engine: disorder, retries, crashes and rival writers leave one state and one chain. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startDynamo, type TestDynamo } from "../../tests/dynamo.ts";
import { formatClock, MINUTE } from "../shared/shanghai.ts";
import { shardOf } from "../shared/shard.ts";
import { minute, startWorld, type Ingester, type Message, type World } from "../warnings/fixtures.ts";
import { standing, verifyChain, type ArchiveLine } from "./domain/archive-line.ts";
import { at, device, outlet, permit } from "./fixtures.ts";
import { ingest } from "./ingest.ts";
import { plantBlocks } from "./plant-blocks.ts";
import { Envelope } from "./schema.ts";

const plant = permit({ outlets: [outlet({ devices: [device(), device({ mn: "B" })] })] });
const { permitNo } = plant;
let dynamo: TestDynamo;
let world: World;
let one: Ingester;

beforeAll(async () => {
  dynamo = await startDynamo();
});
afterAll(() => dynamo.stop());
beforeEach(async () => {
  world = await startWorld(dynamo, [plant]);
  one = world.ingester();
});

const nox = (clock: string, value = 40, received?: string, mn = "A"): Message =>
  minute(mn, at(clock), { a21002: value }, received === undefined ? at(clock) + 70_000 : at(received));

/** The chain of a device from its head back to its beginning: what a lawyer would walk. Retries archive lines twice. */
async function chain(mn: string, now: number): Promise<ArchiveLine[]> {
  const live = await world.blocks.live(permitNo, now);
  const byLink = new Map(standing(world.archived.flat()).map((l) => [l.link, l]));
  const lines: ArchiveLine[] = [];
  let link = live?.devices[mn]?.link ?? "";
  while (link !== "0".repeat(64)) {
    const line = byLink.get(link);
    if (!line?.previous) throw new Error(`the archive has no line with the link ${link}`);
    lines.unshift(line);
    link = line.previous;
  }
  return lines;
}
const stored = async (mn = "A"): Promise<Record<string, number | null>> => {
  const records = await world.blocks.records(permitNo, at("00:00"), at("24:00"), true);
  return Object.fromEntries(
    records
      .filter((r) => r.mn === mn)
      .sort((a, b) => a.at - b.at)
      .map((r): [string, number | null] => [formatClock(r.at), r.values[0]?.value ?? null]),
  );
};

describe("a batch", () => {
  it("is decoded, archived, chained and merged", async () => {
    const { failed, counts } = await one.take(nox("08:00"), nox("08:01", 41), nox("08:01", 7, "08:03", "B"));
    expect(failed).toEqual([]);
    expect(counts).toMatchObject({ messages: 3, frames: 3, accepted: 3, duplicates: 0, quarantined: 0 });
    expect(await stored()).toEqual({ "08:00": 40, "08:01": 41 });
    expect(await stored("B")).toEqual({ "08:01": 7 });
    expect((await world.blocks.live(permitNo, at("08:10")))?.devices.A?.seen).toBe(at("08:02:10"));
    expect(verifyChain(await chain("A", at("08:10")))).toBeNull();
    expect((await chain("A", at("08:10"))).map((l) => l.sequence)).toEqual(["1001", "1002"]);
  });

  it("in disorder, with duplicates and late frames over several blocks, ends the same as in order", async () => {
    const messages = [nox("08:08"), nox("08:09"), nox("08:10", 45), nox("08:11", 46), nox("07:50", 39, "08:13")];
    const disorder = [messages[3]!, messages[0]!, messages[0]!, messages[4]!, messages[2]!, messages[1]!, messages[3]!];
    const { counts } = await one.take(...disorder);
    expect(counts).toMatchObject({ accepted: 5, duplicates: 2 });
    expect(await stored()).toEqual({ "07:50": 39, "08:08": 40, "08:09": 40, "08:10": 45, "08:11": 46 });
    expect(verifyChain(await chain("A", at("08:15")))).toBeNull();
    expect(await chain("A", at("08:15"))).toHaveLength(7);
  });

  it("quarantines what it cannot take, each piece with its reason and bytes, and takes the rest", async () => {
    const { failed, counts } = await one.take(
      nox("08:00"),
      { topic: "plants/A/hj212", payload: "##0008QN=1;;AA\r\n", receivedAt: at("08:01") },
      { topic: "somewhere/else", payload: "x", receivedAt: at("08:01") },
      nox("08:00", 40, undefined, "STRANGER"),
      nox("08:02"),
    );
    expect(failed).toEqual([]);
    expect(counts).toMatchObject({ messages: 5, frames: 5, accepted: 2, quarantined: 3 });
    const items = await world.items("QUARANTINE#2026-10-01");
    expect(new Set(items.map((i) => i.reason))).toEqual(new Set(["length", "mn-unknown", "topic"]));
    for (const i of items) expect(i).toMatchObject({ sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(await stored()).toEqual({ "08:00": 40, "08:02": 40 });
  });

  it("is not held up by a record that is no envelope", async () => {
    const [good] = one.records([nox("08:00")]);
    const poison = ["nonsense", "{}", JSON.stringify({ topic: "plants/A/telemetry", payload: "", receivedAt: 1e300 })];
    const records = poison.map((text, i) => ({
      eventID: `shardId-000000000000:${2000 + i}`,
      kinesis: { sequenceNumber: String(2000 + i), data: Buffer.from(text).toString("base64") },
    }));
    const { failed, counts } = await one.run([good!, ...records]);
    expect(failed).toEqual([]);
    expect(counts).toMatchObject({ accepted: 1, quarantined: 3 });
    expect((await world.items("QUARANTINE#1970-01-01")).map((i) => i.reason)).toEqual(["schema", "schema", "schema"]);
  });

  it.each([1e300, 8.64e15 + 2, 0, -1, 1.5, Number.NaN])("refuses the receipt %d in an envelope", (receivedAt) => {
    expect(Envelope.safeParse({ topic: "t", payload: "", receivedAt }).success).toBe(false);
  });
});

describe("what a batch leaves for the judges", () => {
  const shard = shardOf(permitNo);
  it("is risk for a value above the limit, and nothing for one below", async () => {
    await one.take(nox("08:00", 50));
    expect(await world.ledger.atRisk(shard)).toEqual([]);
    await one.take(nox("08:01", 50.1));
    expect(await world.ledger.atRisk(shard)).toEqual([{ permitNo, until: at("09:30") }]);
  });
  it("is a first look as soon as a device or pollutant speaks for the first time", async () => {
    await one.take(nox("08:00"));
    expect(await world.ledger.due(shard, at("08:01:09"))).toEqual([]);
    expect(await world.ledger.due(shard, at("08:01:10"))).toMatchObject([{ permitNo, look: null }]);
    expect((await world.ledger.plant(permitNo)).first).toEqual({ "DA001/a21002": at("08:00") });
    await one.take(nox("07:30", 1, "08:05"));
    expect((await world.ledger.plant(permitNo)).first).toEqual({ "DA001/a21002": at("08:00") });
  });
  it("counts each device once, by the gateway that brought it first", async () => {
    await one.take(nox("08:00"), nox("08:00", 1, "08:02", "B"), nox("08:01"));
    await world.ingester("shardId-000000000009").take(nox("08:30"), nox("08:30", 1, "08:32", "B"));
    expect(Object.fromEntries(await world.ledger.deviceTotals())).toEqual({ "": 2 });
  });
  it("is a closed hour that late data reach, also when a tick takes the hint before the block is written", async () => {
    const { blocks } = one.services;
    let taken: Awaited<ReturnType<typeof world.ledger.rejudges>> = [];
    one.services.blocks = {
      ...blocks,
      store: async (...args) => {
        taken = await world.ledger.rejudges(shard);
        return blocks.store(...args);
      },
    };
    await one.take(nox("08:30", 44, "09:30"));
    expect(taken).toHaveLength(1);
    // That tick has judged the old block and clears what it read.
    for (const item of taken) await world.ledger.clearRejudge(item);
    expect((await world.ledger.rejudges(shard)).map((r) => r.sk)).toEqual([`${permitNo}#HOUR#2026-10-01T08`]);
  });
});

describe("a batch that is tried again", () => {
  const day = (from: string, n: number, value = 40): Message[] =>
    Array.from({ length: n }, (_, i) => minute("A", at(from) + i * MINUTE, { a21002: value + i }));

  it("after it was done changes nothing, archives nothing and chains nothing", async () => {
    const records = one.records(day("08:00", 5));
    await one.run(records);
    const before = await world.snapshot();
    expect((await one.run(records)).counts).toMatchObject({ accepted: 0, duplicates: 0 });
    expect((await world.ingester().run(records)).counts).toMatchObject({ accepted: 0, duplicates: 0 });
    expect(await world.snapshot()).toBe(before);
    expect(world.archived.flat()).toHaveLength(5);
  });

  it.each(["archive", "hints", "blocks"] as const)(
    "after a crash before the %s ends with each frame once in the chain",
    async (where) => {
      await one.take(...day("07:50", 5));
      const records = one.records(day("08:00", 5, 50.5));
      const crash = async (): Promise<never> => {
        throw new Error("killed");
      };
      const { services } = world.ingester();
      const broken =
        where === "archive"
          ? { ...services, archive: crash }
          : where === "hints"
            ? { ...services, hints: { ...services.hints, risk: crash } }
            : { ...services, blocks: { ...services.blocks, store: crash } };
      await expect(ingest(records, broken)).rejects.toThrow("killed");
      const again = world.ingester();
      expect((await again.run(records)).failed).toEqual([]);
      expect(Object.values(await stored())).toEqual([40, 41, 42, 43, 44, 50.5, 51.5, 52.5, 53.5, 54.5]);
      const lines = await chain("A", at("08:10"));
      expect(verifyChain(lines)).toBeNull();
      expect(lines.map((l) => Number(l.sequence))).toEqual(Array.from({ length: 10 }, (_, i) => 1001 + i));
      expect(await world.ledger.atRisk(shardOf(permitNo))).toEqual([{ permitNo, until: at("09:30") }]);
    },
  );

  it("after another writer was faster merges into what that one wrote", async () => {
    const two = world.ingester("shardId-000000000001");
    await one.take(nox("08:01"));
    await two.take(nox("08:01", 7, "08:03", "B"));
    // `one` still holds the block as it wrote it.
    const records = one.records([nox("08:02", 42), nox("08:03", 43)]);
    const { failed, counts } = await one.run(records);
    expect(failed).toEqual([]);
    expect(counts).toMatchObject({ frames: 2, accepted: 2, duplicates: 0, quarantined: 0 });
    expect(await stored()).toEqual({ "08:01": 40, "08:02": 42, "08:03": 43 });
    expect(await stored("B")).toEqual({ "08:01": 7 });
    const lines = await chain("A", at("08:10"));
    expect(verifyChain(lines)).toBeNull();
    expect(lines.map((l) => l.sequence)).toEqual(["1001", "1002", "1003"]);
    expect(verifyChain(await chain("B", at("08:10")))).toBeNull();
  });

  it("loses no late frame when the block of an earlier ten minutes could not be written", async () => {
    const two = world.ingester("shardId-000000000001");
    await one.take(nox("08:05"), nox("08:11"));
    await two.take(nox("08:06", 7, "08:09", "B"));
    // The batch touches the present block first and the one that the rival wrote since second.
    const records = one.records([nox("08:13", 43), nox("08:07", 37, "08:15")]);
    expect((await one.run(records)).failed).toEqual([]);
    expect(await stored()).toEqual({ "08:05": 40, "08:07": 37, "08:11": 40, "08:13": 43 });
    const lines = await chain("A", at("08:20"));
    expect(verifyChain(lines)).toBeNull();
    expect(lines.map((l) => l.sequence)).toEqual(["1001", "1002", "1003", "1004"]);
  });

  it("after it lost against other writers again and again is reported, and changes nothing until it succeeds", async () => {
    await one.take(nox("08:01"));
    const before = await world.snapshot();
    const losing = world.ingester();
    const { services } = losing;
    const unlucky = {
      ...services,
      blocks: plantBlocks({ ...world.blocks, put: async (writes) => writes.map(() => false) }),
    };
    const records = one.records([
      nox("08:02", 42),
      { topic: "x", payload: "?", receivedAt: at("08:03") },
      nox("08:03", 43),
    ]);
    const { response, counts } = await ingest(records, unlucky);
    expect(response.batchItemFailures.map((f) => f.itemIdentifier)).toEqual(["1002", "1004"]);
    expect(counts).toMatchObject({ frames: 1, accepted: 0, quarantined: 1, blocks: 0 });
    expect(await stored()).toEqual({ "08:01": 40 });
    const quarantined = (text: string): string[] => text.split("\n").filter((l) => !l.includes("QUARANTINE#"));
    expect(quarantined(await world.snapshot())).toEqual(before.split("\n"));
    expect((await losing.run(records)).failed).toEqual([]);
    expect(await stored()).toEqual({ "08:01": 40, "08:02": 42, "08:03": 43 });
    const lines = await chain("A", at("08:10"));
    expect(verifyChain(lines)).toBeNull();
    expect(lines.map((l) => l.sequence)).toEqual(["1001", "1002", "1004"]);
    expect(await world.items("QUARANTINE#2026-10-01")).toHaveLength(1);
  });

  it.each([0, 1])(
    "of a catch-up of 20 hours, after a crash that left %i part of the blocks, keeps all",
    async (parts) => {
      // 100 blocks are written at a time, the one of the receipt last, though a frame of its minutes comes first.
      const clocks = [at("20:00"), ...Array.from({ length: 100 }, (_, i) => at("00:05") + i * 10 * MINUTE)];
      const records = one.records(clocks.map((t, i) => minute("A", t, { a21002: i }, at("20:01"))));
      const { services } = world.ingester();
      let writes = 0;
      const dying = {
        ...world.blocks,
        put: async (...args: Parameters<typeof world.blocks.put>) => {
          if (++writes > parts) throw new Error("killed");
          return world.blocks.put(...args);
        },
      };
      await expect(ingest(records, { ...services, blocks: plantBlocks(dying) })).rejects.toThrow("killed");
      expect(Object.keys(await stored())).toHaveLength(parts * 100);
      expect((await world.ingester().run(records)).failed).toEqual([]);
      expect(Object.values(await stored())).toEqual([...clocks.slice(1).map((_, i) => i + 1), 0]);
      expect((await world.blocks.live(permitNo, at("20:05")))?.devices.A?.seen).toBe(at("20:01"));
      const lines = await chain("A", at("20:05"));
      expect(verifyChain(lines)).toBeNull();
      expect(lines).toHaveLength(101);
    },
  );
});

describe("the last minute of ten, which arrives in the next ten", () => {
  it("is merged without reading what stands there, and a minute that came again keeps watch all the same", async () => {
    const { services } = world.ingester();
    let reads = 0;
    const latest = (...args: Parameters<typeof world.blocks.latest>): ReturnType<typeof world.blocks.latest> => {
      reads += 1;
      return world.blocks.latest(...args);
    };
    const counting = { ...services, blocks: plantBlocks({ ...world.blocks, latest }) };
    const take = async (...of: Parameters<Ingester["records"]>[0]): Promise<void> => {
      expect((await ingest(one.records(of), counting)).response.batchItemFailures).toEqual([]);
    };
    await take(nox("08:08", 38, "08:09"));
    await take(nox("08:09", 39, "08:10"));
    expect(reads).toBe(1);
    // Not begun until something of its own minutes comes.
    expect((await world.blocks.latest(permitNo, at("08:10"), 1))[0]?.block.start).toBe(at("08:00"));
    await take(nox("08:10", 40, "08:11"));
    await take(nox("08:19", 49, "08:20"));
    await take(nox("08:20", 50, "08:21"));
    expect(reads).toBe(1);
    // Sent twice: the second time there is nothing new in it, and the former block is written only to be sure of it.
    await take(nox("08:29", 59, "08:29"));
    await take(nox("08:29", 59, "08:30"));
    expect(reads).toBe(1);
    await take(nox("08:51", 61, "08:52"));
    expect(reads).toBe(2);
    expect(await stored()).toEqual({
      "08:08": 38,
      "08:09": 39,
      "08:10": 40,
      "08:19": 49,
      "08:20": 50,
      "08:29": 59,
      "08:51": 61,
    });
    expect(verifyChain(await chain("A", at("08:30")))).toBeNull();
  });

  it.each(["08:09", "08:10"])(
    "carries on the head of a device that another shard wrote once, at %s, and never again",
    async (received) => {
      const two = world.ingester("shardId-000000000001");
      await one.take(nox("08:07", 37, "08:08"), nox("08:09", 40, "08:09"));
      await two.take(nox("08:08", 7, received, "B"));
      for (const last of ["08:09", "08:19", "08:29", "08:39", "08:49"]) {
        const [hour, minutes] = last.split(":").map(Number) as [number, number];
        await one.take(nox(last, 40, `0${hour}:${minutes + 1}`));
      }
      const live = await world.blocks.live(permitNo, at("08:50"));
      expect(Object.keys(live?.devices ?? {}).toSorted()).toEqual(["A", "B"]);
    },
  );
});

it("two functions on two shards of one plant keep both devices' chains over a whole hour", async () => {
  const two = world.ingester("shardId-000000000001");
  for (let i = 0; i < 60; i += 3) {
    const batch = (ingester: Ingester, mn: string) =>
      ingester.records([0, 1, 2].map((k) => minute(mn, at("08:00") + (i + k) * MINUTE, { a21002: i + k })));
    const work = [
      { ingester: one, records: batch(one, "A") },
      { ingester: two, records: batch(two, "B") },
    ];
    await Promise.all(
      work.map(async ({ ingester, records }) => {
        let left = 10;
        while ((await ingester.run(records)).failed.length > 0) if (left-- === 0) throw new Error("never succeeds");
      }),
    );
  }
  for (const mn of ["A", "B"]) {
    const lines = await chain(mn, at("09:05"));
    expect(verifyChain(lines)).toBeNull();
    expect(lines).toHaveLength(60);
    expect(Object.values(await stored(mn))).toEqual(Array.from({ length: 60 }, (_, i) => i));
  }
});

it("a device that sends the same again and again keeps its chain, though another shard writes its plant in between", async () => {
  const two = world.ingester("shardId-000000000001");
  for (let i = 0; i < 5; i++) {
    // Nothing new: the device was last seen when it said this first, and yet its chain is longer by a link.
    await one.take(nox("08:01"));
    await two.take(nox(`08:0${i}`, 7, "08:06", "B"));
  }
  for (const mn of ["A", "B"]) {
    const lines = await chain(mn, at("08:10"));
    expect(verifyChain(lines)).toBeNull();
    expect(lines).toHaveLength(5);
  }
});
