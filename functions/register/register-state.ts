/**
 * How the register stands: a version that every change makes another, and which plants and devices the last changes were
 * about, so that who keeps plants in memory drops those and no others.
 */
import * as z from "zod/mini";
import type { Write } from "./permit-writes.ts";
import { keys } from "./stored-items.ts";

/** Plants by permit number and devices by MN whose items a change wrote; "all": too many to say. */
export type Changed = { plants: readonly string[]; devices: readonly string[] } | "all";

const Change = z.object({ version: z.string(), plants: z.array(z.string()), devices: z.array(z.string()) });
const changes = z._default(z.array(Change), []);
/** `former` and behind it `recent` are the last changes, oldest first, without a gap: each is what made its version. */
export const StateItem = z.object({ version: z.string(), former: changes, recent: changes });
export type RegisterState = z.output<typeof StateItem>;

/** The item is read at every event: two lists of this length with one plant and device each are 4 KB, one read unit. */
const LIST = 16;
/** More names than this in one change, and everything is dropped. */
const MOST_NAMES = 30;

/**
 * The write that makes `version` (unique) the register's, in the transaction of the change itself. `seen` says only whether
 * the list is long; two who write at the same time leave both their changes there, in the order of their transactions.
 */
export function stateWrite(table: string, seen: RegisterState | null, version: string, changed: Changed): Write {
  if (changed === "all" || changed.plants.length + changed.devices.length > MOST_NAMES)
    return { Put: { TableName: table, Item: { ...keys.version(), version } } };
  // Names on the right stand for what was there before: what is moved over includes whatever came meanwhile.
  const full = (seen?.recent.length ?? 0) >= LIST;
  return {
    Update: {
      TableName: table,
      Key: keys.version(),
      UpdateExpression: full
        ? "SET version = :version, former = if_not_exists(recent, :none), recent = :one"
        : "SET version = :version, recent = list_append(if_not_exists(recent, :none), :one)",
      ExpressionAttributeValues: { ":version": version, ":none": [], ":one": [{ version, ...changed }] },
    },
  };
}

/** What changed since the register stood at `version`; "all" when that is not known any more. */
export function changedSince(state: RegisterState | null, version: string | null): Changed {
  const known = state ? [...state.former, ...state.recent] : [];
  const at = known.findIndex((change) => change.version === version);
  if (at < 0 || known.at(-1)?.version !== state?.version) return "all";
  const since = known.slice(at + 1);
  return { plants: since.flatMap((c) => c.plants), devices: since.flatMap((c) => c.devices) };
}
