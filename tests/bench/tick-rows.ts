/** A tick as it was measured, its figures, and how large a city the time allows; pure. */
import type { Figure } from "./section.ts";

export interface TickRow {
  what: string;
  ms: number;
  /** Of all processes of the machine; the pages of warned plants may be among it. */
  cpuSeconds: number;
  /** Accesses to tables. */
  reads: number;
  writes: number;
  sms: number;
  /** What the function answered. */
  report: Record<string, unknown>;
  plants?: number;
  atRisk?: number;
  /** So many of those begin to warn at this tick. */
  opened?: number;
  target?: NonNullable<Figure["target"]>;
}

const number = (n: number): string => n.toLocaleString("en-US");

/** Seconds, with what was read, written and sent. */
export function figuresOf({ what, ms, cpuSeconds, reads, writes, sms, target }: TickRow): Figure[] {
  return [
    {
      what,
      value: ms / 1000,
      unit: "s",
      ...(target ? { target } : {}),
      note: `${cpuSeconds.toFixed(1)} s of CPU, ${number(reads)} reads, ${number(writes)} writes, ${number(sms)} text messages`,
    },
  ];
}

export const percent = (share: number): string => `${Number((share * 100).toFixed(1))} %`;

/** Milliseconds of a plant that begins to warn, by the largest number that did; 0 when none has. */
export function costOf(rows: readonly TickRow[]): number {
  const [largest] = rows.toSorted((a, b) => (b.opened ?? 0) - (a.opened ?? 0));
  return largest?.opened ? largest.ms / largest.opened : 0;
}

/** A plant holds a warning for about this part of what its beginning costs; so both ticks together take. */
const BOTH_TICKS = 1.6;

/** The share of `plants` that can begin and hold within `left` ms, rounded down to a tenth of a percent. */
export const fitting = (left: number, plants: number, msPerPlant: number): number =>
  Math.max(0, Math.floor((left * 1_000) / (plants * msPerPlant * BOTH_TICKS)) / 1_000);

/** Time that preparing a plant takes: its items, and its blocks when it can be at risk. ms */
const PREPARE = 0.15;
const PREPARE_AT_RISK = 3;
/** A city that has no plant at risk is still worth this much. */
const LEAST = 0.001;

/**
 * The share of `plants` that can be at risk when `left` ms remain: each is prepared, opens once and holds once. Rounded
 * down to a tenth of a percent; 0 when not even the city itself could be prepared.
 */
export function affordable({
  left,
  plants,
  msPerPlant,
  most,
}: {
  left: number;
  plants: number;
  msPerPlant: number;
  most: number;
}): number {
  const rest = left - plants * PREPARE;
  const share = rest / (plants * (PREPARE_AT_RISK + msPerPlant * BOTH_TICKS));
  return share < LEAST ? 0 : Math.min(most, Math.floor(share * 1_000) / 1_000);
}
