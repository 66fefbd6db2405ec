/** `GET /api/episodes`: episodes of the plants within reach, newest first. */
import * as z from "zod/mini";
import { fromCursor, toCursor } from "../api/cursor.ts";
import { timeRange } from "../api/moment.ts";
import { overReach, Refusal, type Operation } from "../api/operation.ts";
import { covers, type Reach } from "../people/domain/rights.ts";
import type { ListedPlant, PlantLists } from "../register/plant-lists.ts";
import { inParallel } from "../shared/in-parallel.ts";
import { DAY, floorDay, formatDay } from "../shared/shanghai.ts";
import type { CityReader, EpisodeRow } from "./city-reader.ts";
import { episodeKeyText } from "./domain/episode-id.ts";
import { EPISODE_KINDS, episodeView, kindOf, type EpisodeView } from "./domain/episode-view.ts";
import type { Episode } from "./domain/episode.ts";
import { EpisodeSchema } from "./episode-schema.ts";

export interface EpisodeServices {
  lists: PlantLists;
  reader: CityReader;
}

const Query = z.object({
  permitNo: z.optional(z.string().check(z.maxLength(50))),
  town: z.optional(z.string().check(z.maxLength(100))),
  /** When it opened: from ≤ opened < to; the last 7 days unless said, at most 400. */
  from: z.optional(z.string()),
  to: z.optional(z.string()),
  kind: z.optional(z.enum(EPISODE_KINDS)),
  open: z.optional(z.enum(["true", "false"])),
  /** A code of the rule data. */
  pollutant: z.optional(z.string().check(z.maxLength(20))),
  cursor: z.optional(z.string().check(z.maxLength(1000))),
  limit: z.optional(z.string().check(z.regex(/^[1-9]\d{0,2}$/))),
});
type Query = z.output<typeof Query>;

const Listed = z.extend(EpisodeSchema, { permitNo: z.string(), name: z.string(), town: z.string() });
const Answer = z.object({
  episodes: z.array(Listed),
  /** Where the next page begins; null at the end. A page may be shorter than asked for and not be the last. */
  next: z.nullable(z.string()),
});

const MOST = 200;
const USUAL = 50;
const RANGE = { usual: 7 * DAY, longest: 400 * DAY };
/** Reads of one page; a filter that hardly anything passes goes on with the next page. */
const READS = 40;
/** Plants whose histories are read side by side; who has more is read by day. */
const OWN_PLANTS = 20;
const WIDTH = 16;

interface Sought {
  from: number;
  to: number;
  after: string | null;
  limit: number;
  wanted(row: EpisodeRow): boolean;
}
/** `next`: key behind which the next page begins; null at the end. */
interface Found {
  rows: EpisodeRow[];
  next: string | null;
}

export const listEpisodesOperation = ({ lists, reader }: EpisodeServices): Operation =>
  overReach({
    id: "listEpisodes",
    method: "GET",
    path: "/api/episodes",
    summary: "Episodes of the plants within reach, newest first",
    action: "episode.read",
    query: Query,
    answer: Answer,
    async handle({ query, reach, at }) {
      const { cursor, limit: asked, ...filter } = query;
      const list = ["episodes", ...Object.entries(filter).flat()];
      const plants = await plantsOf(filter, reach, lists);
      const sought: Sought = {
        ...timeRange(query, at + 1, RANGE),
        after: fromCursor(list, cursor),
        limit: Math.min(MOST, Number(asked ?? USUAL)),
        wanted: (row) =>
          plants.has(row.permitNo) &&
          (query.kind === undefined || kindOf(row) === query.kind) &&
          (query.pollutant === undefined || row.pollutant === query.pollutant) &&
          (query.open !== "false" || row.closedAt !== null),
      };
      const permitNos = [...plants.keys()];
      const { rows, next } =
        query.open === "true"
          ? await openOnes(permitNos, sought, reader)
          : permitNos.length <= OWN_PLANTS
            ? await byPlant(permitNos, sought, reader)
            : await byDay(sought, reader);
      const views = await viewsOf(rows, at, reader);
      return {
        body: {
          episodes: views.map((view, i) => {
            const { permitNo, name, town } = plants.get(rows[i]!.permitNo)!;
            return { ...view, permitNo, name, town };
          }),
          next: toCursor(list, next),
        },
      };
    },
  });

/** The plants within reach that the filter leaves, by permit number. */
async function plantsOf(
  { permitNo, town }: Pick<Query, "permitNo" | "town">,
  reach: Reach,
  lists: PlantLists,
): Promise<Map<string, ListedPlant>> {
  const few = permitNo !== undefined ? [permitNo] : !reach.city && reach.towns.size === 0 ? reach.plants : null;
  const plants = few ? await lists.some(few) : (await lists.all()).plants;
  const own = plants.filter((plant) => covers(reach, plant) && (town === undefined || plant.town === town));
  if (permitNo !== undefined && own.length === 0)
    throw new Refusal(404, "no such plant", "There is no such plant among those that your account may see.");
  return new Map(own.map((plant) => [plant.permitNo, plant]));
}

