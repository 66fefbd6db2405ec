/** An import from the upload to the register: what is shown before, what is refused, what somebody changed meanwhile, what is cancelled. */
import { createHash } from "node:crypto";
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startDynamo, type TestDynamo } from "../../tests/dynamo.ts";
import { bucketInMemory, startCity, type Answer, type City } from "../city/fixtures.ts";
import { gasLimit, outlet, permit, permitNo } from "../register/fixtures.ts";
import { parsePermits } from "../register/domain/parse-permits.ts";
import { at, ruleData } from "../telemetry/fixtures.ts";
import { runImportJob } from "./import-jobs.ts";
import { UPLOAD_PART } from "./import-schema.ts";

const NOW = at("08:00");
let dynamo: TestDynamo;
let city: City;
let bucket: ReturnType<typeof bucketInMemory>;
let rita: string;

beforeAll(async () => {
  dynamo = await startDynamo();
});
afterAll(() => dynamo.stop());
beforeEach(async () => {
  bucket = bucketInMemory();
  city = await startCity(dynamo, [], { bucket });
  city.setNow(NOW);
  rita = await city.person({ roles: ["regulator"], name: "Rita" });
});

let ids = 0;
const uuid = (): string => `00000000-0000-4000-8000-${String(++ids).padStart(12, "0")}`;
const plantWith = (n: number, max: number): object =>
  permit(n, { outlets: [outlet({ devices: [{ mn: `MN-${n}` }], limits: [gasLimit({ max })] })] });
const file = (...permits: object[]): string => JSON.stringify({ permits }, null, 1);

/** Does the jobs that were begun, as the function does when their objects arrive. */
async function work(): Promise<void> {
  const { jobs, db, tables } = city.services;
  let codes = 0;
  for (const key of [...bucket.objects.keys()].filter((each) => each.startsWith("jobs/"))) {
    bucket.objects.delete(key);
    const register = { db, table: tables.register };
    const services = { jobs, bucket, register, ruleData, newCode: () => `c-${++codes}-${key}`, now: () => NOW };
    await runImportJob({ detail: { object: { key } } }, services);
  }
}
async function upload(content: string | Buffer): Promise<{ id: string; parts: number; sha256: string }> {
  const bytes = Buffer.from(content);
  const id = uuid();
  const parts = Math.max(1, Math.ceil(bytes.length / UPLOAD_PART));
  for (let n = 0; n < parts; n += 1) {
    const base64 = bytes.subarray(n * UPLOAD_PART, (n + 1) * UPLOAD_PART).toString("base64");
    expect((await city.send(rita, "PUT", `/api/imports/${id}/parts/${n}`, { base64 })).status).toBe(200);
  }
  return { id, parts, sha256: createHash("sha256").update(bytes).digest("hex") };
}
/** Uploads and checks; the result as people see it. */
async function check(content: string | Buffer, over: object = {}): Promise<Answer> {
  const { id, ...rest } = await upload(content);
  const asked = await city.send(rita, "POST", `/api/imports/${id}/check`, {
    fileName: "许可证.json",
    ...rest,
    ...over,
  });
  expect(asked).toMatchObject({ status: 202, body: { kind: "check-permits", state: "waiting" } });
  await work();
  return city.get(rita, `/api/imports/${id}`);
}
const etag = ({ headers }: Answer): string => String(headers["etag"]).replaceAll('"', "");
async function apply(checked: Answer, ifMatch = etag(checked)): Promise<Answer> {
  const job = uuid();
  const asked = await city.send(rita, "POST", `/api/imports/${checked.body.id}/apply`, { job }, ifMatch);
  if (asked.status !== 202) return asked;
  await work();
  return city.get(rita, `/api/jobs/${job}`);
}
const limitOf = async (n: number): Promise<number | null | undefined> =>
  (await city.services.register.getPlant(permitNo(n)))?.permit.outlets[0]?.limits[0]?.max;
/** As another import or an edit does it. */
async function revise(n: number, max: number): Promise<void> {
  const parsed = parsePermits({ permits: [plantWith(n, max)] }, ruleData);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed));
  const options = { importedAt: "2026-10-01T07:59:00+08:00", source: "edit", newCode: () => `edit-${n}` };
  expect(await city.services.register.applyPermits(parsed.permits, options)).toMatchObject({ ok: true });
}

