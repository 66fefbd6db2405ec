/** `GET /api/plants`: the plants that somebody may see, page by page. */
import * as z from "zod/mini";
import { fromCursor, toCursor } from "../api/cursor.ts";
import { overReach, type Operation } from "../api/operation.ts";
import { covers, type Reach } from "../people/domain/rights.ts";
import type { ListedPlant, PlantLists } from "../register/plant-lists.ts";
import { inParallel } from "../shared/in-parallel.ts";
import { floorDay, formatIso } from "../shared/shanghai.ts";
import type { CityReader } from "../warnings/city-reader.ts";
import type { PlantState } from "../warnings/domain/plant-state.ts";
import type { CityFacts, CityNow } from "./city-facts.ts";
import { CITY_STATES } from "./domain/city-state.ts";
import { CONDITIONS, counted, isSite, siteNow, type Condition } from "./domain/conditions.ts";

export interface ListServices {
  lists: PlantLists;
  city: CityFacts;
  reader: Pick<CityReader, "warnings">;
  /** Receipt of the last frame of those that spoke within minutes. */
  lastSeen(permitNos: readonly string[], now: number): Promise<Map<string, number>>;
  /** The same of one plant, however long ago. */
  seenEver(permitNo: string, now: number): Promise<number | null>;
}

const Query = z.object({
  /** Part of the name, the permit number or the public code. */
  q: z.optional(z.string().check(z.maxLength(100))),
  town: z.optional(z.string().check(z.maxLength(100))),
  state: z.optional(z.enum(CITY_STATES)),
  /** What a number of the board counts: plants with such a facility or outlet, or such a day. */
  condition: z.optional(z.enum(CONDITIONS)),
  cursor: z.optional(z.string().check(z.maxLength(1000))),
  limit: z.optional(z.string().check(z.regex(/^[1-9]\d{0,2}$/))),
});
const MOST = 200;
const USUAL = 50;

const Plants = z.object({
  plants: z.array(
    z.object({
      permitNo: z.string(),
      code: z.string(),
      name: z.string(),
      town: z.string(),
      industry: z.string(),
      management: z.enum(["key", "simplified", "registration"]),
      state: z.enum(CITY_STATES),
      /** The highest of its open episodes. */
      level: z.literal([0, 1, 2, 3]),
      outlets: z.int(),
      openEpisodes: z.int(),
      /** Receipt of its last frame; null: none ever came. */
      lastSeen: z.nullable(z.string()),
      lon: z.number(),
      lat: z.number(),
    }),
  ),
  /** Where the next page begins; null at the end. */
  next: z.nullable(z.string()),
});

export const listPlantsOperation = (services: ListServices): Operation =>
  overReach({
    id: "listPlants",
    method: "GET",
    path: "/api/plants",
    summary: "Plants within reach by permit number, with state, open episodes and last receipt",
    action: "plant.read",
    query: Query,
    answer: Plants,
    async handle({ query: { q, town, state, condition, cursor, limit: asked }, reach, at }) {
      const limit = Math.min(MOST, Number(asked ?? USUAL));
      const list = ["plants", q, town, state, condition];
      const after = fromCursor(list, cursor) ?? "";
      const plants = await within(reach, services.lists);
      const { of: standing } = await services.city.standings();
      const fits = condition === undefined ? null : await conditionOf(condition, at, standing, services);
      const wanted = plants.filter(
        (plant) =>
          (town === undefined || plant.town === town) &&
          (q === undefined || matches(plant, q)) &&
          (state === undefined || standing(plant.permitNo).state === state) &&
          (fits === null || fits(plant)),
      );
      const page = wanted.filter(({ permitNo }) => permitNo > after).slice(0, limit);
      const last = page.at(-1);
      const more = last !== undefined && last.permitNo < (wanted.at(-1)?.permitNo ?? "");
      const seen = await seenOf(page, at, services);
      return {
        body: {
          plants: page.map(({ permitNo, code, name, town, industry, management, outlets, lon, lat }) => {
            const { state, level, open } = standing(permitNo);
            const lastSeen = seen.get(permitNo) ?? null;
            return {
              permitNo,
              code,
              name,
              town,
              industry,
              management,
              state,
              level,
              outlets,
              openEpisodes: open,
              lastSeen: lastSeen === null ? null : formatIso(lastSeen),
              lon,
              lat,
            };
          }),
          next: toCursor(list, more ? last.permitNo : null),
        },
      };
    },
  });

async function conditionOf(
  condition: Condition,
  at: number,
  standing: CityNow["of"],
  { city }: ListServices,
): Promise<(plant: ListedPlant) => boolean> {
  const [day, sites] = await Promise.all([city.day(floorDay(at)), isSite(condition) ? city.sites() : new Map()]);
  return counted(condition, day, (plant) => siteNow(plant, standing(plant.permitNo), sites, at), standing);
}

/** Plants of this reach by permit number. Who belongs to plants and to no town asks for those, not for the city. */
export async function within(reach: Reach, lists: PlantLists): Promise<readonly ListedPlant[]> {
  if (!reach.city && reach.towns.size === 0) return lists.some(reach.plants);
  const { plants } = await lists.all();
  return reach.city ? plants : plants.filter((plant) => covers(reach, plant));
}

function matches({ name, permitNo, code }: ListedPlant, q: string): boolean {
  const part = q.trim().toLowerCase();
  return [name, permitNo, code].some((text) => text.toLowerCase().includes(part));
}

const WIDTH = 16;

/** The last receipt of each plant: of the present blocks, else as the warnings remember the silence, else looked up. */
async function seenOf(
  plants: readonly ListedPlant[],
  now: number,
  { reader, lastSeen, seenEver }: ListServices,
): Promise<Map<string, number>> {
  const permitNos = plants.map(({ permitNo }) => permitNo);
  const seen = await lastSeen(permitNos, now);
  const missing = permitNos.filter((permitNo) => !seen.has(permitNo));
  if (missing.length === 0) return seen;
  const warnings = await reader.warnings(missing);
  await inParallel(missing, WIDTH, async (permitNo) => {
    const { state, heard } = warnings.get(permitNo) ?? { state: null, heard: false };
    const t = silentSince(state) ?? (heard ? await seenEver(permitNo, now) : null);
    if (t !== null) seen.set(permitNo, t);
  });
  return seen;
}

function silentSince(state: PlantState | null): number | null {
  const since = Object.values(state?.offline ?? {}).map((device) => device.since);
  return since.length > 0 && state?.state === "silent" ? Math.max(...since) : null;
}
