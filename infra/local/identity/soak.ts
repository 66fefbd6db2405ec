/**
 * A measurement, not a test: `node infra/local/identity/soak.ts [devices] [at once]`. Gives that many devices a
 * certificate, lets each connect by mutual TLS, publish once and leave; then all stay, a tenth is revoked, and the time
 * until those are out is taken. Devices and broker share this process, so the figures are those of both ends together.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import mqtt, { type MqttClient } from "mqtt";
import { DEVICE_POLICIES, renderPolicy } from "../../../events/device-policies.ts";
import { deviceIdentity } from "../../../functions/devices/domain/identity.ts";
import { newKey, newRequest } from "../../../functions/devices/new-request.ts";
import { parseRequest } from "../../../functions/devices/read-request.ts";
import { inParallel } from "../../../functions/shared/in-parallel.ts";
import { startBroker } from "../broker.ts";
import { openStore } from "../store.ts";
import { machineAccount, machineRegion } from "../template.ts";
import { startIdentities } from "./identities.ts";
import { PolicyDocument } from "./iot-policy.ts";

const devices = Number(process.argv[2] ?? 1_000);
const atOnce = Number(process.argv[3] ?? 50);
const folder = mkdtempSync(join(tmpdir(), "identity-soak-"));
const store = openStore(join(folder, "machine.sqlite"));
const arn = (path: string): string => `arn:aws:iot:${machineRegion}:${machineAccount}:${path}`;
const policies = new Map(DEVICE_POLICIES.map((p) => [p.name, PolicyDocument.parse(renderPolicy(p, arn))]));
const { authority, registry, admit, stop } = await startIdentities({ dataDir: folder, store, policies, now: Date.now });
let routed = 0;
const broker = await startBroker({
  port: null,
  secure: { port: 0, host: "127.0.0.1", ca: authority.pem, ...(await authority.listener("127.0.0.1")), admit },
  now: Date.now,
  log: () => undefined,
  route: () => Promise.resolve(void routed++),
});
registry.onChange((certificate) => broker.recheck(certificate));

const numbers = Array.from({ length: devices }, (_, i) => i);
const seconds = (since: number): number => (performance.now() - since) / 1_000;
const memory = (): string => `${Math.round(process.memoryUsage().rss / 2 ** 20)} MB`;

let since = performance.now();
const issued = await inParallel(numbers, 16, async (i) => {
  const identity = deviceIdentity(`330483A8900016${String(i).padStart(10, "0")}`);
  const key = newKey();
  const cert = await authority.sign(parseRequest(await newRequest(identity.name, key)));
  await registry.addThing(identity);
  const { id } = await registry.addCertificate(cert, "ACTIVE");
  await registry.attach(id, { policy: "permit-watch-device" });
  await registry.attach(id, { thing: identity.name });
  return { name: identity.name, id, key, cert };
});
console.log(`issued ${devices} identities: ${(devices / seconds(since)).toFixed(0)}/s`);

const waits: number[] = [];
const open = async ({ name, key, cert }: (typeof issued)[number]): Promise<MqttClient> => {
  const began = performance.now();
  const client = await mqtt.connectAsync(`mqtts://127.0.0.1:${broker.securePort}`, {
    clientId: name,
    ca: authority.pem,
    key,
    cert,
    reconnectPeriod: 0,
    connectTimeout: 60_000,
  });
  await client.publishAsync(`plants/${name}/hj212`, "x", { qos: 1 });
  waits.push(performance.now() - began);
  return client;
};
since = performance.now();
const before = process.cpuUsage();
await inParallel(issued, atOnce, async (device) => (await open(device)).endAsync());
const took = seconds(since);
const busy = process.cpuUsage(before);
const processor = ((busy.user + busy.system) / 1_000 / devices).toFixed(2);
waits.sort((a, b) => a - b);
const quantile = (q: number): string => `${(waits[Math.floor(waits.length * q)] ?? 0).toFixed(0)} ms`;
console.log(
  `${devices} times connect, publish, leave, ${atOnce} at once: ${(devices / took).toFixed(0)}/s, p50 ${quantile(0.5)}, p99 ${quantile(0.99)}; ${processor} ms of processor each, both ends; ${routed} arrived; ${memory()}`,
);

const clients = await inParallel(issued, atOnce, open);
console.log(`${broker.connections()} connections held: ${memory()}`);
const condemned = issued.slice(0, Math.ceil(devices / 10));
const gone = clients
  .slice(0, condemned.length)
  .map((client) => new Promise<void>((resolve) => client.once("close", () => resolve())));
since = performance.now();
await Promise.all(condemned.map(({ id }) => registry.setStatus(id, "REVOKED")));
await Promise.all(gone);
console.log(
  `${condemned.length} revoked: the last was out after ${(seconds(since) * 1_000).toFixed(0)} ms; ${broker.connections()} stay`,
);

for (const client of clients) client.end(true);
await broker.stop();
await stop();
store.close();
rmSync(folder, { recursive: true, force: true });
