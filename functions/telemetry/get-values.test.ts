import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startDynamo, type TestDynamo } from "../../tests/dynamo.ts";
import { startCity, type Answer, type City } from "../city/fixtures.ts";
import { permitNo } from "../register/fixtures.ts";
import { DAY, formatIso, HOUR, MINUTE } from "../shared/shanghai.ts";
import { minute } from "../warnings/fixtures.ts";
import { at, device, limit, outlet, permit } from "./fixtures.ts";

const own = permit({
  permitNo: permitNo(1),
  outlets: [
    outlet({ devices: [device({ mn: "M1" })] }),
    outlet({
      code: "DW001",
      medium: "water",
      devices: [device({ mn: "W1" })],
      limits: [limit({ pollutant: "w01018", statistic: "day", max: 100 })],
    }),
  ],
});
let dynamo: TestDynamo;
let city: City;
let sub: string;

beforeAll(async () => {
  dynamo = await startDynamo();
  city = await startCity(dynamo, [own]);
  const { world } = city;
  const ingester = world.ingester();
  // Two hours; of the second hour one minute is missing, and one comes after its closing.
  for (let t = at("08:00"); t < at("10:00"); t += MINUTE)
    if (t !== at("09:30") && t !== at("08:15"))
      await ingester.take(
        minute("M1", t, { a21002: t < at("09:00") ? 40 : 60, a01012: 120 }),
        minute("W1", t, { w01018: 80, w00000: 2 }),
      );
  await world.close("HOUR", at("09:10"));
  await ingester.take(minute("M1", at("08:15"), { a21002: 100 }, at("09:20")));
  await world.tick(at("09:25"));
  await world.put({
    pk: `PLANT#${own.permitNo}`,
    sk: "MARK#202610010940",
    outlet: "DA001",
    from: at("09:40"),
    to: at("09:45"),
  });
  await ingester.take({ topic: "plants/M1/telemetry", payload: "\u0001not JSON", receivedAt: at("10:00") });
  await ingester.take({ topic: "plants/NOBODY/telemetry", payload: "{}", receivedAt: at("10:01") });
  city.setNow(at("10:02"));
  sub = await city.person({ roles: ["enterprise"], plants: [own.permitNo] });
}, 60_000);
afterAll(() => dynamo.stop());

const ask = (query: Record<string, string>): Promise<Answer> =>
  city.get(sub, `/api/plants/${own.permitNo}/values?${new URLSearchParams(query).toString()}`);
const nox = { outlet: "DA001", pollutant: "a21002" };

