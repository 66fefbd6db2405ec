/** The input of an index: a frame of the corpus, mutated, between frames that are left alone. */
import { dice, chance, int, pick, type Dice } from "../rules/dice.ts";
import type { Input, Part } from "./invariants.ts";
import { MUTATIONS, NAMES } from "./mutations.ts";
import { frames, type Known } from "./pool.ts";

/** Its own dice for every index, so that one input can be made without those before it. */
export const diceOf = (seed: number, index: number): Dice =>
  dice(Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b));

export interface Made extends Input {
  mutation: string;
}

const NEIGHBOURS = {
  keyed: frames.filter((f) => f.neighbour && f.meaning.keyed !== ""),
  bare: frames.filter((f) => f.neighbour && f.meaning.bare !== ""),
};

export function inputOf(seed: number, index: number): Made {
  const d = diceOf(seed, index);
  const mutation = NAMES[index % NAMES.length]!;
  const keyed = chance(d, 0.5);
  const mode = keyed ? "keyed" : "bare";
  const whole = (f: Known): Part => ({ bytes: f.bytes, whole: true, meaning: f.meaning[mode], annexA: f.annexA });
  const before = chance(d, 0.5) ? [whole(pick(d, NEIGHBOURS[mode]))] : [];
  const after = chance(d, 0.75) ? [whole(pick(d, NEIGHBOURS[mode]))] : [];
  if (after.length > 0 && chance(d, 0.3)) after.push(whole(pick(d, NEIGHBOURS[mode])));
  const frame = pick(d, frames);
  const { bytes, oneByte } = MUTATIONS[mutation]!(d, frame.bytes, pick(d, frames).bytes, after[0]?.bytes.length ?? 0);
  const middle: Part = { bytes, whole: false, meaning: frame.meaning[mode], annexA: frame.annexA };
  const parts = [...before, middle, ...after];
  const size = parts.reduce((sum, part) => sum + part.bytes.length, 0);
  const chunks = Array.from({ length: int(d, 0, 8) }, () =>
    chance(d, 0.3) ? int(d, 1, 4) : int(d, 1, Math.max(1, size >> 1)),
  );
  return { mutation, parts, keyed, closed: oneByte, chunks };
}
