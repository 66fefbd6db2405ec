/** Settings and devices by the whole way of a request. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startDynamo, type TestDynamo } from "../../tests/dynamo.ts";
import { apiOf, type Answered } from "../../tests/features/call-api.ts";
import { startCity, type City } from "../city/fixtures.ts";
import { at, permit } from "../telemetry/fixtures.ts";
import { fakeBrowser, keepingSenders, type Kept } from "./fixtures.ts";

const NOW = at("08:31");
const plant = permit();
let dynamo: TestDynamo;
let city: City;
let senders: Kept;
let ben: string;
beforeAll(async () => {
  dynamo = await startDynamo();
}, 60_000);
afterAll(() => dynamo.stop());
beforeEach(async () => {
  senders = keepingSenders();
  city = await startCity(dynamo, [plant], { senders });
  city.setNow(NOW);
  ben = await city.person({ roles: ["enterprise"], plants: [plant.permitNo], email: null });
});

type Method = "GET" | "POST" | "PUT" | "DELETE";
const ask = (by: string, method: Method, path: string, body?: unknown, match?: string): Promise<Answered> =>
  apiOf(city.services).call(method, `/api/self/${path}`, {
    claims: { sub: by, iat: String(NOW / 1000 + 60) },
    ...(body !== undefined && { body }),
    headers: match === undefined ? {} : { "if-match": match },
  });
const device = (endpoint: string): object => {
  const { p256dh, auth } = fakeBrowser();
  return { endpoint, p256dh, auth, name: "Edge · Windows" };
};
const kinds = (warning: string[], data: string[] = []): object => ({ kinds: { warning, data } });

test("who has chosen nothing is shown what a first device would bring; a choice is kept and audited", async () => {
  const before = await ask(ben, "GET", "notice-settings");
  expect(before.body).toMatchObject({ settings: kinds(["push"], ["push"]), pushKey: "sender", email: null });
  const put = await ask(ben, "PUT", "notice-settings", kinds(["push", "push"]), String(before.headers.etag));
  expect([put.status, put.body.settings]).toEqual([200, kinds(["push"])]);
  expect((await ask(ben, "GET", "notice-settings")).body.settings).toEqual(kinds(["push"]));
  const { items } = await city.services.people.audit({ day: "2026-10-01" }, 10, null);
  const made = items.filter(({ operation }) => operation === "putNoticeSettings");
  expect(made).toMatchObject([{ sub: ben, after: kinds(["push"]) }]);
});

test("without or with an old If-Match nothing is changed", async () => {
  expect((await ask(ben, "PUT", "notice-settings", kinds([]))).status).toBe(428);
  expect((await ask(ben, "PUT", "notice-settings", kinds([]), '"notices-0"')).status).toBe(200);
  const late = await ask(ben, "PUT", "notice-settings", kinds(["push"]), '"notices-0"');
  expect([late.status, late.body.title]).toEqual([412, "changed meanwhile"]);
});

test("e-mail needs an address", async () => {
  const answer = await ask(ben, "PUT", "notice-settings", kinds(["email"]), '"notices-0"');
  expect([answer.status, answer.body.problems]).toEqual([
    422,
    [{ path: "kinds.warning", reason: expect.stringContaining("ask your bureau"), zh: expect.any(String) }],
  ]);
  expect((await ask(ben, "POST", "test-notice", { channel: "email", device: null })).body.title).toBe("no address");
});

test.each([
  ["an address inside", { endpoint: "https://169.254.169.254/x" }],
  ["no TLS", { endpoint: "http://push.service.cn/x" }],
  ["a key of another length", { p256dh: "AAAA" }],
  ["a secret of another length", { auth: "AAAA" }],
  ["characters that nobody sees in the name", { name: "a\u202eb" }],
])("a device is refused: %s", async (_, wrong) => {
  const answer = await ask(ben, "POST", "push-devices", { ...device("https://push.service.cn/x"), ...wrong });
  expect(answer.status).toBe(422);
  expect((await ask(ben, "GET", "push-devices")).body.devices).toEqual([]);
});

test("the same browser again is the same device; ten at most", async () => {
  for (let i = 0; i < 10; i++)
    expect((await ask(ben, "POST", "push-devices", device(`https://push.service.cn/${i}`))).status).toBe(201);
  expect((await ask(ben, "POST", "push-devices", device("https://push.service.cn/0"))).status).toBe(201);
  const more = await ask(ben, "POST", "push-devices", device("https://push.service.cn/10"));
  expect([more.status, more.body.title]).toEqual([409, "too many devices"]);
  expect((await ask(ben, "GET", "push-devices")).body.devices).toHaveLength(10);
});

test("a browser that somebody else takes over is his, and no more the other's", async () => {
  const amy = await city.person({ roles: ["enterprise"], plants: [plant.permitNo] });
  await ask(ben, "POST", "push-devices", device("https://push.service.cn/shared"));
  await ask(amy, "POST", "push-devices", device("https://push.service.cn/shared"));
  expect((await ask(ben, "GET", "push-devices")).body.devices).toEqual([]);
  const [{ id }] = (await ask(amy, "GET", "push-devices")).body.devices;
  expect((await ask(ben, "DELETE", `push-devices/${id}`)).status).toBe(404);
  expect((await ask(ben, "POST", "test-notice", { channel: "push", device: id })).status).toBe(404);
  expect((await ask(amy, "DELETE", `push-devices/${id}`)).body.devices).toEqual([]);
});

test("keys and addresses of browsers are in no answer and not in the audit trail", async () => {
  const sent = device("https://push.service.cn/secret-path");
  const { text } = await ask(ben, "POST", "push-devices", sent);
  const { items } = await city.services.people.audit({ day: "2026-10-01" }, 10, null);
  for (const secret of ["secret-path", (sent as { auth: string }).auth])
    for (const shown of [text, JSON.stringify(items)]) expect(shown).not.toContain(secret);
});

test("a test says what became of it", async () => {
  await ask(ben, "POST", "push-devices", device("https://push.service.cn/1"));
  const [{ id }] = (await ask(ben, "GET", "push-devices")).body.devices;
  expect((await ask(ben, "POST", "test-notice", { channel: "push", device: id })).body).toEqual({ state: "sent" });
  senders.answers.set("https://push.service.cn/1", "unknown");
  expect((await ask(ben, "POST", "test-notice", { channel: "push", device: id })).body).toEqual({ state: "unknown" });
});
