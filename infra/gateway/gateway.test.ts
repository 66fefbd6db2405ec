import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { encodeFrame } from "../../functions/telemetry/domain/hj212/encode.ts";
import { eventually, temporaryFolder } from "../local/test-assembly.ts";
import { frameOf, MN, PERMIT, startAbove, talk, testClock, testConfig, type Above, type Talker } from "./fixture.ts";
import { startGateway, type Gateway } from "./gateway.ts";

let above: Above;
let gateway: Gateway | undefined;
let folder: ReturnType<typeof temporaryFolder>;
let clock: ReturnType<typeof testClock>;
let log: string[];
const talkers: Talker[] = [];

beforeEach(async () => {
  folder = temporaryFolder();
  clock = testClock();
  log = [];
  above = await startAbove();
});
afterEach(async () => {
  for (const { socket } of talkers.splice(0)) socket.destroy();
  await gateway?.stop();
  gateway = undefined;
  await above.stop();
  folder[Symbol.dispose]();
});

const start = async (over: Record<string, unknown> = {}): Promise<Gateway> =>
  (gateway = await startGateway({
    config: testConfig(above.port, over),
    dataDir: folder.path,
    log: (line) => log.push(line),
    now: clock.now,
  }));
const device = (address?: string): Talker => {
  const talker = talk(gateway!.port, address);
  talkers.push(talker);
  return talker;
};
const get = async (path: string): Promise<Response> => fetch(`http://127.0.0.1:${gateway!.metricsPort}${path}`);
const metric = async (name: string): Promise<number> => {
  const text = await (await get("/metrics")).text();
  const line = text.split("\n").find((each) => each.startsWith(`permit_watch_gateway_${name} `));
  return line === undefined ? 0 : Number(line.split(" ").at(-1));
};
const kept = async (): Promise<Record<string, string>[]> => {
  await gateway!.stop(); // the quarantine is written behind
  const text = readFileSync(join(folder.path, "quarantine.jsonl"), "utf8").trim();
  return text.split("\n").map((line) => JSON.parse(line) as Record<string, string>);
};

/** domain.md A.3. */
const GAS =
  "##0283QN=20261001083000123;ST=31;CN=2011;PW=123456;MN=330483A890001600000169C1;Flag=5;CP=&&DataTime=20261001083000;a21026-Rtd=22.10,a21026-ZsRtd=24.92,a21026-Flag=N;a21002-Rtd=38.6,a21002-ZsRtd=43.5,a21002-Flag=N;a34013-Rtd=2.1,a34013-ZsRtd=2.4,a34013-Flag=N;a19001-Rtd=7.7,a19001-Flag=N&&5B40";
const GAS_ANSWER = "##0087QN=20261001083000123;ST=91;CN=9014;PW=123456;MN=330483A890001600000169C1;Flag=4;CP=&&&&4680";

test("the standard's sample gets the standard's answer, and reaches the platform as it came", async () => {
  await start();
  const logger = device();
  logger.send(`${GAS}\r\n`);
  expect(await logger.answer()).toBe(GAS_ANSWER);
  expect(above.bundles).toEqual([]); // its minute has not ended
  clock.add(60_000);
  await eventually(() => above.bundles.length === 1);
  expect(above.bundles[0]).toMatchObject({
    topic: `gateways/test/${PERMIT}/hj212`,
    clientId: "gw-test",
    frames: [GAS],
  });
  await eventually(async () => (await metric('bundles_total{kind="fresh"}')) === 1);
});

test("frames cut anywhere and frames back to back are answered one by one, in order", async () => {
  await start();
  const logger = device();
  const bytes = Buffer.concat([frameOf(1), frameOf(2), frameOf(3)]);
  for (const cut of [bytes.subarray(0, 7), bytes.subarray(7, 180), bytes.subarray(180)]) {
    logger.send(cut);
    await pause(5); // so that TCP does not join them
  }
  const qns = [await logger.answer(), await logger.answer(), await logger.answer()].map((a) => a.slice(9, 26));
  expect(qns).toEqual(["20261001083100001", "20261001083200002", "20261001083300003"]);
});

