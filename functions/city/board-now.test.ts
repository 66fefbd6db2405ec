/** What the board counts beside warnings, on the real engine: marks that cover now, sites, and the day's indicators by verdict. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startDynamo, type TestDynamo } from "../../tests/dynamo.ts";
import { markRepository } from "../marks/mark-repository.ts";
import { permitNo } from "../register/fixtures.ts";
import { formatIso, MINUTE } from "../shared/shanghai.ts";
import { at, device, limit, outlet, permit } from "../telemetry/fixtures.ts";
import { closeAll } from "../warnings/close-all.ts";
import { minute, type Ingester, type Message } from "../warnings/fixtures.ts";
import { nextChange, stateAt } from "./domain/city-state.ts";
import { startCity, type City } from "./fixtures.ts";

const gas = (n: number, over: Parameters<typeof permit>[0] = {}) =>
  permit({
    permitNo: permitNo(n),
    town: n < 3 ? "崇福镇" : "乌镇镇",
    outlets: [outlet({ devices: [device({ mn: `M${n}` })] })],
    ...over,
  });
const noise = outlet({
  code: "ZS001",
  medium: "noise",
  devices: [device({ mn: "N1" })],
  limits: [
    limit({ pollutant: "LA", statistic: "period", max: 60, period: "day" }),
    limit({ pollutant: "LA", statistic: "period", max: 50, period: "night" }),
  ],
});
const dust = outlet({
  code: "YC001",
  medium: "dust",
  devices: [device({ mn: "D1" })],
  limits: [limit({ pollutant: "a34001", max: 1 })],
});
const facilities = [
  { code: "TA001", kind: "treatment" as const, outlets: ["DA001"], mn: "M1", sb: 1 },
  { code: "SC001", kind: "production" as const, outlets: ["DA001"], mn: "M1", sb: 2 },
];
const permits = [
  gas(1, { facilities, outlets: [outlet({ devices: [device({ mn: "M1" })] }), noise, dust] }),
  gas(2),
  gas(3, { management: "simplified" }),
  gas(4),
];
const runs = (t: number, treatment: boolean, production: boolean): Message => ({
  topic: "plants/M1/telemetry",
  payload: JSON.stringify({
    at: formatIso(t),
    kind: "realtime",
    readings: [{ pollutant: "a21002", value: 20, flag: "N" }],
    facilities: [
      { code: "TA001", running: treatment },
      { code: "SC001", running: production },
    ],
  }),
  receivedAt: t + 10_000,
});

let dynamo: TestDynamo;
beforeAll(async () => {
  dynamo = await startDynamo();
}, 60_000);
afterAll(() => dynamo.stop());

interface Day {
  city: City;
  ingester: Ingester;
  regulator: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- as the city's answers
  board(query?: string): Promise<any>;
  /** Permit numbers in the list of plants with this filter. */
  listed(query: string): Promise<string[]>;
  go(t: string): void;
}
async function startDay(): Promise<Day> {
  const city = await startCity(dynamo, permits);
  const regulator = await city.person({ roles: ["regulator"] });
  const ask = async (path: string) => {
    const { status, body } = await city.get(regulator, path);
    expect([path, status]).toEqual([path, 200]);
    return body;
  };
  return {
    city,
    regulator,
    ingester: city.world.ingester(),
    board: (query = "") => ask(`/api/board${query}`),
    listed: async (query) => (await ask(`/api/plants?${query}`)).plants.map((p: { permitNo: string }) => p.permitNo),
    go: (t) => city.setNow(at(t)),
  };
}
// oxlint-disable-next-line typescript/no-explicit-any -- as the city's answers
const stateOf = (board: any, n: number): string => board.plants.find((p: any) => p.permitNo === permitNo(n))?.state;

