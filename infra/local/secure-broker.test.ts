/** The door for devices, with real certificates on real connections: who comes in, what they may do, how they are put out. */
import { once } from "node:events";
import { join } from "node:path";
import { connect as connectTls, type SecureVersion } from "node:tls";
import mqtt, { type IClientOptions, type MqttClient } from "mqtt";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { DEVICE_POLICIES, renderPolicy } from "../../events/device-policies.ts";
import { deviceIdentity, gatewayIdentity, type Identity } from "../../functions/devices/domain/identity.ts";
import { newKey, newRequest } from "../../functions/devices/new-request.ts";
import { certificateId, parseRequest } from "../../functions/devices/read-request.ts";
import { startBroker, type Broker } from "./broker.ts";
import { openAuthority, type CertificateAuthority, type Validity } from "./identity/certificate-authority.ts";
import { startIdentities, type Identities } from "./identity/identities.ts";
import { PolicyDocument } from "./identity/iot-policy.ts";
import { openStore } from "./store.ts";
import { eventually, temporaryFolder } from "./test-assembly.ts";

interface Credentials {
  key: string;
  cert: string;
}
const MN = "330483A890001600000169C1";
const DAY = 86_400_000;

let folder: ReturnType<typeof temporaryFolder>;
let identities: Identities;
let broker: Broker;
let device: Credentials;
let gateway: Credentials;
let lines: string[];
let routed: { topic: string; clientId: string }[];
const clients: MqttClient[] = [];
const stops: (() => unknown)[] = [];

/** Issues and registers; `registered` says how far. */
async function issue(
  identity: Identity,
  {
    authority = identities.authority,
    validity,
    commonName = identity.name,
  }: {
    authority?: CertificateAuthority;
    validity?: Validity;
    commonName?: string;
  } = {},
): Promise<Credentials> {
  const key = newKey();
  return { key, cert: await authority.sign(parseRequest(await newRequest(commonName, key)), validity) };
}
async function register(
  identity: Identity,
  { cert }: Credentials,
  status: "ACTIVE" | "INACTIVE" | "REVOKED" = "ACTIVE",
) {
  const { registry } = identities;
  if (!registry.thing(identity.name)) await registry.addThing(identity);
  const { id } = await registry.addCertificate(cert, status);
  await registry.attach(id, { policy: `permit-watch-${identity.kind}` });
  await registry.attach(id, { thing: identity.name });
}
async function taken(identity: Identity, options?: Parameters<typeof issue>[1]): Promise<Credentials> {
  const credentials = await issue(identity, options);
  await register(identity, credentials);
  return credentials;
}

beforeAll(async () => {
  folder = temporaryFolder();
  const store = openStore(join(folder.path, "machine.sqlite"));
  const arn = (path: string): string => `arn:aws:iot:local-1:000000000000:${path}`;
  const policies = new Map(
    DEVICE_POLICIES.map((policy) => [policy.name, PolicyDocument.parse(renderPolicy(policy, arn))]),
  );
  identities = await startIdentities({ dataDir: folder.path, store, policies, now: Date.now });
  const { authority, admit, registry } = identities;
  broker = await startBroker({
    port: 0,
    secure: { port: 0, host: "127.0.0.1", ca: authority.pem, ...(await authority.listener("127.0.0.1")), admit },
    now: Date.now,
    log: (line) => lines.push(line),
    route: async ({ topic, clientId }) => void routed.push({ topic, clientId }),
  });
  registry.onChange((certificate) => broker.recheck(certificate));
  stops.push(
    () => broker.stop(),
    () => identities.stop(),
    () => store.close(),
    () => folder[Symbol.dispose](),
  );
  device = await taken(deviceIdentity(MN));
  gateway = await taken(gatewayIdentity("town-1"));
});
afterAll(async () => {
  for (const stop of stops) await stop();
});
beforeEach(() => {
  lines = [];
  routed = [];
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
});

async function connect(
  clientId: string,
  credentials: Partial<Credentials>,
  more: IClientOptions = {},
): Promise<MqttClient> {
  const client = mqtt.connect(`mqtts://127.0.0.1:${broker.securePort}`, {
    clientId,
    ca: identities.authority.pem,
    ...credentials,
    reconnectPeriod: 0,
    ...more,
  });
  clients.push(client);
  client.on("error", () => undefined);
  await new Promise<void>((resolve, reject) => {
    client.once("connect", () => resolve());
    client.once("close", () => reject(new Error("refused")));
  });
  return client;
}
const closed = (client: MqttClient): Promise<void> => new Promise((resolve) => client.once("close", () => resolve()));