test("one bundle per plant and minute; at 5 KB it leaves before the minute ends", async () => {
  const other = { mn: "MN2", permitNo: "P2", password: "123456", allow: ["127.0.0.0/8"] };
  await start({ devices: [...testConfig(above.port).devices, other] });
  const logger = device();
  const cp = `DataTime=20261001083000;w01018-Info=${"x".repeat(900)}`;
  for (let k = 0; k < 6; k++) logger.send(frameOf(k, { cp: `${cp}${k}` }));
  logger.send(frameOf(7, { mn: "MN2" }));
  for (let k = 0; k < 7; k++) await logger.answer();
  await eventually(() => above.bundles.length === 1);
  expect(above.bundles[0]!.bytes).toBeLessThanOrEqual(5 * 1024);
  expect(above.bundles[0]!.frames).toHaveLength(4);
  clock.add(60_000);
  await eventually(() => above.bundles.length === 3);
  expect(above.bundles.map(({ topic, frames }) => [topic.split("/")[2], frames.length])).toEqual(
    expect.arrayContaining([
      [PERMIT, 2],
      ["P2", 1],
    ]),
  );
});

test("Basic Ingest puts the rule in front of the topic", async () => {
  const { uplink } = testConfig(above.port);
  await start({ uplink: { ...uplink, basicIngestRule: "gateway_frames" } });
  device().send(frameOf(1));
  await eventually(async () => (await metric('frames_total{edition="2017"}')) === 1);
  clock.add(60_000);
  await eventually(() => above.bundles.length === 1);
  expect(above.bundles[0]!.topic).toBe(`$aws/rules/gateway_frames/gateways/test/${PERMIT}/hj212`);
});

describe("who is not let in is told why, and goes no further than the local quarantine", () => {
  test.each<[string, Buffer, string | undefined, string, number]>([
    ["a wrong password", frameOf(1, { pw: "123457" }), undefined, "password", 3],
    ["an MN that is not known", frameOf(1, { mn: "330483A8900016000001FFFF" }), undefined, "mn-unknown", 4],
    ["a foreign address", frameOf(1), "127.0.0.2", "address", 2],
  ])("%s", async (_, frame, from, reason, code) => {
    await start({ devices: [{ mn: MN, permitNo: PERMIT, password: "123456", allow: ["127.0.0.1"] }] });
    const logger = device(from);
    logger.send(frame);
    expect(await logger.answer()).toMatch(new RegExp(`ST=91;CN=9011;PW=\\d{6};MN=\\w{24};Flag=4;CP=&&QnRtn=${code}&&`));
    expect(await metric(`frames_refused_total{reason="${reason}"}`)).toBe(1);
    clock.add(60_000);
    const [entry] = await kept();
    expect(entry).toMatchObject({ reason, from: from ?? "127.0.0.1" });
    expect(Buffer.from(entry!["bytes"]!, "base64").toString()).toContain("PW=******;");
    expect(above.bundles).toEqual([]);
  });

  test("nothing is answered to who does not ask, or to damage", async () => {
    await start();
    const logger = device();
    logger.send(frameOf(1, { mn: "330483A8900016000001FFFF", flag: 4 }));
    logger.send(GAS.replace("22.10", "22.11")); // the CRC does not fit any more
    logger.send("garbage ## and ##0012 more");
    logger.send(frameOf(2));
    expect(await logger.answer()).toContain("QN=20261001083200002"); // the first answer is the last frame's
    const entries = await kept();
    expect(entries.map(({ reason }) => reason)).toEqual(expect.arrayContaining(["mn-unknown", "crc"]));
    expect(entries.map(({ bytes }) => Buffer.from(bytes!, "base64").toString()).join("")).toContain("and ##0012 more");
  });
});

