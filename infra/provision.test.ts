/** The command against a machine's own IoT endpoint, through the real client: every way there and back, with crashes. */
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { IoTClient } from "@aws-sdk/client-iot";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { DEVICE_POLICIES, renderPolicy } from "../events/device-policies.ts";
import { deviceIdentity } from "../functions/devices/domain/identity.ts";
import { iotRegistry, type IotRegistry } from "../functions/devices/iot-registry.ts";
import { issueCertificate } from "../functions/devices/issue-certificate.ts";
import { newKey, newRequest } from "../functions/devices/new-request.ts";
import { certificateId } from "../functions/devices/read-request.ts";
import { CONTROL_FILE, startIdentities, type Identities } from "./local/identity/identities.ts";
import { PolicyDocument } from "./local/identity/iot-policy.ts";
import { openStore } from "./local/store.ts";
import { temporaryFolder } from "./local/test-assembly.ts";
import { openTarget } from "./provision-target.ts";
import { provision, readOptions } from "./provision.ts";

let folder: ReturnType<typeof temporaryFolder>;
let identities: Identities;
let registry: IotRegistry;
let out: string;
let said: string[];
const stops: (() => unknown)[] = [];

beforeAll(async () => {
  folder = temporaryFolder();
  const store = openStore(join(folder.path, "machine.sqlite"));
  const arn = (path: string): string => `arn:aws:iot:local-1:000000000000:${path}`;
  const policies = new Map(DEVICE_POLICIES.map((p) => [p.name, PolicyDocument.parse(renderPolicy(p, arn))]));
  identities = await startIdentities({ dataDir: folder.path, store, policies, now: Date.now });
  identities.announce("127.0.0.1", 8883);
  registry = iotRegistry(new IoTClient((await openTarget({ data: folder.path })).client));
  stops.push(
    () => identities.stop(),
    () => store.close(),
    () => folder[Symbol.dispose](),
  );
});
afterAll(async () => {
  for (const stop of stops) await stop();
});
beforeEach(() => {
  out = join(folder.path, "out");
  said = [];
});
afterEach(() => rmSync(out, { recursive: true, force: true }));

const run = (...args: string[]): Promise<void> =>
  provision(readOptions([...args, "--data", folder.path], ""), (line) => said.push(line));
const read = (name: string, from = out): string => readFileSync(join(from, name), "utf8");
const statuses = async (name: string): Promise<string[]> =>
  (await registry.certificates(name)).map(({ status }) => status);

