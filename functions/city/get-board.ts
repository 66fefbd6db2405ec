/** `GET /api/board`: the city for the big screen: one snapshot, then only what changed. */
import { createHash } from "node:crypto";
import * as z from "zod/mini";
import { fromCursor, toCursor } from "../api/cursor.ts";
import { overReach, type Operation } from "../api/operation.ts";
import type { PlantLists } from "../register/plant-lists.ts";
import { covers, type Reach } from "../people/domain/rights.ts";
import { floorDay, formatDay, formatIso, MINUTE } from "../shared/shanghai.ts";
import { EpisodeSchema } from "../warnings/episode-schema.ts";
import type { CityFacts } from "./city-facts.ts";
import { boardPlant, countStates, dayFigures, partOf, ticker } from "./domain/board.ts";

export interface BoardServices {
  lists: PlantLists;
  city: CityFacts;
  /** Bytes of plants in one part of an answer; a function's answer may have 6 MB. */
  mostBytes?: number;
}

const count = z.int();
const State = z.enum(["normal", "warned", "lost", "silent"]);
const Query = z.object({
  /** `version` of the former answer: only what may have changed since is answered. */
  since: z.optional(z.string().check(z.maxLength(100))),
  /** `next` of the former part: the rest of the plants; not beside `since`. */
  cursor: z.optional(z.string().check(z.maxLength(1000))),
});
const Answer = z.object({
  /** What the next request gives as `since`. */
  version: z.string(),
  asOf: z.string(),
  /** These are all the plants; else those that may have changed. */
  whole: z.boolean(),
  /** Over all plants within reach. */
  counts: z.object({ normal: count, warned: count, lost: count, silent: count }),
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
    plantsSaved: count,
    /** Text messages with a warning; null for who sees a part of the city only. */
    messages: z.nullable(count),
    kinds: z.object({ limit: count, range: count, noise: count, facility: count }),
    pollutants: z.array(z.object({ pollutant: z.string(), opened: count, recovered: count })),
  }),
});

const TICKER = 30;
const PART_BYTES = 3 * 2 ** 20;
/** A tick that ran late, or again, writes what it changed under its own time. */
const LATE = 10 * MINUTE;

export const getBoardOperation = ({ lists, city, mostBytes = PART_BYTES }: BoardServices): Operation =>
  overReach({
    id: "getBoard",
    method: "GET",
    path: "/api/board",
    summary: "The city at a glance, whole or what changed since a version",
    action: "board.read",
    query: Query,
    answer: Answer,
    async handle({ query: { since, cursor }, reach, at }) {
      const today = floorDay(at);
      const [{ version: register, plants: all }, standing, heard, day] = await Promise.all([
        lists.all(),
        city.standings(),
        city.heard(),
        city.day(today),
      ]);
      const own = reach.city ? all : all.filter((plant) => covers(reach, plant));
      const plants = new Map(own.map((plant) => [plant.permitNo, plant]));
      const lines = own.map((plant) => boardPlant(plant, standing(plant.permitNo)));
      const base = baseOf(register, heard, reach);
      const list = ["board", base];
      const after = fromCursor(list, cursor);
      const from = since === undefined || after !== null ? null : changedFrom(since, base);
      const news = from === null ? lines : lines.filter(({ permitNo }) => standing(permitNo).at >= from);
      const part = partOf(news, after, mostBytes);
      const within = day.episodes.filter(({ permitNo }) => plants.has(permitNo));
      return {
        body: {
          version: `${base}.${Math.floor(at)}`,
          asOf: formatIso(Math.floor(at / 1000) * 1000),
          whole: from === null,
          counts: countStates(lines),
          plants: part.plants,
          next: toCursor(list, part.next),
          ticker: ticker([...day.episodes, ...day.before], (permitNo) => plants.get(permitNo) ?? null, at, TICKER),
          day: { date: formatDay(today), ...dayFigures(within), messages: reach.city ? day.messages : null },
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