test("the time: 9013, then 1012; what the device says to it is counted, not answered and not sent on", async () => {
  await start();
  const logger = device();
  logger.send(frameOf(1, { cn: "1013", cp: "PolId=w01018" }));
  expect(await logger.answer()).toContain("CN=9013");
  expect(await logger.answer()).toContain(
    "CN=1012;PW=123456;MN=330483A890001600000169C1;Flag=5;CP=&&PolId=w01018;SystemTime=20261001083025&&",
  );
  logger.send(frameOf(2, { cn: "9011", cp: "QnRtn=1" }));
  logger.send(frameOf(3, { cn: "9012", cp: "ExeRtn=1" }));
  logger.send(frameOf(4, { cn: "9015", cp: " " }));
  expect(await logger.answer()).toMatch(/QN=20261001083400004;ST=91;CN=9013/);
  expect(await metric('clock_set_total{result="1"}')).toBe(1);
  clock.add(60_000);
  await eventually(() => above.frames().length === 1);
  expect(above.frames()[0]).toContain("CN=1013");
});

test("encrypted frames (2025) of a device whose key is known are answered, and sent on as they came", async () => {
  const key = "30".repeat(16);
  await start({ devices: [{ mn: MN, permitNo: PERMIT, password: "123456", sm4Keys: [key], allow: ["127.0.0.1"] }] });
  const logger = device();
  const frame = Buffer.from(
    encodeFrame(
      {
        qn: "20261001083000001",
        st: "32",
        cn: "2051",
        pw: "123456",
        mn: MN,
        flag: 9,
        cp: "DataTime=20261001083000;w01018-Avg=40.1,w01018-Flag=N",
      },
      Buffer.from(key, "hex"),
    ),
  );
  logger.send(frame);
  expect(await logger.answer()).toContain("QN=20261001083000001;ST=91;CN=9014");
  clock.add(60_000);
  await eventually(() => above.bundles.length === 1);
  expect(above.bundles[0]!.bytes).toBe(frame.length);
});

test("two connections of one MN: both are heard, and it is counted and said once", async () => {
  await start();
  const [first, second] = [device(), device("127.0.0.9")];
  for (const [k, logger] of [first, second, first].entries()) {
    logger.send(frameOf(k));
    await logger.answer();
  }
  expect(await metric("mn_claimed_twice_total")).toBe(2);
  expect(log.filter((line) => line.startsWith("mn-claimed-twice"))).toEqual([
    `mn-claimed-twice: ${MN} speaks from 127.0.0.1 and 127.0.0.9`,
  ]);
  first.socket.destroy();
  await eventually(async () => (await metric("connections")) === 1);
  second.send(frameOf(8));
  await second.answer();
  expect(await metric("mn_claimed_twice_total")).toBe(2);
});