describe("marked", () => {
  test("a mark colours the plant while it covers, by the clock alone; a warning is not hidden by it", async () => {
    const { city, ingester, board, listed, go } = await startDay();
    for (let m = 0; m < 30; m++)
      await ingester.take(
        ...[80, 20].map((value, i) => minute(`M${i + 1}`, at("08:00") + m * MINUTE, { a21002: value })),
      );
    await city.world.tick(at("08:30"));
    go("08:31");
    const mark = async (n: number, key: string, from: string, to: string): Promise<string> => {
      const maker = await city.person({ roles: ["enterprise"], plants: [permitNo(n)] });
      const body = { outlet: "DA001", kind: "device-fault", from: formatIso(at(from)), to: formatIso(at(to)) };
      const made = await city.send(maker, "POST", `/api/plants/${permitNo(n)}/marks`, { ...body, reason: "停电", key });
      expect(made.status, JSON.stringify(made.body)).toBe(201);
      return made.body.id;
    };
    await mark(1, "mark-of-the-warned", "08:25", "12:00");
    await mark(2, "mark-of-the-normal", "09:00", "10:00");
    const third = await mark(3, "mark-of-the-silent", "08:25", "12:00");
    go("08:40");
    const first = await board();
    expect([1, 2, 3, 4].map((n) => stateOf(first, n))).toEqual(["warned", "normal", "marked", "silent"]);
    expect(first.counts).toEqual({ normal: 1, warned: 1, lost: 0, silent: 1, marked: 1 });
    expect(first.changesAt).toBe(formatIso(at("09:00")));
    // Nothing was written: the second begins and ends, and who asks what changed hears of it.
    go("09:00");
    const began = await board(`?since=${first.version}`);
    expect([began.whole, stateOf(began, 2), began.changesAt]).toEqual([false, "marked", formatIso(at("10:00"))]);
    expect((await listed("state=marked")).sort()).toEqual([permitNo(2), permitNo(3)]);
    go("09:59");
    const before = await board();
    go("10:00");
    const ended = await board(`?since=${before.version}`);
    expect([ended.whole, stateOf(ended, 2)]).toEqual([false, "normal"]);
    // Withdrawn: the mark that would cover until noon no longer does.
    const maker = await city.person({ roles: ["enterprise"], plants: [permitNo(3)] });
    await city.send(maker, "PUT", `/api/plants/${permitNo(3)}/marks/${third}`, { withdraw: true, reason: "误填" });
    go("10:01");
    const withdrawn = await board(`?since=${ended.version}`);
    expect([withdrawn.whole, stateOf(withdrawn, 3)]).toEqual([false, "silent"]);
    expect(await listed("state=marked")).toEqual([]);
  });

  test("a mark of before the list was kept comes into it when its day ends", async () => {
    const { city, ingester, board, go } = await startDay();
    await ingester.take(minute("M2", at("08:00"), { a21002: 20 }));
    const marks = markRepository({ db: dynamo.db, table: city.world.tables.ledger });
    const by = { sub: "s", name: "n" };
    const stored = { kind: "device-fault", reason: "r", at: at("08:00"), by, late: false, key: "k", tests: [], v: 1 };
    await city.world.put({
      pk: `PLANT#${permitNo(2)}`,
      sk: "MARK#202610010900-abc",
      id: "202610010900-abc",
      permitNo: permitNo(2),
      outlet: "DA001",
      pollutants: null,
      from: at("09:00"),
      to: at("33:00"),
      state: "standing",
      judgement: null,
      changed: null,
      ...stored,
    });
    go("24:20");
    expect(stateOf(await board(), 2)).not.toBe("marked");
    const { hints } = ingester.services;
    const { world, services } = city;
    const day = { ...world.services(), ...world.cityLists(), hints, marks, register: services.register };
    await closeAll("DAY", at("24:30"), day);
    go("24:31");
    expect(stateOf(await board(), 2)).toBe("marked");
  });

  test("at any moment the state is that of the marks that cover it, and nothing changes before the next change said", () => {
    const span = fc.record({ from: fc.nat(60), length: fc.nat(30), at: fc.nat(40) });
    const listed = fc.constantFrom("normal", "silent", "warned", "lost");
    fc.assert(
      fc.property(fc.array(span, { maxLength: 6 }), listed, fc.nat(100), (made, state, now) => {
        const spans = made.map(({ from, length, at: t }) => ({ from, to: from + length, at: t }));
        const own = { state, level: 0, open: 0, out: [], offline: [], at: 0 } as Parameters<typeof stateAt>[0];
        const { state: seen } = stateAt(own, spans, now);
        const covered = spans.some(({ from, to }) => from <= now && now < to);
        expect(seen).toBe(covered && (state === "normal" || state === "silent") ? "marked" : state);
        const next = nextChange(spans, now) ?? 200;
        expect(next).toBeGreaterThan(now);
        for (let t = now; t < next; t++) expect(stateAt(own, spans, t).state).toBe(seen);
        // Whoever asked at `now` and asks again later hears of every change in between.
        for (let t = now + 1; t < 120; t++)
          if (stateAt(own, spans, t).state !== stateAt(own, spans, t - 1).state)
            expect(stateAt(own, spans, 120).at).toBeGreaterThanOrEqual(t);
      }),
    );
  });
});

