/** Devices of a plant through the API: identities on the one machine's authority, tables in an engine in memory. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startDynamo, type TestDynamo } from "../../tests/dynamo.ts";
import { apiOf, type Answered, type CallApi } from "../../tests/features/call-api.ts";
import { startTestIdentities, type TestIdentities } from "../../tests/identities.ts";
import { startCity, type City } from "../city/fixtures.ts";
import { markRepository } from "../marks/mark-repository.ts";
import { permitNo } from "../register/fixtures.ts";
import { DAY, formatIso } from "../shared/shanghai.ts";
import { at, device, outlet, permit } from "../telemetry/fixtures.ts";
import { closeAll } from "../warnings/close-all.ts";
import { minute } from "../warnings/fixtures.ts";
import { ledgerHints } from "../telemetry/ledger-hints.ts";
import { certificateState } from "./list-devices.ts";
import type { DeviceCertificate, IotRegistry } from "./iot-registry.ts";
import { newKey, newRequest } from "./new-request.ts";

const NOW = at("09:00");
const plant = permit({
  permitNo: permitNo(1),
  name: "first plant",
  outlets: [
    outlet({
      devices: [
        device({ mn: "M1" }),
        device({ mn: "M-later", from: NOW + DAY }),
        device({ mn: "M-past", to: NOW - DAY }),
      ],
    }),
  ],
});
const other = permit({
  permitNo: permitNo(2),
  name: "other plant",
  outlets: [outlet({ devices: [device({ mn: "M2" })] })],
});

let dynamo: TestDynamo;
let identities: TestIdentities;
let city: City;
let call: CallApi;
/** Stops AWS IoT at the named step, as a crash does. */
let crashAt: keyof IotRegistry | null = null;

beforeAll(async () => {
  dynamo = await startDynamo();
  identities = await startTestIdentities(() => NOW);
  city = await startCity(dynamo, [plant, other]);
  city.setNow(NOW);
  const registry = new Proxy(identities.registry, {
    get: (real, step: keyof IotRegistry) => {
      if (step === crashAt) throw new Error(`crash at ${step}`);
      return real[step];
    },
  });
  ({ call } = apiOf({ ...city.services, identities: { ...identities, registry } }));
  await city.person({ sub: "rita", roles: ["regulator"] });
}, 60_000);
afterAll(async () => {
  await identities.stop();
  await dynamo.stop();
});

const claims = { sub: "rita", iat: String(NOW / 1000) };
const post = (mn: string, what: string, body: unknown, of = plant.permitNo): Promise<Answered> =>
  call("POST", `/api/plants/${of}/devices/${mn}/${what}`, { claims, body });
const request = async (mn: string): Promise<{ request: string }> => ({ request: await newRequest(mn, newKey()) });
const certificatesOf = (mn: string): Promise<DeviceCertificate[]> => identities.registry.certificates(mn);
const statuses = async (mn: string): Promise<string[]> => (await certificatesOf(mn)).map(({ status }) => status);
const trail = async (): Promise<{ operation: string; after: unknown }[]> =>
  (await city.services.people.audit({ permitNo: plant.permitNo }, 100, null)).items;

async function listed(mn: string): Promise<Record<string, unknown>> {
  const { body } = await call("GET", `/api/plants/${plant.permitNo}/devices`, { claims });
  return (body.devices as Record<string, unknown>[]).find((each) => each.mn === mn)!;
}