describe("create", () => {
  test("leaves a key that only its owner reads, a certificate in force and how to connect; again changes nothing", async () => {
    await run("create", "--mn", "MN-1", "--out", out);
    expect(statSync(join(out, "key.pem")).mode & 0o777).toBe(0o600);
    expect(JSON.parse(read("connection.json"))).toEqual({
      url: "mqtts://127.0.0.1:8883",
      clientId: "MN-1",
      topics: "plants/MN-1/#",
      ca: "ca.pem",
      cert: "certificate.pem",
      key: "key.pem",
    });
    expect(read("ca.pem")).toBe(identities.authority.pem);
    const id = certificateId(read("certificate.pem"));
    expect(identities.registry.certificate(id)?.status).toBe("ACTIVE");
    expect(identities.registry.policiesOf(id)).toEqual(["permit-watch-device"]);
    expect(identities.registry.thingsOf(id)).toEqual(["MN-1"]);
    const files = ["key.pem", "certificate.pem"].map((file) => read(file));
    await run("create", "--mn", "MN-1", "--out", out);
    expect(["key.pem", "certificate.pem"].map((file) => read(file))).toEqual(files);
    expect(await statuses("MN-1")).toEqual(["ACTIVE"]);
  });

  test("a gateway gets its policy, and its thing knows its id", async () => {
    await run("create", "--gateway", "town-1", "--out", out);
    const id = certificateId(read("certificate.pem"));
    expect(identities.registry.policiesOf(id)).toEqual(["permit-watch-gateway"]);
    expect(identities.registry.thing("gw-town-1")?.attributes).toEqual({ permitWatch: "gateway", gateway: "town-1" });
    expect(JSON.parse(read("connection.json"))).toMatchObject({ clientId: "gw-town-1", topics: "gateways/town-1/#" });
  });

  test("from a request, whose key stays where it is", async () => {
    const csr = join(folder.path, "device.csr");
    writeFileSync(csr, await newRequest("MN-CSR", newKey()));
    await run("create", "--mn", "MN-CSR", "--out", out, "--csr", csr);
    expect(existsSync(join(out, "key.pem"))).toBe(false);
    expect(JSON.parse(read("connection.json"))).toMatchObject({ key: null });
    await run("create", "--mn", "MN-CSR", "--out", out, "--csr", csr);
    expect(await statuses("MN-CSR")).toEqual(["ACTIVE"]);
  });

  test("refuses, before anything is made, what cannot become an identity", async () => {
    const csr = join(folder.path, "wrong.csr");
    writeFileSync(csr, await newRequest("MN-OTHER", newKey()));
    await expect(run("create", "--mn", "MN-2", "--out", out, "--csr", csr)).rejects.toThrow(
      /is "MN-OTHER"; it must be MN-2/,
    );
    await expect(run("create", "--mn", "MN-2", "--out", out, "--csr", "/none")).rejects.toThrow(/cannot be read/);
    expect(identities.registry.thing("MN-2")).toBeNull();
    await run("create", "--mn", "MN-2", "--out", out);
    await expect(run("create", "--mn", "MN-2", "--out", join(out, "again"))).rejects.toThrow(
      /in force already .*use rotate/,
    );
    await expect(run("create", "--mn", "MN-3", "--out", out)).rejects.toThrow(
      /certificate of another device \(CN=MN-2\)/,
    );
    await identities.registry.addThing({ name: "pump-7", attributes: {} });
    await expect(run("create", "--mn", "pump-7", "--out", join(out, "p"))).rejects.toThrow(/not made by this system/);
  });

  test("a crash after any step: nobody comes in with what is left, and the same command finishes it", async () => {
    const steps = ["ensureThing", "sign", "keep", "attachPolicy", "setStatus", "attachThing"] as const;
    for (const crash of steps)
      for (const when of ["before", "after"] as const) {
        const name = `MN-${crash}-${when}`;
        const identity = deviceIdentity(name);
        const request = await newRequest(name, newKey());
        let kept: string | null = null;
        const crashing = async <T>(step: string, work: () => Promise<T>): Promise<T> => {
          if (step === crash && when === "before") throw new Error("crash");
          const result = await work();
          if (step === crash) throw new Error("crash");
          return result;
        };
        const issue = (using: IotRegistry, guard = crashing): ReturnType<typeof issueCertificate> =>
          issueCertificate(using, {
            identity,
            request,
            kept,
            keep: ({ id }) => guard("keep", async () => void (kept = id)),
            rotates: false,
          });
        const failing: IotRegistry = {
          ...registry,
          ensureThing: (...args) => crashing("ensureThing", () => registry.ensureThing(...args)),
          sign: (...args) => crashing("sign", () => registry.sign(...args)),
          attachPolicy: (...args) => crashing("attachPolicy", () => registry.attachPolicy(...args)),
          setStatus: (...args) => crashing("setStatus", () => registry.setStatus(...args)),
          attachThing: (...args) => crashing("attachThing", () => registry.attachThing(...args)),
        };
        await expect(issue(failing), name).rejects.toThrow("crash");
        const complete = crash === "attachThing" && when === "after";
        expect((await statuses(name)).length, name).toBe(complete ? 1 : 0);
        const { id } = await issue(registry, (_, work) => work());
        expect(await statuses(name), name).toEqual(["ACTIVE"]);
        expect(identities.registry.policiesOf(id), name).toEqual(["permit-watch-device"]);
      }
  });
});

test("rotation: both in force until it is finished, then the new one alone", async () => {
  const [old, next] = [join(out, "old"), join(out, "next")];
  await expect(run("rotate", "--mn", "MN-R", "--out", next)).rejects.toThrow(/no certificate in force .*use create/);
  rmSync(next, { recursive: true });
  await run("create", "--mn", "MN-R", "--out", old);
  await expect(run("rotate", "--mn", "MN-R", "--out", old)).rejects.toThrow(
    /is the one in force: rotate with a new key/,
  );
  await run("rotate", "--mn", "MN-R", "--out", next);
  await run("rotate", "--mn", "MN-R", "--out", next);
  expect(await statuses("MN-R")).toEqual(["ACTIVE", "ACTIVE"]);
  await run("list", "--mn", "MN-R");
  expect(said.at(-1)).toMatch(/a rotation is under way/);
  await run("rotate", "--mn", "MN-R", "--finish");
  await run("rotate", "--mn", "MN-R", "--finish");
  expect(identities.registry.certificate(certificateId(read("certificate.pem", old)))?.status).toBe("INACTIVE");
  expect(identities.registry.certificate(certificateId(read("certificate.pem", next)))?.status).toBe("ACTIVE");
  await expect(
    run("rotate", "--mn", "MN-R", "--finish", "--keep", certificateId(read("certificate.pem", old))),
  ).rejects.toThrow(/would lock MN-R out/);
});

