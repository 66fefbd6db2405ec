/** What lists and the board know of the whole city, kept in the function's memory for seconds. */

import { cached } from "../shared/cached.ts";
import { DAY } from "../shared/shanghai.ts";
import type { CityReader, EpisodeRow } from "../warnings/city-reader.ts";
import type { Standing } from "../warnings/list-items.ts";
import type { ToldPeriod } from "../warnings/told-periods.ts";
import { nextChange, stateAt, type CityStanding } from "./domain/city-state.ts";

/** `since`: epoch ms; what was read before is read again. */
export interface CityFacts {
  /** Standing of a plant now: as the warnings left it, or marked; silent when no device of it ever spoke. */
  standings(since?: number): Promise<CityNow>;
  /** What facilities and outlets of the sites reported last, by plant. */
  sites(): Promise<Awaited<ReturnType<CityReader["sites"]>>>;
  /** How many plants ever spoke; with the standings, what `standings` says changes with nothing else. */
  heard(): Promise<number>;
  /** The day's episodes, its warnings, and the newest episodes of the day before. */
  day(start: number, since?: number): Promise<CityDay>;
}
export interface CityNow {
  of(permitNo: string): CityStanding & { heard: boolean };
  /** When a mark of one of these plants begins or ends next, epoch ms; null: none is known. */
  next(within: (permitNo: string) => boolean): number | null;
}
export interface CityDay {
  episodes: readonly EpisodeRow[];
  told: readonly ToldPeriod[];
  messages: number;
  before: readonly EpisodeRow[];
}

const STANDINGS_MS = 5_000;
/** Who ever spoke: it only grows, and slowly. */
const HEARD_MS = 60_000;
/** Sites are many items, and a facility changes rarely. */
const SITES_MS = 10_000;
const BEFORE = 50;

const NORMAL: Standing & { at: number } = { state: "normal", level: 0, open: 0, out: [], offline: [], at: 0 };
const QUIET: Standing & { at: number } = { ...NORMAL, state: "silent" };

export function cityFacts(
  reader: Pick<
    CityReader,
    "standings" | "marked" | "sites" | "told" | "heard" | "dayOfEpisodes" | "messagesOfDay" | "episodesOfDay"
  >,
  now: () => number,
): CityFacts {
  const standings = cached(
    async () => {
      const [listed, spans] = await Promise.all([reader.standings(), reader.marked()]);
      return { listed, marks: Map.groupBy(spans, ({ permitNo }) => permitNo) };
    },
    () => STANDINGS_MS,
    now,
    1,
  );
  const heard = cached(
    () => reader.heard(),
    () => HEARD_MS,
    now,
    1,
  );
  const sites = cached(
    () => reader.sites(),
    () => SITES_MS,
    now,
    1,
  );
  const day = cached(
    async (start): Promise<CityDay> => {
      const [episodes, told, messages, before] = await Promise.all([
        reader.dayOfEpisodes(Number(start)),
        reader.told(Number(start)),
        reader.messagesOfDay(Number(start)),
        reader.episodesOfDay(Number(start) - DAY, { after: null, limit: BEFORE }),
      ]);
      return { episodes, told, messages, before };
    },
    () => STANDINGS_MS,
    now,
    2,
  );
  return {
    async standings(since) {
      const [{ listed, marks }, spoke] = await Promise.all([standings("", since), heard("")]);
      const t = now();
      return {
        of(permitNo) {
          const own = listed.get(permitNo) ?? (spoke.has(permitNo) ? NORMAL : QUIET);
          return { ...stateAt(own, marks.get(permitNo) ?? [], t), heard: spoke.has(permitNo) };
        },
        next: (within) =>
          nextChange(
            [...marks].flatMap(([permitNo, spans]) => (within(permitNo) ? spans : [])),
            t,
          ),
      };
    },
    sites: () => sites(""),
    heard: async () => (await heard("")).size,
    day: (start, since) => day(String(start), since),
  };
}