describe("the life of a device's certificates", () => {
  test("only devices that the permit binds now or in future", async () => {
    const { body } = await call("GET", `/api/plants/${plant.permitNo}/devices`, { claims });
    expect(body.devices.map((each: { mn: string }) => each.mn)).toEqual(["M1", "M-later"]);
    for (const mn of ["M-past", "M2", "nobody"])
      expect(await post(mn, "provision", await request(mn))).toMatchObject({
        status: 404,
        body: { title: "no such device" },
      });
    expect(await post("M-later", "provision", await request("M-later"))).toMatchObject({ status: 201 });
  });

  test("provisioned, rotated, finished, deactivated, activated, revoked; each in the trail with ids and without keys", async () => {
    const key = newKey();
    const first = await post("M1", "provision", { request: await newRequest("M1", key) });
    expect(first).toMatchObject({
      status: 201,
      body: {
        certificate: { status: "ACTIVE", inForce: true },
        connection: {
          endpoint: "127.0.0.1:8883",
          clientId: "M1",
          publish: expect.arrayContaining(["plants/M1/hj212", "$aws/rules/device_frames/plants/M1/hj212"]),
          subscribe: "plants/M1/#",
          ca: identities.ca,
        },
      },
    });
    const id = String(first.body.certificate.id);
    // The same request again is the same certificate, and nothing happened.
    const entries = (await trail()).length;
    const again = await post("M1", "provision", { request: await newRequest("M1", key) });
    expect([again.body.certificate.id, (await trail()).length]).toEqual([id, entries]);
    expect(await post("M1", "provision", await request("M1"))).toMatchObject({
      status: 409,
      body: { title: "certificate in force" },
    });

    const second = await post("M1", "rotate", await request("M1"));
    expect(second.status).toBe(201);
    expect(await listed("M1")).toMatchObject({
      rotating: true,
      certificates: [{ id, inForce: true }, { inForce: true }],
    });
    const keep = String(second.body.certificate.id);
    expect(await post("M1", "finish-rotation", { keep })).toMatchObject({
      status: 200,
      body: { changed: [id], device: { rotating: false } },
    });
    expect(await statuses("M1")).toEqual(["INACTIVE", "ACTIVE"]);
    expect(await post("M1", "finish-rotation", { keep: id })).toMatchObject({ status: 409 });

    await post("M1", "deactivate", { certificate: null, revoke: false });
    expect(await statuses("M1")).toEqual(["INACTIVE", "INACTIVE"]);
    expect(await post("M1", "activate", { certificate: keep })).toMatchObject({
      status: 200,
      body: { changed: [keep] },
    });
    await post("M1", "deactivate", { certificate: id, revoke: true });
    expect(await statuses("M1")).toEqual(["REVOKED", "ACTIVE"]);
    expect(await post("M1", "activate", { certificate: id })).toMatchObject({
      status: 409,
      body: { title: "certificate revoked" },
    });
    expect(await post("M1", "activate", { certificate: "0".repeat(64) })).toMatchObject({ status: 404 });
    const own = (await trail()).filter(({ operation }) => operation !== "t").map(({ operation }) => operation);
    expect(own.toSorted()).toEqual([
      "activateDevice",
      "deactivateDevice",
      "deactivateDevice",
      "finishRotation",
      "provisionDevice",
      "provisionDevice",
      "rotateDevice",
    ]);
    const text = JSON.stringify(await trail());
    expect(text).toContain(id);
    expect(text).not.toMatch(/PRIVATE|BEGIN/);
  });

  test.each<[string, (mn: string) => Promise<string>, RegExp]>([
    ["another's name", () => newRequest("M2", newKey()), /common name \(CN\) is "M2"; it must be M1/],
    ["no request", async () => "hello", /not a certificate request in PEM/],
    [
      "a damaged one",
      async () =>
        (await newRequest("M1", newKey())).replace(/\S(?=\S{9}\n-----END)/, (held) => (held === "0" ? "1" : "0")),
      /request/,
    ],
  ])("a request is refused that is %s", async (_, make, reason) => {
    const { status, body } = await post("M1", "rotate", { request: await make("M1") });
    expect([status, body.title]).toEqual([422, "certificate request not usable"]);
    expect(body.detail).toMatch(reason);
    expect(body.zh).toMatch(/\p{Script=Han}/u);
  });
});

describe("a crash in between", () => {
  test.each<keyof IotRegistry>(["attachPolicy", "setStatus", "attachThing"])(
    "at %s: entered already, opens nothing, and the same request goes on with the same certificate",
    async (step) => {
      await post("M2", "deactivate", { certificate: null, revoke: false }, other.permitNo);
      const before = (await certificatesOf("M2")).length;
      const body = await request("M2");
      crashAt = step;
      expect((await post("M2", "provision", body, other.permitNo)).status).toBe(500);
      crashAt = null;
      // Without its thing nobody connects with it.
      expect((await certificatesOf("M2")).length).toBe(before);
      const [entry] = (await city.services.people.audit({ permitNo: other.permitNo }, 1, null)).items;
      const entered = JSON.stringify(entry?.after);
      const done = await post("M2", "provision", body, other.permitNo);
      expect(done.status).toBe(201);
      expect(entered).toContain(String(done.body.certificate.id));
      expect((await certificatesOf("M2")).length).toBe(before + 1);
    },
  );
  test("a deactivation that crashed is entered, and done by asking again", async () => {
    crashAt = "setStatus";
    expect((await post("M2", "deactivate", { certificate: null, revoke: false }, other.permitNo)).status).toBe(500);
    crashAt = null;
    expect((await statuses("M2")).at(-1)).toBe("ACTIVE");
    expect((await post("M2", "deactivate", { certificate: null, revoke: false }, other.permitNo)).status).toBe(200);
    expect(await statuses("M2")).not.toContain("ACTIVE");
  });
});

