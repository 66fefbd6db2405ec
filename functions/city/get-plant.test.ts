import { afterAll, beforeAll, expect, test } from "vitest";
import { startDynamo, type TestDynamo } from "../../tests/dynamo.ts";
import { permitNo } from "../register/fixtures.ts";
import { at, device, limit, outlet, permit } from "../telemetry/fixtures.ts";
import { minute } from "../warnings/fixtures.ts";
import { startCity, type City } from "./fixtures.ts";

const own = permit({
  permitNo: permitNo(1),
  outlets: [
    outlet({ devices: [device({ mn: "M1", secretRef: "key" }), device({ mn: "M2" })] }),
    outlet({
      code: "DW001",
      medium: "water",
      devices: [device({ mn: "W1" })],
      limits: [limit({ pollutant: "w01018", statistic: "day", max: 100 })],
    }),
  ],
  facilities: [{ code: "TA001", kind: "treatment", outlets: ["DA001"], mn: "M1", sb: 1 }],
});
const other = permit({ permitNo: permitNo(2), town: "乌镇镇", outlets: [outlet({ devices: [device({ mn: "N1" })] })] });

let dynamo: TestDynamo;
let city: City;

beforeAll(async () => {
  dynamo = await startDynamo();
  city = await startCity(dynamo, [own, other]);
  const ingester = city.world.ingester();
  for (let m = 0; m < 30; m++) {
    const t = at("08:00") + m * 60_000;
    await ingester.take(minute("M1", t, { a21002: 80 }), minute("W1", t, { w01018: 40, w00000: 2 }));
  }
  await city.world.tick(at("08:30"));
  city.setNow(at("08:30"));
}, 60_000);
afterAll(() => dynamo.stop());

const enterprise = (): Promise<string> => city.person({ roles: ["enterprise"], plants: [own.permitNo] });

test("the permit, what stands, and what to hold until when: as the warning said it", async () => {
  const { status, body } = await city.get(await enterprise(), `/api/plants/${own.permitNo}`);
  expect(status).toBe(200);
  expect(body).toMatchObject({ permitNo: own.permitNo, revision: 1, inForce: true, state: { key: "warned" } });
  const [episode] = body.episodes;
  expect(episode).toMatchObject({ outlet: "DA001", pollutant: "a21002", kind: "limit", level: 2, closedAt: null });
  // 30 minutes at 80 of a limit of 50: the rest may have 20.
  expect(episode.hold).toMatchObject({ required: 20, until: "2026-10-01T09:00:00+08:00", limit: 50, unit: "mg/m³" });
  const [sent] = city.world.sent;
  expect(sent?.text).toContain("20");
  const [nox] = body.outlets[0].quantities;
  expect(nox).toMatchObject({ pollutant: "a21002", latest: { value: 80, current: true }, standing: { key: "above" } });
  expect(nox.projections[0]).toEqual(episode.hold);
  const [cod] = body.outlets[1].quantities;
  expect(cod.projections[0]).toMatchObject({ statistic: "day", mean: 40, level: 0 });
});

test("what the page says is what the public view says", async () => {
  const { body } = await city.get(await enterprise(), `/api/plants/${own.permitNo}`);
  const { publicViews } = await import("../disclosure/public-views.ts");
  const { db, tables, ruleData } = city.services;
  const names = { REGISTER_TABLE: tables.register, BLOCKS_TABLE: tables.blocks, LEDGER_TABLE: tables.ledger };
  const view = await publicViews({ db, tables: names, rules: ruleData, now: () => at("08:30") }).viewByPermit(
    own.permitNo,
  );
  expect(body.state).toEqual(view?.state);
  for (const [i, shown] of view!.outlets.entries())
    for (const [j, quantity] of shown.quantities.entries()) {
      const { limits: _, ...same } = quantity;
      expect(body.outlets[i].quantities[j]).toMatchObject(JSON.parse(JSON.stringify(same)));
    }
});

test("devices: who speaks, who is silent, who never spoke; no secret and no name of one", async () => {
  const { body } = await city.get(await enterprise(), `/api/plants/${own.permitNo}`);
  expect(body.devices).toMatchObject([
    { mn: "M1", state: "online", lastSeen: "2026-10-01T08:30:10+08:00", links: 30 },
    { mn: "M2", state: "never", lastSeen: null, links: 0, link: null },
    { mn: "W1", state: "online", links: 30 },
  ]);
  expect(body.outlets[0].devices[0]).toMatchObject({ mn: "M1", encrypted: true });
  expect(JSON.stringify(body)).not.toContain("secretRef");
  city.setNow(at("10:30"));
  const later = await city.get(await enterprise(), `/api/plants/${own.permitNo}`);
  expect(later.body.devices[0]).toMatchObject({ state: "offline", minutes: { received: 0, of: 60 } });
  city.setNow(at("09:00"));
  const full = await city.get(await enterprise(), `/api/plants/${own.permitNo}`);
  expect(full.body.devices[0].minutes).toEqual({ received: 30, counting: 30, of: 60 });
  city.setNow(at("08:30"));
});

test("contacts are for who may read contacts; a plant beyond reach does not exist", async () => {
  const expert = await city.person({ roles: ["expert"], plants: [own.permitNo] });
  expect((await city.get(expert, `/api/plants/${own.permitNo}`)).body.contacts).toBeNull();
  expect((await city.get(await enterprise(), `/api/plants/${own.permitNo}`)).body.contacts).toHaveLength(5);
  const officer = await city.person({ roles: ["town-officer"], towns: ["乌镇镇"] });
  const answers = [
    await city.get(await enterprise(), `/api/plants/${other.permitNo}`),
    await city.get(await enterprise(), `/api/plants/${permitNo(77)}`),
    await city.get(officer, `/api/plants/${own.permitNo}`),
  ];
  expect(answers.map((a) => a.status)).toEqual([404, 404, 404]);
  expect((await city.get(officer, `/api/plants/${other.permitNo}`)).status).toBe(200);
});
