/** Items by which the city is listed without asking every plant: which plants stand out, and the episodes of a day. */
import * as z from "zod/mini";
import { DAY, formatDay } from "../shared/shanghai.ts";
import { shardOf } from "../shared/shard.ts";
import type { Level } from "./domain/gas-hour.ts";
import { episodeKeyText } from "./domain/episode-id.ts";
import type { EpisodeEvent } from "./domain/evaluate-plant.ts";
import type { PlantState, PublicState } from "./domain/plant-state.ts";

/** What a map or a list shows of a plant's state. */
export interface Standing {
  state: PublicState;
  /** The highest of its open episodes. */
  level: Level;
  /** Open episodes, also those at level 0 that have not recovered yet. */
  open: number;
  /** Outlets and facilities that an episode above level 0 is about, by their code. */
  out: string[];
  /** MNs of bound devices that are silent. */
  offline: string[];
}

export const standingOf = ({
  state,
  episodes,
  offline,
}: Pick<PlantState, "state" | "episodes" | "offline">): Standing => ({
  state,
  level: episodes.reduce<Level>((highest, e) => (e.level > highest ? e.level : highest), 0),
  open: episodes.length,
  out: [...new Set(episodes.flatMap((e) => (e.level > 0 ? [e.facility ?? e.outlet ?? ""] : [])))].sort(),
  offline: Object.keys(offline).sort(),
});

export const sameStanding = (a: Standing, b: Standing): boolean =>
  a.state === b.state &&
  a.level === b.level &&
  a.open === b.open &&
  a.out.join() === b.out.join() &&
  a.offline.join() === b.offline.join();

export const calm = ({ state, open, offline }: Standing): boolean =>
  state === "normal" && open === 0 && offline.length === 0;

/** A plant that is well again is listed so long, for those who ask what changed. */
const KEEP_CALM = DAY;

/** The list item of the plant's standing; null when it stands as it did. */
export function standingItem(
  permitNo: string,
  state: PlantState,
  before: Pick<PlantState, "state" | "episodes" | "offline">,
): Record<string, unknown> | null {
  const [now, then] = [standingOf(state), standingOf(before)];
  return sameStanding(now, then) ? null : listedAs(permitNo, now, state.tick);
}

export function listedAs(permitNo: string, standing: Standing, at: number): Record<string, unknown> {
  const ttl = calm(standing) ? { ttl: Math.floor((at + KEEP_CALM) / 1000) } : {};
  return { pk: `STATE#${shardOf(permitNo)}`, sk: permitNo, ...standing, at, ...ttl };
}

export const StandingItem = z.object({
  sk: z.string(),
  state: z.enum(["normal", "warned", "lost", "silent"]),
  level: z.literal([0, 1, 2, 3]),
  open: z.int(),
  /** Absent in items of before: a closing of the hour writes them anew (mend-standings.ts). */
  out: z._default(z.array(z.string()), []),
  offline: z._default(z.array(z.string()), []),
  /** Tick that made it so, epoch ms. */
  at: z.number(),
});

/** `MARKED#{shard}` / `{permitNo}#{id of the mark}`: from when to when the mark covers; kept for a day after its end. */
export const MarkedItem = z.object({
  sk: z.string(),
  from: z.number(),
  to: z.number(),
  /** When it was made, or changed, epoch ms. */
  at: z.number(),
});
export interface MarkedSpan {
  permitNo: string;
  from: number;
  to: number;
  at: number;
}

/** A mark without effect ends where it lost it: its item stays for a while, so that those who ask what changed hear of it. */
export function markedItem(
  { permitNo, id, from, to }: { permitNo: string; id: string; from: number; to: number },
  effect: boolean,
  at: number,
): Record<string, unknown> {
  return {
    pk: `MARKED#${shardOf(permitNo)}`,
    sk: `${permitNo}#${id}`,
    from,
    to: effect ? to : Math.min(to, at),
    at,
    ttl: Math.floor((Math.max(to, at) + KEEP_CALM) / 1000),
  };
}

/** An episode in the list of the day on which it opened. */
export function episodeItem(permitNo: string, { type, episode: e }: EpisodeEvent, tick: number): EpisodeListItem {
  const ended = type === "recovered" || type === "lapsed";
  const { outlet, pollutant, facility, statistic, openedAt, highest, messages, escalatedAt } = e;
  return {
    pk: `EPISODES#${formatDay(openedAt)}`,
    sk: `${episodeKeyText(e)}#${permitNo}`,
    permitNo,
    outlet,
    pollutant,
    facility,
    statistic,
    openedAt,
    highest,
    messages,
    escalatedAt,
    answered: e.pausedUntil !== null,
    closedAt: ended ? tick : null,
    ended: ended ? type : null,
  };
}

/** The list items of open episodes that were answered or rose since `before`, where `events` does not write them anyway. */
export function changedItems(
  permitNo: string,
  { episodes, tick }: Pick<PlantState, "episodes" | "tick">,
  before: Pick<PlantState, "episodes">,
  events: readonly EpisodeEvent[],
): EpisodeListItem[] {
  const written = new Set(events.map(({ episode }) => episodeKeyText(episode)));
  const held = new Map(before.episodes.map((e) => [episodeKeyText(e), e]));
  return episodes
    .filter((e) => {
      const was = held.get(episodeKeyText(e));
      const answered = e.pausedUntil !== null && was?.pausedUntil === null;
      return was && !written.has(episodeKeyText(e)) && (answered || e.highest > was.highest);
    })
    .map((episode) => episodeItem(permitNo, { type: "opened", episode }, tick));
}

const text = z.nullable(z.string());
const time = z.nullable(z.number());
/** What `EPISODE#` of the plant and the list of the day have in common. */
export const EpisodeFacts = z.object({
  permitNo: z.string(),
  outlet: text,
  pollutant: text,
  facility: text,
  statistic: z.enum(["hour", "day", "instant", "period", "facility"]),
  openedAt: z.number(),
  highest: z.literal([0, 1, 2, 3]),
  messages: z.int(),
  escalatedAt: time,
  /** Somebody of the plant said what is being done; known of the day's list, from when it is kept there. */
  answered: z.optional(z.boolean()),
  closedAt: time,
  ended: z.nullable(z.enum(["recovered", "lapsed"])),
});
export type EpisodeFacts = z.output<typeof EpisodeFacts>;
export type EpisodeListItem = EpisodeFacts & { pk: string; sk: string };
