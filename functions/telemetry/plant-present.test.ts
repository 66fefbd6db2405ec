/**
 * Where the present is written when ten minutes begin: functions on two shards write one plant at the same time, in every
 * order of their reads and writes, and die before or after any write. A device even speaks on both shards.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import { formatMinute, MINUTE } from "../shared/shanghai.ts";
import { minute } from "../warnings/fixtures.ts";
import { mergeLive, type BlockRepository, type BlockWrite } from "./block-repository.ts";
import { standing, verifyChain, type ArchiveLine } from "./domain/archive-line.ts";
import { packBlock, unpackBlock } from "./domain/block-codec.ts";
import { at, device, outlet, permit, ruleData } from "./fixtures.ts";
import { ingest, type IngestServices } from "./ingest.ts";
import { plantBlocks } from "./plant-blocks.ts";

const plant = permit({ outlets: [outlet({ devices: ["A", "B", "C"].map((mn) => device({ mn })) })] });
const { permitNo } = plant;
const floorMinute = (t: number): number => t - (t % MINUTE);
type Kill = "no" | "before" | "after";
type Wait = <T>(what: string, work: () => T) => Promise<T>;

/** The blocks table of one plant: conditions and transactions, and what was asked of it. */
function table(wait: Wait, kills: Kill[]) {
  const items = new Map<number, { bytes: Uint8Array; v: number }>();
  const asked = { reads: 0, writes: [] as number[] };
  const read = (start: number) => {
    const item = items.get(start)!;
    return { block: unpackBlock(item.bytes), version: item.v };
  };
  const latest: BlockRepository["latest"] = (_, t, count) =>
    wait("read", () => {
      asked.reads += 1;
      const starts = [...items.keys()].filter((s) => s <= t).sort((a, b) => b - a);
      return starts.slice(0, count).map(read);
    });
  const putOne = ({ blocks }: BlockWrite): boolean => {
    if (blocks.some(({ block, version }) => (items.get(block.start)?.v ?? 0) !== version)) return false;
    for (const { block, version } of blocks) items.set(block.start, { bytes: packBlock(block), v: version + 1 });
    asked.writes.push(blocks.length);
    return true;
  };
  const repository = {
    latest,
    get: (_: string, starts: readonly number[]) =>
      wait("get", () => new Map(starts.filter((s) => items.has(s)).map((s) => [s, read(s)]))),
    put: (writes: readonly BlockWrite[]) =>
      wait("write", () => {
        const kill = kills.shift() ?? "no";
        if (kill === "before") throw new Error("killed");
        const done = writes.map(putOne);
        if (kill === "after") throw new Error("killed");
        return done;
      }),
  } as unknown as BlockRepository;
  const blocks = () => [...items.keys()].sort((a, b) => a - b).map(read);
  return { repository, blocks, asked };
}

/** A function of one shard that starts anew, without a memory, whenever it dies; a batch is tried until it is done. */
function reader(shard: string, repository: BlockRepository, archived: ArchiveLine[]) {
  let sequence = 1_000;
  let clock = 0;
  const fresh = (): IngestServices => ({
    register: {
      refresh: async () => undefined,
      getPlant: async () => ({ permit: plant }),
      bindings: async (mn: string) => [{ permitNo, outlet: "DA001", mn, from: 0, to: null }],
    } as unknown as IngestServices["register"],
    blocks: plantBlocks(repository),
    hints: {
      firstSeen: async () => ({ carried: {}, devices: {} }),
      addFirstSeen: async (_: string, found: unknown) => found,
      due: async () => undefined,
      rejudge: async () => undefined,
      risk: async () => undefined,
      site: async () => undefined,
      quarantine: async () => undefined,
    } as unknown as IngestServices["hints"],
    keysOf: async () => [],
    ruleData,
    known: new Map(),
    sites: new Map(),
    now: () => at("08:00") + ++clock,
    archive: async (_shard, _first, lines) => void archived.push(...lines),
  });
  let services = fresh();
  return async (messages: readonly ReturnType<typeof minute>[]): Promise<void> => {
    const records = messages.map(({ payload, ...rest }) => {
      const envelope = { ...rest, payload: Buffer.from(payload).toString("base64"), clientId: "c" };
      const sequenceNumber = String(++sequence);
      const data = Buffer.from(JSON.stringify(envelope)).toString("base64");
      return { eventID: `${shard}:${sequenceNumber}`, kinesis: { sequenceNumber, data } };
    });
    for (let tries = 0; tries < 40; tries++) {
      try {
        const { response } = await ingest(records, services);
        if (response.batchItemFailures.length === 0) return;
      } catch (error) {
        if ((error as Error).message !== "killed") throw error;
        services = fresh();
      }
    }
    throw new Error("never taken in");
  };
}

