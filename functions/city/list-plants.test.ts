import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startDynamo, type TestDynamo } from "../../tests/dynamo.ts";
import { at, device, outlet, permit } from "../telemetry/fixtures.ts";
import { permitNo } from "../register/fixtures.ts";
import { minute } from "../warnings/fixtures.ts";
import { startCity, type City } from "./fixtures.ts";

const TOWNS = ["崇福镇", "乌镇镇", "濮院镇"];
const COUNT = 23;
const permits = Array.from({ length: COUNT }, (_, i) =>
  permit({
    permitNo: permitNo(i + 1),
    name: `（演示）第 ${i + 1} 厂`,
    town: TOWNS[i % 3]!,
    location: { lon: 120 + i / 100, lat: 30 },
    outlets: [outlet({ devices: [device({ mn: `M${i + 1}` })] })],
  }),
);
const [warned, normal] = permits as [(typeof permits)[0], (typeof permits)[0]];

let dynamo: TestDynamo;
let city: City;
let regulator: string;

beforeAll(async () => {
  dynamo = await startDynamo();
  city = await startCity(dynamo, permits);
  const { world } = city;
  const ingester = world.ingester();
  for (let m = 0; m < 30; m++) {
    const t = at("08:00") + m * 60_000;
    await ingester.take(minute("M1", t, { a21002: 80 }), minute("M2", t, { a21002: 20 }));
  }
  await world.tick(at("08:30"));
  city.setNow(at("08:31"));
  regulator = await city.person({ roles: ["regulator"] });
}, 60_000);
afterAll(() => dynamo.stop());

describe("GET /api/plants", () => {
  test("a plant with its state, open episodes and last receipt; who never spoke is silent", async () => {
    const { status, body } = await city.get(regulator, "/api/plants?limit=3");
    expect(status).toBe(200);
    expect(body.plants[0]).toEqual({
      permitNo: warned.permitNo,
      code: expect.any(String),
      name: warned.name,
      town: "崇福镇",
      industry: "热电联产",
      management: "key",
      state: "warned",
      level: 2,
      outlets: 1,
      openEpisodes: 1,
      lastSeen: "2026-10-01T08:30:10+08:00",
      lon: 120,
      lat: 30,
    });
    expect(body.plants[1]).toMatchObject({ permitNo: normal.permitNo, state: "normal", level: 0, openEpisodes: 0 });
    expect(body.plants[2]).toMatchObject({ state: "silent", lastSeen: null });
  });

  test("filters by town, by part of name or number, and by state", async () => {
    const of = async (query: string): Promise<string[]> =>
      (await city.get(regulator, `/api/plants?limit=200&${query}`)).body.plants.map((p: { name: string }) => p.name);
    expect(await of(`town=${encodeURIComponent("乌镇镇")}`)).toHaveLength(8);
    expect(await of(`q=${encodeURIComponent("第 7 ")}`)).toEqual(["（演示）第 7 厂"]);
    expect(await of(`q=${permitNo(9).toLowerCase()}`)).toEqual(["（演示）第 9 厂"]);
    expect(await of("state=warned")).toEqual([warned.name]);
    expect(await of("state=normal")).toEqual([normal.name]);
    expect(await of("state=silent")).toHaveLength(COUNT - 2);
  });

  test("nobody sees a plant beyond his reach", async () => {
    const officer = await city.person({ roles: ["town-officer"], towns: ["濮院镇"] });
    const own = await city.person({ roles: ["enterprise"], plants: [permitNo(2), permitNo(5)] });
    const both = await city.person({ roles: ["town-officer", "expert"], towns: ["濮院镇"], plants: [permitNo(1)] });
    const seen = async (sub: string): Promise<string[]> =>
      (await city.get(sub, "/api/plants?limit=200")).body.plants.map((p: { permitNo: string }) => p.permitNo);
    const inTown = permits.filter((p) => p.town === "濮院镇").map((p) => p.permitNo);
    expect(await seen(officer)).toEqual(inTown.toSorted());
    expect(await seen(own)).toEqual([permitNo(2), permitNo(5)]);
    expect(await seen(both)).toEqual([permitNo(1), ...inTown].toSorted());
  });

  test("pages of any size are the whole list, nothing lost and nothing twice", async () => {
    const whole = (await city.get(regulator, "/api/plants?limit=200")).body.plants.map(
      (p: { permitNo: string }) => p.permitNo,
    );
    expect(whole).toHaveLength(COUNT);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: COUNT + 1 }), async (limit) => {
        const read: string[] = [];
        let cursor = "";
        do {
          const { body } = await city.get(regulator, `/api/plants?limit=${limit}${cursor && `&cursor=${cursor}`}`);
          expect(body.plants.length).toBeLessThanOrEqual(limit);
          read.push(...body.plants.map((p: { permitNo: string }) => p.permitNo));
          cursor = body.next ?? "";
        } while (cursor !== "");
        expect(read).toEqual(whole);
      }),
      { numRuns: 8 },
    );
  });

  test("a cursor of other filters, or one that was touched, is refused", async () => {
    const { body } = await city.get(regulator, "/api/plants?limit=2");
    for (const query of [`state=silent&cursor=${body.next}`, `cursor=${body.next}A`, "cursor=AAAA", "cursor=%20"])
      expect([query, (await city.get(regulator, `/api/plants?${query}`)).status]).toEqual([query, 400]);
    expect((await city.get(regulator, "/api/plants?limit=0")).status).toBe(422);
  });
});

test("GET /api/labels has every pollutant of the rule data in both languages", async () => {
  const { body } = await city.get(regulator, "/api/labels");
  expect(body.pollutants.a21002).toMatchObject({ zh: "氮氧化物", unit: "mg/m³" });
  expect(body.texts["state.lost"].en).toMatch(/hour/);
});
