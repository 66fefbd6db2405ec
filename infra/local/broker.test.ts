import mqtt, { type MqttClient } from "mqtt";
import { afterEach, beforeEach, expect, test } from "vitest";
import { mayPublish, maySubscribe, startBroker, type Broker } from "./broker.ts";
import { eventually } from "./test-assembly.ts";

interface Routed {
  topic: string;
  payload: Uint8Array;
  receivedAt: number;
  clientId: string;
}
let broker: Broker;
let routed: Routed[];
let lines: string[];
let store: (message: Routed) => Promise<void>;
const clients: MqttClient[] = [];

beforeEach(async () => {
  routed = [];
  lines = [];
  store = async () => undefined;
  broker = await startBroker({
    port: 0,
    now: () => 1_790_000_000_000,
    log: (line) => lines.push(line),
    route: async (message) => {
      await store(message);
      routed.push(message);
    },
  });
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
  await broker.stop();
});

async function connect(clientId: string): Promise<MqttClient> {
  const client = mqtt.connect(`mqtt://127.0.0.1:${broker.port}`, { clientId, reconnectPeriod: 0 });
  clients.push(client);
  client.on("error", () => undefined);
  await new Promise<void>((resolve, reject) => {
    client.once("connect", () => resolve());
    client.once("close", () => reject(new Error("refused")));
  });
  return client;
}
/** True when the broker ends the connection instead of acknowledging. */
async function isDisconnectedFor(clientId: string, topic: string, payload: string | Buffer = "x"): Promise<boolean> {
  const client = await connect(clientId);
  const closed = new Promise<boolean>((resolve) => client.once("close", () => resolve(true)));
  const acknowledged = client.publishAsync(topic, payload, { qos: 1 }).then(
    () => false,
    () => closed,
  );
  return Promise.race([acknowledged, closed]);
}

test("a device's message reaches the rules with its bytes, its client id and the machine's time", async () => {
  const client = await connect("330483A890001600000169C1");
  await client.publishAsync("plants/330483A890001600000169C1/hj212", Buffer.from([0x23, 0x23, 0xff, 0x00]), { qos: 1 });
  expect(routed).toEqual([
    {
      topic: "plants/330483A890001600000169C1/hj212",
      payload: Buffer.from([0x23, 0x23, 0xff, 0x00]),
      receivedAt: 1_790_000_000_000,
      clientId: "330483A890001600000169C1",
    },
  ]);
});

test.each([
  ["MN1", "plants/MN1/telemetry", true],
  ["MN1", "$aws/rules/device_frames/plants/MN1/hj212", true],
  ["MN1", "plants/MN2/hj212", false],
  ["MN1", "plants/MN11/hj212", false],
  ["MN1", "plants/MN1", false],
  ["MN1", "gateways/MN1/P/hj212", false],
  ["MN1", "$aws/things/MN1/shadow/update", false],
  ["MN1", "$aws/rules/a/b/plants/MN1/hj212", false],
  ["gw-town-1", "gateways/town-1/91330483MA2ABCD126001P/hj212", true],
  ["gw-town-1", "$aws/rules/gateway_frames/gateways/town-1/P/hj212", true],
  ["gw-town-1", "gateways/town-2/P/hj212", false],
  ["gw-town-1", "plants/gw-town-1/hj212", false],
])("%s publishing to %s: allowed %s", async (clientId, topic, allowed) => {
  expect(mayPublish(clientId, topic)).toBe(allowed);
  expect(await isDisconnectedFor(clientId, topic)).toBe(!allowed);
  expect(routed).toHaveLength(allowed ? 1 : 0);
});

test("subscriptions reach own topics only", async () => {
  expect([
    maySubscribe("MN1", "plants/MN1/#"),
    maySubscribe("MN1", "plants/+/hj212"),
    maySubscribe("MN1", "#"),
  ]).toEqual([true, false, false]);
  const client = await connect("MN1");
  await expect(client.subscribeAsync("plants/#")).rejects.toThrow();
  expect(await client.subscribeAsync("plants/MN1/commands")).toMatchObject([{ qos: 0 }]);
});

test("PUBACK comes after the message is durable, and not at all when it could not be stored", async () => {
  const stored: (() => void)[] = [];
  store = () => new Promise<void>((resolve) => stored.push(resolve));
  const client = await connect("MN1");
  let acknowledged = false;
  const publishing = client.publishAsync("plants/MN1/hj212", "x", { qos: 1 }).then(() => (acknowledged = true));
  await eventually(() => stored.length === 1);
  await client.publishAsync("plants/MN1/hj212", "later on the same connection");
  await eventually(() => stored.length === 2);
  expect(acknowledged).toBe(false);
  for (const done of stored) done();
  await publishing;
  store = () => Promise.reject(new Error("disk full"));
  expect(await isDisconnectedFor("MN2", "plants/MN2/hj212")).toBe(true);
});

test("128 KB pass, a byte more ends the connection", async () => {
  expect(await isDisconnectedFor("MN1", "plants/MN1/hj212", Buffer.alloc(128 * 1024))).toBe(false);
  expect(await isDisconnectedFor("MN1", "plants/MN1/hj212", Buffer.alloc(128 * 1024 + 1))).toBe(true);
});

test.each(["", "a b", "x".repeat(65), "MN1/#"])("client id %j is refused", async (clientId) => {
  await expect(connect(clientId)).rejects.toThrow();
});

test("the same client id connects again: the older connection ends", async () => {
  const first = await connect("MN1");
  const closed = new Promise<void>((resolve) => first.once("close", () => resolve()));
  const second = await connect("MN1");
  await closed;
  expect(lines).toEqual([expect.stringMatching(/MN1 connected from 127.0.0.1 while .* the older connection ends/)]);
  await second.publishAsync("plants/MN1/hj212", "x", { qos: 1 });
  await eventually(() => broker.connections() === 1);
});

test("a port in use is an error with its code", async () => {
  await expect(
    startBroker({ port: broker.port, now: Date.now, log: () => undefined, route: async () => undefined }),
  ).rejects.toMatchObject({ code: "EADDRINUSE" });
});