test("facilities, noise and dust: counted by town, and each number is a list of plants", async () => {
  const { city, ingester, board, listed, go } = await startDay();
  go("08:00");
  const quiet = await board();
  const of = (answer: typeof quiet) =>
    Object.fromEntries(Object.entries(answer.site.towns[0].counts).filter(([, n]) => n !== 0));
  expect(quiet.site.towns.map((t: { town: string }) => t.town)).toEqual(["崇福镇"]);
  expect(of(quiet)).toEqual({ "treatment-unknown": 1, "production-unknown": 1, "noise-unknown": 1, "dust-unknown": 1 });
  const level = (t: number, value: number) => minute("N1", t, { LA: value });
  await ingester.take(
    runs(at("08:00"), true, true),
    level(at("08:00"), 55),
    minute("D1", at("08:00"), { a34001: 0.2 }),
  );
  await city.world.tick(at("08:05"));
  go("08:06");
  const well = await board();
  expect(of(well)).toEqual({ "treatment-running": 1, "production-running": 1, "noise-within": 1, "dust-within": 1 });
  expect(well.site.period).toBe("day");
  // Twice off while production runs, three records above the limit of the day.
  for (const t of ["08:06", "08:07", "08:08"])
    await ingester.take(runs(at(t), false, true), level(at(t), 65), minute("D1", at(t), { a34001: 0.2 }));
  await city.world.tick(at("08:10"));
  go("08:20");
  expect(of(await board())).toEqual({
    "treatment-stopped": 1,
    "treatment-mismatch": 1,
    "production-running": 1,
    "noise-over": 1,
    "dust-within": 1,
  });
  for (const condition of ["treatment-stopped", "treatment-mismatch", "noise-over", "dust-within"])
    expect([condition, await listed(`condition=${condition}`)]).toEqual([condition, [permitNo(1)]]);
  expect(await listed("condition=treatment-running")).toEqual([]);
  expect(await listed(`condition=noise-over&town=${encodeURIComponent("乌镇镇")}`)).toEqual([]);
  // A facility that stands as it did is not written again; an older report changes nothing.
  const [site] = await city.world
    .items("SITE#0")
    .then(async (items) => [
      ...items,
      ...(await Promise.all([1, 2, 3].map((n) => city.world.items(`SITE#${n}`)))).flat(),
    ]);
  expect(site?.["s:TA001"]).toBe(`${at("08:06")} 0`);
  await city.world.ingester("shardId-000000000001").take(runs(at("08:05"), true, true));
  expect((await city.world.items(String(site?.pk)))[0]?.["s:TA001"]).toBe(`${at("08:06")} 0`);
  // The night's limits hold from 22.
  go("22:00");
  expect((await board()).site.period).toBe("night");
  // Its devices fall silent: what they said last is no longer known to be so.
  await city.world.tick(at("09:00"));
  go("09:01");
  expect(of(await board())).toMatchObject({ "treatment-unknown": 1, "production-unknown": 1, "dust-unknown": 1 });
});

