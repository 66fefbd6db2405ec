/** The city's list of what is unmarked on the real engine: written by the day's closing, kept right by every mark. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startDynamo, type TestDynamo } from "../../tests/dynamo.ts";
import { startCity, type City } from "../city/fixtures.ts";
import { DAY, formatIso, HOUR, MINUTE } from "../shared/shanghai.ts";
import { at, device, limit, outlet, permit } from "../telemetry/fixtures.ts";
import { minute, type Ingester } from "../warnings/fixtures.ts";
import { markRepository } from "./mark-repository.ts";
import { closeAll } from "../warnings/close-all.ts";

const outlets = [outlet({ limits: [limit()] })];
const plant = permit({ outlets });
const quiet = permit({
  permitNo: "91330483MA2B00000X001P",
  name: "安静厂",
  town: "乌镇镇",
  outlets: [outlet({ limits: [limit()], devices: [device({ mn: "Q" })] })],
});
const { permitNo } = plant;
/** The closing of 2026-10-01. */
const CLOSING = at("24:30");
let dynamo: TestDynamo;
let city: City;
let maker: string;
let inspector: string;
let ingester: Ingester;
beforeAll(async () => {
  dynamo = await startDynamo();
}, 60_000);
afterAll(() => dynamo.stop());
beforeEach(async () => {
  city = await startCity(dynamo, [plant, quiet]);
  maker = await city.person({ roles: ["enterprise"], plants: [permitNo] });
  inspector = await city.person({ roles: ["inspector"] });
  ingester = city.world.ingester();
  // From 22:00 on: forty minutes of the first hour, nothing of the second; of the other plant one minute at 23:00.
  await ingester.take(
    ...Array.from({ length: 40 }, (_, i) => minute("A", at("22:00") + i * MINUTE, { a21002: 40 + (i % 7) })),
    minute("Q", at("23:00"), { a21002: 40 }),
  );
  city.setNow(CLOSING);
});
const close = async (t = CLOSING): Promise<void> => {
  await closeAll("DAY", t, {
    ...city.world.services(),
    ...city.world.cityLists(),
    hints: city.world.ingester().services.hints,
    marks: markRepository({ db: dynamo.db, table: city.world.tables.ledger }),
    register: city.services.register,
  });
};
const list = async (query = "", who = inspector) => (await city.get(who, `/api/marks/unmarked${query}`)).body;
const said = async (query = "", who = inspector): Promise<string[]> =>
  (await list(query, who)).periods.map(
    (p: { name: string; from: string; to: string; why: string; overdue: boolean }) =>
      `${p.name} ${p.from.slice(11, 16)}–${p.to.slice(11, 16)} ${p.why}${p.overdue ? " overdue" : ""}`,
  );
let marks = 0;
const mark = (from: number, to: number) =>
  city.send(maker, "POST", `/api/plants/${permitNo}/marks`, {
    outlet: "DA001",
    kind: "device-fault",
    from: formatIso(from),
    to: formatIso(to),
    reason: "采样管堵塞",
    key: `key-of-a-client-${(marks += 1)}`,
  });

test("before its closing a day is not listed; then it is, nearest deadline first, with age and what is late", async () => {
  expect(await said()).toEqual([]);
  await close();
  // The list stays in the function's memory for seconds.
  city.setNow(CLOSING + MINUTE);
  expect(await said()).toEqual([`${plant.name} 22:40–00:00 missing`, `安静厂 23:01–00:00 missing`]);
  const { periods, total, lastDay, next } = await list();
  expect([total, lastDay, next]).toEqual([{ periods: 2, plants: 2, overdue: 0 }, "2026-10-01", null]);
  expect(periods[0].ageHours).toBe(0);
  city.setNow(CLOSING + 2 * DAY);
  expect(await said("?overdue=yes")).toHaveLength(2);
  expect((await list()).periods[0].ageHours).toBe(48);
  expect(await said("?overdue=no")).toEqual([]);
  // What nobody can mark any more is not asked for.
  city.setNow(CLOSING + 40 * DAY);
  expect(await said()).toEqual([]);
});

test("a mark takes its part out at once, also of a list that is there; withdrawn or judged invalid it comes back", async () => {
  await close();
  const made = await mark(at("22:40"), at("23:30"));
  expect(made.status).toBe(201);
  city.setNow(CLOSING + MINUTE);
  expect(await said(`?q=${permitNo}`)).toEqual([`${plant.name} 23:30–00:00 missing`]);
  const shorter = await city.send(
    maker,
    "PUT",
    `/api/plants/${permitNo}/marks/${made.body.id}`,
    { to: formatIso(at("23:00")), reason: "提前恢复" },
    "1",
  );
  expect(shorter.status).toBe(200);
  city.setNow(CLOSING + 2 * MINUTE);
  expect(await said(`?q=${permitNo}`)).toEqual([`${plant.name} 23:00–00:00 missing`]);
  await city.send(inspector, "POST", `/api/plants/${permitNo}/marks/${made.body.id}/judgement`, {
    decision: "invalid",
    reason: "没有故障",
  });
  city.setNow(CLOSING + 3 * MINUTE);
  expect(await said(`?q=${permitNo}`)).toEqual([`${plant.name} 22:40–00:00 missing`]);
});

test("a mark made before the closing is known to it, and a closing that comes twice changes nothing", async () => {
  city.setNow(at("23:50"));
  await mark(at("22:40"), at("23:59"));
  city.setNow(CLOSING);
  await close();
  expect(await said(`?q=${permitNo}`)).toEqual([`${plant.name} 23:59–00:00 missing`]);
  await close(CLOSING + HOUR);
  city.setNow(CLOSING + HOUR);
  expect(await said(`?q=${permitNo}`)).toEqual([`${plant.name} 23:59–00:00 missing`]);
});

test("minutes that come late are taken out by the next closing", async () => {
  await close();
  await ingester.take(
    ...Array.from({ length: 80 }, (_, i) =>
      minute("A", at("22:40") + i * MINUTE, { a21002: 40 + (i % 7) }, CLOSING + HOUR),
    ),
  );
  await close(CLOSING + DAY);
  city.setNow(CLOSING + DAY);
  expect((await said(`?q=${permitNo}`)).filter((each) => each.includes("22:40"))).toEqual([]);
});

test("each sees his own; filters and pages hold together", async () => {
  await close();
  expect(await said("", maker)).toEqual([`${plant.name} 22:40–00:00 missing`]);
  expect(await said("", await city.person({ roles: ["town-officer"], towns: ["乌镇镇"] }))).toEqual([
    "安静厂 23:01–00:00 missing",
  ]);
  expect(await said("?town=乌镇镇")).toEqual(["安静厂 23:01–00:00 missing"]);
  expect(await said("?why=flagged")).toEqual([]);
  const first = await list("?limit=1");
  expect([first.periods.length, first.total.periods]).toEqual([1, 2]);
  const second = await list(`?limit=1&cursor=${first.next}`);
  expect([second.periods[0].name, second.next]).toEqual(["安静厂", null]);
  expect((await city.get(inspector, `/api/marks/unmarked?town=x&cursor=${first.next}`)).status).toBe(400);
});
