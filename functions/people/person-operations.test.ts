/** People, invitations and the audit trail on an engine in memory, by the whole way of a request. */
import { GetCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";
import { createHash, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startDynamo, type TestDynamo } from "../../tests/dynamo.ts";
import { apiOf, type Answered, type CallApi } from "../../tests/features/call-api.ts";
import { startCity, type City } from "../city/fixtures.ts";
import { permitNo } from "../register/fixtures.ts";
import { formatIso } from "../shared/shanghai.ts";
import { at, permit } from "../telemetry/fixtures.ts";
import type { SmsPort, SmsRequest } from "../warnings/sms.ts";
import type { UserPool } from "./user-pool.ts";

const NOW = at("08:31");
let dynamo: TestDynamo;
let city: City;
let call: CallApi;
let rita: string;
let rolf: string;

beforeAll(async () => {
  dynamo = await startDynamo();
  city = await startCity(dynamo, [permit({ permitNo: permitNo(1), town: "崇福镇" })]);
  city.setNow(NOW);
  ({ call } = apiOf(city.services));
  rita = await city.person({ roles: ["regulator"], name: "Rita" });
  rolf = await city.person({ roles: ["regulator"], name: "Rolf" });
}, 60_000);
afterAll(() => dynamo.stop());

const claims = (sub: string): { sub: string; iat: string } => ({ sub, iat: String(NOW / 1000 + 60) });
const ask = (
  by: string,
  method: "GET" | "POST" | "PUT",
  path: string,
  body?: unknown,
  match?: string,
): Promise<Answered> =>
  call(method, path, { claims: claims(by), body, headers: match === undefined ? {} : { "if-match": match } });
const nobody = { name: "Anna", phone: null, email: null, roles: ["inspector"], plants: [], towns: [] };
const newPerson = async (over: object = {}): Promise<string> =>
  String((await ask(rita, "POST", "/api/people", { ...nobody, ...over })).body.person.sub);

describe("an invitation", () => {
  test("is a link that is shown once: the table has its hash, and nothing else has it", async () => {
    const { status, body, headers } = await ask(rita, "POST", "/api/people", { ...nobody, name: "  Anna 安娜 " });
    expect(status).toBe(201);
    expect(headers.etag).toBe('"1"');
    expect(body.person).toMatchObject({ name: "Anna 安娜", roles: ["inspector"], active: true, version: 1 });
    expect(body.invitation).toMatchObject({ kind: "link", until: formatIso(NOW + 7 * 86_400_000) });
    const token = String(body.invitation.link).split("/").at(-1)!;
    expect(body.invitation.link).toBe(`https://issuer.example/invite/${token}`);
    expect(Buffer.from(token, "base64url")).toHaveLength(32);

    const { people: TableName } = city.services.tables;
    const hash = createHash("sha256").update(token).digest("hex");
    const { Item } = await dynamo.db.send(new GetCommand({ TableName, Key: { pk: `INVITE#${hash}`, sk: "INVITE" } }));
    expect(Item).toMatchObject({ sub: body.person.sub, name: "Anna 安娜", expires: NOW + 7 * 86_400_000 });
    const { Items } = await dynamo.db.send(new ScanCommand({ TableName }));
    expect(JSON.stringify(Items)).not.toContain(token);
  });

  test.each<[string, object, string]>([
    [
      "a plant that is none",
      { roles: ["enterprise"], plants: [permitNo(9)] },
      `plants[0] is no permit of the register`,
    ],
    ["a town that is none", { roles: ["town-officer"], towns: ["杭州"] }, "towns[0] is no town of any permit"],
    ["a role that is none", { roles: ["king"] }, "roles[0] must be"],
    ["a number that is none", { phone: "13900000001" }, "phone must be like"],
    ["a name of two lines", { name: "Anna\nregulator" }, "name must be like"],
    ["a name that reads backwards", { name: "Anna‮" }, "name must be like"],
    ["no name", { name: "   " }, "name must not be empty"],
    ["what is not asked for", { version: 3 }, 'has unknown key "version"'],
    ["a subject where accounts are ours", { subject: "x" }, "subject must be null"],
  ])("%s is refused by name", async (_, over, detail) => {
    const { status, body } = await ask(rita, "POST", "/api/people", { ...nobody, ...over });
    expect(status).toBe(422);
    expect(body.detail).toContain(detail);
  });

  test("again: another link of the same person, whose sessions end, and the former link with them", async () => {
    const first = (await ask(rita, "POST", "/api/people", nobody)).body;
    const { sub } = first.person;
    const { status, body } = await ask(rita, "POST", `/api/people/${sub}/invitation`, {});
    expect(status).toBe(201);
    expect(body.person).toMatchObject({ sub, version: 2, sessionsFrom: formatIso(NOW + 1000) });
    const expires = async (link: string): Promise<unknown> => {
      const hash = createHash("sha256").update(link.split("/").at(-1)!).digest("hex");
      const Key = { pk: `INVITE#${hash}`, sk: "INVITE" };
      const { Item } = await dynamo.db.send(new GetCommand({ TableName: city.services.tables.people, Key }));
      return Item?.expires;
    };
    expect(await expires(first.invitation.link)).toBe(0);
    expect(await expires(body.invitation.link)).toBe(NOW + 7 * 86_400_000);
  });

  test("goes to the phone when that is asked for; what the carrier says is told, and the link is shown all the same", async () => {
    const sent: SmsRequest[] = [];
    let state: "sent" | "failed" = "sent";
    const sms: SmsPort = async (request) => (sent.push(request), { state, id: null });
    const { call: asked } = apiOf({ ...city.services, accounts: { ...city.services.accounts, sms } });
    const post = (path: string, body: object): Promise<Answered> => asked("POST", path, { claims: claims(rita), body });
    const invited = { ...nobody, phone: "+8613900000001", sms: true };
    const { body } = await post("/api/people", invited);
    expect(body.sms).toBe("sent");
    expect(sent).toMatchObject([{ to: "+8613900000001", template: "sms.invitation-link" }]);
    expect(sent[0]?.text).toContain(body.invitation.link);
    expect(sent[0]?.text).toMatch(/^【证后监管】Anna，/);
    state = "failed";
    const again = (await post(`/api/people/${body.person.sub}/invitation`, { sms: true })).body;
    expect(again).toMatchObject({ sms: "failed", invitation: { kind: "link" } });
    expect((await post("/api/people", { ...nobody, phone: "+8613900000001" })).body.sms).toBeNull();
    expect(sent).toHaveLength(2);
    const without = await post("/api/people", { ...nobody, sms: true });
    expect([without.status, without.body.detail]).toEqual([422, expect.stringContaining("phone is missing")]);
  });

  test("asked for twice by one request is one person, and the last link is the good one", async () => {
    const key = randomUUID();
    const [first, second] = [
      await ask(rita, "POST", "/api/people", { ...nobody, key }),
      await ask(rita, "POST", "/api/people", { ...nobody, key }),
    ];
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body.person).toMatchObject({ sub: first.body.person.sub, version: 2 });
    expect(second.body.invitation.link).not.toBe(first.body.invitation.link);
    expect((await ask(rita, "POST", "/api/people", { ...nobody, key: "7" })).status).toBe(422);
  });

  test("of a person that is none", async () => {
    expect((await ask(rita, "POST", "/api/people/nobody/invitation", {})).body.title).toBe("no such person");
  });
});

