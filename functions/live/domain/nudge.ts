/** Who is to be told what when the ledger changed: one nudge per connection, however much changed. Pure. */
import { BOARD_ITEMS, PLANT, PLANT_ITEMS } from "../../../events/live.ts";

/** What a connection wants to hear of, as far as its person may. */
export interface Watched {
  board: boolean;
  /** Permit numbers. */
  plants: readonly string[];
}

/** What changed in a batch of the ledger's stream. */
export interface Changed {
  board: boolean;
  plants: ReadonlySet<string>;
}

/** What a page is sent: nothing but that it should ask again. */
export interface Nudge {
  /** When it was sent, epoch ms: an answer made of what was read before may not show the change yet. */
  at: number;
  board?: true;
  plants?: string[];
}

const beginsWith = (text: string, prefixes: readonly string[]): boolean => prefixes.some((p) => text.startsWith(p));

export function changesOf(keys: Iterable<{ pk: string; sk: string }>): Changed {
  const plants = new Set<string>();
  let board = false;
  for (const { pk, sk } of keys) {
    if (beginsWith(pk, BOARD_ITEMS)) board = true;
    else if (pk.startsWith(PLANT) && beginsWith(sk, PLANT_ITEMS)) plants.add(pk.slice(PLANT.length));
  }
  return { board, plants };
}

/** Null when nothing of it concerns this connection. */
export function nudgeFor({ board, plants }: Watched, changed: Changed, at: number): Nudge | null {
  const own = plants.filter((permitNo) => changed.plants.has(permitNo));
  const nudge: Nudge = {
    at,
    ...(board && changed.board && { board: true }),
    ...(own.length > 0 && { plants: own }),
  };
  return nudge.board || nudge.plants ? nudge : null;
}
