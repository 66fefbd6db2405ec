/** Digests on the real engine: once a person and day, of what came up since the last, and of nothing nothing. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startDynamo, type TestDynamo } from "../../tests/dynamo.ts";
import { startCity, type City } from "../city/fixtures.ts";
import { markRepository } from "../marks/mark-repository.ts";
import type { Permit } from "../register/domain/permit.ts";
import { permitNo } from "../register/fixtures.ts";
import { DAY, formatIso, HOUR, MINUTE } from "../shared/shanghai.ts";
import { at, device, outlet, permit, ruleData } from "../telemetry/fixtures.ts";
import { minute } from "../warnings/fixtures.ts";
import { digestRepository } from "./digest-repository.ts";
import { sendDigests, type DigestServices } from "./digest.ts";
import { fakeBrowser, keepingSenders, type Kept } from "./fixtures.ts";
import { noticeRepository } from "./repository.ts";
import { run } from "./send-digest.ts";

const MORNING = at("08:00");
const [first, second] = [permitNo(1), permitNo(2)];
const one = (over: Partial<Permit> = {}): Permit => permit({ permitNo: first, ...over });
const two = (over: Partial<Permit> = {}): Permit =>
  permit({ permitNo: second, name: "二厂", outlets: [outlet({ devices: [device({ mn: "B" })] })], ...over });
let dynamo: TestDynamo;
let city: City;
let senders: Kept;
let now: number;

beforeAll(async () => {
  dynamo = await startDynamo();
}, 60_000);
afterAll(() => dynamo.stop());
beforeEach(async () => {
  senders = keepingSenders();
  city = await startCity(dynamo, [one(), two()], { senders });
  setNow(MORNING);
});

function setNow(t: number): void {
  now = t;
  city.setNow(t);
}
function services(): DigestServices {
  const { tables, register, people, db } = city.services;
  const ledger = { db, table: tables.ledger };
  return {
    digests: digestRepository(ledger),
    notices: noticeRepository(ledger),
    marks: markRepository(ledger),
    ledger: city.world.ledger,
    blocks: city.world.blocks,
    register,
    registerTable: { db, table: tables.register },
    people,
    ...senders,
    ruleData,
    now: () => now,
  };
}
const send = (): ReturnType<typeof sendDigests> => sendDigests(services());

/** Somebody of both plants with a browser and an address, who chose a digest at `hour`. */
async function someone(hour: number, channels = ["push", "email"], over: object = {}): Promise<string> {
  const email = "wang@plant.cn";
  const sub = await city.person({ roles: ["enterprise"], plants: [first, second], email, ...over });
  const { p256dh, auth } = fakeBrowser();
  const endpoint = `https://push.service.cn/${sub}`;
  expect(
    (await city.send(sub, "POST", "/api/self/push-devices", { endpoint, p256dh, auth, name: "Edge" })).status,
  ).toBe(201);
  expect((await choose(sub, hour, channels)).status).toBe(200);
  return sub;
}
async function choose(sub: string, hour: number, channels: string[], quiet?: object): ReturnType<City["send"]> {
  const { headers } = await city.get(sub, "/api/self/notice-settings");
  const body = { kinds: { warning: [], data: [] }, digest: { hour, channels, ...(quiet && { kinds: quiet }) } };
  return city.send(sub, "PUT", "/api/self/notice-settings", body, String(headers.etag).slice(1, -1));
}
/** An hour of yesterday in which most minutes are missing, so that it has to be marked until today's noon. */
const aGap = async (): Promise<void> => {
  const begin = MORNING - 12 * HOUR;
  const minutes = Array.from({ length: 20 }, (_, i) => minute("A", begin + i * MINUTE, { a21002: 20 }));
  await city.world.ingester().take(...minutes);
};
const notices = async (sub: string): Promise<{ kind: string }[]> =>
  (await city.get(sub, "/api/self/notices")).body.notices;