test("what was refused is shown beside its device, and the day's closing grades it for the page and the city's list", async () => {
  const ingester = city.world.ingester();
  for (let m = 0; m < 60; m++) await ingester.take(minute("M1", at("07:00") + m * 60_000, { a21002: 20 + (m % 7) }));
  await ingester.take({ topic: "plants/M1/telemetry", payload: "{", receivedAt: at("08:01") });
  expect(await listed("M1")).toMatchObject({
    lastSeen: expect.stringContaining("T08:0"),
    via: "",
    refusals: [{ reason: expect.any(String), at: formatIso(at("08:01")) }],
    quality: [{ outlet: "DA001", week: null, month: null }],
  });
  const services = { ...city.world.services(), ...city.world.cityLists(), register: city.services.register };
  const hints = ledgerHints({ db: dynamo.db, table: city.world.tables.ledger });
  const marks = markRepository({ db: dynamo.db, table: city.world.tables.ledger });
  const close = (): Promise<number> => closeAll("DAY", at("24:30"), { ...services, hints, marks });
  await close();
  const items = await city.world.items("GRADES#0");
  await close();
  expect(await city.world.items("GRADES#0")).toEqual(items);

  city.setNow(at("33:00"));
  const seen = await listed("M1");
  expect(seen).toMatchObject({
    quality: [
      {
        week: {
          grade: "D", // an hour of the seventeen since its first report
          days: 1,
          of: expect.arrayContaining([expect.objectContaining({ fact: "received", value: 60 / (17 * 60) })]),
        },
      },
    ],
  });
  const all = await call("GET", "/api/devices", { claims, query: { limit: "1" } });
  expect(all.body).toMatchObject({
    devices: [
      {
        mn: "M1",
        name: "first plant",
        silent: false,
        certificate: "in-force",
        day: "2026-10-01",
        week: { grade: "D" },
      },
    ],
    next: expect.any(String),
  });
  const next = await call("GET", "/api/devices", { claims, query: { limit: "1", cursor: all.body.next } });
  expect(next.body).toMatchObject({ devices: [{ mn: "M2", silent: true, certificate: "none" }], next: null });
  for (const [query, mns] of [
    [{ silent: "yes" }, ["M2"]],
    [{ certificate: "in-force" }, ["M1"]],
    [{ certificate: "none" }, ["M2"]],
    [{ grade: "A" }, []],
    [{ q: "OTHER" }, ["M2"]],
    [{ q: "m1" }, ["M1"]],
  ] as const) {
    const { body } = await call("GET", "/api/devices", { claims, query });
    expect(
      body.devices.map((each: { mn: string }) => each.mn),
      JSON.stringify(query),
    ).toEqual(mns);
  }
});

test.each<[string, { via: string | null; certificates: [string, number][] | null }, string]>([
  ["nobody looked", { via: "", certificates: null }, "unseen"],
  ["has none", { via: "", certificates: [] }, "none"],
  ["never spoke, has none", { via: null, certificates: [] }, "none"],
  ["a gateway brings it", { via: "town-1", certificates: null }, "not-needed"],
  ["out of force", { via: "", certificates: [["INACTIVE", 90]] }, "none"],
  ["expired", { via: "", certificates: [["ACTIVE", 0]] }, "none"],
  ["ends in thirty days", { via: "", certificates: [["ACTIVE", 30]] }, "expiring"],
  ["ends a little later", { via: "", certificates: [["ACTIVE", 30.01]] }, "in-force"],
  [
    "is being rotated",
    {
      via: "",
      certificates: [
        ["ACTIVE", 5],
        ["ACTIVE", 90],
      ],
    },
    "in-force",
  ],
  ["has one although a gateway brings it", { via: "town-1", certificates: [["ACTIVE", 90]] }, "in-force"],
])("certificates: %s", (_, { via, certificates }, state) => {
  const record = certificates && {
    certificates: certificates.map(([status, days]) => ({
      id: "x",
      status: status as "ACTIVE",
      created: 0,
      notAfter: NOW + days * DAY,
    })),
  };
  expect(certificateState({ via }, record ?? undefined, NOW).certificate).toBe(state);
});
