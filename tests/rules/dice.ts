/** A small seeded generator (mulberry32): the same seed throws the same numbers everywhere. */
export interface Dice {
  /** In [0, 1). */
  next(): number;
}
export function dice(seed: number): Dice {
  let a = seed >>> 0;
  return {
    next() {
      a = (a + 0x6d2b79f5) >>> 0;
      let x = a;
      x = Math.imul(x ^ (x >>> 15), x | 1);
      x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
      return ((x ^ (x >>> 14)) >>> 0) / 4_294_967_296;
    },
  };
}
export const chance = (d: Dice, p: number): boolean => d.next() < p;
/** A whole number from `low` to `high`, both included. */
export const int = (d: Dice, low: number, high: number): number => low + Math.floor(d.next() * (high - low + 1));
export function pick<T>(d: Dice, list: readonly T[]): T {
  const x = list[Math.floor(d.next() * list.length)];
  if (x === undefined) throw new Error("nothing to pick from");
  return x;
}
/** Fisher–Yates. */
export function shuffled<T>(d: Dice, list: readonly T[]): T[] {
  const out = [...list];
  for (let i = out.length - 1; i > 0; i--) {
    const j = int(d, 0, i);
    const x = out[i] as T;
    out[i] = out[j] as T;
    out[j] = x;
  }
  return out;
}