describe("GET /api/plants/{permitNo}/values", () => {
  test("minutes with flag and mark; what did not come is absent", async () => {
    const { status, body } = await ask({
      ...nox,
      step: "minute",
      from: formatIso(at("09:28")),
      to: formatIso(at("09:46")),
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ unit: "mg/m³", limit: { statistic: "hour", max: 50 } });
    expect(body.values).toHaveLength(17);
    expect(body.values[0]).toEqual({ at: "2026-10-01T09:28:00+08:00", value: 60, flag: "N", quality: "counts" });
    const marked = body.values.filter((v: { quality: string }) => v.quality === "marked");
    expect(marked.map((v: { at: string }) => v.at.slice(11, 16))).toEqual([
      "09:40",
      "09:41",
      "09:42",
      "09:43",
      "09:44",
    ]);
    expect(marked[0].value).toBe(60);
  });

  test("hours: the verdict with its revisions, and of the hour that nobody judged yet its minutes", async () => {
    const { body } = await ask({ ...nox, step: "hour", from: formatIso(at("08:00")) });
    expect(body.values).toHaveLength(2);
    expect(body.values[0]).toMatchObject({
      at: "2026-10-01T08:00:00+08:00",
      value: 41,
      verdict: "met",
      revision: 1,
      limit: 50,
    });
    expect(body.values[0].revisions).toMatchObject([
      { verdict: "met", value: 40, valid: 59, cause: "closing" },
      { verdict: "met", value: 41, valid: 60, cause: "late-data" },
    ]);
    expect(body.values[1]).toMatchObject({ value: 60, valid: 54, verdict: null, limit: null, revisions: [] });
  });

  test("what no hour judges has plain hours, and none so far back that it would read weeks of minutes", async () => {
    const { body } = await ask({ outlet: "DA001", pollutant: "a01012", step: "hour", from: formatIso(at("08:00")) });
    expect(body.values[1]).toMatchObject({ value: 120, min: 120, max: 120, valid: 54, verdict: null });
    const long = { from: formatIso(at("10:00") - 8 * DAY), step: "hour" };
    expect(await ask({ outlet: "DA001", pollutant: "a01012", ...long })).toMatchObject({ status: 422 });
    expect(await ask({ ...nox, ...long })).toMatchObject({ status: 200 });
  });

  test("days: verdicts where the limit is of the day, else the mean of the judged hours", async () => {
    await city.world.close("DAY", at("24:30"));
    city.setNow(at("24:40"));
    const water = await ask({ outlet: "DW001", pollutant: "w01018", step: "day" });
    expect(water.body.values).toMatchObject([{ at: "2026-10-01T00:00:00+08:00", valid: 2, verdict: "insufficient" }]);
    const gas = await ask({ ...nox, step: "day" });
    expect(gas.body.values).toMatchObject([{ at: "2026-10-01T00:00:00+08:00", value: 41, valid: 1, verdict: null }]);
    expect((await ask({ ...nox, step: "day", from: formatIso(at("10:00") - 70 * DAY) })).status).toBe(422);
    expect((await ask({ outlet: "DA001", pollutant: "a01012", step: "day" })).status).toBe(422);
    city.setNow(at("10:02"));
  });

  test("what is wrong with a request is said in words", async () => {
    const wrong: Record<string, string>[] = [
      { ...nox, step: "second" },
      { outlet: "DA009", pollutant: "a21002", step: "minute" },
      { outlet: "DA001", pollutant: "gold", step: "minute" },
      { ...nox, step: "minute", from: "2026-02-30" },
      { step: "minute" },
    ];
    for (const query of wrong) {
      const { status, body } = await ask(query);
      expect([query, status]).toEqual([query, 422]);
      expect(body.detail.length).toBeGreaterThan(10);
    }
  });

  test("each step's range is bounded, whatever is asked", async () => {
    const longest = { minute: 2 * DAY, hour: 62 * DAY, day: 400 * DAY };
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("minute", "hour"),
        fc.integer({ min: 1, max: 100 * 24 }),
        async (step: "minute" | "hour", length) => {
          const from = at("10:00") - length * HOUR;
          const { status } = await ask({ ...nox, step, from: formatIso(from), to: formatIso(at("10:00")) });
          expect([step, length, status]).toEqual([step, length, length * HOUR <= longest[step] ? 200 : 422]);
        },
      ),
      { numRuns: 15 },
    );
  });
});

test("GET /api/quarantine: newest first with reason and bytes, page by page, for who may see it", async () => {
  const regulator = await city.person({ roles: ["regulator"] });
  const { status, body } = await city.get(regulator, "/api/quarantine?limit=1");
  expect(status).toBe(200);
  expect(body.items).toMatchObject([{ topic: "plants/NOBODY/telemetry", reason: "schema", size: 2, text: "{}" }]);
  const next = await city.get(regulator, `/api/quarantine?limit=1&cursor=${body.next}`);
  expect(next.body.items).toMatchObject([{ reason: "schema", text: "\ufffdnot JSON" }]);
  expect(Buffer.from(next.body.items[0].base64, "base64").toString()).toBe("\u0001not JSON");
  expect((await city.get(regulator, "/api/quarantine?day=2026-09-30")).body).toMatchObject({ items: [], next: null });
  expect((await city.get(regulator, `/api/quarantine?day=2026-09-30&cursor=${body.next}`)).status).toBe(400);
  expect((await city.get(regulator, "/api/quarantine?day=2026-02-30")).status).toBe(422);
  expect((await city.get(sub, "/api/quarantine")).status).toBe(403);
});