const newestFirst = (a: EpisodeRow, b: EpisodeRow): number => (a.key < b.key ? 1 : a.key > b.key ? -1 : 0);

/** The first `limit` of rows that are complete down to `complete` (exclusive; null: to their end). */
function pageOf(rows: readonly EpisodeRow[], limit: number, complete: string | null): Found {
  const sure = rows.filter((row) => complete === null || row.key >= complete);
  const page = sure.slice(0, limit);
  const last = page.at(-1);
  if (sure.length > page.length && last) return { rows: page, next: last.key };
  return { rows: page, next: complete };
}

/** Open now: what the plants' own states hold, so it is never older than they are. */
async function openOnes(permitNos: readonly string[], sought: Sought, reader: CityReader): Promise<Found> {
  const candidates =
    permitNos.length <= OWN_PLANTS
      ? permitNos
      : await reader.standings().then((all) => permitNos.filter((permitNo) => (all.get(permitNo)?.open ?? 0) > 0));
  const rows = [...(await reader.warnings(candidates))].flatMap(([permitNo, { state }]) =>
    (state?.episodes ?? []).map((episode): EpisodeRow => ({
      ...episode,
      permitNo,
      closedAt: null,
      ended: null,
      key: `${episodeKeyText(episode)}#${permitNo}`,
    })),
  );
  const own = rows.filter(
    (row) =>
      row.openedAt >= sought.from &&
      row.openedAt < sought.to &&
      (sought.after === null || row.key < sought.after) &&
      sought.wanted(row),
  );
  return pageOf(own.sort(newestFirst), sought.limit, null);
}

/** Few plants: the history of each is read as far as the page may need. */
async function byPlant(permitNos: readonly string[], sought: Sought, reader: CityReader): Promise<Found> {
  const { from, to, after, limit, wanted } = sought;
  const histories = await inParallel(permitNos, WIDTH, async (permitNo) => {
    const rows: EpisodeRow[] = [];
    let at = after;
    for (let read = 0; read < READS / OWN_PLANTS + 1; read++) {
      const more = await reader.episodesOf(permitNo, { from, to }, { after: at, limit: limit + 1 });
      rows.push(...more);
      if (more.length <= limit) return { rows, until: null };
      at = more.at(-1)!.key;
      if (rows.filter(wanted).length > limit) break;
    }
    return { rows, until: at };
  });
  // Behind the newest end of an unfinished history others might be missing.
  const ends = histories.flatMap(({ until }) => (until === null ? [] : [until])).sort();
  const rows = histories.flatMap((history) => history.rows).filter(wanted);
  return pageOf(rows.sort(newestFirst), limit, ends.at(-1) ?? null);
}

/** The city: day by day, back from the newest. */
async function byDay({ from, to, after, limit, wanted }: Sought, reader: CityReader): Promise<Found> {
  const rows: EpisodeRow[] = [];
  let at = after;
  const newest = Math.min(floorDay(to - 1), after === null ? Infinity : dayOf(after));
  let reads = 0;
  for (let day = newest; day >= floorDay(from); day = floorDay(day - 1)) {
    for (;;) {
      if (reads++ === READS) return pageOf(rows, limit, at);
      const more = await reader.episodesOfDay(day, { after: at, limit: MOST });
      rows.push(...more.filter((row) => row.openedAt >= from && row.openedAt < to && wanted(row)));
      if (rows.length > limit) return pageOf(rows, limit, null);
      at = more.length < MOST ? formatDay(day) : more.at(-1)!.key;
      if (more.length < MOST) break;
    }
  }
  return pageOf(rows, limit, null);
}

/** The day that a key lies in; a day's own text lies before all of it. */
const dayOf = (key: string): number => {
  const start = Date.parse(`${key.slice(0, 10)}T00:00:00+08:00`);
  return key.length === 10 ? start - DAY : start;
};

/** With the level that open ones have now. */
async function viewsOf(rows: readonly EpisodeRow[], now: number, reader: CityReader): Promise<EpisodeView[]> {
  const open = [...new Set(rows.filter((row) => row.closedAt === null).map((row) => row.permitNo))];
  const held = await reader.warnings(open);
  return rows.map((row) => {
    const state = held.get(row.permitNo)?.state;
    const same = (e: Episode): boolean => `${episodeKeyText(e)}#${row.permitNo}` === row.key;
    return episodeView(row, (row.closedAt === null && state?.episodes.find(same)) || null, now);
  });
}
