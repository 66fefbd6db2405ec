/** Operators: who answers a message, when, and what the stack does then. */
import { MINUTE } from "../../functions/shared/shanghai.ts";
import { chanceOf } from "./chance.ts";
import { minuteAt, timeOf } from "./clock.ts";
import type { Plant, Stream } from "./process.ts";
import { OPERATORS } from "./settings.ts";

/** What a message tells the operator of one stream. */
export interface Notice {
  stream: string;
  level: number;
  /** Mean that the rest of the hour may have, in limits; null where the message names none. */
  required: number | null;
  /** End of the hour it is about, epoch ms. */
  until: number;
}

interface Held {
  /** Minute index from which somebody acts, and to which he holds on. */
  from: number;
  to: number;
  /** Level at that moment, and what he steers for until the hour ends and after it. In limits. */
  start: number;
  hold: number;
  until: number;
  later: number;
}

export interface Operators {
  /** Takes a message in; returns when somebody acts on it, epoch ms, or null. */
  told(t: number, notice: Notice): number | null;
  /** Most that the stream's level without noise can be at a minute, in limits; Infinity where nobody holds it. */
  ceiling(stream: string, minute: number): number;
}

export const nobody: Operators = { told: () => null, ceiling: () => Infinity };

export function operatorsOf(plant: Plant): Operators {
  const held = new Map<string, Held>();
  const asked = new Set<string>();
  const streams = new Map(plant.streams.map((s) => [s.key, s]));
  const ceiling = (key: string, minute: number): number => {
    const h = held.get(key);
    if (!h || minute < h.from || minute >= h.to) return Infinity;
    const hold = timeOf(minute) < h.until ? h.hold : h.later;
    return hold + Math.max(0, h.start - hold) * Math.exp(-(minute - h.from) / OPERATORS.timeConstant);
  };
  return {
    ceiling,
    told(t, { stream: key, required, until }) {
      const stream = streams.get(key);
      if (!stream) throw new Error(`no stream ${key}`);
      // Asked once per stream and clock hour, whoever asks and however often: every way of warning meets the same people.
      const hour = `${key}@${until}`;
      if (asked.has(hour)) return null;
      asked.add(hour);
      const c = chanceOf(plant.settings.seed, `${plant.index}/answer/${hour}`);
      if (c.unit() >= OPERATORS.chance) return null;
      const { delay, share, hold: usual, floor, longest } = OPERATORS;
      const minutes = Math.max(delay.least, Math.round(c.lognormal(delay.median, delay.sigma)));
      const from = minuteAt(t) + minutes;
      const least = floor * stream.base;
      const wanted = required !== null && required > 0 ? share * Math.min(1, required) : usual;
      const start = Math.min(levelWithout(stream, from), ceiling(key, from));
      const later = Math.max(least, usual);
      // Who holds already goes on from where he is.
      held.set(key, { from, to: from + longest, start, hold: Math.max(least, wanted), until, later });
      return t + minutes * MINUTE;
    },
  };
}

/** Level without noise and without anybody's doing, in limits. */
export const levelWithout = (s: Stream, minute: number): number => (s.usual[minute] ?? 0) + (s.upset[minute] ?? 0);