test("deactivated, activated, revoked; a key that was put out of force does not come back by create", async () => {
  await run("create", "--mn", "MN-D", "--out", out);
  const id = certificateId(read("certificate.pem")).slice(0, 12);
  await run("deactivate", "--mn", "MN-D");
  expect(await statuses("MN-D")).toEqual(["INACTIVE"]);
  await expect(run("create", "--mn", "MN-D", "--out", out)).rejects.toThrow(
    /of this key is INACTIVE: activate it again/,
  );
  await run("activate", "--mn", "MN-D", "--certificate", id);
  expect(await statuses("MN-D")).toEqual(["ACTIVE"]);
  await run("deactivate", "--mn", "MN-D", "--certificate", id, "--revoke");
  expect(await statuses("MN-D")).toEqual(["REVOKED"]);
  await expect(run("activate", "--mn", "MN-D", "--certificate", id)).rejects.toThrow(/REVOKED, which is for good/);
  await expect(run("create", "--mn", "MN-D", "--out", out)).rejects.toThrow(/REVOKED/);
  await expect(run("deactivate", "--mn", "MN-D", "--certificate", "ffff")).rejects.toThrow(
    /0 certificates whose id begins/,
  );
  await expect(run("deactivate", "--mn", "MN-NOBODY")).rejects.toThrow(/not in the registry/);
  await run("create", "--mn", "MN-D", "--out", join(out, "new"));
  expect(await statuses("MN-D")).toEqual(["REVOKED", "ACTIVE"]);
});

test("list names every identity of ours, page by page, and only those", async () => {
  await Promise.all(
    Array.from({ length: 260 }, (_, i) =>
      identities.registry.addThing(deviceIdentity(`P${String(i).padStart(3, "0")}`)),
    ),
  );
  await run("list", "--json");
  const listed = said.map((line) => JSON.parse(line) as { kind: string; name: string; certificates: unknown[] });
  expect(listed.filter(({ name }) => /^P\d{3}$/.test(name))).toHaveLength(260);
  expect(listed.find(({ name }) => name === "gw-town-1")).toMatchObject({ kind: "gateway", id: "town-1" });
  expect(listed.some(({ name }) => name === "pump-7")).toBe(false);
});

describe("the machine's IoT endpoint", () => {
  test("serves who can read the access key, and nobody else", async () => {
    expect(statSync(join(folder.path, CONTROL_FILE)).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder.path, "iot/ca-key.pem")).mode & 0o777).toBe(0o600);
    const stranger = iotRegistry(
      new IoTClient({
        endpoint: identities.control.endpoint,
        region: "local-1",
        credentials: { accessKeyId: "guess", secretAccessKey: "x" },
        maxAttempts: 1,
      }),
    );
    await expect(stranger.certificates("MN-1")).rejects.toThrow(/access key is not the one of this machine/);
    expect((await fetch(`${identities.control.endpoint}/things`)).status).toBe(403);
  });

  test("says what it does not know", async () => {
    const answer = await fetch(`${identities.control.endpoint}/jobs`, {
      headers: { authorization: `AWS4-HMAC-SHA256 Credential=${identities.control.accessKeyId}/x` },
    });
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ message: expect.stringContaining("GET /jobs is unknown") });
  });

  test("no machine: says what to start", async () => {
    await expect(provision(readOptions(["list", "--data", "/none"], ""), () => undefined)).rejects.toThrow(
      /start it with npm start/,
    );
    // Left behind by a machine that was killed.
    const dead = join(folder.path, "dead");
    mkdirSync(join(dead, "iot"), { recursive: true });
    const stale = { ...identities.control, endpoint: "http://127.0.0.1:9", ca: identities.authority.file };
    writeFileSync(join(dead, CONTROL_FILE), JSON.stringify(stale));
    await expect(provision(readOptions(["list", "--data", dead], ""), () => undefined)).rejects.toThrow(
      /dead does not answer: start it/,
    );
  });
});

test("the roots for AWS are Amazon's", async () => {
  const { ca } = await openTarget({ region: "cn-north-1" });
  expect(ca.match(/BEGIN CERTIFICATE/g)?.length).toBeGreaterThanOrEqual(4);
});

describe("the command line", () => {
  test.each<[string[], RegExp]>([
    [[], /must be one of create/],
    [["make"], /not "make"/],
    [["create"], /needs --mn or --gateway/],
    [["create", "--mn", "A", "--gateway", "b"], /exclude each other/],
    [["create", "--mn", "A"], /needs --out/],
    [["create", "--mn", "A", "--out", "x", "--revoke"], /--revoke has no meaning/],
    [["create", "--mn", "a b", "--out", "x"], /1 to 64/],
    [["rotate", "--mn", "A", "--finish", "--out", "x"], /--out has no meaning/],
    [["rotate", "--mn", "A", "--out", "x", "--keep", "y"], /--keep has no meaning/],
    [["activate", "--mn", "A"], /needs --certificate/],
    [["list", "--region", "cn-north-1", "--data", "x"], /give one of them/],
    [["list", "--nothing"], /--nothing/],
  ])("%j", (args, reason) => {
    expect(() => readOptions(args, "/data")).toThrow(reason);
  });

  test("targets", () => {
    expect(readOptions(["list"], "/data").target).toEqual({ data: "/data" });
    expect(readOptions(["list", "--region", "cn-north-1"], "/data").target).toEqual({ region: "cn-north-1" });
  });
});