/** Devices that speak of the minute that ended, or already of the one that begins: either is received as it begins. */
const said = (devices: string[], silent: number) =>
  fc.record({
    mns: fc.oneof(
      { weight: silent, arbitrary: fc.constant<string[]>([]) },
      { weight: 1, arbitrary: fc.subarray(devices) },
    ),
    ahead: fc.boolean(),
  });
// The second shard is silent for most of the time: whoever alone writes a plant learns of another only as it writes.
const Minute = fc.tuple(said(["A", "B"], 0), said(["A", "C"], 2));

it("every frame stands once in blocks and chains, whoever wrote in between and whatever died", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(Minute, { minLength: 4, maxLength: 12 }),
      fc.array(fc.constantFrom<Kill>("no", "no", "no", "before", "after"), { maxLength: 20 }),
      async (scheduler, minutes, kills) => {
        const { repository, blocks } = table(
          (what, work) => scheduler.schedule(Promise.resolve(), what).then(work),
          kills,
        );
        const archived: ArchiveLine[] = [];
        const shards = ["shardId-000000000000", "shardId-000000000001"].map((s) => reader(s, repository, archived));
        let value = 0;
        const sent: Record<string, number> = {};
        for (const [i, both] of minutes.entries()) {
          // From 08:08: the last of ten minutes is among them, and what follows it.
          const received = at("08:08:10") + i * MINUTE;
          const works = both.map(({ mns, ahead }, shard) => {
            for (const mn of mns) sent[mn] = (sent[mn] ?? 0) + 1;
            const t = floorMinute(received) - (ahead ? 0 : MINUTE);
            return shards[shard]!(mns.map((mn) => minute(mn, t, { a21002: ++value }, received)));
          });
          await scheduler.waitFor(Promise.all(works));
        }
        const stored = blocks().map(({ block }) => block);
        const total = Object.values(sent).reduce((sum, n) => sum + n, 0);
        expect(new Set(stored.flatMap((b) => b.digests)).size).toBe(total);
        expect(stored.flatMap((b) => b.digests)).toHaveLength(total);
        const newest = stored.slice(-3).map((b) => b.live);
        const live = newest.reduce((l, one) => mergeLive(one, l), null);
        for (const [mn, count] of Object.entries(sent)) {
          const lines = new Map(standing(archived).map((l) => [l.link, l]));
          const chain: ArchiveLine[] = [];
          for (let link: string | null = live?.devices[mn]?.link ?? null; link !== null && lines.has(link);) {
            const line: ArchiveLine = lines.get(link)!;
            chain.unshift(line);
            link = line.previous;
          }
          expect(chain[0]?.previous).toBe("0".repeat(64));
          expect(verifyChain(chain)).toBeNull();
          expect(chain).toHaveLength(count);
          expect(live?.devices[mn]?.links).toBe(count);
        }
      },
    ),
    { numRuns: 2000 },
  );
}, 60_000);

it("a plant that one shard writes takes one write a minute and no transaction, and is not read again", async () => {
  const { repository, blocks, asked } = table(async (_, work) => work(), []);
  const take = reader("shardId-000000000000", repository, []);
  for (let i = 0; i < 40; i++) await take([minute("A", at("08:00") + i * MINUTE, { a21002: i })]);
  expect(asked).toEqual({ reads: 1, writes: Array.from({ length: 40 }, () => 1) });
  expect(blocks().map(({ block }) => `${formatMinute(block.start).slice(11)} ${block.records.length}`)).toEqual([
    "08:00 10",
    "08:10 10",
    "08:20 10",
    "08:30 10",
  ]);
  // Late data are written into their block, which goes on telling its own time: by it a frame is found in the archive.
  await take([minute("A", at("08:25"), { a21002: 0 }, at("08:41:10"))]);
  const last = blocks().map(({ block }) => block.live?.applied["shardId-000000000000"]);
  expect(last).toEqual(["1010", "1020", "1030", "1040", "1041"]);
});
