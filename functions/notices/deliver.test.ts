/** What ticks owe, handed on and sent: once, to who may see the plant, and to nobody who is gone. */
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startDynamo, type TestDynamo } from "../../tests/dynamo.ts";
import { startCity, type City } from "../city/fixtures.ts";
import { permitNo } from "../register/fixtures.ts";
import { MINUTE } from "../shared/shanghai.ts";
import { permit, ruleData } from "../telemetry/fixtures.ts";
import { deliverer, type Delivered } from "./deliver.ts";
import { run } from "./deliver-notices.ts";
import { fakeBrowser, keepingSenders, type Kept } from "./fixtures.ts";
import { noticeRepository, type Notices } from "./repository.ts";

/** The event of a tick at 08:35, as the topic brings it. */
const event = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../events/sns-owed.json"), "utf8").replaceAll(
    "91330483MA2ABCD126001P",
    permitNo(1),
  ),
) as object;
const TICK = 1_790_814_900_000;
let dynamo: TestDynamo;
let city: City;
let senders: Kept;
let notices: Notices;
let now: number;

beforeAll(async () => {
  dynamo = await startDynamo();
}, 60_000);
afterAll(() => dynamo.stop());
beforeEach(async () => {
  senders = keepingSenders();
  now = TICK + 30_000;
  city = await startCity(dynamo, [permit({ permitNo: permitNo(1) }), permit({ permitNo: permitNo(2) })], { senders });
  city.setNow(now);
  notices = noticeRepository({ db: dynamo.db, table: city.services.tables.ledger });
});

const handedOn = (): Promise<Delivered> =>
  run(event, deliverer({ ...city.services, ...senders, notices, ruleData, now: () => now }));
/** Somebody of the plant, with a browser that takes messages. */
async function someone(over: object = {}, endpoint = "https://push.service.cn/1"): Promise<string> {
  const sub = await city.person({ roles: ["enterprise"], plants: [permitNo(1)], ...over });
  const { p256dh, auth } = fakeBrowser();
  const { status } = await city.send(sub, "POST", "/api/self/push-devices", { endpoint, p256dh, auth, name: "Edge" });
  expect(status).toBe(201);
  return sub;
}
const etagOf = (headers: Record<string, unknown>): string => String(headers.etag).slice(1, -1);
const receipts = async (): Promise<Record<string, unknown>[]> => {
  const { Items = [] } = await dynamo.db.send(
    new QueryCommand({
      TableName: city.services.tables.ledger,
      KeyConditionExpression: "pk = :pk AND begins_with(sk, :sk)",
      ExpressionAttributeValues: { ":pk": `PLANT#${permitNo(1)}`, ":sk": "DELIVERY#" },
    }),
  );
  return Items;
};

test("a warning reaches the device once, in words, with the page of its episode", async () => {
  await someone();
  expect(await handedOn()).toEqual({ sent: 1 });
  const [{ message, to }] = senders.pushed as [Kept["pushed"][0]];
  expect(to.endpoint).toBe("https://push.service.cn/1");
  expect(message).toMatchObject({ urgency: "high", ttl: 3600 });
  expect(message.topic).toMatch(/^[\w-]{1,32}$/);
  expect(JSON.parse(message.payload)).toEqual({
    title: "（演示）第 1 热电厂",
    body: expect.stringMatching(/DA001.*限50.*15以下/),
    page: `/plants/${permitNo(1)}/episodes/MjAyNi0xMC0wMVQwODozMCNEQTAwMSNhMjEwMDIjaG91cg`,
    tag: permitNo(1),
  });
  expect(await receipts()).toMatchObject([{ channel: "push", to: "Edge", state: "sent", tick: TICK }]);
  // The topic may bring it again.
  expect(await handedOn()).toEqual({ there: 1 });
  expect(senders.pushed).toHaveLength(1);
});

test("two runs at the same time send it once", async () => {
  await someone();
  const tallies = await Promise.all([handedOn(), handedOn(), handedOn()]);
  expect(senders.pushed).toHaveLength(1);
  expect(tallies.reduce((sum, t) => sum + (t.sent ?? 0), 0)).toBe(1);
  expect(await receipts()).toMatchObject([{ state: "sent" }]);
});

