/** What a part of `npm run bench` gives back: figures for the table and for bench.json. */

export interface Figure {
  /** What was measured, in words that stand alone: "plant-messages durable, sustained". */
  what: string;
  value: number;
  unit: string;
  /** The or the contract's bound, where there is one. */
  target?: { at: "most" | "least"; value: number };
  /** Why it falls short, or how it was taken, in half a line. */
  note?: string;
}

export interface Section {
  /** Key in bench.json, kebab-case. */
  name: string;
  title: string;
  figures: Figure[];
  /** Formulas, circumstances and caveats, printed under the table. */
  notes: string[];
  /** Further machine-readable facts, kept in bench.json only. */
  details?: unknown;
}

/** Median of measurements; throws when there is none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[middle]];
  if (low === undefined || high === undefined) throw new Error("median of nothing");
  return (low + high) / 2;
}

/** Nearest-rank percentile, `p` in 0–1; throws when there is no measurement. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)];
  if (value === undefined) throw new Error("percentile of nothing");
  return value;
}
