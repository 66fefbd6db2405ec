/** From the rule data in force to an exported change: asked, replayed, compared, looked at by the hour, exported, applied. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { applyRuleData } from "../../layers/apply-rule-data.ts";
import { withNumber } from "../../layers/warning-fields.ts";
import { startDynamo, type TestDynamo } from "../../tests/dynamo.ts";
import { bucketInMemory, startCity, type Answer, type City } from "../city/fixtures.ts";
import { markRepository } from "../marks/mark-repository.ts";
import { permitNo } from "../register/fixtures.ts";
import { DAY, MINUTE } from "../shared/shanghai.ts";
import { at, device, outlet, permit, ruleData } from "../telemetry/fixtures.ts";
import { cityReader } from "../warnings/city-reader.ts";
import { minute } from "../warnings/fixtures.ts";
import { run } from "./simulate-rules.ts";

const NOW = at("24:00") + 9 * 60 * MINUTE;
const PLANTS = [1, 2, 3].map((n) =>
  permit({
    permitNo: permitNo(n),
    name: `plant ${n}`,
    town: n === 3 ? "濮院镇" : "崇福镇",
    outlets: [outlet({ devices: [device({ mn: `M${n}` })] })],
  }),
);
const [FIRST, SECOND] = PLANTS as [(typeof PLANTS)[0], (typeof PLANTS)[0]];
const IN_FORCE = ruleData.warning(NOW);
const draftOf = (path: string, value: number) => ({
  ...withNumber(IN_FORCE, path, value),
  effectiveFrom: "2026-11-01",
});

let dynamo: TestDynamo;
let city: City;
const bucket = bucketInMemory();
let rita: string;

beforeAll(async () => {
  dynamo = await startDynamo();
  city = await startCity(dynamo, PLANTS, { bucket });
  rita = await city.person({ roles: ["regulator"], name: "Rita" });
  const ingester = city.world.ingester();
  // An hour a little above the limit at the first plant, far below it at the others; the second stops speaking.
  for (let m = 0; m < 130; m++) {
    const value = (n: number): number => (n === 1 ? (m < 60 ? 53 : 30) : 20);
    const speaks = [1, 2, 3].filter((n) => n !== 2 || m < 60);
    const t = at("08:00") + m * MINUTE;
    await ingester.take(...speaks.map((n) => minute(`M${n}`, t, { a21002: value(n) }, t + MINUTE - 10_000)));
    if (m % 5 === 4) await city.world.tick(at("08:00") + (m + 1) * MINUTE);
  }
  for (let t = at("10:15"); t <= at("24:00"); t += 5 * MINUTE) await city.world.tick(t);
  city.setNow(NOW);
}, 60_000);
afterAll(() => dynamo.stop());

const DAYS = { from: "2026-10-01", to: "2026-10-01" };
const ask = (id: string, more: object): Promise<Answer> =>
  city.send(rita, "POST", "/api/rule-data/simulations", {
    id,
    numbers: draftOf("hour.earlyMargin", 0.2),
    ...DAYS,
    plants: { permitNos: PLANTS.map((p) => p.permitNo) },
    ...more,
  });
const work = (id: string, now: () => number = () => NOW): Promise<void> => {
  const { db, tables } = city.services;
  return run(
    { detail: { object: { key: `jobs/simulate-rules/${id}.json` } } },
    {
      jobs: city.services.jobs,
      register: city.services.register,
      blocks: city.world.blocks,
      ledger: city.world.ledger,
      reader: cityReader({ db, table: tables.ledger }),
      marks: markRepository({ db, table: tables.ledger }),
      bucket,
      ruleData,
      now,
    },
  );
};
const shown = async (id: string, sub = rita): Promise<Answer["body"]> =>
  (await city.get(sub, `/api/rule-data/simulations/${id}`)).body;

test("the rule data are shown with what is in force, what each number means, and the hash of each file", async () => {
  const { status, body } = await city.get(rita, "/api/rule-data");
  expect(status).toBe(200);
  expect(body).toMatchObject({ version: ruleData.version, tomorrow: "2026-10-03" });
  expect(body.versions.map((v: { state: string }) => v.state)).toEqual(["in-force"]);
  expect(body.versions[0].numbers).toEqual(IN_FORCE);
  expect(body.files.find((f: { name: string }) => f.name === "warning-numbers.json")).toMatchObject({
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    effective: ["2026-01-01"],
  });
  expect(body.fields).toContainEqual(
    expect.objectContaining({ path: "hour.earlyMargin", unit: "share", stage: "tick" }),
  );
});

describe("a draft is refused with what to do", () => {
  test.each<[string, object, RegExp]>([
    ["a number out of bounds", { numbers: draftOf("hour.validSlots", 61) }, /hour\.validSlots must be from 1 to 60/],
    [
      "numbers that contradict each other",
      { numbers: draftOf("hour.medianMin", 16) },
      /medianMin must be at most hour\.medianMax/,
    ],
    ["half a minute", { numbers: draftOf("hour.newestCount", 4.5) }, /newestCount/],
    [
      "a day that has begun",
      { numbers: { ...IN_FORCE, effectiveFrom: "2026-10-02" } },
      /effectiveFrom must be later than today/,
    ],
    ["today as a past day", { to: "2026-10-02" }, /to must be a past day, at most 2026-10-01/],
    ["days of which nothing is kept", { from: "2026-08-31" }, /from must be 2026-09-01 or later/],
    ["days that run backwards", { from: "2026-10-01", to: "2026-09-30" }, /to must make from 1 to 31 days/],
    ["a plant that is not registered", { plants: { permitNos: [permitNo(9)] } }, /not in the register/],
    ["a town without plants", { plants: { town: "乌镇" } }, /has no plants/],
    ["a number left out", { numbers: { ...draftOf("hour.validSlots", 40), range: { adjacent: 2 } } }, /range\.repeat/],
  ])("%s", async (_, more, reason) => {
    const { status, body } = await ask("refused-1", more);
    expect([status, body.title]).toEqual([422, "not as expected"]);
    expect(JSON.stringify(body)).toMatch(reason);
    expect(await shown("refused-1")).toMatchObject({ status: 404 });
  });

  test("and only a regulator may ask", async () => {
    const expert = await city.person({ roles: ["expert"], plants: [FIRST.permitNo] });
    const { status } = await city.send(expert, "POST", "/api/rule-data/simulations", {});
    expect(status).toBe(403);
  });
});

describe("a simulation", () => {
  beforeAll(async () => {
    expect((await ask("simulation-1", {})).status).toBe(202);
    expect([...bucket.objects.keys()]).toContain("jobs/simulate-rules/simulation-1.json");
    expect(await shown("simulation-1")).toMatchObject({ simulation: { state: "waiting" }, result: null });
    await work("simulation-1");
  });

  test("agrees with what really happened, and compares both sets of numbers", async () => {
    const { simulation, result } = await shown("simulation-1");
    expect(simulation).toMatchObject({ state: "done", done: 3, of: 3, plants: 3 });
    expect(simulation.changed).toEqual([{ path: "hour.earlyMargin", force: 0.05, draft: 0.2 }]);
    const { agreement, figures, rows } = result;
    expect(agreement.plants).toBe(3);
    expect(agreement.episodes).toEqual({ real: 1, same: 1, extra: 0 });
    expect(agreement.messages.real).toBeGreaterThan(5);
    expect(agreement.messages).toEqual({ real: agreement.messages.real, same: agreement.messages.real, extra: 0 });
    expect(figures.force).toMatchObject({
      exceededHours: 1,
      hoursAhead10: 1,
      limitEpisodes: 1,
      trueEpisodes: 1,
      riskHours: 1,
    });
    // 6 % above the limit from the start: early by the numbers in force, at the half hour by the draft.
    expect(figures.force.lead.median).toBeGreaterThan(figures.draft.lead.median);
    expect(figures.draft).toMatchObject({ exceededHours: 1, hoursAhead10: 1 });
    expect(figures.draft.messages).toBeLessThan(figures.force.messages);
    const [row] = rows.filter((r: { permitNo: string }) => r.permitNo === FIRST.permitNo);
    expect(row).toMatchObject({ outlet: "DA001", what: "a21002", statistic: "hour", differs: true });
    expect(row.hours[0]).toMatchObject({
      hour: "2026-10-01T08:00",
      force: { verdict: "exceeded" },
      draft: { lead: 30 },
    });
    const silent = rows.filter((r: { statistic: string }) => r.statistic === "silence");
    expect(silent).toHaveLength(3);
    expect(silent.every((r: { differs: boolean }) => !r.differs)).toBe(true);
  });

  test("asked for again it is the same, and is listed once with what it changes", async () => {
    await ask("simulation-1", { to: "2026-09-30", from: "2026-09-30" });
    const { body } = await city.get(rita, "/api/rule-data/simulations");
    expect(body.simulations.map((s: { id: string }) => s.id)).toEqual(["simulation-1"]);
    expect(body.simulations[0]).toMatchObject({ ...DAYS, by: "Rita", effectiveFrom: "2026-11-01" });
  });

  test("shows one hour as it was known then, by both", async () => {
    const query = `permitNo=${FIRST.permitNo}&outlet=DA001&pollutant=a21002&statistic=hour&hour=2026-10-01T08:00`;
    const { status, body } = await city.get(rita, `/api/rule-data/simulations/simulation-1/hour?${query}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ unit: "mg/m³", limit: 50 });
    expect(body.minutes).toHaveLength(60);
    expect(body.ticks.map((t: { force: { level: number } }) => t.force.level).slice(0, 4)).toEqual(
      [1, 1, 1, 1].map((_, i) => (i === 0 ? expect.any(Number) : 1)),
    );
    expect(body.ticks.map((t: { draft: { level: number } }) => t.draft.level).slice(0, 5)).toEqual([0, 0, 0, 0, 0]);
    // What came later than 08:30 is not seen.
    expect(body.ticks[5].force).toMatchObject({ valid: 30, level: 2 });
    const other = await city.get(
      rita,
      `/api/rule-data/simulations/simulation-1/hour?${query.replace("10-01", "09-30")}`,
    );
    expect(other.status).toBe(404);
  });

  test("shows an expert the figures of all and the rows of his plants alone", async () => {
    const expert = await city.person({ roles: ["expert"], plants: [FIRST.permitNo] });
    const { result } = await shown("simulation-1", expert);
    expect(new Set(result.rows.map((r: { permitNo: string }) => r.permitNo))).toEqual(new Set([FIRST.permitNo]));
    const query = `permitNo=${SECOND.permitNo}&outlet=DA001&pollutant=a21002&statistic=hour&hour=2026-10-01T08:00`;
    const { status } = await city.get(expert, `/api/rule-data/simulations/simulation-1/hour?${query}`);
    expect(status).toBe(404);
  });

  test("is exported as a change that a copy of the rule data takes and loads, once", async () => {
    const dir = mkdtempSync(join(tmpdir(), "rule-data-"));
    cpSync("layers/rule-data", dir, { recursive: true });
    const file = (day: string): Promise<Answer> =>
      city.get(rita, `/api/rule-data/simulations/simulation-1/file?effectiveFrom=${day}`);
    expect((await file("2026-10-02")).status).toBe(422);
    const { body } = await file("2026-12-01");
    const before = readFileSync(join(dir, "warning-numbers.json"), "utf8");
    const applied = applyRuleData(JSON.stringify(body), dir);
    expect(applied.version).toBe("2026.2");
    expect(applied.warning(at("08:00"))).toEqual(IN_FORCE);
    const next = applied.warning(at("08:00") + 90 * DAY);
    expect(next.hour.earlyMargin).toBe(0.2);
    expect(next.prepared).toMatchObject({ by: "Rita", simulation: "simulation-1" });
    expect(next.prepared?.figures).toContain("hour.earlyMargin: 0.05 -> 0.2");
    // What stood there is not touched: the review sees the new version alone.
    const after = readFileSync(join(dir, "warning-numbers.json"), "utf8");
    expect(after.startsWith(before.trimEnd().slice(0, -1).trimEnd())).toBe(true);
    expect(() => applyRuleData(JSON.stringify(body), dir)).toThrow(/has changed since this file was exported/);
    rmSync(dir, { recursive: true });
  });

  test("a change that is none is refused, and nothing is written", async () => {
    const dir = mkdtempSync(join(tmpdir(), "rule-data-"));
    cpSync("layers/rule-data", dir, { recursive: true });
    const { body } = await city.get(rita, "/api/rule-data/simulations/simulation-1/file?effectiveFrom=2026-12-01");
    const [old, fresh] = body["warning-numbers.json"];
    const before = readFileSync(join(dir, "warning-numbers.json"), "utf8");
    const broken: [unknown, RegExp][] = [
      [{ ...body, base: undefined }, /base is missing/],
      [{ ...body, "warning-numbers.json": [{ ...old, sms: { ...old.sms, dailyCap: 50 } }, fresh] }, /something else/],
      [{ ...body, "warning-numbers.json": [old, { ...fresh, effectiveFrom: "2025-01-01" }] }, /must be later/],
      [
        { ...body, "warning-numbers.json": [old, { ...fresh, hour: { ...fresh.hour, validSlots: 0.5 } }] },
        /validSlots/,
      ],
    ];
    for (const [change, reason] of broken) expect(() => applyRuleData(JSON.stringify(change), dir)).toThrow(reason);
    expect(readFileSync(join(dir, "warning-numbers.json"), "utf8")).toBe(before);
    writeFileSync(join(dir, "manifest.json"), `${readFileSync(join(dir, "manifest.json"), "utf8")} `);
    expect(() => applyRuleData(JSON.stringify(body), dir)).toThrow(/manifest\.json has changed/);
    rmSync(dir, { recursive: true });
  });

  test("of a town or a sample takes these plants, and the same id the same ones", async () => {
    await ask("of-a-town", { plants: { town: "崇福镇" } });
    expect((await shown("of-a-town")).simulation).toMatchObject({ plants: 2, chosen: "崇福镇" });
    await ask("of-a-sample", { plants: { sample: 2 } });
    const { input } = (await city.services.jobs.get("of-a-sample"))!;
    await ask("of-a-sample", { plants: { sample: 1 } });
    expect((await city.services.jobs.get("of-a-sample"))!.input).toEqual(input);
    expect((await shown("of-a-sample")).simulation).toMatchObject({ plants: 2, chosen: "2/3" });
  });

  test("names the plants for which there was no time, and fails where there was none for any", async () => {
    await ask("too-slow-1", {});
    let now = NOW;
    // Every look at the clock is three minutes later.
    await work("too-slow-1", () => (now += 3 * MINUTE));
    const { result } = await shown("too-slow-1");
    expect(result.plants + result.unfinished.length).toBe(3);
    expect(result.unfinished.length).toBeGreaterThan(0);
    expect(new Set(result.rows.map((r: { permitNo: string }) => r.permitNo)).size).toBe(result.plants);
    await ask("too-slow-2", {});
    let late = NOW;
    await work("too-slow-2", () => (late += 20 * MINUTE));
    expect((await shown("too-slow-2")).simulation).toMatchObject({
      state: "failed",
      problem: expect.stringContaining("Choose fewer"),
    });
  });

  test("ends where somebody cancels it, and has no result then", async () => {
    await ask("cancelled-1", {});
    await city.services.jobs.start("cancelled-1", NOW);
    await city.send(rita, "POST", "/api/jobs/cancelled-1/cancel", {});
    await work("cancelled-1");
    expect(await shown("cancelled-1")).toMatchObject({ simulation: { state: "cancelled" }, result: null });
    const file = await city.get(rita, "/api/rule-data/simulations/cancelled-1/file?effectiveFrom=2026-12-01");
    expect([file.status, file.body.title]).toEqual([409, "simulation not done"]);
  });
});
