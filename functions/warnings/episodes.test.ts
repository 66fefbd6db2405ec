import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startDynamo, type TestDynamo } from "../../tests/dynamo.ts";
import { startCity, type City } from "../city/fixtures.ts";
import { permitNo } from "../register/fixtures.ts";
import { DAY, formatIso, MINUTE } from "../shared/shanghai.ts";
import { at, device, outlet, permit, PHONES } from "../telemetry/fixtures.ts";
import { acknowledge } from "./acknowledge.ts";
import { freshState } from "./domain/plant-state.ts";
import type { Episode } from "./domain/episode.ts";
import { minute } from "./fixtures.ts";

const TOWNS = ["崇福镇", "乌镇镇"];
const permits = Array.from({ length: 24 }, (_, i) =>
  permit({
    permitNo: permitNo(i + 1),
    name: `（演示）第 ${i + 1} 厂`,
    town: TOWNS[i % 2]!,
    outlets: [outlet({ devices: [device({ mn: `M${i + 1}` })] })],
  }),
);
const [own, other] = permits as [(typeof permits)[0], (typeof permits)[0]];

let dynamo: TestDynamo;
let city: City;
let regulator: string;

/** Past episodes, as ticks wrote them: one of each plant and day. */
async function history(): Promise<void> {
  const { ledger } = city.world;
  for (const { permitNo } of permits.slice(2))
    for (let day = 1; day <= 3; day++) {
      const openedAt = at("10:00") - day * DAY;
      const episode: Episode = {
        outlet: "DA001",
        pollutant: "a21002",
        statistic: "hour",
        facility: null,
        openedAt,
        level: 0,
        highest: 2,
        lastMessage: openedAt,
        messages: 2,
        roles: ["operator"],
        streak: 0,
        escalatedAt: null,
        quietTicks: 0,
        emptyTicks: 0,
        pausedUntil: null,
      };
      const { version } = await ledger.plant(permitNo);
      const state = { ...freshState(), tick: openedAt + 25 * MINUTE };
      expect(await ledger.putPlant(permitNo, state, version, [{ type: "recovered", episode }])).toBe(true);
    }
}

beforeAll(async () => {
  dynamo = await startDynamo();
  city = await startCity(dynamo, permits);
  regulator = await city.person({ roles: ["regulator"] });
  await history();
  const { world } = city;
  const ingester = world.ingester();
  const feed = async (from: number, to: number, value: number): Promise<void> => {
    for (let t = from; t < to; t += MINUTE)
      await ingester.take(minute("M1", t, { a21002: value }), minute("M2", t, { a21002: 80 }));
  };
  await feed(at("08:00"), at("08:30"), 80);
  await world.tick(at("08:30"));
  await acknowledge(
    { from: PHONES.operator, text: "1", at: at("08:32") },
    { ledger: world.ledger, register: city.services.register, ruleData: city.services.ruleData },
  );
  await feed(at("08:30"), at("08:40"), 5);
  await world.tick(at("08:35"));
  await world.tick(at("08:40"));
  await feed(at("08:40"), at("09:00"), 5);
  for (let t = at("08:45"); t <= at("09:00"); t += 5 * MINUTE) await world.tick(t);
  await world.close("HOUR", at("09:10"));
  city.setNow(at("09:12"));
}, 60_000);
afterAll(() => dynamo.stop());

interface Row {
  id: string;
  permitNo: string;
  openedAt: string;
  closedAt: string | null;
}
const list = async (sub: string, query: string): Promise<Row[]> => {
  const { status, body } = await city.get(sub, `/api/episodes?limit=200&${query}`);
  expect([query, status]).toEqual([query, 200]);
  return body.episodes;
};