test("a run that was cut off is not sent again, and is told as unknown", async () => {
  await someone();
  const cut = senders.push.send;
  senders.push.send = () => Promise.reject(new Error("killed"));
  await expect(handedOn()).rejects.toThrow("killed");
  senders.push.send = cut;
  expect(await handedOn()).toEqual({ there: 1 });
  expect(senders.pushed).toHaveLength(0);
  expect(await receipts()).toMatchObject([{ state: "unknown" }]);
});

test("a device that is gone is forgotten; others of the same person are told", async () => {
  const sub = await someone();
  const { p256dh, auth } = fakeBrowser();
  const other = { endpoint: "https://push.service.cn/2", p256dh, auth, name: "Chrome" };
  await city.send(sub, "POST", "/api/self/push-devices", other);
  senders.answers.set("https://push.service.cn/1", "gone");
  expect(await handedOn()).toEqual({ failed: 1, sent: 1 });
  const { body } = await city.get(sub, "/api/self/push-devices");
  expect(body.devices).toMatchObject([{ name: "Chrome" }]);
});

test.each<[string, object]>([
  ["is not active", { active: false }],
  ["lost the plant", { plants: [permitNo(2)] }],
  ["lost the role", { roles: ["expert"] }],
])("who %s is told nothing, from the next message on", async (_, change) => {
  const sub = await someone();
  const { people } = city.services;
  const deliver = deliverer({ ...city.services, ...senders, notices, ruleData, now: () => now });
  // Whoever wants anything is kept in memory for a minute; rights are not.
  await run({ Records: [] }, deliver);
  const before = (await people.person(sub))!;
  const after = { ...before, ...change, version: before.version + 1 };
  const entry = { id: `c-${sub}`, at: now, sub: "r", name: "r", operation: "putPerson", permitNo: null, target: "" };
  await people.change(people.personWrites(after), { ...entry, before: null, after: null });
  expect(await run(event, deliver)).toEqual({});
  expect(senders.pushed).toHaveLength(0);
});

test("by e-mail to a contact of the plant, with a link; off means off", async () => {
  const sub = await city.person({ roles: ["enterprise"], plants: [permitNo(1)] });
  const path = `/api/plants/${permitNo(1)}/contacts`;
  const { body, headers } = await city.get(sub, path);
  const [first] = body.contacts;
  const contacts = [{ ...first, email: "wang@plant.cn" }, ...body.contacts.slice(1)];
  const put = await city.send(sub, "PUT", path, { contacts }, etagOf(headers));
  expect(put.body.contacts[0]).toMatchObject({ email: "wang@plant.cn", channels: { sms: true, push: false } });
  // A client that knows text messages only takes nothing away.
  const { email: _, ...old } = put.body.contacts[0];
  const again = await city.send(
    sub,
    "PUT",
    path,
    { contacts: [{ ...old, channels: { sms: true } }, ...body.contacts.slice(1)] },
    etagOf(put.headers),
  );
  expect(again.body.contacts[0]).toMatchObject({ email: "wang@plant.cn" });

  expect(await handedOn()).toEqual({ sent: 1 });
  expect(senders.mailed).toMatchObject([{ to: "wang@plant.cn", subject: expect.stringContaining("第 1 热电厂") }]);
  expect(senders.mailed[0]!.text).toContain(`https://permits.example.cn/portal/#/plants/${permitNo(1)}/episodes/`);
  expect(await receipts()).toMatchObject([{ channel: "email", to: "wa***@plant.cn" }]);
});

test("too late, nothing is sent, as with text messages", async () => {
  await someone();
  now = TICK + 5 * MINUTE + 1;
  expect(await handedOn()).toEqual({ expired: 1 });
  expect(senders.pushed).toHaveLength(0);
});

test("what is no event of a tick is refused", async () => {
  const deliver = deliverer({ ...city.services, ...senders, notices, ruleData, now: () => now });
  const of = (Message: string): object => ({ Records: [{ Sns: { Message } }] });
  await expect(run(of("{"), deliver)).rejects.toThrow(/not JSON/);
  await expect(run(of('{"owed":[{}]}'), deliver)).rejects.toThrow(/owed\[0\].permitNo is missing/);
});