test("what is to be marked is told once a day by each channel, with the deadline and the page", async () => {
  await aGap();
  const sub = await someone(8);
  const tally = await run({ schedule: "digest", at: formatIso(MORNING) }, services());
  expect(tally).toEqual({ sent: 1 });
  expect(senders.pushed).toHaveLength(1);
  const words = JSON.parse(senders.pushed[0]!.message.payload) as { body: string };
  expect(words).toMatchObject({ title: "每日通知", page: "/notices", tag: "digest" });
  expect(words.body).toMatch(/待标记的时段：\d+/);
  expect(words.body).toContain("最近的截止时间：2026-10-01 12:00");
  expect(senders.pushed[0]!.message.urgency).toBe("normal");
  expect(senders.mailed).toMatchObject([{ to: "wang@plant.cn", key: `digest|${sub}|2026-10-01` }]);
  expect(senders.mailed[0]!.text).toContain("https://permits.example.cn/portal/#/notices");

  // The page says the same, of the same time, after it was sent.
  const { body } = await city.get(sub, "/api/self/notices");
  const told = body.notices.filter((n: { kind: string }) => n.kind === "unmarked");
  expect(words.body).toContain(`待标记的时段：${told.length}\n`);
  expect(told[0]).toMatchObject({ permitNo: first, deadline: "2026-10-01T12:00:00+08:00", outlet: "DA001" });
  expect(body.last).toEqual({
    at: formatIso(MORNING),
    state: "sent",
    receipts: [
      { channel: "push", to: "Edge", state: "sent" },
      { channel: "email", to: "wa***@plant.cn", state: "sent" },
    ],
  });
  // An hour later the next run finds the day taken.
  setNow(MORNING + HOUR);
  expect(await send()).toEqual({ there: 1 });
  expect(senders.pushed).toHaveLength(1);
});

test("a kind that is switched off by a channel comes by the other; off by both, nothing of it is sent", async () => {
  await aGap();
  const sub = await someone(8);
  expect((await choose(sub, 8, ["push", "email"], { unmarked: ["email"] })).status).toBe(200);
  expect(await send()).toEqual({ sent: 1 });
  expect([senders.pushed.length, senders.mailed.length]).toEqual([0, 1]);
  const other = await someone(8);
  expect((await choose(other, 8, ["push", "email"], { unmarked: [] })).status).toBe(200);
  expect(await send()).toEqual({ there: 1, empty: 1 });
  expect([senders.pushed.length, senders.mailed.length]).toEqual([0, 1]);
  // The page still says it, and a client that knows no kinds leaves them as they are.
  expect((await notices(other)).map(({ kind }) => kind)).toContain("unmarked");
  const after = await choose(other, 9, ["email"]);
  expect(after.body.settings.digest).toEqual({ hour: 9, channels: ["email"], kinds: { unmarked: [] } });
});

test("two runs at the same time send it once", async () => {
  await aGap();
  await someone(8);
  const tallies = await Promise.all([send(), send(), send()]);
  expect(senders.pushed).toHaveLength(1);
  expect(senders.mailed).toHaveLength(1);
  expect(tallies.filter((t) => t.sent === 1)).toHaveLength(1);
});

test("of nothing new nothing is sent; a revision is new on one day only", async () => {
  const sub = await someone(8);
  expect(await send()).toEqual({ empty: 1 });
  expect(await notices(sub)).toEqual([]);
  setNow(MORNING + HOUR);
  await city.services.register.applyPermits([two({ industry: "造纸" })], {
    importedAt: formatIso(now),
    source: "second",
    newCode: () => "another",
  });
  expect(await send()).toEqual({ there: 1 });
  setNow(MORNING + DAY);
  expect(await send()).toEqual({ sent: 1 });
  expect(JSON.parse(senders.pushed[0]!.message.payload).body).toBe("二厂\n许可证修改：1");
  setNow(MORNING + 2 * DAY);
  expect(await send()).toEqual({ empty: 1 });
  expect(senders.pushed).toHaveLength(1);
});