describe("GET /api/episodes", () => {
  test("newest first, with what became of each", async () => {
    const rows = await list(regulator, "");
    expect(rows).toHaveLength(2 + 22 * 3);
    expect(rows.map((r) => r.openedAt)).toEqual(
      rows
        .map((r) => r.openedAt)
        .toSorted()
        .toReversed(),
    );
    expect(rows.find((r) => r.permitNo === own.permitNo)).toMatchObject({
      name: own.name,
      town: own.town,
      outlet: "DA001",
      pollutant: "a21002",
      statistic: "hour",
      kind: "limit",
      openedAt: "2026-10-01T08:30:00+08:00",
      closedHow: "recovered",
      highest: 2,
    });
    expect(rows.find((r) => r.permitNo === other.permitNo)).toMatchObject({
      closedAt: null,
      level: 3,
      closedHow: null,
    });
  });

  test("the filters", async () => {
    expect((await list(regulator, "open=true")).map((r) => r.permitNo)).toEqual([other.permitNo]);
    expect(await list(regulator, "open=false")).toHaveLength(1 + 22 * 3);
    expect(await list(regulator, `town=${encodeURIComponent("崇福镇")}`)).toHaveLength(1 + 11 * 3);
    expect(await list(regulator, `permitNo=${permitNo(5)}`)).toHaveLength(3);
    expect(await list(regulator, "kind=facility")).toEqual([]);
    expect(await list(regulator, "pollutant=none")).toEqual([]);
    expect(await list(regulator, "pollutant=a21002")).toEqual(await list(regulator, ""));
    const day = encodeURIComponent(formatIso(at("00:00") - 2 * DAY));
    expect(await list(regulator, `from=${day}&to=${encodeURIComponent(formatIso(at("00:00") - DAY))}`)).toHaveLength(
      22,
    );
  });

  test("only of plants within reach", async () => {
    const enterprise = await city.person({ roles: ["enterprise"], plants: [own.permitNo, permitNo(3)] });
    expect(new Set((await list(enterprise, "")).map((r) => r.permitNo))).toEqual(new Set([own.permitNo, permitNo(3)]));
    expect(await list(enterprise, "open=true")).toEqual([]);
    const officer = await city.person({ roles: ["town-officer"], towns: ["乌镇镇"] });
    expect((await list(officer, "")).every((r) => Number(r.permitNo.slice(11, 17)) % 2 === 0)).toBe(true);
    expect((await city.get(enterprise, `/api/episodes?permitNo=${other.permitNo}`)).status).toBe(404);
    expect((await city.get(enterprise, "/api/episodes?permitNo=none")).status).toBe(404);
  });

  test("times out of bounds are refused with what to do", async () => {
    for (const query of ["from=yesterday", "from=2026-10-02&to=2026-10-01", "from=2024-01-01&to=2026-01-01"]) {
      const { status, body } = await city.get(regulator, `/api/episodes?${query}`);
      expect([query, status, typeof body.detail]).toEqual([query, 422, "string"]);
    }
  });

  test("pages of any size are the whole list, nothing lost and nothing twice", async () => {
    const many = await city.person({ roles: ["enterprise"], plants: permits.slice(0, 10).map((p) => p.permitNo) });
    for (const sub of [regulator, many]) {
      const whole = (await list(sub, "")).map((r) => `${r.permitNo} ${r.id}`);
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: whole.length + 1 }), async (limit) => {
          const read: string[] = [];
          let cursor = "";
          do {
            const { body } = await city.get(sub, `/api/episodes?limit=${limit}${cursor && `&cursor=${cursor}`}`);
            expect(body.episodes.length).toBeLessThanOrEqual(limit);
            read.push(...body.episodes.map((r: Row) => `${r.permitNo} ${r.id}`));
            cursor = body.next ?? "";
          } while (cursor !== "");
          expect(read).toEqual(whole);
        }),
        { numRuns: 6 },
      );
    }
  });
});

describe("GET /api/plants/{permitNo}/episodes/{id}", () => {
  const episodeOf = async (plant: string): Promise<string> =>
    (await list(regulator, `permitNo=${plant}`))[0]?.id ?? "none";

  test("projection, message, answer, recovery and verdict in order", async () => {
    const path = `/api/plants/${own.permitNo}/episodes/${await episodeOf(own.permitNo)}`;
    const { status, body } = await city.get(regulator, path);
    expect(status).toBe(200);
    expect(body).toMatchObject({ permitNo: own.permitNo, hold: null, unit: "mg/m³", truncated: false });
    const types = body.timeline.map((e: { type: string }) => e.type);
    expect([...new Set(types)]).toEqual([
      "opened",
      "projection",
      "level",
      "sms",
      "acknowledged",
      "recovered",
      "verdict",
    ]);
    expect(body.timeline[1]).toMatchObject({ level: 2, mean: 80, projected: 80, required: 20, limit: 50, valid: 30 });
    const sms = body.timeline.filter((e: { type: string; phone?: string }) => e.phone === "+86139****0001");
    expect(sms[0]).toMatchObject({ type: "sms", kind: "warning", state: "sent", roles: ["operator"] });
    expect(sms.at(-1)).toMatchObject({ kind: "recovered" });
    expect(body.timeline.find((e: { type: string }) => e.type === "acknowledged")).toMatchObject({
      at: "2026-10-01T08:32:00+08:00",
      action: "adjusting",
    });
    expect(body.timeline.at(-1)).toMatchObject({
      type: "verdict",
      period: "2026-10-01T08:00:00+08:00",
      verdict: "met",
      revision: 0,
    });
    expect(JSON.stringify(body)).not.toContain(PHONES.operator);
  });

  test("an open one says what to hold", async () => {
    city.setNow(at("08:50"));
    const path = `/api/plants/${other.permitNo}/episodes/${await episodeOf(other.permitNo)}`;
    const { body } = await city.get(regulator, path);
    // 50 minutes at 80: nothing that follows can save the hour.
    expect(body.hold).toMatchObject({ until: "2026-10-01T09:00:00+08:00", valid: 50, limit: 50, level: 3 });
    city.setNow(at("09:12"));
  });

  test("an id that is none, or of another plant, is not found", async () => {
    const id = await episodeOf(own.permitNo);
    for (const path of [
      `${own.permitNo}/episodes/abc`,
      `${own.permitNo}/episodes/${id}A`,
      `${permitNo(3)}/episodes/${id}`,
    ])
      expect([path, (await city.get(regulator, `/api/plants/${path}`)).status]).toEqual([path, 404]);
  });
});