describe("a good file", () => {
  test("is shown before it is applied: what is new, what differs, what stays", async () => {
    await revise(1, 50);
    await revise(2, 50);
    const checked = await check(file(plantWith(1, 50), plantWith(2, 40), plantWith(3, 30)));
    expect(checked.body).toMatchObject({
      ok: true,
      format: "json",
      fileName: "许可证.json",
      plants: 3,
      created: 1,
      revised: 1,
      unchanged: 1,
      problems: [],
      next: null,
    });
    expect(checked.body.items.map((each: Record<string, unknown>) => [each["permitNo"], each["outcome"]])).toEqual([
      [permitNo(2), "revised"],
      [permitNo(3), "created"],
      [permitNo(1), "unchanged"],
    ]);
    const changes = await city.get(rita, `/api/imports/${checked.body.id}?show=changes`);
    expect(changes.body.items).toEqual(checked.body.items.slice(0, 2));
    expect(checked.body.items[0]).toMatchObject({
      line: expect.any(Number),
      differences: [{ kind: "limit-changed", where: { outlet: "DA001", pollutant: "a21002" }, before: 50, after: 40 }],
    });
    expect(checked.body.items[1].differences.map((each: { kind: string }) => each.kind)).toEqual(
      expect.arrayContaining(["outlet-added", "contact-added"]),
    );
    expect(await limitOf(2)).toBe(50);
    expect(await limitOf(3)).toBeUndefined();
  });

  test("is applied as it was seen, with who and from where, and once in the audit trail", async () => {
    await revise(1, 50);
    const checked = await check(file(plantWith(1, 45), plantWith(2, 30)));
    expect(await apply(checked)).toMatchObject({
      body: { state: "done", result: { applied: 2, created: 1, revised: 1, unchanged: 0 } },
    });
    expect([await limitOf(1), await limitOf(2)]).toEqual([45, 30]);
    const { Item } = await dynamo.db.send(
      new GetCommand({
        TableName: city.services.tables.register,
        Key: { pk: `PLANT#${permitNo(1)}`, sk: "REVISION#00002" },
      }),
    );
    expect(Item).toMatchObject({ source: `import ${checked.body.id}`, by: { sub: rita, name: "Rita" } });
    const { body } = await city.get(rita, "/api/audit?day=2026-10-01");
    const entries = body.entries as { operation: string; target: string }[];
    expect(entries.filter(({ operation }) => operation === "applyImport")).toMatchObject([
      { target: "permits file 许可证.json" },
    ]);
    // A second time it changes nothing.
    expect(await apply(checked)).toMatchObject({ body: { state: "done", result: { applied: 0, unchanged: 2 } } });
  });

  test("comes in parts, and in pages when it is long", async () => {
    const long = { industry: "热".repeat(30_000) };
    const checked = await check(file(...Array.from({ length: 70 }, (_, i) => permit(i, long))));
    expect(checked.body).toMatchObject({ ok: true, plants: 70, created: 70 });
    const seen = new Set<string>(checked.body.items.map((each: { permitNo: string }) => each.permitNo));
    const second = await city.get(rita, `/api/imports/${checked.body.id}?cursor=${checked.body.next}`);
    for (const each of second.body.items as { permitNo: string }[]) seen.add(each.permitNo);
    expect([seen.size, second.body.next]).toEqual([70, null]);
  });

  test("only what changes, when only that is asked for", async () => {
    await revise(1, 50);
    const none = await check(file(plantWith(1, 50)));
    const { body } = await city.get(rita, `/api/imports/${none.body.id}?show=changes`);
    expect([none.body.items.length, body.items, body.next]).toEqual([1, [], null]);
  });
});

