/**
 * Randomness by place instead of by turn: every number is a hash of (key, index), so any minute of any plant can be
 * produced alone and always comes out the same. Nothing here keeps a state.
 */

/** Mixes two integers into one of 32 bits (the finalizer of MurmurHash3, public domain). */
export function mix(key: number, index: number): number {
  let h = key ^ Math.imul(index | 0, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A 32-bit key of a text under a seed (FNV-1a over UTF-16 units, then mixed). */
export function keyOf(seed: number, text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return mix(h, seed);
}

/** Uniform in [0, 1). */
export const unit = (key: number, index: number): number => mix(key, index) / 0x1_0000_0000;

/** Uniform in [low, high). */
export const between = (key: number, index: number, low: number, high: number): number =>
  low + unit(key, index) * (high - low);

/** Whole number in low … high, both included. */
export const whole = (key: number, index: number, low: number, high: number): number =>
  low + Math.floor(unit(key, index) * (high - low + 1));

/** Roughly normal, mean 0, standard deviation 1, never beyond ±3: three ten-bit uniforms of one hash. */
export function bell(key: number, index: number): number {
  const h = mix(key, index);
  return (((h & 1023) + ((h >>> 10) & 1023) + ((h >>> 20) & 1023)) / 1023 - 1.5) * 2;
}

/** One octave: bell values at every `period` minutes with a smooth path between them. */
function octave(key: number, minute: number, period: number): number {
  const cell = Math.floor(minute / period);
  const x = minute / period - cell;
  const low = bell(key, cell);
  return low + (bell(key, cell + 1) - low) * x * x * (3 - 2 * x);
}

/**
 * Autocorrelated noise at a minute, mean 0, standard deviation about 1, within ±5.5: slow drift (four hours), the
 * batch (50 minutes), the control loop (11 minutes) and the instrument (each minute on its own).
 */
export const drift = (key: number, minute: number): number =>
  0.72 * octave(key, minute, 240) +
  0.62 * octave(key ^ 0x51ed270b, minute, 50) +
  0.5 * octave(key ^ 0x2f6b1c3d, minute, 11) +
  0.28 * bell(key ^ 0x7a3f9e15, minute);
