/** A person's change of a permit on the real engine: one transaction with its audit entry, nobody overwrites what he has not seen. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startDynamo, type TestDynamo } from "../../tests/dynamo.ts";
import { startCity, type Answer, type City } from "../city/fixtures.ts";
import { MINUTE, parseIso } from "../shared/shanghai.ts";
import { at, device, outlet, permit, PHONES } from "../telemetry/fixtures.ts";
import { minute } from "../warnings/fixtures.ts";
import { cachedRegister } from "./cached-register.ts";
import { permitForm, type LimitForm, type PermitForm } from "./domain/file-form.ts";
import { permitNo as numbered } from "./fixtures.ts";

const plant = permit({ permitNo: numbered(1), outlets: [outlet({ devices: [device({ secretRef: "a-secret" })] })] });
const other = permit({ permitNo: numbered(2), outlets: [outlet({ devices: [device({ mn: "B" })] })] });
const { permitNo } = plant;
const path = `/api/plants/${permitNo}/permit`;
let dynamo: TestDynamo;
let city: City;
let wang: string;
let li: string;
beforeAll(async () => {
  dynamo = await startDynamo();
}, 60_000);
afterAll(() => dynamo.stop());
beforeEach(async () => {
  city = await startCity(dynamo, [plant, other]);
  city.setNow(at("08:00"));
  wang = await city.person({ roles: ["regulator"], name: "王" });
  li = await city.person({ roles: ["regulator"], name: "李" });
});

const put = (sub: string, sent: PermitForm, revision = 1, reason = "换证"): Promise<Answer> =>
  city.send(sub, "PUT", path, { permit: sent, reason }, `permit-${revision}`);
const withLimits = (...limits: Partial<LimitForm>[]): PermitForm => {
  const form = permitForm(plant);
  return {
    ...form,
    outlets: form.outlets.map((o) => ({ ...o, limits: limits.map((l) => ({ ...o.limits[0]!, ...l })) })),
  };
};
const DECEMBER = "2026-12-01T00:00:00+08:00";
const from = (max: number): PermitForm => withLimits({ to: DECEMBER }, { from: DECEMBER, max });

test("the permit is read in the form of the file, and what is put becomes a revision with who and why", async () => {
  const { body, headers } = await city.get(wang, path);
  expect(headers.etag).toBe('"permit-1"');
  expect(body).toMatchObject({ permit: permitForm(plant), revision: 1, older: false });
  expect(body.revisions).toEqual([
    { revision: 1, importedAt: "2026-09-30T08:00:00+08:00", source: "test", by: null, reason: null },
  ]);
  const answer = await put(wang, from(40));
  expect([answer.status, answer.headers.etag]).toEqual([200, '"permit-2"']);
  expect(answer.body).toMatchObject({
    outcome: "revised",
    revision: 2,
    permit: from(40),
    differences: [{ kind: "limit-followed", before: { max: 50 }, after: { max: 40, from: DECEMBER } }],
  });
  const { body: now } = await city.get(wang, path);
  expect([now.permit, now.revisions[0]]).toEqual([
    from(40),
    { revision: 2, importedAt: "2026-10-01T08:00:00+08:00", source: "edit", by: "王", reason: "换证" },
  ]);
  const { body: first } = await city.get(wang, `${path}/revisions/1`);
  expect([first.permit, first.differences]).toEqual([permitForm(plant), []]);
  expect((await city.get(wang, `${path}/revisions/2`)).body.differences).toEqual(answer.body.differences);
  for (const n of ["0", "3", "x", "-1"]) expect((await city.get(wang, `${path}/revisions/${n}`)).status).toBe(404);
});

test("its entry in the audit trail holds what differs and nothing else", async () => {
  await put(wang, withLimits({ max: 40 }));
  const { items } = await city.services.people.audit({ permitNo }, 10, null);
  expect(items).toMatchObject([
    {
      operation: "putPermit",
      sub: wang,
      target: "permit",
      before: { revision: 1, values: { "outlets[DA001].limits[a21002 hour].max": 50 } },
      after: { revision: 2, reason: "换证", values: { "outlets[DA001].limits[a21002 hour].max": 40 } },
    },
  ]);
  expect(Object.keys((items[0]!.after as { values: object }).values)).toHaveLength(1);
});

test("nothing changed: no revision, no entry", async () => {
  const answer = await put(wang, permitForm(plant));
  expect([answer.status, answer.headers.etag, answer.body.outcome]).toEqual([200, '"permit-1"', "unchanged"]);
  expect((await city.services.people.audit({ permitNo }, 10, null)).items).toEqual([]);
  expect((await city.services.register.getPlant(permitNo))?.revision).toBe(1);
});

test("who comes second is told who changed what, and nothing of either is lost", async () => {
  await put(wang, withLimits({ max: 40 }));
  const answer = await put(li, withLimits({ max: 45 }));
  expect([answer.status, answer.body.title]).toEqual([412, "changed meanwhile"]);
  expect(answer.body).toMatchObject({
    detail: expect.stringContaining("王 made revision 2"),
    revision: 2,
    changes: [{ revision: 2, by: "王", reason: "换证", source: "edit" }],
    differences: [{ path: "outlets[DA001].limits[a21002 hour].max", before: 50, after: 40 }],
  });
  expect((await city.get(li, path)).body.permit).toEqual(withLimits({ max: 40 }));
  // Also where it is an import that came meanwhile.
  await city.services.register.applyPermits([{ ...plant, name: "新名" }], {
    importedAt: "2026-10-02T08:00:00+08:00",
    source: "permits/x.json",
    newCode: () => "c",
  });
  expect((await put(wang, withLimits({ max: 30 }), 2)).body).toMatchObject({
    status: 412,
    changes: [{ revision: 3, by: null, source: "permits/x.json" }],
  });
});

test.each([undefined, "", "permit-", "permit-2", "contacts-1"])("If-Match %s does not pass", async (etag) => {
  const answer = await city.send(wang, "PUT", path, { permit: from(40), reason: "x" }, etag);
  expect(answer.status).toBe(etag === undefined ? 428 : 412);
  expect((await city.services.register.getPlant(permitNo))?.revision).toBe(1);
});

test("two at the same moment: one is saved, the other refused", async () => {
  const race = await Promise.all([put(wang, withLimits({ max: 40 })), put(li, withLimits({ max: 45 }))]);
  expect(race.map((x) => String(x.status)).toSorted()).toEqual(["200", "412"]);
  const won = race.find((x) => x.status === 200)!;
  expect((await city.get(wang, path)).body.permit).toEqual(won.body.permit);
  expect((await city.services.people.audit({ permitNo }, 10, null)).items).toHaveLength(1);
});

test("a change of the plant's contacts at the same moment is no conflict, and both stand", async () => {
  const contacts = await city.get(wang, `/api/plants/${permitNo}/contacts`);
  const [saved, edited] = await Promise.all([
    city.send(li, "PUT", `/api/plants/${permitNo}/contacts`, contacts.body, "permit-1"),
    put(wang, withLimits({ max: 40 })),
  ]);
  expect(edited.status).toBe(200);
  // The list of contacts is the permit's people until the plant has its own: there the permit may have been first.
  const known = await city.services.register.getPlant(permitNo, true);
  expect([known?.revision, known?.contacts !== undefined]).toEqual([2, saved.status === 200]);
});

describe("what is wrong is told by its place, in both languages, and nothing is saved", () => {
  const [first] = permitForm(plant).outlets;
  const cases: [string, PermitForm, string][] = [
    ["permitNo", { ...permitForm(plant), permitNo: numbered(3) }, "must stay"],
    ["outlets[0].limits[1]", withLimits({}, { max: 40 }), "overlaps limits[0]"],
    ["outlets[0].limits[0].max", withLimits({ max: null }), "needs max"],
    ["outlets[0].limits[0].pollutant", withLimits({ pollutant: "<script>" }), "unknown pollutant"],
    [
      "outlets[0].devices[0].mn",
      { ...permitForm(plant), outlets: [{ ...first!, devices: [{ ...first!.devices[0]!, mn: "B" }] }] },
      `of ${numbered(2)} in the register`,
    ],
    ["", { ...permitForm(plant), industry: "长".repeat(110_000) }, "is longer than"],
  ];
  test.each(cases)("%s", async (where, sent, reason) => {
    const answer = await put(wang, sent);
    expect(answer.status).toBe(422);
    expect(answer.body.problems).toEqual([
      { path: where, reason: expect.stringContaining(reason), zh: expect.stringMatching(/\p{Script=Han}/u) },
    ]);
    const check = await city.send(wang, "POST", `${path}/check`, { permit: sent });
    expect(check.body.problems).toEqual(answer.body.problems);
    expect((await city.services.register.getPlant(permitNo))?.revision).toBe(1);
  });
  test("a reason is needed", async () => {
    expect((await put(wang, from(40), 1, "  ")).status).toBe(422);
  });
});

test("a check says what would change and from when on the past is another, and changes nothing", async () => {
  const { status, body } = await city.send(wang, "POST", `${path}/check`, {
    permit: withLimits({ to: "2026-10-01T06:00:00+08:00" }, { from: "2026-10-01T06:00:00+08:00", max: 40 }),
  });
  expect([status, body.problems, body.past]).toEqual([
    200,
    [],
    { limits: "2026-10-01T06:00:00+08:00", basis: null, bindings: null },
  ]);
  expect(body.differences).toHaveLength(1);
  expect((await city.send(wang, "POST", `${path}/check`, { permit: from(40) })).body.past.limits).toBeNull();
  expect((await city.services.register.getPlant(permitNo))?.revision).toBe(1);
});

test("who may not read contacts or devices sees neither phones nor secrets, also not as a difference", async () => {
  const expert = await city.person({ roles: ["expert"], plants: [permitNo] });
  await put(wang, { ...permitForm(plant), contacts: [{ role: "operator", phone: "+8613700000000" }] });
  for (const each of [path, `${path}/revisions/1`, `${path}/revisions/2`]) {
    const { body } = await city.get(expert, each);
    expect(body.permit.contacts).toBeNull();
    expect(JSON.stringify(body)).not.toMatch(/\+86|a-secret/);
  }
  const own = await city.person({ roles: ["enterprise"], plants: [permitNo] });
  expect(JSON.stringify((await city.get(own, `${path}/revisions/2`)).body.differences)).toContain(PHONES.operator);
});

test("a device moves from plant to plant when it is free, and whoever has it in memory knows it at once", async () => {
  const { register } = city.services;
  const hot = cachedRegister(register, { seconds: 3600, now: () => at("08:00") });
  const move = "2026-10-01T08:00:00+08:00";
  await hot.refresh();
  expect(await hot.bindings("B")).toHaveLength(1);
  const theirs = permitForm(other);
  const ended = { ...theirs.outlets[0]!.devices[0]!, to: move };
  const freed = { ...theirs, outlets: [{ ...theirs.outlets[0]!, devices: [ended] }] };
  const their = `/api/plants/${other.permitNo}/permit`;
  expect((await city.send(wang, "PUT", their, { permit: freed, reason: "moved" }, "permit-1")).status).toBe(200);
  const mine = permitForm(plant);
  const both = [...mine.outlets[0]!.devices, { ...ended, from: move, to: null }];
  await put(wang, { ...mine, outlets: [{ ...mine.outlets[0]!, devices: both }] });
  await hot.refresh();
  expect((await hot.bindings("B")).map((b) => [b.permitNo, b.from, b.to])).toEqual([
    [other.permitNo, device().from, parseIso(move)],
    [permitNo, parseIso(move), null],
  ]);
});

test("revisions come in pages, newest first", async () => {
  for (let n = 1; n <= 51; n++) expect((await put(wang, withLimits({ max: 50 + n }), n)).status).toBe(200);
  const { body } = await city.get(wang, path);
  expect([body.revisions.length, body.revisions[0].revision, body.older]).toEqual([50, 52, true]);
  const rest = await city.get(wang, `${path}?before=${body.revisions.at(-1).revision}`);
  expect([rest.body.revisions.map((r: { revision: number }) => r.revision), rest.body.older]).toEqual([[2, 1], false]);
});

test("the limit that governs is the one in force at the hour's start; what is judged stays, and is judged by the new one when its data change", async () => {
  const { world } = city;
  const register = cachedRegister(city.services.register, { seconds: 3600, now: () => at("08:00") });
  const ingester = world.ingester();
  const send = (from: string, count: number, receivedAt: string): Promise<unknown> =>
    ingester.take(
      ...Array.from({ length: count }, (_, i) => minute("A", at(from) + i * MINUTE, { a21002: 45 }, at(receivedAt))),
    );
  await send("07:00", 50, "08:01");
  await world.close("HOUR", at("08:10"));
  const verdicts = async () =>
    (await world.ledger.closed(permitNo, "HOUR", at("07:00"))).flatMap((p) =>
      p.verdicts.map((v) => [v.verdict, v.limit, v.revision]),
    );
  expect(await verdicts()).toEqual([["met", 50, 0]]);
  const past = "2026-10-01T07:00:00+08:00";
  await put(wang, withLimits({ to: past }, { from: past, max: 40 }));
  await world.tick(at("08:15"), { register });
  expect(await verdicts()).toEqual([["met", 50, 0]]);
  // Ten more minutes arrive late: the hour is judged again, by the register as it stands.
  await send("07:50", 10, "08:16");
  await world.tick(at("08:20"), { register });
  expect(await verdicts()).toEqual([
    ["met", 50, 0],
    ["exceeded", 40, 1],
  ]);
});