describe("nothing is applied", () => {
  test("of a file with one bad line, which is named", async () => {
    const content = file(plantWith(1, 45), permit(2, { outlets: [outlet({ limits: [gasLimit({ max: null })] })] }));
    const checked = await check(content);
    const line = content.slice(0, content.indexOf('"max": null')).split("\n").length;
    expect(checked.body).toMatchObject({
      ok: false,
      problemCount: 1,
      problems: [{ line, path: "permits[1].outlets[0].limits[0].max", zh: "小时均值的限值要写上限" }],
      items: [],
      next: null,
    });
    expect(await apply(checked)).toMatchObject({ status: 409, body: { title: "has errors" } });
    expect(await limitOf(1)).toBeUndefined();
  });

  test("where a device is another plant's in the register", async () => {
    await revise(1, 50);
    const thief = permit(2, { outlets: [outlet({ devices: [{ mn: "MN-1" }] })] });
    expect((await check(file(thief))).body).toMatchObject({
      ok: false,
      problems: [{ line: expect.any(Number), zh: expect.stringContaining(`已登记在 ${permitNo(1)}`) }],
    });
  });

  test("of a file that did not arrive whole", async () => {
    const { body } = await check(file(plantWith(1, 45)), { sha256: "0".repeat(64) });
    expect(body).toMatchObject({ ok: false, problems: [{ zh: expect.stringContaining("重新上传") }] });
    const lacking = await check(file(plantWith(1, 45)), { parts: 2 });
    expect(lacking.body).toMatchObject({ ok: false, problems: [{ zh: expect.stringContaining("重新上传") }] });
  });

  test("when somebody changed a plant since it was looked at; after another check it is", async () => {
    await revise(1, 50);
    await revise(2, 50);
    const content = file(plantWith(1, 45), plantWith(2, 45));
    const checked = await check(content);
    await revise(2, 48);
    expect(await apply(checked)).toMatchObject({
      body: { state: "failed", problem: expect.stringMatching(/1 家企业被改过.*重新检查.*check it again/) },
    });
    expect([await limitOf(1), await limitOf(2)]).toEqual([50, 48]);
    // Checked again without being uploaded again.
    const again = uuid();
    const { fileName, parts, sha256, upload: former } = checked.body;
    const asked = { fileName, parts, sha256, upload: former };
    await city.send(rita, "POST", `/api/imports/${again}/check`, asked);
    await work();
    const second = await city.get(rita, `/api/imports/${again}`);
    expect(etag(second)).not.toBe(etag(checked));
    expect(await apply(second, etag(checked))).toMatchObject({ status: 412 });
    expect(await apply(second)).toMatchObject({ body: { state: "done", result: { applied: 2 } } });
  });

  test("without the revision that was seen, or of a check that there is not", async () => {
    const checked = await check(file(plantWith(1, 45)));
    const path = `/api/imports/${checked.body.id}/apply`;
    expect(await city.send(rita, "POST", path, { job: uuid() })).toMatchObject({ status: 428 });
    expect(await city.get(rita, `/api/imports/${uuid()}`)).toMatchObject({ status: 404 });
    expect(await city.get(rita, "/api/imports/..%2Fpermits")).toMatchObject({ status: 422 });
  });

  test.each<[string, string, string, unknown]>([
    ["too many parts", uuid(), "100", { base64: "e30=" }],
    ["a part without a number", uuid(), "x", { base64: "e30=" }],
    ["no base64", uuid(), "0", { base64: "e30" }],
    ["a part too large", uuid(), "0", { base64: Buffer.alloc(UPLOAD_PART + 3).toString("base64") }],
    ["an id that is none", "../permits", "0", { base64: "e30=" }],
  ])("of %s", async (_, id, n, body) => {
    const answer = await city.send(rita, "PUT", `/api/imports/${encodeURIComponent(id)}/parts/${n}`, body);
    expect(answer.status).toBe(422);
    expect(bucket.objects.size).toBe(0);
  });
});

test("cancelled while it is applied: what was applied stays and is said, and asking again goes on", async () => {
  const checked = await check(file(...Array.from({ length: 250 }, (_, i) => plantWith(i, 30))));
  const job = uuid();
  await city.send(rita, "POST", `/api/imports/${checked.body.id}/apply`, { job }, etag(checked));
  const { progress } = city.services.jobs;
  city.services.jobs.progress = async (id, step, t) => {
    // Somebody presses the button while the first hundred are written.
    if (step.done === 100) await city.send(rita, "POST", `/api/jobs/${job}/cancel`, {});
    return progress(id, step, t);
  };
  await work();
  city.services.jobs.progress = progress;
  expect((await city.get(rita, `/api/jobs/${job}`)).body).toMatchObject({
    state: "cancelled",
    done: 100,
    of: 250,
    result: { applied: 100, created: 100, plants: 250 },
  });
  expect([await limitOf(99), await limitOf(100)]).toEqual([30, undefined]);
  expect(await apply(checked)).toMatchObject({
    body: { state: "done", result: { applied: 150, created: 150, unchanged: 100 } },
  });
  expect(await limitOf(249)).toBe(30);
});

test("the register as a file, page by page: what is exported is what is registered", async () => {
  const checked = await check(file(...Array.from({ length: 130 }, (_, i) => plantWith(i, 30))));
  await apply(checked);
  city.setNow(NOW + 60_000);
  const permits: unknown[] = [];
  for (let next: string | null = ""; next !== null;) {
    const { body }: Answer = await city.get(rita, `/api/permits${next ? `?cursor=${next}` : ""}`);
    expect(body.total).toBe(130);
    permits.push(...body.permits);
    next = body.next;
  }
  const again = await check(JSON.stringify({ permits }));
  expect(again.body).toMatchObject({ ok: true, plants: 130, unchanged: 130 });
});
