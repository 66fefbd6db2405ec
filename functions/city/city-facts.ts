/** What lists and the board know of the whole city, kept in the function's memory for seconds. */

import { cached } from "../shared/cached.ts";
import type { CityReader } from "../warnings/city-reader.ts";
import type { Standing } from "../warnings/list-items.ts";

export interface CityFacts {
  /** Standing of a plant: as the warnings left it; silent when no device of it ever spoke. */
  standings(): Promise<(permitNo: string) => Standing & { at: number }>;
}

const STANDINGS_MS = 5_000;
/** Who ever spoke: it only grows, and slowly. */
const HEARD_MS = 60_000;

const QUIET: Standing & { at: number } = { state: "silent", level: 0, open: 0, at: 0 };
const NORMAL: Standing & { at: number } = { state: "normal", level: 0, open: 0, at: 0 };

export function cityFacts(reader: Pick<CityReader, "standings" | "heard">, now: () => number): CityFacts {
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
  return {
    async standings() {
      const [listed, spoke] = await Promise.all([standings(""), heard("")]);
      return (permitNo) => listed.get(permitNo) ?? (spoke.has(permitNo) ? NORMAL : QUIET);
    },
  };
}