test("a device and a gateway come in and publish; the server proves itself as well", async () => {
  const one = await connect(MN, device);
  await one.publishAsync(`plants/${MN}/hj212`, "x", { qos: 1 });
  const other = await connect("gw-town-1", gateway);
  await other.publishAsync("gateways/town-1/91330483MA2ABCD126001P/hj212", "x", { qos: 1 });
  expect(routed).toEqual([
    { topic: `plants/${MN}/hj212`, clientId: MN },
    { topic: "gateways/town-1/91330483MA2ABCD126001P/hj212", clientId: "gw-town-1" },
  ]);
  const elsewhere = await openAuthority(join(folder.path, "elsewhere"), Date.now);
  await expect(connect(MN, device, { ca: elsewhere.pem })).rejects.toThrow();
});

describe("does not come in", () => {
  const yesterday: Validity = { notBefore: new Date(Date.now() - 2 * DAY), notAfter: new Date(Date.now() - DAY) };
  const tomorrow: Validity = { notBefore: new Date(Date.now() + DAY), notAfter: new Date(Date.now() + 2 * DAY) };
  const named = (name: string): Identity => deviceIdentity(name);

  test.each<[string, () => Promise<[clientId: string, Partial<Credentials>]>, RegExp]>([
    ["no certificate", async () => [MN, {}], /it showed no certificate/],
    [
      "a certificate of another authority",
      async () => [
        MN,
        await issue(named(MN), { authority: await openAuthority(join(folder.path, "foreign"), Date.now) }),
      ],
      /CN=330483A890001600000169C1\) is not of this machine's authority/,
    ],
    [
      "an expired certificate",
      async () => ["MN-OLD", await taken(named("MN-OLD"), { validity: yesterday })],
      /has expired on/,
    ],
    [
      "one that is not valid yet",
      async () => ["MN-NEW", await taken(named("MN-NEW"), { validity: tomorrow })],
      /is valid from .* only/,
    ],
    [
      "one that nobody registered",
      async () => ["MN-X", await issue(named("MN-X"))],
      /MN-X was refused: .* is not registered here/,
    ],
    [
      "an inactive one",
      async () => {
        const credentials = await issue(named("MN-OFF"));
        await register(named("MN-OFF"), credentials, "INACTIVE");
        return ["MN-OFF", credentials];
      },
      /MN-OFF was refused: .* is INACTIVE/,
    ],
    [
      "a revoked one",
      async () => {
        const credentials = await issue(named("MN-REV"));
        await register(named("MN-REV"), credentials, "REVOKED");
        return ["MN-REV", credentials];
      },
      /MN-REV was refused: .* is REVOKED/,
    ],
    [
      "another's client id",
      async () => ["MN-OTHER", device],
      /MN-OTHER was refused: its certificate is the one of "330483A890001600000169C1"/,
    ],
    [
      "a certificate of another name that is attached to this thing",
      async () => ["MN-A", await taken(named("MN-A"), { commonName: "MN-B" })],
      /MN-A was refused: its certificate is the one of "MN-B"/,
    ],
    [
      "a certificate that is attached to no thing",
      async () => {
        const credentials = await issue(named("MN-LOOSE"));
        await identities.registry.addThing(named("MN-LOOSE"));
        const { id } = await identities.registry.addCertificate(credentials.cert, "ACTIVE");
        await identities.registry.attach(id, { policy: "permit-watch-device" });
        return ["MN-LOOSE", credentials];
      },
      /MN-LOOSE was refused: .* is not attached to a thing of this name/,
    ],
    [
      "a certificate without a policy",
      async () => {
        const credentials = await taken(named("MN-NONE"));
        await identities.registry.detach(certificateId(credentials.cert), { policy: "permit-watch-device" });
        return ["MN-NONE", credentials];
      },
      /MN-NONE was refused: no policy of its certificate/,
    ],
    ["a stranger's client id", async () => ["a b", device], /client id was refused/],
  ])("%s", async (_, make, reason) => {
    const [clientId, credentials] = await make();
    await expect(connect(clientId, credentials)).rejects.toThrow();
    await eventually(() => lines.length > 0);
    expect(lines).toEqual([expect.stringMatching(reason)]);
  });

  test.each<[string, SecureVersion]>([["TLS 1.1", "TLSv1.1"]])("%s", async (_, version) => {
    const socket = connectTls({
      port: broker.securePort,
      ca: identities.authority.pem,
      ...device,
      minVersion: version,
      maxVersion: version,
      ciphers: "DEFAULT@SECLEVEL=0",
    });
    const [error] = (await once(socket, "error")) as [NodeJS.ErrnoException];
    expect(error.code).toMatch(/ALERT_PROTOCOL_VERSION/);
    await eventually(() => lines.some((line) => /handshake from 127.0.0.1 failed: ERR_SSL/.test(line)));
  });

  test("MQTT in the clear", async () => {
    const client = mqtt.connect(`mqtt://127.0.0.1:${broker.securePort}`, { clientId: MN, reconnectPeriod: 0 });
    clients.push(client);
    client.on("error", () => undefined);
    await closed(client);
    expect(client.connected).toBe(false);
  });
});

