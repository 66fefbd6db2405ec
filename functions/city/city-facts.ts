/** What lists and the board know of the whole city, kept in the function's memory for seconds. */

import { cached } from "../shared/cached.ts";
import { DAY } from "../shared/shanghai.ts";
import type { CityReader, EpisodeRow } from "../warnings/city-reader.ts";
import type { Standing } from "../warnings/list-items.ts";

export interface CityFacts {
  /** Standing of a plant: as the warnings left it; silent when no device of it ever spoke. */
  standings(): Promise<(permitNo: string) => Standing & { at: number }>;
  /** How many plants ever spoke; with the standings, what `standings` says changes with nothing else. */
  heard(): Promise<number>;
  /** The day's episodes, its warnings, and the newest episodes of the day before. */
  day(start: number): Promise<CityDay>;
}
export interface CityDay {
  episodes: readonly EpisodeRow[];
  messages: number;
  before: readonly EpisodeRow[];
}

const STANDINGS_MS = 5_000;
/** Who ever spoke: it only grows, and slowly. */
const HEARD_MS = 60_000;
const BEFORE = 50;

const QUIET: Standing & { at: number } = { state: "silent", level: 0, open: 0, at: 0 };
const NORMAL: Standing & { at: number } = { state: "normal", level: 0, open: 0, at: 0 };

export function cityFacts(
  reader: Pick<CityReader, "standings" | "heard" | "dayOfEpisodes" | "messagesOfDay" | "episodesOfDay">,
  now: () => number,
): CityFacts {
  const standings = cached(
    () => reader.standings(),
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
  const day = cached(
    async (start): Promise<CityDay> => {
      const [episodes, messages, before] = await Promise.all([
        reader.dayOfEpisodes(Number(start)),
        reader.messagesOfDay(Number(start)),
        reader.episodesOfDay(Number(start) - DAY, { after: null, limit: BEFORE }),
      ]);
      return { episodes, messages, before };
    },
    () => STANDINGS_MS,
    now,
    2,
  );
  return {
    async standings() {
      const [listed, spoke] = await Promise.all([standings(""), heard("")]);
      return (permitNo) => listed.get(permitNo) ?? (spoke.has(permitNo) ? NORMAL : QUIET);
    },
    heard: async () => (await heard("")).size,
    day: (start) => day(String(start)),
  };
}
