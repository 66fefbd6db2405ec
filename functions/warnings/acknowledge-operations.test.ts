/** The portal's acknowledgement on the real engine: it pauses repeats as an answer by SMS does, once, whatever is repeated. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startDynamo, type TestDynamo } from "../../tests/dynamo.ts";
import { startCity, type City } from "../city/fixtures.ts";
import { formatIso, MINUTE } from "../shared/shanghai.ts";
import { at, permit } from "../telemetry/fixtures.ts";
import { minute } from "./fixtures.ts";

const plant = permit();
const { permitNo } = plant;
const path = `/api/plants/${permitNo}/acknowledgements`;
let dynamo: TestDynamo;
let city: City;
let worker: string;
beforeAll(async () => {
  dynamo = await startDynamo();
}, 60_000);
afterAll(() => dynamo.stop());
beforeEach(async () => {
  city = await startCity(dynamo, [plant]);
  const ingester = city.world.ingester();
  await ingester.take(
    ...Array.from({ length: 60 }, (_, i) =>
      minute("A", at("08:00") + i * MINUTE, { a21002: 60 }, at("08:00") + i * MINUTE),
    ),
  );
  city.setNow(at("08:31"));
  worker = await city.person({ roles: ["enterprise"], plants: [permitNo] });
});
const ask = (over: Record<string, unknown> = {}) =>
  city.send(worker, "POST", path, { action: "adjusting", note: "加大喷氨", key: "one-tap-of-a-thumb", ...over });
const told = async (t: string): Promise<number> => {
  const before = city.world.sent.length;
  await city.world.tick(at(t));
  return city.world.sent.length - before;
};

test("repeats pause; a rise is sent all the same", async () => {
  expect(await told("08:30")).toBeGreaterThan(0);
  const { status, body } = await ask({ expectedAt: formatIso(at("08:50")) });
  expect([status, body]).toEqual([
    201,
    {
      at: formatIso(at("08:31")),
      action: "adjusting",
      expectedAt: formatIso(at("08:50")),
      note: "加大喷氨",
      episode: null,
      by: expect.any(String),
      pausedUntil: formatIso(at("09:01")),
      key: "one-tap-of-a-thumb",
    },
  ]);
  const [ack] = await city.world.items(`PLANT#${permitNo}`, "ACK#");
  expect(ack).toMatchObject({ action: "adjusting", text: "加大喷氨", by: { sub: worker } });
  // At 08:55 the hour is lost.
  expect([await told("08:35"), await told("08:40"), await told("08:55")]).toEqual([0, 0, 4]);
});
test("the same tap again, also both at once, is one; another person's of the same key is his own", async () => {
  await told("08:30");
  const both = await Promise.all([ask(), ask()]);
  expect(both.map((x) => x.status).sort((a, b) => a - b)).toEqual([200, 201]);
  city.setNow(at("08:45"));
  expect((await ask()).body.at).toBe(formatIso(at("08:31")));
  const other = await city.person({ roles: ["enterprise"], plants: [permitNo] });
  expect((await city.send(other, "POST", path, { action: "repairing", key: "one-tap-of-a-thumb" })).status).toBe(201);
  expect(await city.world.items(`PLANT#${permitNo}`, "ACK#")).toHaveLength(2);
  expect((await city.services.people.audit({ permitNo }, 10, null)).items).toHaveLength(2);
});
test("a tick at the same time loses nothing: neither its state nor the pause", async () => {
  await told("08:30");
  await Promise.all([ask(), city.world.tick(at("08:35"))]);
  const [state] = await city.world.items(`PLANT#${permitNo}`, "WARNING");
  expect(state).toMatchObject({ tick: at("08:35"), episodes: [{ pausedUntil: at("09:01") }] });
});
test("with nothing open it is kept all the same, and pauses nothing", async () => {
  expect((await ask()).body.pausedUntil).toBeNull();
  expect(await city.world.items(`PLANT#${permitNo}`, "WARNING")).toEqual([]);
});
test.each([
  ["action", "praying"],
  ["key", "short"],
  ["note", "长".repeat(501)],
  ["expectedAt", "soon"],
  ["expectedAt", "2028-01-01T00:00:00+08:00"],
])("%s is checked", async (field, value) => {
  const { status, body } = await ask({ [field]: value });
  expect([status, body.detail]).toEqual([422, expect.stringContaining(field)]);
});
