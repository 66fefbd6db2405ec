/** The city at a glance: every plant's standing, the newest of its episodes, and what the day came to. Pure. */
import type { ListedPlant } from "../../register/plant-lists.ts";
import { formatIso } from "../../shared/shanghai.ts";
import type { EpisodeRow } from "../../warnings/city-reader.ts";
import { episodeView, kindOf, type EpisodeKind, type EpisodeView } from "../../warnings/domain/episode-view.ts";
import type { CityStanding, CityState } from "./city-state.ts";

export interface BoardPlant {
  permitNo: string;
  name: string;
  town: string;
  lon: number;
  lat: number;
  state: CityState;
  level: CityStanding["level"];
}

export const boardPlant = (
  { permitNo, name, town, lon, lat }: ListedPlant,
  { state, level }: Pick<CityStanding, "state" | "level">,
): BoardPlant => ({ permitNo, name, town, lon, lat, state, level });

export function countStates(plants: Iterable<{ state: CityState }>): Record<CityState, number> {
  const counts = { normal: 0, warned: 0, lost: 0, silent: 0, marked: 0 };
  for (const { state } of plants) counts[state] += 1;
  return counts;
}

/**
 * The plants (by permit number) behind `after` of which the JSON has at most `mostBytes`, at least one; `next`: the last of
 * them where others follow, else null.
 */
export function partOf<T extends { permitNo: string }>(
  plants: readonly T[],
  after: string | null,
  mostBytes: number,
): { plants: T[]; next: string | null } {
  const part: T[] = [];
  let bytes = 0;
  for (const plant of plants) {
    if (after !== null && plant.permitNo <= after) continue;
    bytes += Buffer.byteLength(JSON.stringify(plant)) + 1;
    if (part.length > 0 && bytes > mostBytes) return { plants: part, next: part.at(-1)?.permitNo ?? null };
    part.push(plant);
  }
  return { plants: part, next: null };
}

export type TickerEntry = EpisodeView & {
  permitNo: string;
  name: string;
  town: string;
  /** What happened last, and when. */
  event: "opened" | "recovered" | "lapsed";
  at: string;
};

/** The newest openings and ends, newest first. `nameOf`: null for a plant that is not to be shown. */
export function ticker(
  rows: readonly EpisodeRow[],
  nameOf: (permitNo: string) => { name: string; town: string } | null,
  now: number,
  most: number,
): TickerEntry[] {
  const last = (row: EpisodeRow): number => row.closedAt ?? row.openedAt;
  return rows
    .toSorted((a, b) => last(b) - last(a) || (a.key < b.key ? 1 : -1))
    .flatMap((row): TickerEntry[] => {
      const plant = nameOf(row.permitNo);
      if (!plant) return [];
      const { name, town } = plant;
      const event = row.ended ?? "opened";
      return [{ ...episodeView(row, null, now), permitNo: row.permitNo, name, town, event, at: formatIso(last(row)) }];
    })
    .slice(0, most);
}

/** Episodes about one pollutant that opened today: each is recovered, lapsed or open. */
export interface PollutantFigures {
  pollutant: string;
  opened: number;
  recovered: number;
  lapsed: number;
  open: number;
  /** Of all of them, those whose period could no longer be saved. */
  lost: number;
  plants: number;
}

export interface DayFigures {
  /** Episodes that opened today, and of these how many ended how; the others are open. */
  opened: number;
  recovered: number;
  lapsed: number;
  open: number;
  /** Told to the town because nobody answered. */
  escalated: number;
  plantsWarned: number;
  kinds: Record<EpisodeKind, number>;
  pollutants: PollutantFigures[];
}

export function dayFigures(rows: readonly EpisodeRow[]): DayFigures {
  const count = (test: (row: EpisodeRow) => boolean): number => rows.filter(test).length;
  const byPollutant = Map.groupBy(
    rows.filter((row) => row.pollutant !== null),
    (row) => row.pollutant ?? "",
  );
  const kinds = { limit: 0, range: 0, noise: 0, facility: 0 };
  for (const row of rows) kinds[kindOf(row)] += 1;
  return {
    opened: rows.length,
    recovered: count((row) => row.ended === "recovered"),
    lapsed: count((row) => row.ended === "lapsed"),
    open: count((row) => row.closedAt === null),
    escalated: count((row) => row.escalatedAt !== null),
    plantsWarned: new Set(rows.map((row) => row.permitNo)).size,
    kinds,
    pollutants: [...byPollutant]
      .map(([pollutant, own]) => ({
        pollutant,
        opened: own.length,
        recovered: own.filter((row) => row.ended === "recovered").length,
        lapsed: own.filter((row) => row.ended === "lapsed").length,
        open: own.filter((row) => row.closedAt === null).length,
        lost: own.filter((row) => row.highest === 3).length,
        plants: new Set(own.map((row) => row.permitNo)).size,
      }))
      .sort((a, b) => b.opened - a.opened || (a.pollutant < b.pollutant ? -1 : 1)),
  };
}
