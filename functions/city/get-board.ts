/** `GET /api/board`: the city for the big screen: one snapshot, then only what changed. */
import { createHash } from "node:crypto";
import * as z from "zod/mini";
import { fromCursor, toCursor } from "../api/cursor.ts";
import { overReach, type Operation } from "../api/operation.ts";
import type { PlantLists } from "../register/plant-lists.ts";
import { covers, type Reach } from "../people/domain/rights.ts";
import { DAY, floorDay, formatDay, formatIso, MINUTE } from "../shared/shanghai.ts";
import { EpisodeSchema } from "../warnings/episode-schema.ts";
import type { CityFacts } from "./city-facts.ts";
import { isDay } from "../warnings/domain/conditions.ts";
import type { WarningNumbers } from "../../layers/rule-data.ts";
import { CITY_STATES } from "./domain/city-state.ts";
import { siteNow } from "./domain/conditions.ts";
import { indicators } from "./domain/indicators.ts";
import { SITE_CONDITIONS, siteByTown, type SiteCondition } from "./domain/site.ts";
import { boardPlant, countStates, dayFigures, partOf, ticker } from "./domain/board.ts";

export interface BoardServices {
  lists: PlantLists;
  city: CityFacts;
  /** Hours of day and night for noise at a time. */
  noise(at: number): WarningNumbers["noise"];
  /** Bytes of plants in one part of an answer; a function's answer may have 6 MB. */
  mostBytes?: number;
}

const count = z.int();
const State = z.enum(CITY_STATES);
const Sites = z.object(
  Object.fromEntries(SITE_CONDITIONS.map((condition) => [condition, count])) as Record<SiteCondition, typeof count>,
);
const Query = z.object({
  /** `version` of the former answer: only what may have changed since is answered. */
  since: z.optional(z.string().check(z.maxLength(100))),
  /** `next` of the former part: the rest of the plants; not beside `since`. */
  cursor: z.optional(z.string().check(z.maxLength(1000))),
  /** Time of a nudge, epoch ms: the answer shows everything that had changed by then. */
  nudged: z.optional(z.string().check(z.regex(/^\d{13}$/))),
});
const Answer = z.object({
  /** What the next request gives as `since`. */
  version: z.string(),
  asOf: z.string(),
  /** These are all the plants; else those that may have changed. */
  whole: z.boolean(),
  /** Over all plants within reach. */
  counts: z.object({ normal: count, warned: count, lost: count, silent: count, marked: count }),
  /** When a mark begins or ends next and some state with it, or the day ends: worth asking again then. */
  changesAt: z.string(),
  plants: z.array(
    z.object({
      permitNo: z.string(),
      name: z.string(),
      town: z.string(),
      lon: z.number(),
      lat: z.number(),
      state: State,
      level: z.literal([0, 1, 2, 3]),
    }),
  ),
  /** Where the next part of the plants begins; null: there are no others. */
  next: z.nullable(z.string()),
  /** The newest openings and ends of episodes, newest first. */
  ticker: z.array(
    z.extend(EpisodeSchema, {
      permitNo: z.string(),
      name: z.string(),
      town: z.string(),
      event: z.enum(["opened", "recovered", "lapsed"]),
      at: z.string(),
    }),
  ),
  /** Of the day so far. */
  day: z.object({
    date: z.string(),
    opened: count,
    recovered: count,
    lapsed: count,
    open: count,
    escalated: count,
    plantsWarned: count,
    /** Warned of a period that closed today and was met, and of none that was exceeded. */
    plantsSaved: count,
    /** Episodes of which the plant was told; of these answered by it or recovered. */
    notices: z.object({ sent: count, done: count }),
    /** Periods that closed today and of which the plant was warned, by verdict. */
    warnedPeriods: z.object({ closed: count, met: count, exceeded: count, undecided: count }),
    /** Share of off-site checks among all of key plants; null where a term is not known. */
    offSite: z.object({
      keyPlants: count,
      judgedByData: count,
      onSite: z.nullable(count),
      share: z.nullable(z.number()),
    }),
    /** Text messages with a warning; null for who sees a part of the city only. */
    messages: z.nullable(count),
    kinds: z.object({ limit: count, range: count, noise: count, facility: count }),
    pollutants: z.array(
      z.object({
        pollutant: z.string(),
        opened: count,
        recovered: count,
        lapsed: count,
        open: count,
        lost: count,
        plants: count,
      }),
    ),
  }),
  /** Facilities, noise and dust outlets now. */
  site: z.object({
    /** Which noise limits hold now. */
    period: z.enum(["day", "night"]),
    /** By town, of those that have any. A treatment facility off while production runs is also a mismatch. */
    towns: z.array(z.object({ town: z.string(), counts: Sites })),
  }),
});

