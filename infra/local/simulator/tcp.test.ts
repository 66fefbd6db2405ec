import { connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it, test, vi } from "vitest";
import { MINUTE } from "../../../functions/shared/shanghai.ts";
import { splitFrames } from "../../../functions/telemetry/domain/hj212/frame.ts";
import { readFrames } from "../../../functions/telemetry/domain/hj212/read-frames.ts";
import { startAbove, testClock, testConfig, type Above } from "../../gateway/fixture.ts";
import { startGateway, type Gateway } from "../../gateway/gateway.ts";
import { temporaryFolder } from "../test-assembly.ts";
import { inDialect, type Dialect } from "./dialect.ts";
import { demo, ruleData } from "./fixture.ts";
import { buildFleet } from "./fleet.ts";
import { deviceMinute } from "./frames.ts";
import { startSimulator, type Simulator } from "./live.ts";
import type { SimDevice, SimPlant } from "./profile.ts";
import { uplinkLost } from "./states.ts";
import { tcpLine, tcpSender, type TcpLine } from "./tcp.ts";

const START = Date.parse("2026-11-18T12:00:00+08:00");
const M0 = START / MINUTE;
const fleet = buildFleet({ permits: demo(24), seed: 1, ruleData, startedAt: null });
const speakers = fleet.plants.flatMap((plant) =>
  plant.devices.flatMap((device) => {
    const dialect = fleet.overTcp.get(device);
    return dialect ? [{ plant, device, dialect }] : [];
  }),
);
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1").trimEnd();
const qn = (frame: string): string | undefined => /QN=\d{17}/.exec(frame)?.[0];
const framesOf = (plant: SimPlant, device: SimDevice, dialect: Dialect, minute: number): string[] =>
  deviceMinute(plant, device, minute).map(({ bytes }) => text(inDialect(bytes, dialect, false).bytes));

describe("the dialects", () => {
  test("five of 24 plants, all editions, quirks beside them; a larger register stops at 40 plants", () => {
    expect(new Set(speakers.map(({ plant }) => plant.permitNo)).size).toBe(5);
    expect(new Set(speakers.map(({ dialect }) => dialect.edition))).toEqual(new Set([2005, 2017, 2025]));
    expect(speakers.filter(({ dialect }) => dialect.quirks.length > 0).length).toBeGreaterThanOrEqual(2);
    const large = buildFleet({ permits: demo(240), seed: 1, ruleData, startedAt: null });
    expect(large.plants.filter((plant) => plant.devices.some((d) => large.overTcp.has(d)))).toHaveLength(40);
  });

  test("each says what the form over MQTT says, with its own notes", () => {
    const notes = new Map<string, Set<string>>();
    let compared = 0;
    for (const { plant, device, dialect } of speakers)
      for (let minute = M0; minute < M0 + 60; minute += 5)
        for (const { bytes } of deviceMinute(plant, device, minute)) {
          const [model] = readFrames(splitFrames(bytes), ruleData);
          const [said, ...more] = readFrames(splitFrames(inDialect(bytes, dialect, false).bytes), ruleData);
          if (!model || !("record" in model) || !said || !("record" in said)) throw new Error("not read");
          expect(more).toEqual([]);
          expect({ ...said.record, notes: [] }).toEqual({ ...model.record, notes: [] });
          const name = [dialect.edition, ...dialect.quirks].join(" ");
          notes.set(name, new Set([...(notes.get(name) ?? []), ...said.record.notes]));
          compared++;
        }
    expect(compared).toBeGreaterThan(100);
    for (const [name, met] of notes) {
      for (const quirk of name.split(" ").slice(1)) if (quirk !== "td-suffix") expect(met).toContain(quirk);
      expect(met.has("old-code")).toBe(name.startsWith("2005"));
    }
  });

  test("a frame of 2025 that was sent before says RF=1, the others cannot", () => {
    for (const { plant, device, dialect } of speakers)
      for (const { bytes } of deviceMinute(plant, device, M0))
        expect(text(inDialect(bytes, dialect, true).bytes).includes(";RF=1;")).toBe(dialect.edition === 2025);
  });
});

