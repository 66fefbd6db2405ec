/** An hour without the uplink, under load: every frame arrives, once, and what is fresh does not wait for what is old. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { encodeFrame } from "../../functions/telemetry/domain/hj212/encode.ts";
import { formatCompact } from "../../functions/shared/shanghai.ts";
import { eventually, temporaryFolder } from "../local/test-assembly.ts";
import { startAbove, talk, testClock, testConfig, type Above, type Talker } from "./fixture.ts";
import { startGateway, type Gateway } from "./gateway.ts";

const PLANTS = 20;
const OUTAGE_MINUTES = 60;
const mnOf = (plant: number): string => `330483A89000160000${String(plant).padStart(6, "0")}`;

let folder: ReturnType<typeof temporaryFolder>;
let above: Above;
let gateway: Gateway;
const clock = testClock();
const loggers: Talker[] = [];
const sent: string[] = [];

beforeEach(async () => {
  folder = temporaryFolder();
  above = await startAbove();
  const devices = Array.from({ length: PLANTS }, (_, plant) => ({
    mn: mnOf(plant),
    permitNo: `P${plant}`,
    password: "123456",
    allow: ["127.0.0.1"],
  }));
  // The pace of a gateway on AWS for its fresh bundles; the backlog's is what the test waits for.
  const uplink = { url: `mqtt://127.0.0.1:${above.port}`, messagesPerSecond: 600, backlogPerSecond: 400 };
  const config = testConfig(above.port, { devices, uplink });
  gateway = await startGateway({ config, dataDir: folder.path, log: () => undefined, now: clock.now });
  loggers.push(...Array.from({ length: PLANTS }, () => talk(gateway.port)));
});
afterEach(async () => {
  for (const { socket } of loggers.splice(0)) socket.destroy();
  await gateway.stop();
  await above.stop();
  folder[Symbol.dispose]();
});

/** Every plant sends its minute and has its answer. */
async function minute(): Promise<void> {
  clock.add(60_000);
  await Promise.all(
    loggers.map(async (logger, plant) => {
      const frame = encodeFrame({
        qn: formatCompact(clock.now(), true),
        st: "32",
        cn: "2051",
        pw: "123456",
        mn: mnOf(plant),
        flag: 5,
        cp: `DataTime=${formatCompact(clock.now() - 60_000)};w01018-Avg=${sent.length},w01018-Flag=N`,
      });
      sent.push(Buffer.from(frame).toString().trimEnd());
      logger.send(frame);
      expect(await logger.answer()).toContain("CN=9014");
    }),
  );
}

test("cut and restored under load", async () => {
  await minute();
  await minute();
  await eventually(() => above.frames().length === PLANTS);
  const { port } = above;
  const before = above.frames();
  // Cut with bundles under way: the broker has them, but no acknowledgement comes back.
  let reached = 0;
  above.hold = () => {
    reached++;
    return new Promise(() => undefined);
  };
  await minute();
  await eventually(() => reached > 0);
  await above.stop();
  for (let i = 0; i < OUTAGE_MINUTES; i++) await minute();
  expect(gateway.health()).toMatchObject({ status: "degraded", uplink: "lost" });
  expect(gateway.health().backlogSeconds).toBeGreaterThan((OUTAGE_MINUTES - 2) * 60);

  above = await startAbove(port);
  await eventually(() => gateway.health().uplink === "connected");
  const atReturn = sent.length;
  await minute();
  await minute(); // ends the window of the one before
  const freshNow = sent.slice(atReturn, atReturn + PLANTS);
  await eventually(() => freshNow.every((frame) => above.frames().includes(frame)));
  const backlogThen = above.bundles.length;
  const due = sent.slice(0, -PLANTS).toSorted(); // all but the open minute
  const arrived = (): string[] => [...before, ...above.frames()].toSorted();
  await eventually(() => arrived().length >= due.length, 20_000);
  expect(backlogThen).toBeLessThan(above.bundles.length); // the fresh ones did not wait until the hour was through
  expect(arrived()).toEqual(due); // each once
  // One bundle for a plant and a minute, also of the outage.
  expect(above.bundles.every(({ frames }) => frames.length === 1)).toBe(true);
});
