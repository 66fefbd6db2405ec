/** Rounds to 6 decimals: every comparison and every printed figure goes through it (warning-rules, preamble). */
export const round6 = (x: number): number => {
  const r = Math.round(x * 1e6) / 1e6;
  return Number.isFinite(r) ? r + 0 : x; // + 0 turns -0 into 0
};

/** `a > b` after both are rounded to 6 decimals. */
export const above = (a: number, b: number): boolean => round6(a) > round6(b);
