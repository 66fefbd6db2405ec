import { afterEach, beforeEach, expect, test } from "vitest";
import { temporaryFolder } from "../local/test-assembly.ts";
import { openCounters, type Counters } from "./counters.ts";
import { testClock } from "./fixture.ts";
import { startSender, type Sender } from "./sender.ts";
import { openSpool, windowOf, type Spool } from "./spool.ts";
import { tokenBucket } from "./token-bucket.ts";

let folder: ReturnType<typeof temporaryFolder>;
let spool: Spool;
let clock: ReturnType<typeof testClock>;
let counters: Counters;
/** What was published and waits for its acknowledgement, oldest first. */
let published: { text: string; acknowledge: () => void; lose: () => void }[];
let up: boolean;
let sender: Sender;

beforeEach(() => {
  folder = temporaryFolder();
  spool = openSpool(folder.path, { maxBytes: 1024 ** 3, minFreeBytes: 0 });
  clock = testClock();
  counters = openCounters();
  published = [];
  up = true;
});
afterEach(() => {
  spool.close();
  folder[Symbol.dispose]();
});

const begin = (pace = { messagesPerSecond: 10_000, backlogPerSecond: 10_000, inFlight: 8 }): Sender =>
  (sender = startSender({
    spool,
    uplink: () => ({
      connected: () => up,
      publish: (topic, payload) =>
        new Promise((resolve, reject) => {
          published.push({
            text: `${topic}:${payload.toString().replaceAll("\r\n", "+")}`,
            acknowledge: resolve,
            lose: () => reject(new Error("lost")),
          });
        }),
    }),
    topicOf: (permitNo) => permitNo,
    pace,
    now: clock.now,
    counters,
    log: () => undefined,
  }));
const put = async (permitNo: string, text: string, settled = true, window = windowOf(clock.now())): Promise<void> => {
  await spool.add({ window, permitNo }, Buffer.from(text), null);
  sender.stored({ window, permitNo }, text.length + 2, settled);
};
/** Lets what was started come to its next wait for the disk or the broker. */
const settle = async (): Promise<void> => {
  for (let i = 0; i < 5; i++) await new Promise((done) => setImmediate(done));
};
const texts = (): string[] => published.map(({ text }) => text);
const minute = async (): Promise<void> => {
  clock.add(60_000);
  sender.tick();
  await settle();
};

test("a window's frames leave together when it ends, one bundle per plant, and are forgotten when acknowledged", async () => {
  begin();
  await put("P", "a");
  await put("Q", "b");
  await put("P", "c");
  sender.tick();
  expect(texts()).toEqual([]);
  await minute();
  expect(texts()).toEqual(["P:a+c+", "Q:b+"]);
  expect(spool.oldestWindow()).not.toBeNull();
  for (const { acknowledge } of published) acknowledge();
  await settle();
  expect(spool.oldestWindow()).toBeNull();
  expect(counters.value("bundles_total", "fresh")).toBe(2);
  await minute();
  expect(texts()).toHaveLength(2);
});

test("5 KB leave at once, but not while packets of the plant are awaited", async () => {
  begin();
  await put("P", "a".repeat(3000));
  await put("P", "b".repeat(3000), false);
  await settle();
  expect(texts()).toEqual([]);
  await put("P", "c", true);
  await settle();
  expect(texts()).toEqual([`P:${"a".repeat(3000)}+`]);
  published[0]!.acknowledge();
  await minute();
  expect(texts().slice(1)).toEqual([`P:${"b".repeat(3000)}+c+`]);
});

test("what was not acknowledged is sent again, what was is not", async () => {
  begin();
  await put("P", "a");
  await put("Q", "b");
  await minute();
  published[0]!.acknowledge();
  published[1]!.lose();
  await settle();
  sender.tick();
  await settle();
  expect(texts()).toEqual(["P:a+", "Q:b+", "Q:b+"]);
});

test("after an outage the fresh minute goes first, the backlog oldest first, a quarter of the flights at most", async () => {
  begin();
  up = false;
  for (let i = 0; i < 30; i++) {
    await put("P", `old${i}`);
    await minute();
  }
  expect(sender.counts().fresh).toBeLessThanOrEqual(3); // an outage costs no memory
  await put("P", "new");
  await minute();
  up = true;
  sender.tick();
  await settle();
  expect(
    texts()
      .slice(0, 4)
      .map((t) => t.slice(2)),
  ).toEqual(expect.arrayContaining(["new+"]));
  // Only two of eight flights are backlog: six stay free for what comes now.
  expect(
    texts()
      .filter((t) => t.includes("old"))
      .slice(-2),
  ).toEqual(["P:old0+", "P:old1+"]);
  await put("Q", "now");
  await minute();
  expect(texts().at(-1)).toBe("Q:now+");
  for (let i = 0; i < published.length; i++) {
    published[i]!.acknowledge();
    await settle();
  }
  expect([...texts()].sort()).toEqual([...new Set(texts())].sort()); // nothing twice
  expect(texts()).toHaveLength(32);
  expect(spool.oldestWindow()).toBeNull();
});

test("the backlog keeps to its pace", async () => {
  for (let i = 0; i < 50; i++) await spool.add({ window: i, permitNo: "P" }, Buffer.from("x"), null);
  begin({ messagesPerSecond: 10_000, backlogPerSecond: 1, inFlight: 90 });
  sender.tick();
  await settle();
  for (let i = 0; i < published.length; i++) {
    published[i]!.acknowledge();
    await settle();
  }
  expect(texts()).toHaveLength(1);
});

test("a start finds what the last run left: the open window waits for its end, the rest is backlog", async () => {
  const window = windowOf(clock.now());
  await spool.add({ window, permitNo: "P" }, Buffer.from("open"), null);
  await spool.add({ window: window - 5, permitNo: "P" }, Buffer.from("left"), null);
  begin();
  sender.tick();
  await settle();
  expect(texts()).toEqual(["P:left+"]);
  await minute();
  expect(texts()).toEqual(["P:left+", "P:open+"]);
});

test("a clock set back or forward by hours delays nothing for good", async () => {
  begin();
  await put("P", "a");
  clock.add(-5 * 3_600_000);
  sender.tick();
  await settle();
  expect(texts()).toEqual(["P:a+"]);
  await put("P", "b");
  clock.add(9 * 3_600_000);
  sender.tick();
  await settle();
  expect(texts()).toEqual(["P:a+", "P:b+"]);
});

test("a token bucket: the burst at once, then its rate; a large take is paid by waiting", () => {
  const bucket = tokenBucket(10, 3);
  expect([1, 2, 3, 4].map(() => bucket.take(1, 0))).toEqual([true, true, true, false]);
  expect(bucket.wait(0)).toBe(100);
  expect(bucket.take(11, 100)).toBe(true);
  expect(bucket.wait(100)).toBe(1100);
  expect(bucket.take(1, 1000)).toBe(false);
  expect(bucket.take(1, 1201)).toBe(true);
  expect(bucket.wait(-1e9)).toBeLessThanOrEqual(100); // a clock that jumps back gives nothing and breaks nothing
});
