/** How a plant stands in the city's lists at a moment: as the warnings left it, or marked while a mark covers. Pure. */
import type { MarkedSpan, Standing } from "../../warnings/list-items.ts";

/** Beside what the public may see: a standing mark covers now, and nothing more pressing is known. */
export const CITY_STATES = ["normal", "warned", "lost", "silent", "marked"] as const;
export type CityState = (typeof CITY_STATES)[number];

export type CityStanding = Omit<Standing, "state"> & {
  state: CityState;
  /** When it came to stand so, or later, epoch ms. */
  at: number;
};

type Span = Pick<MarkedSpan, "from" | "to" | "at">;

/** `spans`: marks of the plant. A warning is never hidden by a mark. */
export function stateAt(listed: Standing & { at: number }, spans: readonly Span[], now: number): CityStanding {
  const changes = spans.flatMap(({ from, to, at }) => [from, to, at]).filter((t) => t <= now);
  const at = Math.max(listed.at, ...changes);
  const calm = listed.state === "normal" || listed.state === "silent";
  const covered = spans.some(({ from, to }) => from <= now && now < to);
  return { ...listed, state: calm && covered ? "marked" : listed.state, at };
}

/** The next moment after `now` at which a mark begins or ends; null: none is known. */
export function nextChange(spans: Iterable<Span>, now: number): number | null {
  let next = Infinity;
  for (const { from, to } of spans) {
    if (to <= from) continue;
    if (from > now) next = Math.min(next, from);
    else if (to > now) next = Math.min(next, to);
  }
  return Number.isFinite(next) ? next : null;
}
