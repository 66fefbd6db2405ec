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

interface Entry<T> {
  at: number;
  value: Promise<T>;
  ttl: number;
}

/** Concurrent reads of one key share one call; a failed call is not kept; the entry longest not asked for goes first. */
function cached<T>(
  read: (key: string) => Promise<T>,
  ttlOf: (value: T) => number,
  now: () => number,
  size: number,
): (key: string) => Promise<T> {
  const entries = new Map<string, Entry<T>>();
  return (key) => {
    const t = now();
    const old = entries.get(key);
    entries.delete(key);
    // A clock that was set back makes an entry look like it comes from the future: not trusted.
    if (old && old.at <= t && t < old.at + old.ttl) {
      entries.set(key, old);
      return old.value;
    }
    const value = read(key);
    const entry: Entry<T> = { at: t, value, ttl: Infinity };
    entries.set(key, entry);
    value.then(
      (v) => (entry.ttl = ttlOf(v)),
      () => entries.get(key) === entry && entries.delete(key),
    );
    if (entries.size > size) entries.delete(entries.keys().next().value!);
    return value;
  };
}