describe("topics", () => {
  test.each<[string, () => Credentials, string, boolean]>([
    [MN, () => device, `plants/${MN}/telemetry`, true],
    [MN, () => device, `$aws/rules/device_frames/plants/${MN}/hj212`, true],
    [MN, () => device, `$aws/rules/gateway_frames/plants/${MN}/hj212`, false],
    [MN, () => device, "$aws/rules/device_frames/plants/MN2/hj212", false],
    [MN, () => device, "plants/MN2/hj212", false],
    [MN, () => device, `plants/${MN}`, false],
    [MN, () => device, `gateways/town-1/P/hj212`, false],
    ["gw-town-1", () => gateway, "$aws/rules/gateway_frames/gateways/town-1/P/hj212", true],
    ["gw-town-1", () => gateway, "gateways/town-2/P/hj212", false],
    ["gw-town-1", () => gateway, "gateways/gw-town-1/P/hj212", false],
    ["gw-town-1", () => gateway, `plants/${MN}/hj212`, false],
  ])("%s publishes to %s%s: %s", async (clientId, credentials, topic, allowed) => {
    const client = await connect(clientId, credentials());
    const ended = closed(client).then(() => false);
    const done = client.publishAsync(topic, "x", { qos: 1 }).then(
      () => true,
      () => ended,
    );
    expect(await Promise.race([done, ended])).toBe(allowed);
    expect(routed).toHaveLength(allowed ? 1 : 0);
    expect(lines).toEqual(allowed ? [] : [`mqtt: ${clientId} may not publish to ${topic}; disconnected`]);
  });

  test("a retained message ends the connection: the policy does not allow it", async () => {
    const client = await connect(MN, device);
    const ended = closed(client);
    client.publish(`plants/${MN}/hj212`, "x", { qos: 1, retain: true });
    await ended;
    expect(lines).toEqual([expect.stringMatching(/may not publish retained messages/)]);
  });

  test("a subscription outside is refused (128), one inside receives", async () => {
    const client = await connect(MN, device);
    for (const filter of ["plants/+/hj212", "#", "plants/MN2/#", "$SYS/#"])
      await expect(client.subscribeAsync(filter), filter).rejects.toThrow();
    expect(await client.subscribeAsync(`plants/${MN}/#`)).toMatchObject([{ qos: 0 }]);
    const message = new Promise<string>((resolve) => client.once("message", resolve));
    await client.publishAsync(`plants/${MN}/commands`, "hello", { qos: 1 });
    expect(await message).toBe(`plants/${MN}/commands`);
  });

  test("a will to another's topic is not published", async () => {
    const client = await connect(MN, device, {
      will: { topic: "plants/MN2/hj212", payload: Buffer.from("x"), qos: 1, retain: false },
    });
    client.stream.destroy();
    await eventually(() => lines.some((line) => line.includes("may not publish to plants/MN2/hj212")));
    expect(routed).toEqual([]);
  });
});

describe("an open connection", () => {
  const open = async (name: string): Promise<{ client: MqttClient; id: string; credentials: Credentials }> => {
    const credentials = await taken(deviceIdentity(name));
    const client = await connect(name, credentials, {
      will: { topic: `plants/${name}/hj212`, payload: Buffer.from("will"), qos: 1, retain: false },
    });
    return { client, credentials, id: certificateId(credentials.cert) };
  };

  test.each<[string, (id: string, name: string) => Promise<void>, RegExp]>([
    ["INACTIVE", (id) => identities.registry.setStatus(id, "INACTIVE"), /is INACTIVE/],
    ["REVOKED", (id) => identities.registry.setStatus(id, "REVOKED"), /is REVOKED/],
    ["WITHOUT-THING", (id, name) => identities.registry.detach(id, { thing: name }), /is not attached to a thing/],
    ["WITHOUT-POLICY", (id) => identities.registry.detach(id, { policy: "permit-watch-device" }), /no policy/],
  ])(
    "ends as soon as its certificate is %s, nothing of it is published any more, and it does not come back",
    async (name, change, reason) => {
      const { client, id, credentials } = await open(`MN-${name}`);
      const bystander = await connect(MN, device);
      const ended = closed(client);
      await change(id, `MN-${name}`);
      await ended;
      await expect(connect(`MN-${name}`, credentials)).rejects.toThrow();
      await bystander.publishAsync(`plants/${MN}/hj212`, "x", { qos: 1 });
      expect(routed).toEqual([{ topic: `plants/${MN}/hj212`, clientId: MN }]);
      expect(lines[0]).toMatch(new RegExp(`MN-${name} was disconnected: .*${reason.source}`));
    },
  );

  test("follows a rotation: the old certificate ends, the new one goes on", async () => {
    const { client, id } = await open("MN-ROT");
    const next = await issue(deviceIdentity("MN-ROT"));
    await register(deviceIdentity("MN-ROT"), next);
    const ended = closed(client);
    await identities.registry.setStatus(id, "INACTIVE");
    await ended;
    const again = await connect("MN-ROT", next);
    await again.publishAsync("plants/MN-ROT/hj212", "x", { qos: 1 });
    expect(routed).toHaveLength(1);
  });
});
