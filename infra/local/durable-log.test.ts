import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { openLog, sequenceOf, sequenceText, shardOf } from "./durable-log.ts";
import { openStore } from "./store.ts";
import { temporaryFolder } from "./test-assembly.ts";

const text = (data: Uint8Array): string => Buffer.from(data).toString();

test("the shard is the MD5 of the key in equal ranges, so a plant always has the same one", () => {
  for (const key of ["MN1", "91330483MA2ABCD126001P", ""]) {
    const md5 = BigInt(`0x${createHash("md5").update(key).digest("hex")}`);
    expect(shardOf(key, 4)).toBe(Number((md5 * 4n) >> 128n));
  }
});

test("sequence numbers as text keep the order and come back", () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), (a, b) => {
      expect(Math.sign(a - b)).toBe(sequenceText(a) < sequenceText(b) ? -1 : sequenceText(a) > sequenceText(b) ? 1 : 0);
      expect(sequenceOf(sequenceText(a))).toBe(a);
    }),
  );
  expect(sequenceOf("x")).toBeNull();
});

test("whatever is appended, read, committed and reopened: every record is read once per position, in order, until committed", async () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant("append" as const), key: fc.constantFrom("a", "b", "c", "d", "e") }),
    fc.record({ do: fc.constant("consume" as const), shard: fc.nat(1), limit: fc.integer({ min: 1, max: 4 }) }),
    fc.record({ do: fc.constant("reopen" as const) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      using folder = temporaryFolder();
      const open = () => {
        const store = openStore(join(folder.path, "log.sqlite"));
        const log = openLog(store, "telemetry", { shards: 2 });
        return { store, log, consumer: log.consumer("ingest") };
      };
      let machine = open();
      const waiting: string[][] = [[], []];
      let n = 0;
      for (const each of steps) {
        if (each.do === "append") {
          const data = `${each.key}${(n += 1)}`;
          const { shard } = await machine.log.append(each.key, Buffer.from(data), n);
          waiting[shard]?.push(data);
        } else if (each.do === "consume") {
          const records = machine.log.read(each.shard, machine.consumer.checkpoint(each.shard), each.limit, 1e6);
          expect(records.map((record) => text(record.data))).toEqual(waiting[each.shard]?.slice(0, each.limit));
          const last = records.at(-1);
          if (last) await machine.consumer.commit(each.shard, last.sequence);
          waiting[each.shard]?.splice(0, records.length);
        } else {
          machine.store.close();
          machine = open();
        }
      }
      for (const shard of [0, 1])
        expect(
          machine.log.read(shard, machine.consumer.checkpoint(shard), 1000, 1e6).map((record) => text(record.data)),
        ).toEqual(waiting[shard]);
      machine.store.close();
    }),
    { numRuns: 40 },
  );
});

test("what all consumers have passed is trimmed, what one still needs is not, and numbers never start again", async () => {
  using folder = temporaryFolder();
  const store = openStore(join(folder.path, "log.sqlite"));
  const log = openLog(store, "telemetry", { shards: 1 });
  const [fast, slow] = [log.consumer("fast"), log.consumer("slow")];
  for (let i = 0; i < 5; i += 1) await log.append("k", Buffer.from(`${i}`), 0);
  await fast.commit(0, 5);
  expect(log.read(0, 0, 10, 1e6)).toHaveLength(5);
  await slow.commit(0, 3);
  expect(log.read(0, 0, 10, 1e6).map((record) => record.sequence)).toEqual([4, 5]);
  await slow.commit(0, 5);
  store.close();
  const again = openStore(join(folder.path, "log.sqlite"));
  expect((await openLog(again, "telemetry").append("k", Buffer.from("x"), 0)).sequence).toBe(6);
  again.close();
});

test("a batch is bounded in records and in bytes, and never empty while something waits", async () => {
  using folder = temporaryFolder();
  const store = openStore(join(folder.path, "log.sqlite"));
  const log = openLog(store, "telemetry", { shards: 1 });
  await Promise.all([10, 10, 10].map((size) => log.append("k", Buffer.alloc(size), 0)));
  expect(log.read(0, 0, 2, 1e6)).toHaveLength(2);
  expect(log.read(0, 0, 9, 25)).toHaveLength(2);
  expect(log.read(0, 0, 9, 1)).toHaveLength(1);
  store.close();
});

test("kill -9 in the middle of many appends: every acknowledged record is there", async () => {
  using folder = temporaryFolder();
  const file = join(folder.path, "log.sqlite");
  const script = `
    const { openStore } = await import(${JSON.stringify(import.meta.resolve("./store.ts"))});
    const { openLog } = await import(${JSON.stringify(import.meta.resolve("./durable-log.ts"))});
    const log = openLog(openStore(${JSON.stringify(file)}), "telemetry");
    for (let n = 0; ; n += 20)
      await Promise.all(Array.from({ length: 20 }, (_, i) => log.append("key" + (i % 7), Buffer.from(String(n + i)), 0).then(() => process.stdout.write(n + i + "\\n"))));`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = new Promise((resolve) => child.once("exit", resolve));
  let acknowledged = "";
  child.stdout.on("data", (chunk: Buffer) => {
    acknowledged += chunk.toString();
    if (acknowledged.length > 3_000) child.kill("SIGKILL");
  });
  await exited;
  const store = openStore(file);
  const log = openLog(store, "telemetry");
  const kept = new Set(
    Array.from({ length: log.shards }, (_, shard) => log.read(shard, 0, 1e6, 1e9)).flatMap((records) =>
      records.map((record) => text(record.data)),
    ),
  );
  const told = acknowledged.split("\n").slice(0, -1);
  expect(told.length).toBeGreaterThan(300);
  expect(told.filter((n) => !kept.has(n))).toEqual([]);
  store.close();
});