test("a judgement is told, with its reason on the page", async () => {
  const sub = await someone(8, ["push"]);
  setNow(MORNING - 2 * HOUR);
  const mark = {
    outlet: "DA001",
    kind: "device-fault",
    from: formatIso(now - HOUR),
    to: formatIso(now),
    reason: "故障",
    key: "key-of-a-client",
  };
  const { body } = await city.send(sub, "POST", `/api/plants/${first}/marks`, mark);
  const inspector = await city.person({ roles: ["inspector"] });
  const judged = await city.send(inspector, "POST", `/api/plants/${first}/marks/${body.id}/judgement`, {
    decision: "invalid",
    reason: "无维修记录",
    version: body.version,
  });
  expect(judged.status, JSON.stringify(judged.body)).toBeLessThan(300);
  setNow(MORNING);
  expect(await send()).toEqual({ sent: 1 });
  expect(JSON.parse(senders.pushed[0]!.message.payload).body).toContain("已认定的标记：1");
  expect(await notices(sub)).toMatchObject([
    { kind: "judged", decision: "invalid", reason: "无维修记录", outlet: "DA001" },
  ]);
});

test("a late run still sends; a later one, and one at night, does not", async () => {
  await aGap();
  await someone(8);
  setNow(at("10:01"));
  expect(await send()).toEqual({});
  setNow(at("07:59"));
  expect(await send()).toEqual({});
  setNow(at("10:00"));
  expect(await send()).toEqual({ sent: 1 });
  await someone(21);
  setNow(at("22:00"));
  expect(await send()).toEqual({});
});

test("who chose none, lost the role or has no plant any more is told nothing", async () => {
  await aGap();
  await someone(8, []);
  await someone(8, ["push"], { roles: ["enterprise"], plants: [] });
  const sub = await someone(8, ["push"]);
  const { people } = city.services;
  const before = (await people.person(sub))!;
  const after = { ...before, active: false, version: before.version + 1 };
  const entry = { id: "c", at: now, sub: "r", name: "r", operation: "putPerson", permitNo: null, target: "" };
  await people.change(people.personWrites(after), { ...entry, before: null, after: null });
  expect(await send()).toEqual({});
  expect(senders.pushed).toHaveLength(0);
});

test("what failed is told again on the next day; a run that was cut off is settled as unknown and not sent again", async () => {
  const sub = await someone(8, ["push"]);
  setNow(MORNING - HOUR);
  await city.services.register.applyPermits([one({ industry: "造纸" })], {
    importedAt: formatIso(now),
    source: "second",
    newCode: () => "another",
  });
  setNow(MORNING);
  senders.answers.set(`https://push.service.cn/${sub}`, "failed");
  expect(await send()).toEqual({ failed: 1 });
  setNow(MORNING + DAY);
  const sending = senders.push.send;
  senders.push.send = () => Promise.reject(new Error("killed"));
  await expect(send()).rejects.toThrow("killed");
  senders.push.send = sending;
  expect(await send()).toEqual({ there: 1 });
  expect((await city.get(sub, "/api/self/notices")).body.last).toMatchObject({ state: "claimed" });
  setNow(MORNING + DAY + HOUR);
  expect(await send()).toEqual({ there: 1 });
  expect((await city.get(sub, "/api/self/notices")).body.last).toMatchObject({ state: "unknown" });
  senders.answers.clear();
  setNow(MORNING + 2 * DAY);
  expect(await send()).toEqual({ sent: 1 });
  expect(JSON.parse(senders.pushed.at(-1)!.message.payload).body).toContain("许可证修改：1");
});