const TICKER = 30;
const PART_BYTES = 3 * 2 ** 20;
/** A tick that ran late, or again, writes what it changed under its own time. */
const LATE = 10 * MINUTE;

export const getBoardOperation = ({ lists, city, noise, mostBytes = PART_BYTES }: BoardServices): Operation =>
  overReach({
    id: "getBoard",
    method: "GET",
    path: "/api/board",
    summary: "The city at a glance, whole or what changed since a version",
    action: "board.read",
    query: Query,
    answer: Answer,
    async handle({ query: { since, cursor, nudged }, reach, at }) {
      // A time that is still to come would have everything read at every request.
      const fresh = nudged === undefined ? undefined : Math.min(Number(nudged), at);
      const today = floorDay(at);
      const [{ version: register, plants: all }, standing, heard, day, sites] = await Promise.all([
        lists.all(),
        city.standings(fresh),
        city.heard(),
        city.day(today, fresh),
        city.sites(),
      ]);
      const own = reach.city ? all : all.filter((plant) => covers(reach, plant));
      const plants = new Map(own.map((plant) => [plant.permitNo, plant]));
      const now = own.map((plant) => ({ plant, standing: standing.of(plant.permitNo) }));
      const lines = now.map(({ plant, standing }) => boardPlant(plant, standing));
      const base = baseOf(register, heard, reach);
      const list = ["board", base];
      const after = fromCursor(list, cursor);
      const from = since === undefined || after !== null ? null : changedFrom(since, base);
      const news = from === null ? lines : lines.filter((_, i) => now[i]!.standing.at >= from);
      const part = partOf(news, after, mostBytes);
      const within = <T extends { permitNo: string }>(rows: readonly T[]): T[] =>
        rows.filter(({ permitNo }) => plants.has(permitNo));
      const episodes = within(day.episodes);
      return {
        body: {
          version: `${base}.${Math.floor(at)}`,
          asOf: formatIso(Math.floor(at / 1000) * 1000),
          whole: from === null,
          counts: countStates(lines),
          plants: part.plants,
          next: toCursor(list, part.next),
          ticker: ticker([...day.episodes, ...day.before], (permitNo) => plants.get(permitNo) ?? null, at, TICKER),
          changesAt: formatIso(Math.min(today + DAY, standing.next((permitNo) => plants.has(permitNo)) ?? Infinity)),
          day: {
            date: formatDay(today),
            ...dayFigures(episodes),
            ...indicators(
              episodes,
              within(day.told),
              now.map(({ plant: { management }, standing: { state, heard } }) => ({ management, state, heard })),
            ),
            messages: reach.city ? day.messages : null,
          },
          site: {
            period: isDay(at, noise(at)) ? "day" : "night",
            towns: siteByTown(
              now.map(({ plant, standing }) => ({ town: plant.town, site: siteNow(plant, standing, sites, at) })),
            ),
          },
        },
      };
    },
  });

/** Whatever changes the list as a whole: who is registered, who ever spoke, and what this person may see. */
const baseOf = (register: string, heard: number, reach: Reach): string => {
  const seen = reach.city ? "city" : [...reach.towns, "", ...reach.plants].join("\n");
  return createHash("sha256").update([register, heard, seen].join("\n")).digest("base64url").slice(0, 12);
};

/** From when on a change may not have been in that version; null: everything may be new. */
function changedFrom(since: string, base: string): number | null {
  const [own, time = ""] = since.split(".");
  return own === base && /^\d{13}$/.test(time) ? Number(time) - LATE : null;
}
