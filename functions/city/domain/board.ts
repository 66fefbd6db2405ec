/** The city at a glance: every plant's standing, the newest of its episodes, and what the day came to. Pure. */
import type { ListedPlant } from "../../register/plant-lists.ts";
import { formatIso } from "../../shared/shanghai.ts";
import type { EpisodeRow } from "../../warnings/city-reader.ts";
import { episodeView, kindOf, type EpisodeKind, type EpisodeView } from "../../warnings/domain/episode-view.ts";
import type { PublicState } from "../../warnings/domain/plant-state.ts";
import type { Standing } from "../../warnings/list-items.ts";

export interface BoardPlant {
  permitNo: string;
  name: string;
  town: string;
  lon: number;
  lat: number;
  state: PublicState;
  level: Standing["level"];
}

export const boardPlant = (
  { permitNo, name, town, lon, lat }: ListedPlant,
  { state, level }: Standing,
): BoardPlant => ({ permitNo, name, town, lon, lat, state, level });

export function countStates(plants: Iterable<{ state: PublicState }>): Record<PublicState, number> {
  const counts = { normal: 0, warned: 0, lost: 0, silent: 0 };
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

export interface DayFigures {
  /** Episodes that opened today, and of these how many ended how; the others are open. */
  opened: number;
  recovered: number;
  lapsed: number;
  open: number;
  /** Told to the town because nobody answered. */
  escalated: number;
  plantsWarned: number;
  /** Plants that were warned of a mean today, of which every such episode recovered before the period was lost. */
  plantsSaved: number;
  kinds: Record<EpisodeKind, number>;
  pollutants: { pollutant: string; opened: number; recovered: number }[];
}

export function dayFigures(rows: readonly EpisodeRow[]): DayFigures {
  const count = (test: (row: EpisodeRow) => boolean): number => rows.filter(test).length;
  const ofMean = Map.groupBy(
    rows.filter((row) => kindOf(row) === "limit"),
    (row) => row.permitNo,
  );
  const saved = [...ofMean.values()].filter((own) => own.every((row) => row.ended === "recovered" && row.highest < 3));
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
    plantsSaved: saved.length,
    kinds,
    pollutants: [...byPollutant]
      .map(([pollutant, own]) => ({
        pollutant,
        opened: own.length,
        recovered: own.filter((row) => row.ended === "recovered").length,
      }))
      .sort((a, b) => b.opened - a.opened || (a.pollutant < b.pollutant ? -1 : 1)),
  };
}