test("one that fails keeps nobody else from his", async () => {
  await aGap();
  const [bad, good] = [await someone(8, ["push"]), await someone(8, ["push"])];
  const all = services();
  const person = all.people.person;
  const failing = async (sub: string): ReturnType<typeof person> => {
    if (sub === bad) throw new Error("the table is slow");
    return person(sub);
  };
  await expect(sendDigests({ ...all, people: { person: failing } })).rejects.toThrow("slow");
  expect(senders.pushed.map(({ to }) => to.endpoint)).toEqual([`https://push.service.cn/${good}`]);
  // The next try of the same event takes up who was left.
  expect(await send()).toEqual({ sent: 1, there: 1 });
});

test("an hour of the night, and e-mail without an address, cannot be chosen", async () => {
  const sub = await city.person({ roles: ["enterprise"], plants: [first], email: null });
  const night = await choose(sub, 22, ["push"]);
  expect([night.status, night.body.problems]).toEqual([
    422,
    [{ path: "digest.hour", reason: expect.stringContaining("7 to 21"), zh: expect.stringContaining("夜间") }],
  ]);
  expect((await choose(sub, 8, ["email"])).body.problems).toMatchObject([{ path: "digest.channels" }]);
  expect((await choose(sub, 21, ["push", "push"])).body.settings.digest).toEqual({ hour: 21, channels: ["push"] });
  // A page of before there were digests sends none: what was chosen stays.
  const { headers } = await city.get(sub, "/api/self/notice-settings");
  const body = { kinds: { warning: ["push"], data: [] } };
  const put = await city.send(sub, "PUT", "/api/self/notice-settings", body, String(headers.etag).slice(1, -1));
  expect(put.body.settings).toMatchObject({ ...body, digest: { hour: 21 } });
});

test("ten plants a page", async () => {
  const plants = Array.from({ length: 12 }, (_, i) => permitNo(i + 1));
  const sub = await city.person({ roles: ["enterprise"], plants });
  const page = await city.get(sub, "/api/self/notices");
  expect(page.body.next).toEqual(expect.any(String));
  const next = await city.get(sub, `/api/self/notices?cursor=${page.body.next}`);
  expect([next.status, next.body.next]).toEqual([200, null]);
  const other = await city.person({ roles: ["enterprise"], plants });
  expect((await city.get(other, `/api/self/notices?cursor=${page.body.next}`)).status).toBe(400);
});

test("what is read stays read: one by its id, all up to a moment; two devices at the same time lose nothing", async () => {
  await aGap();
  const sub = await someone(8);
  const list = async (): Promise<{ id: string; read: boolean }[]> =>
    (await city.get(sub, "/api/self/notices")).body.notices;
  const unread = async (): Promise<number> => (await list()).filter(({ read }) => !read).length;
  const read = (body: object) => city.send(sub, "POST", "/api/self/notices/read", body);
  const all = await list();
  expect(all.length).toBeGreaterThan(0);
  expect(await unread()).toBe(all.length);
  const id = all[0]?.id ?? "";
  const both = await Promise.all([read({ ids: [id] }), read({ ids: ["another"] }), read({ ids: [id] })]);
  expect(both.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect((await read({ ids: ["third"] })).body).toEqual({ upTo: null, ids: 3 });
  expect((await list()).filter((each) => each.read).map((each) => each.id)).toEqual([id]);
  const { body } = await city.get(sub, "/api/self/notices");
  expect((await read({ upTo: body.asOf })).body.upTo).toBe(body.asOf);
  expect(await unread()).toBe(0);
  // What comes later is new; a moment ahead is taken as now.
  expect((await read({ upTo: formatIso(MORNING + 24 * HOUR) })).body.upTo).toBe(formatIso(MORNING));
  expect((await read({ ids: ["x".repeat(41)] })).status).toBe(422);
  const { items } = await city.services.people.audit({ day: "2026-10-01" }, 50, null);
  expect(items.filter(({ operation }) => operation === "readNotices")).toHaveLength(6);
});
