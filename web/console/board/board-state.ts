/** The city on the big screen: one snapshot, then only what changed. Pure. */

export type State = "normal" | "warned" | "lost" | "silent" | "marked";
export interface BoardPlant {
  permitNo: string;
  name: string;
  town: string;
  lon: number;
  lat: number;
  state: State;
  level: number;
}

/** What an answer of the board says of the plants; `whole`: these are all, else those that changed. */
export interface BoardNews {
  version: string;
  whole: boolean;
  plants: readonly BoardPlant[];
}

export interface Board {
  version: string;
  plants: ReadonlyMap<string, BoardPlant>;
  /** Plants whose state changed with the newest answer: what the map lets flash. */
  changed: ReadonlySet<string>;
}

/** The board after an answer; the same object when nothing changed, so that nothing is drawn anew. */
export function boardAfter(before: Board | null, { version, whole, plants }: BoardNews): Board {
  const fresh = before === null || whole;
  const changes = fresh ? plants : plants.filter((plant) => !same(before.plants.get(plant.permitNo), plant));
  if (!fresh && changes.length === 0)
    return before.version === version && before.changed.size === 0 ? before : { ...before, version, changed: NONE };
  const next = new Map(fresh ? [] : before.plants);
  const changed = new Set<string>();
  for (const plant of changes) {
    const was = before?.plants.get(plant.permitNo);
    if (was && (was.state !== plant.state || was.level !== plant.level)) changed.add(plant.permitNo);
    next.set(plant.permitNo, plant);
  }
  return { version, plants: next, changed };
}

const NONE: ReadonlySet<string> = new Set();
const FIELDS = ["name", "town", "lon", "lat", "state", "level"] as const;
/** An answer repeats what may have changed. */
const same = (a: BoardPlant | undefined, b: BoardPlant): boolean =>
  a !== undefined && FIELDS.every((field) => a[field] === b[field]);

export type Counts = Readonly<Record<State, number>>;
export interface TownCount {
  town: string;
  counts: Counts;
  total: number;
}

/** States of all plants, and of every town, those with most plants that stand out first. */
export function countBoard(plants: Iterable<BoardPlant>): { counts: Counts; towns: TownCount[]; total: number } {
  const all = none();
  const towns = new Map<string, Record<State, number>>();
  let total = 0;
  for (const { town, state } of plants) {
    total++;
    all[state]++;
    let own = towns.get(town);
    if (!own) towns.set(town, (own = none()));
    own[state]++;
  }
  const rows = [...towns].map(([town, counts]) => ({
    town,
    counts,
    total: counts.normal + counts.warned + counts.lost + counts.silent + counts.marked,
  }));
  const worst = ({ counts }: TownCount): number => counts.lost * 1_000_000 + counts.warned;
  rows.sort((a, b) => worst(b) - worst(a) || b.total - a.total || (a.town < b.town ? -1 : 1));
  return { counts: all, towns: rows, total };
}

const none = (): Record<State, number> => ({ normal: 0, warned: 0, lost: 0, silent: 0, marked: 0 });

/** Plants with a warning, the worst first. */
export const standOut = (plants: Iterable<BoardPlant>): BoardPlant[] =>
  [...plants]
    .filter(({ state }) => state === "lost" || state === "warned")
    .sort(
      (a, b) => (a.state === b.state ? 0 : a.state === "lost" ? -1 : 1) || b.level - a.level || order(a.name, b.name),
    );
const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