describe("limits", () => {
  const closedFor = (reason: string): Promise<number> => metric(`connections_refused_total{reason="${reason}"}`);

  test("connections in all and per address", async () => {
    await start({ limits: { connections: 3, connectionsPerAddress: 2 } });
    const one = device();
    one.send(frameOf(1));
    await one.answer();
    device();
    await device().closed;
    expect(await closedFor("address")).toBe(1);
    const known = device("127.0.0.2");
    known.send(frameOf(2));
    await known.answer();
    // Full: the connection that has shown no device gives way, those that have stay.
    const third = device("127.0.0.3");
    third.send(frameOf(3));
    await third.answer();
    expect(await closedFor("stranger")).toBe(1);
    await device("127.0.0.4").closed;
    expect(await closedFor("total")).toBe(1);
    one.send(frameOf(4)); // who was there is not disturbed
    await one.answer();
  });

  test("a frame that is not whole in time, and a stranger that stays", async () => {
    await start({ limits: { frameSeconds: 1, strangerSeconds: 1 } });
    const known = device();
    known.send(frameOf(1));
    await known.answer();
    const slow = device();
    slow.send(frameOf(2));
    await slow.answer();
    slow.send("##0283QN=2026");
    await Promise.all([slow.closed, device().closed]);
    expect([await closedFor("slow-frame"), await closedFor("stranger")]).toEqual([1, 1]);
    known.send(frameOf(3));
    await known.answer();
  });

  test("an endless frame is cut, garbage costs no memory, and a frame behind it is read", async () => {
    await start({ limits: { framesPerSecond: 100_000, frameBurst: 100_000 } });
    const logger = device();
    for (let i = 0; i < 64; i++) logger.send("##9999" + "x".repeat(16_000));
    logger.send(frameOf(1));
    expect(await logger.answer()).toContain("QN=20261001083100001");
    expect(
      (await metric('frames_refused_total{reason="length"}')) +
        (await metric('frames_refused_total{reason="too-large"}')),
    ).toBeGreaterThan(60);
  });

  test("who sends too fast is read more slowly, and loses nothing", async () => {
    await start({ limits: { framesPerSecond: 50, frameBurst: 5 } });
    const logger = device();
    logger.send(Buffer.concat(Array.from({ length: 15 }, (_, k) => frameOf(k))));
    for (let k = 0; k < 15; k++) await logger.answer();
    logger.send(frameOf(15));
    await logger.answer();
    expect(await metric("slowed_total")).toBeGreaterThan(0);
    expect(await metric('frames_total{edition="2017"}')).toBe(16);
  });

  test("a full disk: no answer, so that the device keeps its data; what is stored still leaves", async () => {
    await start({ spool: { maxBytes: 1024 * 1024, minFreeBytes: Number.MAX_SAFE_INTEGER } });
    const logger = device();
    logger.send(frameOf(1));
    logger.send(frameOf(2, { cn: "9015", cp: " " }));
    expect(await logger.answer()).toContain("CN=9013"); // the heartbeat's; the data had none
    expect(await metric('frames_unstored_total{reason="full"}')).toBe(1);
    expect(log.join("\n")).toMatch(/not taken in, and not answered.*bytes are free/);
    const health = await get("/health");
    expect([health.status, ((await health.json()) as { status: string }).status]).toEqual([503, "degraded"]);
  });
});

test("whatever bytes come, in whatever pieces: the gateway goes on, and a right frame behind them is read", async () => {
  await start({ limits: { framesPerSecond: 100_000, frameBurst: 100_000 } });
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc
      .constantFrom("##", "##0000", "##9999", "####", "&&", "CP=&&", "\r\n", "##0012QN=1;CP=&&&&")
      .map((t) => Buffer.from(t)),
    fc.nat(200).map((n) => frameOf(n).subarray(0, n)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
      const logger = device();
      for (const each of pieces) logger.send(each);
      // A stretch that claims to be longer than what follows it swallows frames until it is refuted.
      const answers = logger.answer();
      for (let sent = 0; sent < 80; sent++) logger.send(frameOf(sent));
      expect(await answers).toContain("CN=9014");
      logger.socket.destroy();
    }),
    { numRuns: 15 },
  );
  expect(gateway!.health().full).toBeNull();
});

test("a config taken anew changes devices without losing connections or frames", async () => {
  await start();
  const logger = device();
  logger.send(frameOf(1, { mn: "MN2" }));
  expect(await logger.answer()).toContain("QnRtn=4");
  const device2 = { mn: "MN2", permitNo: "P2", password: "123456", allow: ["127.0.0.1"] };
  await gateway!.reload(testConfig(above.port, { devices: [device2] }));
  logger.send(frameOf(2, { mn: "MN2" }));
  expect(await logger.answer()).toContain("CN=9014");
  await expect(gateway!.reload(testConfig(above.port, { id: "other" }))).rejects.toThrow(/cannot change/);
  clock.add(60_000);
  await eventually(() => above.frames().length === 1);
});

test("one gateway per folder; only GET of two pages", async () => {
  await start();
  await expect(
    startGateway({ config: testConfig(above.port), dataDir: folder.path, log: () => undefined }),
  ).rejects.toThrow(/another machine/);
  expect((await get("/elsewhere")).status).toBe(404);
  expect((await fetch(`http://127.0.0.1:${gateway!.metricsPort}/metrics`, { method: "POST" })).status).toBe(405);
});
