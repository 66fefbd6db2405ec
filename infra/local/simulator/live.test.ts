import { afterEach, describe, expect, it } from "vitest";
import { MINUTE } from "../../../functions/shared/shanghai.ts";
import { type Broker, startBroker } from "../broker.ts";
import { bundle, type Message, ownMessages } from "./bundle.ts";
import { courier, type Sender } from "./courier.ts";
import { demo, ruleData } from "./fixture.ts";
import { buildFleet } from "./fleet.ts";
import { type Simulator, startSimulator } from "./live.ts";

const START = Date.parse("2026-11-18T12:00:00+08:00");
const M0 = START / MINUTE;
const message = (minute: number): Message => ({ topic: `m/${minute}`, payload: new Uint8Array(1), receivedAt: 0 });

/** A sender that notes what was published; `down` and `fail` are switched by the test. */
function noted(offset = 20_000) {
  const state = { published: [] as string[], down: false, fail: false };
  const sender: Sender = {
    offset,
    messages: (minute) => [message(minute - M0)],
    ready: () => !state.down,
    publish: ({ topic }) => {
      if (state.fail) return Promise.reject(new Error("connection lost"));
      state.published.push(topic);
      return Promise.resolve();
    },
  };
  return { state, sender };
}
const options = { since: START, inFlight: 8, memoryMinutes: 120 };

describe("the courier", () => {
  it("sends a minute once, when its moment has come", async () => {
    const { state, sender } = noted();
    const work = courier([sender], options);
    for (const second of [0, 19, 20, 21, 59, 79, 80, 100]) {
      work.tick(START + second * 1_000);
      await work.settled();
    }
    expect(state.published).toEqual(["m/0", "m/1"]);
    expect(work.sentUntil()).toBe(START + 2 * MINUTE);
  });

  it("waits while the connection is down and then sends all that is missing, in order", async () => {
    const { state, sender } = noted();
    const work = courier([sender], options);
    state.down = true;
    work.tick(START + 5 * MINUTE);
    expect(work.counts().underWay).toBe(0);
    state.down = false;
    for (let i = 0; i < 8; i++) {
      work.tick(START + 5 * MINUTE);
      await work.settled();
    }
    expect(state.published).toEqual(["m/0", "m/1", "m/2", "m/3", "m/4"]);
  });

  it("repeats a minute that was not acknowledged", async () => {
    const { state, sender } = noted();
    const work = courier([sender], options);
    state.fail = true;
    work.tick(START + 30_000);
    await work.settled();
    expect(work.counts()).toMatchObject({ sent: 0, failed: 1 });
    expect(work.sentUntil()).toBe(START);
    state.fail = false;
    work.tick(START + 31_000);
    await work.settled();
    expect(state.published).toEqual(["m/0"]);
  });

  it("keeps two hours, says how much it dropped", async () => {
    const { state, sender } = noted();
    const work = courier([sender], options);
    work.tick(START + 300 * MINUTE + 30_000);
    await work.settled();
    expect(state.published).toEqual(["m/180"]);
    expect(work.counts().skippedMinutes).toBe(180);
  });

  it("has at most so many under way and still serves everyone", async () => {
    const all = Array.from({ length: 50 }, () => noted());
    const work = courier(
      all.map((a) => a.sender),
      options,
    );
    let most = 0;
    for (let i = 0; i < 7; i++) {
      work.tick(START + 30_000);
      most = Math.max(most, work.counts().underWay);
      await work.settled();
    }
    expect(most).toBe(8);
    for (const { state } of all) expect(state.published).toEqual(["m/0"]);
  });
});

describe("the live city on the machine's broker", () => {
  let broker: Broker | null = null;
  let simulator: Simulator | null = null;
  afterEach(async () => {
    await simulator?.stop();
    await broker?.stop();
    simulator = broker = null;
  });

  type Got = { topic: string; payload: Uint8Array; clientId: string };
  const told = ({ topic, payload }: { topic: string; payload: Uint8Array }): string =>
    `${topic} ${Buffer.from(payload).toString("base64")}`;

  /** A broker that notes its messages into `got`; `until` resolves when they are enough. */
  async function listening(port: number, got: Got[]) {
    const said: string[] = [];
    let wake = (): void => {};
    broker = await startBroker({
      port,
      now: () => START,
      route: (m) => {
        got.push(m);
        wake();
        return Promise.resolve();
      },
      log: (l) => void said.push(l),
    });
    const until = async (enough: () => boolean): Promise<void> => {
      while (!enough())
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    };
    return { said, until, port: broker.port };
  }

  it("devices publish as themselves, the others by their town's gateway; all comes back after a restart of the broker", async () => {
    const fleet = buildFleet({ permits: demo(6), seed: 1, ruleData, startedAt: null, direct: 2 });
    const devices = fleet.plants.slice(0, 2).flatMap((p) => p.devices.map((d) => ({ p, d })));
    const gateways = fleet.plants.slice(2);
    const expected = (...minutes: number[]): string[] =>
      minutes.flatMap((m) => [
        ...devices.flatMap(({ p, d }) => ownMessages(p, d, m)).map(told),
        ...gateways.flatMap((p) => bundle(p, m * MINUTE, (m + 1) * MINUTE)).map(told),
      ]);
    const got: Got[] = [];
    const all = (wanted: string[]) => (): boolean => {
      const have = new Set(got.map(told));
      return wanted.every((each) => have.has(each));
    };
    const clock = { t: START + 110_000, now: () => clock.t };
    const first = await listening(0, got);
    simulator = startSimulator({ fleet, mqttUrl: `mqtt://127.0.0.1:${first.port}`, clock, since: START });
    await first.until(all(expected(M0)));
    for (const { topic, clientId } of got)
      expect(topic.startsWith("plants/") ? `plants/${clientId}` : `gateways/${clientId.slice(3)}`).toBe(
        topic.split("/").slice(0, 2).join("/"),
      );
    expect(got.some((m) => m.clientId.startsWith("gw-town-"))).toBe(true);
    expect(first.said).toEqual([]); // the broker refused nothing

    await broker!.stop();
    clock.t += 2 * MINUTE; // goes by while the broker is away
    const second = await listening(first.port, got);
    await second.until(all(expected(M0, M0 + 1, M0 + 2)));
    expect(second.said).toEqual([]);
  });

  it("stops while an acknowledgement is outstanding", async () => {
    const fleet = buildFleet({ permits: demo(1), seed: 1, ruleData, startedAt: null });
    let came = (): void => {};
    const arrived = new Promise<void>((resolve) => {
      came = resolve;
    });
    broker = await startBroker({
      port: 0,
      now: () => START,
      route: () => (came(), new Promise(() => {})),
      log: () => {},
    });
    simulator = startSimulator({
      fleet,
      mqttUrl: `mqtt://127.0.0.1:${broker.port}`,
      clock: { now: () => START + 59_000 },
      since: START,
    });
    await arrived;
    await simulator.stop();
    expect(simulator.counts().underWay).toBe(0);
  });
});