/** Minutes without uplink of a Shanghai day, counted from that of START. */
const lostIn = (day: number): number[] => {
  const midnight = M0 - 12 * 60 + day * 1440;
  return Array.from({ length: 1440 }, (_, i) => midnight + i).filter(uplinkLost);
};
test("the uplink is lost once a day, for minutes, at another time each day", () => {
  const days = Array.from({ length: 30 }, (_, day) => lostIn(day));
  for (const minutes of days) {
    expect(minutes.length).toBeGreaterThanOrEqual(4);
    expect(minutes.length).toBeLessThanOrEqual(9);
    expect(minutes.at(-1)! - minutes[0]!).toBe(minutes.length - 1);
  }
  expect(new Set(days.map(([first]) => first! % 1440)).size).toBeGreaterThan(20);
});

describe("over a line", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let above: Above;
  let gateway: Gateway;
  const clock = testClock(START + 110_000);
  const stops: (() => unknown)[] = [];
  beforeEach(async () => {
    folder = temporaryFolder();
    above = await startAbove();
    gateway = await startGateway({
      config: testConfig(above.port, {
        devices: speakers.map(({ plant, device }) => ({
          mn: device.mn,
          permitNo: plant.permitNo,
          password: "123456",
          allow: ["127.0.0.1"],
        })),
      }),
      dataDir: folder.path,
      log: () => undefined,
      now: clock.now,
    });
  });
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
    await gateway.stop();
    await above.stop();
    folder[Symbol.dispose]();
  });
  const metrics = async (): Promise<string> =>
    await (await fetch(`http://127.0.0.1:${gateway.metricsPort}/metrics`)).text();
  /** What has reached the platform through the gateway, when it is `count` frames. */
  async function forwarded(count: number): Promise<string[]> {
    await vi.waitFor(async () => expect(await metrics()).toContain(`answers_total{cn="9014"} ${count}\n`), {
      timeout: 5_000,
      interval: 20,
    });
    clock.add(2 * MINUTE);
    const all = (): string[] =>
      above.bundles.filter((b) => b.topic.startsWith("gateways/test/")).flatMap((b) => b.frames);
    await vi.waitFor(() => expect(all().length).toBeGreaterThanOrEqual(count), { timeout: 5_000, interval: 20 });
    return all();
  }
  /** A server before the gateway: `treat` gets each connection and its number, from 1. */
  async function inBetween(treat: (socket: Socket, n: number) => void): Promise<number> {
    let n = 0;
    const open = new Set<Socket>();
    const server: Server = createServer((socket) => {
      open.add(socket.on("error", () => undefined));
      treat(socket, ++n);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    stops.push(() => {
      for (const socket of open) socket.destroy();
      server.close();
    });
    return (server.address() as { port: number }).port;
  }
  const through = (socket: Socket): void => {
    const on = connect(gateway.port, "127.0.0.1").on("error", () => undefined);
    socket.pipe(on).pipe(socket);
  };
  function dial(port: number, mn: string, answerMs = 10_000): TcpLine {
    const line = tcpLine({ host: "127.0.0.1", port, mn, retryMs: 10, answerMs, log: () => undefined });
    stops.push(() => line.stop());
    return line;
  }
  /** The sender's minute, again until it is through, as the courier does. */
  async function getThrough(sender: ReturnType<typeof tcpSender>, minute: number): Promise<number> {
    for (let failed = 0; ; failed++) {
      await vi.waitFor(() => expect(sender.ready()).toBe(true), { timeout: 5_000, interval: 5 });
      try {
        for (const message of sender.messages(minute)) await sender.publish(message);
        return failed;
      } catch {
        if (failed > 5) throw new Error("it does not get through");
      }
    }
  }
  const of = (edition: number) => speakers.find((s) => s.dialect.edition === edition && s.device.interval === 1)!;

  it("every frame of the live city is answered and forwarded once; the other plants stay on MQTT", async () => {
    const simulator: Simulator = startSimulator({
      fleet,
      mqttUrl: `mqtt://127.0.0.1:${above.port}`,
      gateway: { ...gateway, host: "127.0.0.1" },
      clock: { now: () => START + 110_000 },
      since: START,
    });
    stops.push(() => simulator.stop());
    const expected = speakers.flatMap(({ plant, device, dialect }) => framesOf(plant, device, dialect, M0));
    expect((await forwarded(expected.length)).toSorted()).toEqual(expected.toSorted());
    const direct = new Set(above.bundles.filter((b) => b.topic.startsWith("plants/")).map((b) => b.clientId));
    expect(speakers.filter(({ device }) => direct.has(device.mn))).toEqual([]);
    expect(direct.size).toBeGreaterThan(0);
  });

  it.each([2005, 2017, 2025])("%i: a connection that is cut before the answer costs nothing", async (edition) => {
    const { plant, device, dialect } = of(edition);
    const port = await inBetween((socket, n) =>
      n === 1 ? socket.once("data", () => socket.destroy()) : through(socket),
    );
    const sender = tcpSender(plant, device, dialect, dial(port, device.mn));
    expect(await getThrough(sender, M0)).toBe(1);
    const expected = framesOf(plant, device, dialect, M0);
    const got = await forwarded(expected.length);
    expect(got).toHaveLength(expected.length);
    expect(got.map(qn)).toEqual(expected.map(qn));
    expect(got.map((frame) => frame.includes(";RF=1;"))).toEqual(expected.map((_, i) => edition === 2025 && i === 0));
  });

  it("without an answer it sends three times more, then dials anew", async () => {
    const { plant, device, dialect } = of(2025);
    const swallowed: string[] = [];
    const port = await inBetween((socket, n) => {
      if (n === 1) socket.on("data", (chunk) => swallowed.push(...splitFrames(chunk).map(({ bytes }) => text(bytes))));
      else through(socket);
    });
    const sender = tcpSender(plant, device, dialect, dial(port, device.mn, 100));
    expect(await getThrough(sender, M0)).toBeGreaterThan(0);
    expect(swallowed.map((frame) => frame.includes(";RF=1;"))).toEqual([false, true, true, true]);
    expect(new Set(swallowed.map(qn)).size).toBe(1);
    clock.add(2 * MINUTE);
    const expected = framesOf(plant, device, dialect, M0).map(qn);
    expect(expected.length).toBeGreaterThan(1);
    await vi.waitFor(() => expect(new Set(above.frames().map(qn))).toEqual(new Set(expected)), {
      timeout: 5_000,
      interval: 20,
    });
  });

  it("without its uplink the gateway answers and keeps; afterwards all arrives once", async () => {
    await vi.waitFor(() => expect(gateway.health().uplink).toBe("connected"), { timeout: 5_000, interval: 10 });
    gateway.cutUplink(true);
    expect(gateway.health()).toMatchObject({ status: "degraded", uplink: "lost" });
    const { plant, device, dialect } = of(2017);
    const sender = tcpSender(plant, device, dialect, dial(gateway.port, device.mn));
    expect(await getThrough(sender, M0)).toBe(0);
    clock.add(2 * MINUTE);
    // The first frame of a later window closes the one before: it would leave now.
    expect(await getThrough(sender, M0 + 1)).toBe(0);
    expect(await metrics()).toContain("bundles_under_way 0\n");
    expect(above.frames()).toEqual([]);
    gateway.cutUplink(false);
    const expected = [M0, M0 + 1].flatMap((minute) => framesOf(plant, device, dialect, minute));
    expect((await forwarded(expected.length)).toSorted()).toEqual(expected.toSorted());
  });

  it("the simulator cuts the uplink when its day says so", async () => {
    const minute = lostIn(0)[0]!;
    const cut = new Promise<boolean>((resolve) => {
      const simulator = startSimulator({
        fleet: { ...fleet, plants: [] },
        mqttUrl: `mqtt://127.0.0.1:${above.port}`,
        gateway: { host: "127.0.0.1", port: gateway.port, cutUplink: resolve },
        clock: { now: () => minute * MINUTE },
        since: minute * MINUTE,
      });
      stops.push(() => simulator.stop());
    });
    expect(await cut).toBe(true);
  });

  it("a refusal ends the connection and is said once", async () => {
    const { plant, device, dialect } = of(2017);
    await gateway.reload(testConfig(above.port));
    const said: string[] = [];
    const line = tcpLine({
      host: "127.0.0.1",
      port: gateway.port,
      mn: device.mn,
      retryMs: 10,
      log: (l) => said.push(l),
    });
    stops.push(() => line.stop());
    const sender = tcpSender(plant, device, dialect, line);
    await vi.waitFor(() => expect(sender.ready()).toBe(true), { timeout: 5_000, interval: 5 });
    await expect(sender.publish(sender.messages(M0)[0]!)).rejects.toThrow("refused: QnRtn=4");
    expect(said).toEqual([expect.stringContaining("QnRtn=4")]);
  });
});
