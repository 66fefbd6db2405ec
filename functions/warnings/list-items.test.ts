import { afterAll, beforeAll, expect, test } from "vitest";
import { startDynamo, type TestDynamo } from "../../tests/dynamo.ts";
import { shardOf } from "../shared/shard.ts";
import { at, permit } from "../telemetry/fixtures.ts";
import type { Episode } from "./domain/episode.ts";
import { freshState, type PlantState } from "./domain/plant-state.ts";
import { startWorld, type World } from "./fixtures.ts";
import { standingItem } from "./list-items.ts";

const { permitNo } = permit();
const episode = (over: Partial<Episode> = {}): Episode => ({
  outlet: "DA001",
  pollutant: "a21002",
  statistic: "hour",
  facility: null,
  openedAt: at("08:30"),
  level: 2,
  highest: 2,
  lastMessage: null,
  messages: 1,
  roles: [],
  streak: 0,
  escalatedAt: null,
  quietTicks: 0,
  emptyTicks: 0,
  pausedUntil: null,
  ...over,
});
const state = (over: Partial<PlantState> = {}): PlantState => ({ ...freshState(), tick: at("08:30"), ...over });
const warned = state({ state: "warned", episodes: [episode()] });

let dynamo: TestDynamo;
let world: World;
beforeAll(async () => {
  dynamo = await startDynamo();
  world = await startWorld(dynamo, [permit()]);
});
afterAll(() => dynamo.stop());

test("a standing is listed when it changes, and only then", () => {
  expect(standingItem(permitNo, state(), freshState())).toBeNull();
  expect(standingItem(permitNo, warned, warned)).toBeNull();
  const item = standingItem(permitNo, warned, freshState());
  expect(item).toMatchObject({ sk: permitNo, state: "warned", level: 2, open: 1, at: at("08:30") });
  expect(item).not.toHaveProperty("ttl");
  // Still open at level 0: the public sees a normal plant, the list still knows the episode.
  const quiet = state({ episodes: [episode({ level: 0 })] });
  expect(standingItem(permitNo, quiet, warned)).toMatchObject({ state: "normal", level: 0, open: 1 });
  expect(standingItem(permitNo, quiet, warned)).not.toHaveProperty("ttl");
  const well = standingItem(permitNo, state(), quiet);
  expect(well).toMatchObject({ state: "normal", open: 0, ttl: (at("08:30") + 86_400_000) / 1000 });
});

test("the lists are written with the state or not at all", async () => {
  const { ledger } = world;
  const opened = { type: "opened", episode: episode() } as const;
  expect(await ledger.putPlant(permitNo, warned, 0, [opened], freshState())).toBe(true);
  const listed = (): Promise<Record<string, unknown>[]> => world.items(`STATE#${shardOf(permitNo)}`);
  expect(await listed()).toMatchObject([{ sk: permitNo, state: "warned" }]);
  expect(await world.items("EPISODES#2026-10-01")).toMatchObject([{ permitNo, highest: 2, closedAt: null }]);
  // Another run was faster: what this one would have listed is not.
  const lost = state({ state: "lost", episodes: [episode({ level: 3 })] });
  const other = { type: "opened", episode: episode({ pollutant: "a21026" }) } as const;
  expect(await ledger.putPlant(permitNo, lost, 0, [other], warned)).toBe(false);
  expect(await listed()).toMatchObject([{ state: "warned" }]);
  expect(await world.items("EPISODES#2026-10-01")).toHaveLength(1);
  // It ends: the same item of the day says how.
  const recovered = { type: "recovered", episode: episode({ level: 0 }) } as const;
  expect(await ledger.putPlant(permitNo, state({ tick: at("08:50") }), 1, [recovered], warned)).toBe(true);
  expect(await listed()).toMatchObject([{ state: "normal", open: 0, at: at("08:50") }]);
  expect(await world.items("EPISODES#2026-10-01")).toMatchObject([{ closedAt: at("08:50"), ended: "recovered" }]);
});

test("as many episodes at one tick as a transaction holds without the lists are still written", async () => {
  const events = Array.from(
    { length: 80 },
    (_, i) => ({ type: "opened", episode: episode({ pollutant: `p${i}`, openedAt: at("09:30") }) }) as const,
  );
  const many = state({ tick: at("09:30"), state: "warned", episodes: events.map((e) => e.episode) });
  const { state: held, version } = await world.ledger.plant(permitNo);
  expect(await world.ledger.putPlant(permitNo, many, version, events, held)).toBe(true);
  expect(await world.items("EPISODES#2026-10-01", "2026-10-01T09:30")).toHaveLength(80);
  expect(await world.items(`PLANT#${permitNo}`, "EPISODE#2026-10-01T09:30")).toHaveLength(80);
});
