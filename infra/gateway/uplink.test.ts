/** The uplink against a broker that wants a certificate, and against one that loses acknowledgements. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { newKey, newRequest } from "../../functions/devices/new-request.ts";
import { parseRequest } from "../../functions/devices/read-request.ts";
import { startBroker, type Broker } from "../local/broker.ts";
import { openAuthority, type CertificateAuthority } from "../local/identity/certificate-authority.ts";
import { eventually, temporaryFolder } from "../local/test-assembly.ts";
import { openCounters } from "./counters.ts";
import { frameOf, startAbove, talk, testClock, testConfig } from "./fixture.ts";
import { startGateway, type Gateway } from "./gateway.ts";
import { startUplink } from "./uplink.ts";

let folder: ReturnType<typeof temporaryFolder>;
let authority: CertificateAuthority;
let broker: Broker | undefined;
let gateway: Gateway | undefined;
beforeEach(async () => {
  folder = temporaryFolder();
  authority = await openAuthority(join(folder.path, "ca"), Date.now);
});
afterEach(async () => {
  await gateway?.stop();
  await broker?.stop();
  gateway = broker = undefined;
  folder[Symbol.dispose]();
});

/** Key and certificate of a gateway as files, signed by `by`. */
async function files(name: string, by: CertificateAuthority): Promise<{ ca: string; cert: string; key: string }> {
  const key = newKey();
  const cert = await by.sign(parseRequest(await newRequest(name, key)));
  const put = (file: string, text: string): string => {
    const path = join(folder.path, file);
    writeFileSync(path, text);
    return path;
  };
  return { ca: authority.file, cert: put("certificate.pem", cert), key: put("key.pem", key) };
}

test("mutual TLS: a foreign certificate brings nothing up and loses nothing; the right one, taken at a reload, does", async () => {
  const arrived: string[] = [];
  broker = await startBroker({
    port: null,
    secure: {
      port: 0,
      host: "127.0.0.1",
      ca: authority.pem,
      ...(await authority.listener("127.0.0.1")),
      admit: (peer, clientId) =>
        peer.subject === `CN=${clientId}` ? { ok: true, allows: () => true } : { ok: false, reason: "name" },
    },
    now: Date.now,
    log: () => undefined,
    route: async ({ topic }) => void arrived.push(topic),
  });
  const clock = testClock();
  const log: string[] = [];
  const url = `mqtts://127.0.0.1:${broker.securePort}`;
  const foreign = await openAuthority(join(folder.path, "foreign"), Date.now);
  const config = testConfig(1, { uplink: { url, ...(await files("gw-test", foreign)) } });
  gateway = await startGateway({
    config,
    dataDir: join(folder.path, "data"),
    log: (line) => log.push(line),
    now: clock.now,
  });
  const logger = talk(gateway.port);
  logger.send(frameOf(1));
  await logger.answer();
  clock.add(120_000);
  await eventually(() => log.some((line) => line.startsWith("uplink: ")));
  expect(gateway.health().uplink).toBe("lost");
  expect(arrived).toEqual([]);

  await files("gw-test", authority); // renewed under the same names
  await gateway.reload(config);
  await eventually(() => arrived.length === 1);
  expect(gateway.health().uplink).toBe("connected");

  // A file that is not there: the running uplink stays.
  const broken = { ...config, uplink: { ...config.uplink, ca: join(folder.path, "gone.pem") } };
  await expect(gateway.reload(broken)).rejects.toThrow(/gone\.pem/);
  expect(gateway.health().uplink).toBe("connected");
  logger.socket.destroy();
}, 30_000);

test("an acknowledgement that never comes is asked for again over a new connection", async () => {
  const above = await startAbove();
  let reached = 0;
  above.hold = () => {
    reached++;
    return reached === 1 ? new Promise(() => undefined) : Promise.resolve();
  };
  const counters = openCounters();
  const uplink = startUplink({
    clientId: "gw-test",
    url: `mqtt://127.0.0.1:${above.port}`,
    tls: {},
    counters,
    log: () => undefined,
    onConnect: () => undefined,
    ackMs: 500,
  });
  await eventually(() => uplink.connected());
  await uplink.publish("gateways/test/P/hj212", frameOf(1));
  expect(reached).toBe(2);
  expect(above.frames()).toHaveLength(1);
  expect(counters.value("uplink_lost_total")).toBe(1);
  // What is under way at the end is given back.
  above.hold = () => new Promise(() => undefined);
  const last = uplink.publish("gateways/test/P/hj212", frameOf(2));
  await Promise.all([expect(last).rejects.toThrow(/stops/), uplink.stop()]);
  await above.stop();
}, 30_000);