describe("where a user pool keeps the accounts", () => {
  const calls: string[][] = [];
  const pool: UserPool = {
    create: async (...asked) => (calls.push(["create", ...asked]), asked[0] === "taken" ? null : `pool-${asked[0]}`),
    reset: async (...asked) => (calls.push(["reset", ...asked]), asked[0] !== "gone"),
    signOut: async (...asked) => void calls.push(["signOut", ...asked]),
  };
  const withPool = (): CallApi =>
    apiOf({ ...city.services, accounts: { ...city.services.accounts, page: null, pool } }).call;
  const post = (path: string, body?: object): Promise<Answered> =>
    withPool()("POST", path, { claims: claims(rita), body });

  test("a first password is shown once and is in no row", async () => {
    const { status, body } = await post("/api/people", { ...nobody, username: "anna" });
    expect(status).toBe(201);
    expect(body.person.sub).toBe("pool-anna");
    const { password } = body.invitation;
    expect(body.invitation).toEqual({
      kind: "password",
      username: "anna",
      password,
      until: formatIso(NOW + 3 * 86_400_000),
    });
    expect(calls).toEqual([["create", "anna", "Anna", password]]);
    expect(password).toMatch(/^[a-z2-9]{5}-[a-z2-9]{5}-[a-z2-9]{5}-A7$/);
    const { Items } = await dynamo.db.send(new ScanCommand({ TableName: city.services.tables.people }));
    expect(JSON.stringify(Items)).not.toContain(password);
  });
  test("a name is made up where none is given; one that is taken is told", async () => {
    expect((await post("/api/people", nobody)).body.invitation.username).toMatch(/^user-[a-z2-9]{8}$/);
    expect((await post("/api/people", { ...nobody, username: "taken" })).body).toMatchObject({
      status: 409,
      title: "user name taken",
    });
  });
  test("again, and sessions end at the pool too", async () => {
    calls.length = 0;
    const { body } = await post("/api/people/pool-anna/invitation", {});
    expect(body.invitation).toMatchObject({ kind: "password", username: null });
    await post("/api/people/pool-anna/sign-out");
    expect(calls).toEqual([
      ["reset", "pool-anna", body.invitation.password],
      ["signOut", "pool-anna"],
      ["signOut", "pool-anna"],
    ]);
  });
});