test("the day by its verdicts: told, answered, saved; what is not known is null", async () => {
  const { city, ingester, board, listed, go } = await startDay();
  const { world } = city;
  const hours = async (from: string, to: string, values: number[]): Promise<void> => {
    for (let t = at(from); t < at(to); t += MINUTE)
      await ingester.take(...values.map((value, i) => minute(`M${i + 1}`, t, { a21002: value }, t + MINUTE)));
    await world.tick(at(to));
  };
  const closing = () => {
    const { hints } = ingester.services;
    const marks = markRepository({ db: dynamo.db, table: world.tables.ledger });
    return { ...world.services(), ...world.cityLists(), hints, marks, register: city.services.register };
  };
  // The first is warned and mends its hour, the second does not; the third is never warned.
  await hours("08:00", "08:20", [70, 80, 20]);
  await hours("08:20", "08:35", [70, 80, 20]);
  go("08:36");
  const warned = await board();
  expect(warned.day.notices).toEqual({ sent: 2, done: 0 });
  expect(await listed("condition=told-today")).toEqual([permitNo(1), permitNo(2)]);
  const worker = await city.person({ roles: ["enterprise"], plants: [permitNo(2)] });
  const answer = { action: "repairing", key: "one-tap-of-a-thumb" };
  expect((await city.send(worker, "POST", `/api/plants/${permitNo(2)}/acknowledgements`, answer)).status).toBe(201);
  go("08:42");
  expect((await board()).day.notices).toEqual({ sent: 2, done: 1 });
  for (const [from, to] of [
    ["08:35", "08:45"],
    ["08:45", "08:55"],
    ["08:55", "09:00"],
  ] as const)
    await hours(from, to, [5, 80, 20]);
  await closeAll("HOUR", at("09:10"), closing());
  go("09:11");
  const { day } = await board();
  expect(day).toMatchObject({
    notices: { sent: 2, done: 2 },
    warnedPeriods: { closed: 2, met: 1, exceeded: 1, undecided: 0 },
    plantsSaved: 1,
    offSite: { keyPlants: 3, judgedByData: 2, onSite: null, share: null },
  });
  expect(day.pollutants).toEqual([
    { pollutant: "a21002", opened: 2, recovered: 1, lapsed: 0, open: 1, lost: 1, plants: 2 },
  ]);
  expect(await listed("condition=saved-today")).toEqual([permitNo(1)]);
  expect(await listed("condition=key-judged")).toEqual([permitNo(1), permitNo(2)]);
  expect(await listed("condition=key-not-judged")).toEqual([permitNo(4)]);
  // The closing again writes nothing twice; late data turn the verdict, and with it the number.
  await closeAll("HOUR", at("09:10"), closing());
  const correction = Array.from({ length: 25 }, (_, i) => at("08:35") + i * MINUTE);
  for (const t of correction)
    await ingester.take({
      topic: "plants/M1/telemetry",
      payload: JSON.stringify({
        at: formatIso(t),
        kind: "minute",
        readings: [{ pollutant: "a21002", value: 90, flag: "N" }],
      }),
      receivedAt: at("09:12"),
    });
  await world.tick(at("09:15"));
  go("09:16");
  const revised = (await board()).day;
  expect([revised.warnedPeriods, revised.plantsSaved]).toEqual([{ closed: 2, met: 0, exceeded: 2, undecided: 0 }, 0]);
  expect(await listed("condition=saved-today")).toEqual([]);
});

test("a standing that the list does not have, or has otherwise, is written at the closing of the hour; a newer one stays", async () => {
  const { city, ingester, board, go } = await startDay();
  const { world } = city;
  for (let t = at("08:00"); t < at("08:30"); t += MINUTE) await ingester.take(minute("M1", t, { a21002: 80 }));
  await world.tick(at("08:30"));
  const lists = async (): Promise<Record<string, unknown>[]> =>
    (await Promise.all([0, 1, 2, 3].map((n) => world.items(`STATE#${n}`)))).flat();
  const [item] = await lists();
  // As before the list was kept as it is now: normal in the list, warned in its own state.
  await world.put({ pk: item?.pk, sk: item?.sk, state: "normal", level: 0, open: 0, at: at("08:00") });
  go("08:31");
  expect(stateOf(await board(), 1)).toBe("normal");
  const { hints } = ingester.services;
  const marks = markRepository({ db: dynamo.db, table: world.tables.ledger });
  const closing = { ...world.services(), ...world.cityLists(), hints, marks, register: city.services.register };
  await closeAll("HOUR", at("09:10"), closing);
  expect(await lists()).toMatchObject([{ state: "warned", level: 2, open: 1, out: ["DA001"], at: at("09:10") }]);
  go("09:11");
  expect(stateOf(await board(), 1)).toBe("warned");
  // Nothing is wrong: nothing is written.
  await closeAll("HOUR", at("10:10"), closing);
  expect(await lists()).toMatchObject([{ at: at("09:10") }]);
  // A tick of the same minute was there first: what was read before it does not take its place.
  await world.put({ ...item, state: "lost", level: 3, at: at("11:10") });
  await closeAll("HOUR", at("11:10"), closing);
  expect(await lists()).toMatchObject([{ state: "lost", at: at("11:10") }]);
});
