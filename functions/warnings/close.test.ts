/** Closings on the real engine: verdicts, revisions with their cause, marks; nothing is ever overwritten. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startDynamo, type TestDynamo } from "../../tests/dynamo.ts";
import { markRepository } from "../marks/mark-repository.ts";
import { MINUTE } from "../shared/shanghai.ts";
import { at, device, limit, outlet, permit } from "../telemetry/fixtures.ts";
import { plantBlocks } from "../telemetry/plant-blocks.ts";
import { closeAll } from "./close-all.ts";
import { minute, startWorld, type Ingester, type World } from "./fixtures.ts";

const plant = permit();
const { permitNo } = plant;
let dynamo: TestDynamo;
let world: World;
let ingester: Ingester;
beforeAll(async () => {
  dynamo = await startDynamo();
});
afterAll(() => dynamo.stop());
const start = async (permits = [plant]): Promise<void> => {
  world = await startWorld(dynamo, permits);
  ingester = world.ingester();
};
beforeEach(() => start());

const marks = () => markRepository({ db: dynamo.db, table: world.tables.ledger });

const feed = async (from: string, n: number, value: number, receivedAt?: string): Promise<void> => {
  const messages = Array.from({ length: n }, (_, i) =>
    minute("A", at(from) + i * MINUTE, { a21002: value }, receivedAt === undefined ? undefined : at(receivedAt) + i),
  );
  await ingester.take(...messages);
};
const hours = async (): Promise<unknown[]> =>
  (await world.items(`PLANT#${permitNo}`, "HOUR#")).map(({ sk, at: when, verdicts }) => {
    const [v] = verdicts as Record<string, unknown>[];
    return [String(sk).slice(5), (Number(when) - at("00:00")) / MINUTE, v!.valid, v!.mean, v!.verdict, v!.cause];
  });

describe("an hour", () => {
  it("is closed with its verdict, and closing it again changes nothing", async () => {
    await feed("08:00", 45, 50.000001);
    await world.close("HOUR", at("09:10"));
    const before = await world.snapshot();
    await world.close("HOUR", at("09:10"));
    expect(await world.snapshot()).toBe(before);
    expect(await hours()).toEqual([["2026-10-01T08#R000", 550, 45, 50.000001, "exceeded", "closing"]]);
  });
  it("of 44 valid minutes is insufficient, of none has no mean", async () => {
    await feed("08:00", 44, 60);
    await world.close("HOUR", at("09:10"));
    await world.close("HOUR", at("10:10"));
    expect((await hours()).map((h) => (h as unknown[]).slice(2))).toEqual([
      [44, 60, "insufficient", "closing"],
      [0, null, "insufficient", "closing"],
    ]);
  });
  it("before the pollutant was first heard has no verdict", async () => {
    await feed("08:00", 60, 40);
    await world.close("HOUR", at("08:10"));
    expect(await hours()).toEqual([]);
  });
  it("is judged again at the next tick after late data; each revision is a further item with its cause", async () => {
    await feed("08:00", 44, 60);
    await world.close("HOUR", at("09:10"));
    await feed("08:44", 1, 60, "09:11");
    await world.tick(at("09:15"));
    await feed("08:45", 15, 10, "09:20");
    await world.tick(at("09:25"));
    await world.tick(at("09:30"));
    expect(await hours()).toEqual([
      ["2026-10-01T08#R000", 550, 44, 60, "insufficient", "closing"],
      ["2026-10-01T08#R001", 555, 45, 60, "exceeded", "late-data"],
      ["2026-10-01T08#R002", 565, 60, 47.5, "met", "late-data"],
    ]);
    const revisions = (await world.items(`PLANT#${permitNo}`, "HOUR#")).flatMap((i) =>
      (i.verdicts as { revision: number }[]).map((v) => v.revision),
    );
    expect(revisions).toEqual([0, 1, 2]);
  });
  it("is not revised by late data that change no slot, nor by the same frames again", async () => {
    await feed("08:00", 60, 40);
    await world.close("HOUR", at("09:10"));
    const again = minute("A", at("08:30"), { a21002: 40 }, at("09:12"));
    await ingester.take(again);
    await ingester.take(minute("A", at("08:30"), { a21002: 40, zz9999: 1 }, at("09:12:30")));
    await world.tick(at("09:15"));
    expect(await hours()).toHaveLength(1);
  });
  it("that was closed before its pollutant was first heard gets its first verdict at the next tick", async () => {
    await world.close("HOUR", at("09:10"));
    await feed("08:00", 50, 60, "09:20");
    await world.tick(at("09:25"));
    expect(await hours()).toEqual([["2026-10-01T08#R000", 565, 50, 60, "exceeded", "late-data"]]);
  });
  it("whose limit is exceeded only by marked minutes is marked; with a mark that leaves it exceeded it stays so", async () => {
    await feed("08:00", 50, 40);
    await feed("08:50", 10, 200);
    await feed("09:00", 60, 60);
    await world.put({ pk: `PLANT#${permitNo}`, sk: "MARKS", v: 1 });
    await world.put({
      pk: `PLANT#${permitNo}`,
      sk: "MARK#202610010850-1",
      outlet: "DA001",
      from: at("08:50"),
      to: at("09:10"),
    });
    await world.close("HOUR", at("09:10"));
    await world.close("HOUR", at("10:10"));
    expect((await hours()).map((h) => (h as unknown[]).slice(2, 5))).toEqual([
      [50, 40, "marked"],
      [50, 60, "exceeded"],
    ]);
  });
  it("is governed by the limit in force at its start", async () => {
    const limits = [limit({ to: at("08:30") }), limit({ from: at("08:30"), max: 30 })];
    await start([permit({ outlets: [outlet({ limits })] })]);
    await feed("08:00", 60, 40);
    await feed("09:00", 60, 40);
    await world.close("HOUR", at("09:10"));
    await world.close("HOUR", at("10:10"));
    expect((await hours()).map((h) => (h as unknown[])[4])).toEqual(["met", "exceeded"]);
  });
  it("notes values that hug the limit only after six hours of it", async () => {
    await feed("02:00", 7 * 60, 47, "09:01");
    for (let h = 3; h <= 9; h++) await world.close("HOUR", at(`${h}:10`));
    const notes = (await world.items(`PLANT#${permitNo}`, "HOUR#")).map((i) =>
      (i.verdicts as { notes: string[] }[])[0]!.notes.includes("near-limit-lasting"),
    );
    expect(notes).toEqual([false, false, false, false, false, true, true]);
  });
});

describe("a day", () => {
  it("of a water outlet is the flow-weighted mean over its valid hours", async () => {
    const limits = [limit({ pollutant: "w01018", statistic: "day", max: 80 })];
    await start([
      permit({
        outlets: [outlet({ code: "DW001", medium: "water", devices: [device({ minuteInterval: 10 })], limits })],
      }),
    ]);
    // 12 hours of 100 mg/L at 1 L/s and 8 of 70 at 3: (1200 + 1680) / 36 = 80. Twenty valid hours, met.
    const messages = Array.from({ length: 120 }, (_, i) =>
      minute("A", at("00:00") + i * 10 * MINUTE, i < 72 ? { w01018: 100, w00000: 1 } : { w01018: 70, w00000: 3 }),
    );
    await ingester.take(...messages);
    await world.close("DAY", at("24:30"));
    const [day] = await world.items(`PLANT#${permitNo}`, "DAY#");
    expect(day).toMatchObject({
      sk: "DAY#2026-10-01#R000",
      verdicts: [{ valid: 20, mean: 80, verdict: "met", weighted: true, limit: 80 }],
    });
  });
});

it("a plant that cannot be closed keeps no other open", async () => {
  const other = permit({ permitNo: "91330483MA2000002X001P", outlets: [outlet({ devices: [device({ mn: "B" })] })] });
  await start([plant, other]);
  await feed("08:00", 60, 40);
  await ingester.take(minute("B", at("08:00"), { a21002: 40 }));
  await world.put({ pk: `PLANT#${permitNo}`, sk: "MARKS", v: 1 });
  await world.put({ pk: `PLANT#${permitNo}`, sk: "MARK#202610010800-damaged" });
  const services = world.services();
  const plants = [plant, other].map((p) => ({ permit: p, revision: 1, code: "", shard: 0, importedAt: "" }));
  const register = {
    getPlants: async () => plants,
    async *listPlants() {
      for (const p of plants) yield { permitNo: p.permit.permitNo, code: "", name: "", town: "", devices: 1 };
    },
  };
  const { hints } = ingester.services;
  await expect(
    closeAll("HOUR", at("09:10"), { ...services, ...world.cityLists(), hints, marks: marks(), register }),
  ).rejects.toThrow();
  expect(await world.items(`PLANT#${other.permitNo}`, "HOUR#")).toHaveLength(1);
});

describe("a plant whose blocks have expired", () => {
  it("goes on with the chain that the last day closed", async () => {
    await feed("08:00", 2, 40);
    const { hints } = ingester.services;
    const entry = { permit: plant, revision: 1, code: "", shard: 0, importedAt: "" };
    const register = {
      getPlants: async () => [entry],
      async *listPlants() {
        yield { permitNo, code: "", name: "", town: "", devices: 1 };
      },
    };
    await closeAll("DAY", at("24:30"), { ...world.services(), ...world.cityLists(), hints, marks: marks(), register });
    const last = world.archived.at(-1)!.at(-1)!.link;
    const later = world.ingester();
    later.services.blocks = plantBlocks({ ...world.blocks, latest: async () => [] }, hints.lastHeads);
    await later.take(minute("A", at("25:00"), { a21002: 40 }));
    expect(last).toMatch(/^[0-9a-f]{64}$/);
    expect(world.archived.at(-1)!.at(-1)!.previous).toBe(last);
  });
  it("stays silent when it was silent", async () => {
    await feed("08:00", 2, 40);
    await world.tick(at("08:30"));
    expect((await world.ledger.plant(permitNo)).state.state).toBe("silent");
    const blocks = { ...world.blocks, latest: async () => [] };
    await world.tick(at("10:00"), { blocks });
    expect((await world.ledger.plant(permitNo)).state.state).toBe("silent");
  });
});
