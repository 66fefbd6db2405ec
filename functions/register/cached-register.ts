import { cached } from "../shared/cached.ts";
import type { Binding } from "./domain/bindings.ts";
import type { Register } from "./repository.ts";
import type { PlantRecord } from "./stored-items.ts";

export interface CacheOptions {
  /** How long an answer may be used. "Unknown" is asked again after at most 5 s: a plant may just be being registered. */
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
}

/** The register's two hot reads kept in memory between events of one function. */
export function cachedRegister(
  register: Pick<Register, "getPlant" | "bindings">,
  { seconds, now, size = 5_000 }: CacheOptions,
): CachedRegister {
  const ttl = seconds * 1000;
  const emptyTtl = Math.min(ttl, 5_000);
  return {
    getPlant: cached(
      (permitNo) => register.getPlant(permitNo),
      (plant) => (plant ? ttl : emptyTtl),
      now,
      size,
    ),
    bindings: cached(
      (mn) => register.bindings(mn),
      (list) => (list.length > 0 ? ttl : emptyTtl),
      now,
      size,
    ),
  };
}
