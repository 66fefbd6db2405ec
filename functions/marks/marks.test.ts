/** Marks on the real engine, through the API: their effect on verdicts, contradictions, and two people at once. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startDynamo, type TestDynamo } from "../../tests/dynamo.ts";
import { startCity, type City } from "../city/fixtures.ts";
import { closeAll } from "../warnings/close-all.ts";
import { markRepository } from "./mark-repository.ts";
import { formatIso, HOUR, MINUTE } from "../shared/shanghai.ts";
import { at, limit, outlet, permit } from "../telemetry/fixtures.ts";
import { minute, type Ingester } from "../warnings/fixtures.ts";

const limits = [limit(), limit({ pollutant: "a21026", max: 100 })];
const plant = permit({
  outlets: [outlet({ limits })],
  facilities: [{ code: "SC001", kind: "production", outlets: ["DA001"], mn: "A", sb: 1 }],
});
const { permitNo } = plant;
const base = `/api/plants/${permitNo}/marks`;
let dynamo: TestDynamo;
let city: City;
let ingester: Ingester;
let maker: string;
let inspector: string;
beforeAll(async () => {
  dynamo = await startDynamo();
}, 60_000);
afterAll(() => dynamo.stop());
beforeEach(async () => {
  city = await startCity(dynamo, [plant]);
  ingester = city.world.ingester();
  city.setNow(at("08:00"));
  maker = await city.person({ roles: ["enterprise"], plants: [permitNo] });
  inspector = await city.person({ roles: ["inspector"] });
});

const feed = async (from: string, n: number, values: Record<string, number>): Promise<void> => {
  await ingester.take(...Array.from({ length: n }, (_, i) => minute("A", at(from) + i * MINUTE, values)));
};
const asked = (over: Record<string, unknown> = {}): Record<string, unknown> => ({
  outlet: "DA001",
  kind: "device-fault",
  from: formatIso(at("08:50")),
  to: formatIso(at("09:00")),
  reason: "采样管堵塞",
  key: "key-of-a-client",
  ...over,
});
const verdicts = async (kind = "HOUR#"): Promise<unknown[]> =>
  (await city.world.items(`PLANT#${permitNo}`, kind)).flatMap(({ sk, verdicts: all }) =>
    (all as Record<string, unknown>[])
      .filter((v) => v.pollutant === "a21002")
      .map((v) => [String(sk).slice(-4), v.valid, v.mean, v.verdict, v.cause]),
  );
const exceeded = async (): Promise<void> => {
  await feed("08:00", 50, { a21002: 40, a21026: 20 });
  await feed("08:50", 10, { a21002: 200, a21026: 20 });
};
const count = async (prefix: string): Promise<number> => (await city.world.items(`PLANT#${permitNo}`, prefix)).length;

describe("the effect", () => {
  test("made before the closing: the closing sees it", async () => {
    await exceeded();
    city.setNow(at("09:02"));
    expect((await city.send(maker, "POST", base, asked())).status).toBe(201);
    await city.world.close("HOUR", at("09:10"));
    expect(await verdicts()).toEqual([["R000", 50, 40, "marked", "closing"]]);
  });
  test("made after it: the next tick revises, and a withdrawal revises back", async () => {
    await exceeded();
    await city.world.close("HOUR", at("09:10"));
    city.setNow(at("09:32"));
    const made = await city.send(maker, "POST", base, asked());
    expect(made.body).toMatchObject({
      state: "standing",
      late: false,
      deadline: "2026-10-02T12:00:00+08:00",
      version: 1,
    });
    await city.world.tick(at("09:35"));
    city.setNow(at("09:40"));
    const withdrawn = await city.send(maker, "PUT", `${base}/${made.body.id}`, { withdraw: true, reason: "误标" }, "1");
    expect(withdrawn.body).toMatchObject({ state: "withdrawn", version: 2, changed: { reason: "误标" } });
    await city.world.tick(at("09:45"));
    await city.world.tick(at("09:50"));
    expect(await verdicts()).toEqual([
      ["R000", 60, 66.666667, "exceeded", "closing"],
      ["R001", 50, 40, "marked", "mark"],
      ["R002", 60, 66.666667, "exceeded", "mark"],
    ]);
    expect(await city.world.items("REJUDGE#0")).toEqual([]);
  });
  test("of one pollutant leaves the others as they are", async () => {
    await exceeded();
    city.setNow(at("09:02"));
    await city.send(maker, "POST", base, asked({ pollutants: ["a21026"] }));
    await city.world.close("HOUR", at("09:10"));
    const [hour] = await city.world.items(`PLANT#${permitNo}`, "HOUR#");
    expect((hour!.verdicts as { valid: number; verdict: string }[]).map((v) => [v.valid, v.verdict])).toEqual([
      [60, "exceeded"],
      [50, "met"],
    ]);
  });
  test("over half a day: every closed hour is judged again by the next tick", async () => {
    for (let h = 1; h <= 3; h++) {
      await feed(`${h - 1}:00`, 60, { a21002: 60 });
      await city.world.close("HOUR", at(`${h}:10`));
    }
    city.setNow(at("03:12"));
    await city.send(maker, "POST", base, asked({ from: formatIso(at("00:00")), to: formatIso(at("12:00")) }));
    await city.world.tick(at("03:15"));
    expect((await verdicts()).filter((v) => (v as string[])[0] === "R001")).toEqual(
      Array.from({ length: 3 }, () => ["R001", 0, null, "marked", "mark"]),
    );
  });
  test("a tick sees it in the running hour: the plant that would be warned is not", async () => {
    await feed("08:00", 30, { a21002: 200 });
    city.setNow(at("08:31"));
    await city.send(maker, "POST", base, asked({ from: formatIso(at("08:00")), to: formatIso(at("08:40")) }));
    await city.world.tick(at("08:35"));
    expect(await count("EPISODE#")).toBe(0);
  });
  test("judged invalid: the exceedance is back, and stays when it is judged valid anew", async () => {
    await exceeded();
    await city.world.close("HOUR", at("09:10"));
    city.setNow(at("09:32"));
    const { body } = await city.send(maker, "POST", base, asked());
    await city.world.tick(at("09:35"));
    const judge = (decision: string) =>
      city.send(inspector, "POST", `${base}/${body.id}/judgement`, { decision, reason: "现场核查" });
    expect((await judge("invalid")).body).toMatchObject({
      state: "judged-invalid",
      judgement: { decision: "invalid" },
    });
    await city.world.tick(at("09:40"));
    expect((await city.send(maker, "PUT", `${base}/${body.id}`, { withdraw: true, reason: "x" })).status).toBe(409);
    expect((await judge("valid")).body.state).toBe("judged-valid");
    await city.world.tick(at("09:45"));
    expect((await verdicts()).map((v) => (v as string[])[3])).toEqual(["exceeded", "marked", "exceeded", "marked"]);
  });
});

describe("contradictions", () => {
  test("stopped, with a warm stack: it goes to the regulator, and leaves the list when it is judged", async () => {
    await feed("08:00", 60, { a21002: 60, a01012: 120, a19001: 8 });
    city.setNow(at("09:02"));
    const made = await city.send(maker, "POST", base, asked({ kind: "stopped", from: formatIso(at("08:00")) }));
    expect(made.body.state).toBe("contradicted");
    expect(made.body.tests).toEqual([
      { test: "production-off", result: "no-data", fact: null },
      { test: "stack-cold", result: "contradicts", fact: { value: 120, threshold: 80, unit: "℃", count: 60 } },
      { test: "oxygen-high", result: "contradicts", fact: { value: 8, threshold: 19, unit: "%", count: 60 } },
      { test: "flow-small", result: "no-data", fact: null },
    ]);
    const list = await city.get(inspector, "/api/marks/contradicted");
    expect(list.body).toMatchObject({
      marks: [{ permitNo, name: plant.name, mark: { id: made.body.id } }],
      next: null,
    });
    expect((await city.get(maker, "/api/marks/contradicted")).status).toBe(403);
    await city.send(inspector, "POST", `${base}/${made.body.id}/judgement`, { decision: "invalid", reason: "运行中" });
    expect((await city.get(inspector, "/api/marks/contradicted")).body.marks).toEqual([]);
  });
});

describe("a mark that was made ahead", () => {
  const closeDay = async (): Promise<void> => {
    const { services, world } = city;
    const { hints } = ingester.services;
    const marks = markRepository({ db: dynamo.db, table: world.tables.ledger });
    await closeAll("DAY", at("24:30"), {
      ...world.services(),
      ...world.cityLists(),
      hints,
      marks,
      register: services.register,
    });
  };
  test.each([
    ["contradicted", 120],
    ["standing", 25],
  ])("is tested when its day ends: %s with a stack of %d ℃", async (state, temperature) => {
    await city.send(
      maker,
      "POST",
      base,
      asked({ kind: "stopped", from: formatIso(at("08:30")), to: formatIso(at("12:00")) }),
    );
    await feed("09:00", 30, { a21002: 5, a01012: temperature });
    await closeDay();
    const before = await city.world.snapshot();
    await closeDay();
    expect(await city.world.snapshot()).toBe(before);
    const { marks } = (await city.get(inspector, base)).body;
    expect(marks).toMatchObject([{ state, version: 2 }]);
    const list = (await city.get(inspector, "/api/marks/contradicted")).body.marks;
    expect(list).toHaveLength(state === "contradicted" ? 1 : 0);
    // Since when: what the daily digest goes by.
    const [kept] = await city.world.items(`PLANT#${permitNo}`, "MARK#");
    expect(kept?.contradictedAt).toBe(state === "contradicted" ? at("24:30") : undefined);
  });
});

describe("making one", () => {
  test("the same request again is the same mark, also both at once; its key for another is refused", async () => {
    city.setNow(at("09:02"));
    const both = await Promise.all([city.send(maker, "POST", base, asked()), city.send(maker, "POST", base, asked())]);
    expect(both.map((x) => x.body.id)).toEqual([both[0].body.id, both[0].body.id]);
    expect(both.map((x) => x.status).sort((a, b) => a - b)).toEqual([200, 201]);
    expect((await city.send(maker, "POST", base, asked())).status).toBe(200);
    expect((await city.send(maker, "POST", base, asked({ reason: "other" }))).status).toBe(409);
    expect(await count("MARK#")).toBe(1);
  });
  test("two people at once over the same time: one is kept, the other is told of it; of different times both are kept", async () => {
    city.setNow(at("09:02"));
    const other = await city.person({ roles: ["enterprise"], plants: [permitNo] });
    const clash = await Promise.all([
      city.send(maker, "POST", base, asked()),
      city.send(other, "POST", base, asked({ key: "another-key", from: formatIso(at("08:55")) })),
    ]);
    expect(clash.map((x) => x.status).sort((a, b) => a - b)).toEqual([201, 409]);
    const apart = await Promise.all(
      [0, 1, 2].map((i) => {
        const from = at("07:00") + i * 10 * MINUTE;
        const span = { from: formatIso(from), to: formatIso(from + 10 * MINUTE) };
        return city.send(i === 1 ? other : maker, "POST", base, asked({ key: `key-apart-${i}`, ...span }));
      }),
    );
    expect(apart.map((x) => x.status)).toEqual([201, 201, 201]);
    expect(await count("MARK#")).toBe(4);
    const audit = await city.services.people.audit({ permitNo }, 10, null);
    expect(audit.items.map((e) => e.operation)).toEqual(["putMark", "putMark", "putMark", "putMark"]);
  });
  test("two change the same: the second is told", async () => {
    city.setNow(at("09:02"));
    const { body } = await city.send(maker, "POST", base, asked());
    const move = (to: string) =>
      city.send(maker, "PUT", `${base}/${body.id}`, { to: formatIso(at(to)), reason: "r" }, "1");
    expect((await move("09:10")).body).toMatchObject({ to: formatIso(at("09:10")), version: 2 });
    expect((await move("09:20")).status).toBe(412);
    const race = await Promise.all(
      ["09:20", "09:30"].map((to) =>
        city.send(maker, "PUT", `${base}/${body.id}`, { to: formatIso(at(to)), reason: "r" }, "2"),
      ),
    );
    expect(race.filter((x) => x.status === 200)).toHaveLength(1);
    expect(race.filter((x) => x.status === 409 || x.status === 412)).toHaveLength(1);
  });
  test.each([
    [{ outlet: "DA009" }, "outlet must be an outlet of the permit: DA001"],
    [{ kind: "holiday" }, "kind must be one of stopped"],
    [{ pollutants: ["a34013"] }, "pollutants a34013 has no limit at DA001 then"],
    [{ to: formatIso(at("08:50")) }, "to must be later than from"],
    [{ from: "2026-10-01T08:50:30+08:00" }, "from must be a whole minute"],
    [{ from: "2026-09-20T08:50:00+08:00" }, "from must not be more than 7 days back"],
    [{ kind: "calibration", to: "2026-10-02T09:00:00+08:00" }, "at most 24 hours long"],
    [{ from: "yesterday" }, "from must be a moment"],
    [{ reason: "  " }, "reason"],
  ])("%j is refused: %s", async (over, detail) => {
    city.setNow(at("09:02"));
    const { status, body } = await city.send(maker, "POST", base, asked(over));
    expect([status, body.detail]).toEqual([422, expect.stringContaining(detail)]);
  });
  test("after the deadline it is late, and seen as such", async () => {
    city.setNow(at("08:50") + 30 * HOUR);
    await city.send(maker, "POST", base, asked());
    const { body } = await city.get(inspector, base);
    expect(body.marks).toMatchObject([{ late: true, by: expect.any(String), at: "2026-10-02T14:50:00+08:00" }]);
  });
  test("hours of a year under a cap are counted once, by outlet", async () => {
    city.setNow(at("09:02"));
    const span = (from: string, to: string) => ({ from: formatIso(at(from)), to: formatIso(at(to)) });
    await city.send(maker, "POST", base, asked({ kind: "failure", key: "failure-1", ...span("06:00", "08:00") }));
    await city.send(maker, "POST", base, asked({ kind: "starting", key: "starting-1", ...span("07:30", "08:30") }));
    expect((await city.send(maker, "POST", base, asked({ kind: "stopped", ...span("07:59", "08:10") }))).status).toBe(
      409,
    );
    const { body } = await city.get(maker, base);
    expect(body.yearly).toMatchObject([{ outlet: "DA001", year: 2026, hours: 2.5, limit: 60 }]);
  });
});

describe("what is unmarked", () => {
  test("is listed with its deadline until a mark covers it", async () => {
    await feed("08:00", 40, { a21002: 40, a21026: 20 });
    city.setNow(at("09:12"));
    const path = `/api/plants/${permitNo}/unmarked`;
    // A flat line and the end of the hour, which is missing, of two pollutants.
    const before = await city.get(maker, path);
    expect(before.body.periods).toEqual([
      expect.objectContaining({ why: "suspicious", signs: ["flat-line"] }),
      {
        outlet: "DA001",
        pollutants: ["a21002", "a21026"],
        from: formatIso(at("08:40")),
        to: formatIso(at("09:00")),
        why: "missing",
        signs: [],
        deadline: "2026-10-02T12:00:00+08:00",
        overdue: false,
      },
    ]);
    await city.send(maker, "POST", base, asked({ from: formatIso(at("08:00")) }));
    expect((await city.get(maker, path)).body.periods).toEqual([]);
    expect((await city.get(maker, `${path}?from=2026-09-01T00:00:00%2B08:00`)).status).toBe(422);
  });
});
