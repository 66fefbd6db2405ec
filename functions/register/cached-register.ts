import { cached, type Cached } from "../shared/cached.ts";
import type { Binding } from "./domain/bindings.ts";
import { changedSince } from "./register-state.ts";
import type { Register } from "./repository.ts";
import type { PlantRecord } from "./stored-items.ts";

export interface CacheOptions {
  /**
   * How long an answer may be used at most. Loggers speak every minute: what is kept for no longer is never used again, so
   * who refreshes keeps it for hours. "Unknown" is asked again after 5 s: a plant may just be being registered.
   */
  seconds: number;
  /** Epoch ms; the process's clock. */
  now: () => number;
  /** Entries kept of each kind. */
  size?: number;
}

/** What a function on the hot path may ask of the register. */
export interface CachedRegister {
  getPlant: (permitNo: string) => Promise<PlantRecord | null>;
  bindings: (mn: string) => Promise<Binding[]>;
  /** At the begin of an event: forgets what the register changed since. One read, whatever the event holds. */
  refresh: () => Promise<void>;
}

const UNKNOWN_MS = 5_000;

/** The register's two hot reads kept in memory between events of one function, as long as the register stays the same. */
export function cachedRegister(
  register: Pick<Register, "getPlant" | "bindings" | "state">,
  { seconds, now, size = 5_000 }: CacheOptions,
): CachedRegister {
  const ttl = seconds * 1000;
  const unknown = Math.min(ttl, UNKNOWN_MS);
  // Read consistently: what is kept must not be from before the change that the version is of.
  const fresh = (): { getPlant: Cached<PlantRecord | null>; bindings: Cached<Binding[]> } => ({
    getPlant: cached(
      (permitNo) => register.getPlant(permitNo, true),
      (plant) => (plant ? ttl : unknown),
      now,
      size,
    ),
    bindings: cached(
      (mn) => register.bindings(mn, true),
      (list) => (list.length > 0 ? ttl : unknown),
      now,
      size,
    ),
  });
  let held = fresh();
  let version: string | null = null;
  return {
    getPlant: (permitNo) => held.getPlant(permitNo),
    bindings: (mn) => held.bindings(mn),
    async refresh() {
      const state = await register.state();
      const stands = state?.version ?? null;
      if (stands === version) return;
      const changed = changedSince(state, version);
      version = stands;
      if (changed === "all") held = fresh();
      else {
        for (const permitNo of changed.plants) held.getPlant.forget(permitNo);
        for (const mn of changed.devices) held.bindings.forget(mn);
      }
    },
  };
}
