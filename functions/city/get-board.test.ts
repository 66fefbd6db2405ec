import { afterAll, beforeAll, expect, test } from "vitest";
import { startDynamo, type TestDynamo } from "../../tests/dynamo.ts";
import { permitNo } from "../register/fixtures.ts";
import { MINUTE } from "../shared/shanghai.ts";
import { at, device, outlet, permit } from "../telemetry/fixtures.ts";
import { minute, type Ingester } from "../warnings/fixtures.ts";
import { shownInLists } from "../register/stored-items.ts";
import { getBoardOperation } from "./get-board.ts";
import { startCity, type City } from "./fixtures.ts";

const permits = Array.from({ length: 6 }, (_, i) =>
  permit({
    permitNo: permitNo(i + 1),
    name: `（演示）第 ${i + 1} 厂`,
    town: i < 4 ? "崇福镇" : "乌镇镇",
    location: { lon: 120 + i / 100, lat: 30 },
    outlets: [outlet({ devices: [device({ mn: `M${i + 1}` })] })],
  }),
);
let dynamo: TestDynamo;
let city: City;
let ingester: Ingester;
let regulator: string;

/** The plants' values by number; then the tick. */
async function until(from: number, to: number, values: readonly number[]): Promise<void> {
  for (let t = from; t < to; t += MINUTE)
    await ingester.take(...values.map((value, i) => minute(`M${i + 1}`, t, { a21002: value })));
  await city.world.tick(to);
  city.setNow(to + MINUTE);
}

beforeAll(async () => {
  dynamo = await startDynamo();
  city = await startCity(dynamo, permits);
  ingester = city.world.ingester();
  regulator = await city.person({ roles: ["regulator"] });
  await until(at("08:00"), at("08:30"), [80, 80, 20, 20, 80]);
}, 60_000);
afterAll(() => dynamo.stop());

// oxlint-disable-next-line typescript/no-explicit-any -- as the city's answers
const board = async (sub: string, since?: string): Promise<any> => {
  const { status, body } = await city.get(sub, `/api/board${since === undefined ? "" : `?since=${since}`}`);
  expect(status).toBe(200);
  return body;
};
const stateOf = (plants: { permitNo: string; state: string }[], n: number): string | undefined =>
  plants.find((plant) => plant.permitNo === permitNo(n))?.state;

test("the whole city: where each plant is and how it stands; who never spoke is silent", async () => {
  const body = await board(regulator);
  expect(body).toMatchObject({ whole: true, counts: { normal: 2, warned: 3, lost: 0, silent: 1, marked: 0 } });
  expect(body.plants[0]).toEqual({
    permitNo: permitNo(1),
    name: "（演示）第 1 厂",
    town: "崇福镇",
    lon: 120,
    lat: 30,
    state: "warned",
    level: 2,
  });
  expect(stateOf(body.plants, 6)).toBe("silent");
  expect(body.ticker).toHaveLength(3);
  expect(body.ticker[0]).toMatchObject({ event: "opened", pollutant: "a21002", kind: "limit" });
  expect(body.day).toMatchObject({ date: "2026-10-01", opened: 3, open: 3, plantsWarned: 3, plantsSaved: 0 });
  // Operator, manager and maintenance of each.
  expect(body.day.messages).toBe(9);
});

test("then only what changed, until something changes the list as a whole", async () => {
  const { version } = await board(regulator);
  // The first goes down and recovers, the second rises until nothing can save its hour.
  await until(at("08:30"), at("08:35"), [5, 80, 20, 20, 80]);
  await until(at("08:35"), at("08:55"), [5, 80, 20, 20, 80]);
  const body = await board(regulator, version);
  expect(body.whole).toBe(false);
  expect(body.plants.map((p: { permitNo: string }) => p.permitNo).toSorted()).toEqual([
    permitNo(1),
    permitNo(2),
    permitNo(5),
  ]);
  expect([1, 2, 5].map((n) => stateOf(body.plants, n))).toEqual(["normal", "lost", "lost"]);
  expect(body.ticker[0]).toMatchObject({ event: "recovered", permitNo: permitNo(1) });
  expect(body.day).toMatchObject({ recovered: 1, open: 2, plantsSaved: 0 }); // no hour has closed
  // Long after the last change there is nothing to say.
  city.setNow(at("09:30"));
  const later = await board(regulator);
  city.setNow(at("09:31"));
  expect(await board(regulator, later.version)).toMatchObject({ whole: false, plants: [] });
  expect(await board(regulator, "nonsense")).toMatchObject({ whole: true });
  // The sixth plant speaks for the first time.
  await ingester.take(minute("M6", at("09:30"), { a21002: 20 }));
  await city.world.tick(at("09:35"));
  city.setNow(at("09:36"));
  const whole = await board(regulator, later.version);
  expect(whole.whole).toBe(true);
  expect(stateOf(whole.plants, 6)).toBe("normal");
});

test("a board that is larger than one answer comes in parts; a part of another board is refused", async () => {
  const plants = permits.map((p) => ({
    permitNo: p.permitNo,
    code: "c",
    name: p.name,
    town: p.town,
    ...shownInLists(p),
  }));
  let register = "1";
  const operation = getBoardOperation({
    lists: { all: async () => ({ version: register, plants }), some: async () => [] },
    city: {
      standings: async () => ({
        of: () => ({ state: "normal", level: 0, open: 0, out: [], offline: [], at: 0, heard: true }),
        next: () => null,
      }),
      sites: async () => new Map(),
      heard: async () => 6,
      day: async () => ({ episodes: [], told: [], messages: 0, before: [] }),
    },
    noise: () => ({ records: 3, repeat: 60, dayFromHour: 6, nightFromHour: 22 }),
    mostBytes: 300,
  });
  // oxlint-disable-next-line typescript/no-explicit-any -- as the city's answers
  const ask = async (query: object): Promise<any> =>
    (await operation.handle({ query, reach: { city: true }, at: at("09:00") } as never)).body;
  const first = await ask({});
  expect(first.plants.length).toBeLessThan(plants.length);
  const read = [...first.plants];
  for (let { next } = first; next !== null;) {
    const part = await ask({ cursor: next });
    read.push(...part.plants);
    next = part.next;
  }
  expect(read.map((p) => p.permitNo)).toEqual(plants.map((p) => p.permitNo));
  register = "2";
  await expect(ask({ cursor: first.next })).rejects.toMatchObject({ status: 400 });
});

test("a town's officer sees the town, and an enterprise no board at all", async () => {
  const officer = await city.person({ roles: ["town-officer"], towns: ["乌镇镇"] });
  const body = await board(officer);
  expect(body.plants.map((p: { permitNo: string }) => p.permitNo)).toEqual([permitNo(5), permitNo(6)]);
  expect(body.day).toMatchObject({ opened: 1, plantsWarned: 1, messages: null });
  expect(new Set(body.ticker.map((e: { permitNo: string }) => e.permitNo))).toEqual(new Set([permitNo(5)]));
  // Another's version is none: it was made of other plants.
  expect((await board(officer, (await board(regulator)).version)).whole).toBe(true);
  const enterprise = await city.person({ roles: ["enterprise"], plants: [permitNo(1)] });
  expect((await city.get(enterprise, "/api/board")).status).toBe(403);
});
