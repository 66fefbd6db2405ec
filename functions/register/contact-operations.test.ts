/** The plant's own list of contacts on the real engine: the next tick uses it, imports leave it, nobody overwrites it unseen. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startDynamo, type TestDynamo } from "../../tests/dynamo.ts";
import { startCity, type City } from "../city/fixtures.ts";
import { formatIso, MINUTE } from "../shared/shanghai.ts";
import { at, permit, PHONES } from "../telemetry/fixtures.ts";
import { minute } from "../warnings/fixtures.ts";
import { cachedRegister } from "./cached-register.ts";

const plant = permit();
const { permitNo } = plant;
const path = `/api/plants/${permitNo}/contacts`;
let dynamo: TestDynamo;
let city: City;
let worker: string;
beforeAll(async () => {
  dynamo = await startDynamo();
}, 60_000);
afterAll(() => dynamo.stop());
beforeEach(async () => {
  city = await startCity(dynamo, [plant]);
  city.setNow(at("08:00"));
  worker = await city.person({ roles: ["enterprise"], plants: [permitNo] });
});
const entry = (id: string, over: Record<string, unknown> = {}) => ({
  id,
  role: "operator",
  name: "王",
  phone: `+861370000000${id}`,
  channels: { sms: true, push: false },
  email: null,
  delegateOf: null,
  from: null,
  to: null,
  ...over,
});
const read = async () => {
  const { body, headers } = await city.get(worker, path);
  const [, etag] = /^"(.*)"$/.exec(String(headers.etag))!;
  return { body, etag: etag! };
};
const put = (contacts: unknown[], etag?: string) => city.send(worker, "PUT", path, { contacts }, etag);
const importAgain = (town: string, importedAt: string) =>
  city.services.register.applyPermits([{ ...plant, town }], { importedAt, source: "t", newCode: () => "c" });

test("first the permit's people; what is put stands in their place, with its entry in the audit trail", async () => {
  const { body, etag } = await read();
  expect(body).toMatchObject({ own: false, townOfficers: [{ phone: PHONES["town-officer"] }] });
  expect(body.contacts).toHaveLength(4);
  const answer = await put([entry("1")], etag);
  expect([answer.status, answer.headers.etag, answer.body.own]).toEqual([200, '"contacts-1"', true]);
  const { contacts, changed } = (await read()).body;
  expect(contacts).toEqual([entry("1")]);
  expect([body.changed, changed.at]).toEqual([null, formatIso(at("08:00"))]);
  expect(changed.by).toBe((await city.services.people.person(worker))?.name);
  const { items } = await city.services.people.audit({ permitNo }, 10, null);
  expect(items).toMatchObject([{ operation: "putContacts", sub: worker, before: expect.arrayContaining([]) }]);
});
test("the next tick uses it, also where the register is kept in memory", async () => {
  const ingester = city.world.ingester();
  await ingester.take(
    ...Array.from({ length: 35 }, (_, i) =>
      minute("A", at("08:00") + i * MINUTE, { a21002: 60 }, at("08:00") + i * MINUTE),
    ),
  );
  const register = cachedRegister(city.services.register, { seconds: 3600, now: () => at("08:30") });
  await city.world.tick(at("08:30"), { register });
  expect(city.world.sent.map((s) => s.to).sort()).toEqual([
    PHONES.operator,
    PHONES["environment-manager"],
    PHONES.maintenance,
  ]);
  city.world.sent.length = 0;
  const delegate = entry("2", { delegateOf: "1", from: formatIso(at("08:32")), to: formatIso(at("08:36")) });
  await put([entry("1"), delegate, entry("3", { role: "maintenance", channels: { sms: false } })], (await read()).etag);
  await city.world.tick(at("08:35"), { register });
  await city.world.tick(at("08:40"), { register });
  expect(city.world.sent.map((s) => s.to)).toEqual(["+8613700000002", "+8613700000001"]);
});
test("an import of the permit leaves it as it is, and the list outlives it", async () => {
  await put([entry("1")], (await read()).etag);
  await importAgain("乌镇镇", "2026-10-01T09:00:00+08:00");
  const { body, etag } = await read();
  expect([body.contacts, etag]).toEqual([[entry("1")], "contacts-1"]);
  expect(await city.services.register.getPlant(permitNo)).toMatchObject({ revision: 2, permit: { town: "乌镇镇" } });
});
test("who was not first is told, and nothing of the first is lost", async () => {
  const { etag } = await read();
  expect((await put([entry("1")])).status).toBe(428);
  const race = await Promise.all([put([entry("1")], etag), put([entry("2")], etag)]);
  expect(race.map((x) => x.status).filter((s) => s === 200)).toHaveLength(1);
  expect(race.map((x) => x.status).find((s) => s !== 200)).toBeOneOf([409, 412]);
  expect((await put([entry("3")], etag)).status).toBe(412);
  const [won] = race.filter((x) => x.status === 200);
  expect((await read()).body.contacts).toEqual(won!.body.contacts);
});
test.each<[unknown[], string]>([
  [[entry("1", { phone: "139" })], "phone must be an international number"],
  [[entry("1", { role: "town-officer" })], "role"],
  [[entry("1", { channels: { sms: false } })], "nobody hears the first warning"],
])("list %# is refused", async (contacts, detail) => {
  const { status, body } = await put(contacts, (await read()).etag);
  expect([status, body.detail]).toEqual([422, expect.stringContaining(detail)]);
});