describe("where others keep the accounts", () => {
  const post = (path: string, body?: object): Promise<Answered> =>
    apiOf({ ...city.services, accounts: { ...city.services.accounts, page: null, pool: null } }).call("POST", path, {
      claims: claims(rita),
      body,
    });

  test("the subject is given, and nothing is handed on", async () => {
    expect((await post("/api/people", nobody)).body.detail).toContain("subject is missing");
    const { body } = await post("/api/people", { ...nobody, subject: "their|7" });
    expect(body).toMatchObject({ person: { sub: "their|7" }, invitation: null });
    expect((await post("/api/people", { ...nobody, subject: "their|7" })).status).toBe(409);
    expect((await post(`/api/people/${encodeURIComponent("their|7")}/invitation`, {})).body.title).toBe(
      "no accounts here",
    );
  });
});

describe("changing a person", () => {
  test("needs the version that was read, and says when it is another", async () => {
    const sub = await newPerson();
    const body = { ...nobody, active: true, name: "Anne" };
    expect((await ask(rita, "PUT", `/api/people/${sub}`, body)).status).toBe(428);
    const first = await ask(rita, "PUT", `/api/people/${sub}`, body, '"1"');
    expect([first.status, first.headers.etag, first.body.name]).toEqual([200, '"2"', "Anne"]);
    const late = await ask(rolf, "PUT", `/api/people/${sub}`, { ...body, name: "Anja" }, '"1"');
    expect(late.body).toMatchObject({ status: 412, title: "changed meanwhile" });
    expect((await ask(rolf, "GET", `/api/people/${sub}`)).body).toMatchObject({ name: "Anne", version: 2 });
  });

  test("of two at once one is told, and nothing is half done", async () => {
    const sub = await newPerson();
    const put = (by: string, name: string): Promise<Answered> =>
      ask(by, "PUT", `/api/people/${sub}`, { ...nobody, active: true, name }, '"1"');
    const answers = await Promise.all([put(rita, "one"), put(rolf, "two")]);
    expect(answers.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(1);
    const winner = answers.find(({ status }) => status === 200)!.body;
    const { people } = city.services;
    expect(await people.person(sub)).toMatchObject({ name: winner.name, version: 2 });
    const listed = (await people.list(200, null)).items.find((each) => each.sub === sub);
    expect(listed).toMatchObject({ name: winner.name, version: 2 });
  });

  test("nobody changes his own rights; his name he does", async () => {
    const own = { ...nobody, roles: ["regulator"], active: true };
    const put = async (body: object): Promise<Answered> => {
      const { headers } = await ask(rita, "GET", `/api/people/${rita}`);
      return ask(rita, "PUT", `/api/people/${rita}`, body, String(headers.etag));
    };
    expect((await put({ ...own, roles: [] })).body.detail).toContain("roles is yours");
    expect((await put({ ...own, active: false })).body.detail).toContain("active is yours");
    expect((await put({ ...own, name: "Rita R." })).status).toBe(200);
  });

  test("two regulators who take each other's rights at once: one stays", async () => {
    const [a, b] = [await city.person({ roles: ["regulator"] }), await city.person({ roles: ["regulator"] })];
    const put = (by: string, of: string): Promise<Answered> =>
      ask(by, "PUT", `/api/people/${of}`, { ...nobody, roles: [], active: true }, '"1"');
    await Promise.all([put(a, b), put(b, a)]);
    const left = await Promise.all([a, b].map((sub) => city.services.people.person(sub)));
    expect(left.filter((each) => each?.roles.includes("regulator")).length).toBeGreaterThan(0);
  });

  test("a session is over at once, and its owner may end his own", async () => {
    const sub = await newPerson();
    const self = async (issued: number): Promise<number> =>
      (await call("GET", "/api/self", { claims: { sub, iat: String(issued / 1000) } })).status;
    expect(await self(NOW)).toBe(200);
    await ask(rita, "POST", `/api/people/${sub}/sign-out`);
    expect([await self(NOW), await self(NOW + 1000)]).toEqual([403, 200]);
    city.setNow(NOW + 5000);
    expect((await ask(sub, "POST", "/api/self/sign-out")).body).toEqual({ sessionsFrom: formatIso(NOW + 6000) });
    city.setNow(NOW);
    expect([await self(NOW + 5000), await self(NOW + 6000)]).toEqual([403, 200]);
  });
});

describe("lists", () => {
  const all = async (path: string, of: string): Promise<Record<string, unknown>[]> => {
    const found: Record<string, unknown>[] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const query: Record<string, string> = { limit: "3", ...(cursor && { cursor }) };
      const { body } = await call("GET", path, { claims: claims(rita), query });
      expect(body[of].length).toBeLessThanOrEqual(3);
      found.push(...body[of]);
      cursor = body.next;
    }
    return found;
  };
  test("people, page by page, each once", async () => {
    const subs = (await all("/api/people", "people")).map(({ sub }) => sub);
    expect(subs).toEqual([...new Set(subs)]);
    expect(subs).toContain(rita);
  });
  test("the audit trail of a day: who, what, before, after, newest first", async () => {
    const sub = await newPerson({ name: "Old" });
    await ask(rolf, "PUT", `/api/people/${sub}`, { ...nobody, active: true, name: "New" }, '"1"');
    const trail = await all("/api/audit", "entries");
    expect(trail.map(({ at: t }) => String(t))).toEqual(
      trail
        .map(({ at: t }) => String(t))
        .toSorted()
        .toReversed(),
    );
    const change = trail.find((each) => each.operation === "putPerson" && each.target === `person ${sub}`);
    expect(change).toMatchObject({
      sub: rolf,
      name: "Rolf",
      permitNo: null,
      before: { name: "Old" },
      after: { name: "New" },
    });
  });
  test.each([
    ["/api/audit", { day: "2026-02-30" }, 422],
    ["/api/audit", { day: "yesterday" }, 422],
    ["/api/audit", { limit: "0" }, 422],
    ["/api/people", { limit: "201" }, 422],
    ["/api/people", { cursor: "bm9uZQ" }, 400],
  ] as const)("%s %j → %i", async (path, query, status) => {
    expect((await call("GET", path, { claims: claims(rita), query })).status).toBe(status);
  });
  test("of another day there is nothing, and a cursor of one day is none of another", async () => {
    const get = (query: Record<string, string>): Promise<Answered> =>
      call("GET", "/api/audit", { claims: claims(rita), query });
    expect((await get({ day: "2026-09-01" })).body).toEqual({ entries: [], next: null });
    const { body } = await get({ limit: "1" });
    expect((await get({ day: "2026-09-01", cursor: body.next })).status).toBe(400);
  });
});

test("an entry of the audit trail is never replaced: a second one of its name undoes what came with it", async () => {
  const { people } = city.services;
  const person = (await people.person(rita))!;
  const entry = {
    id: "twice",
    at: NOW,
    sub: rita,
    name: "Rita",
    operation: "t",
    permitNo: permitNo(1),
    target: "t",
    before: null,
    after: 1,
  };
  expect(await people.change([], entry)).toBe(true);
  const next = { ...person, name: "Somebody", version: person.version + 1 };
  expect(await people.change(people.personWrites(next), { ...entry, after: 2 })).toBe(false);
  expect((await people.audit({ permitNo: permitNo(1) }, 10, null)).items).toMatchObject([{ id: "twice", after: 1 }]);
  expect((await people.person(rita))?.name).toBe(person.name);
});
