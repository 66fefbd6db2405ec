/** Answers kept for a while in the memory of a function. */
interface Entry<T> {
  at: number;
  value: Promise<T>;
  ttl: number;
}

export interface Cached<T> {
  /** `since`: only what was read after this moment will do, epoch ms. */
  (key: string, since?: number): Promise<T>;
  /** The next who asks for `key` has it read again. */
  forget(key: string): void;
}

/** Concurrent reads of one key share one call; a failed call is not kept; the entry longest not asked for goes first. */
export function cached<T>(
  read: (key: string) => Promise<T>,
  ttlOf: (value: T) => number,
  now: () => number,
  size: number,
): Cached<T> {
  const entries = new Map<string, Entry<T>>();
  const get = (key: string, since = -Infinity): Promise<T> => {
    const t = now();
    const old = entries.get(key);
    entries.delete(key);
    // A clock that was set back makes an entry look like it comes from the future: not trusted.
    if (old && old.at <= t && t < old.at + old.ttl && old.at > since) {
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
  return Object.assign(get, { forget: (key: string) => void entries.delete(key) });
}
