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
}

export const standingOf = ({ state, episodes }: Pick<PlantState, "state" | "episodes">): Standing => ({
  state,
  level: episodes.reduce<Level>((highest, e) => (e.level > highest ? e.level : highest), 0),
  open: episodes.length,
});

const calm = ({ state, open }: Standing): boolean => state === "normal" && open === 0;

/** A plant that is well again is listed so long, for those who ask what changed. */
const KEEP_CALM = DAY;

/** The list item of the plant's standing; null when it stands as it did. */
export function standingItem(
  permitNo: string,
  state: PlantState,
  before: Pick<PlantState, "state" | "episodes">,
): Record<string, unknown> | null {
  const [now, then] = [standingOf(state), standingOf(before)];
  if (now.state === then.state && now.level === then.level && now.open === then.open) return null;
  const ttl = calm(now) ? { ttl: Math.floor((state.tick + KEEP_CALM) / 1000) } : {};
  return { pk: `STATE#${shardOf(permitNo)}`, sk: permitNo, ...now, at: state.tick, ...ttl };
}

export const StandingItem = z.object({
  sk: z.string(),
  state: z.enum(["normal", "warned", "lost", "silent"]),
  level: z.literal([0, 1, 2, 3]),
  open: z.int(),
  /** Tick that made it so, epoch ms. */
  at: z.number(),
});

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
    closedAt: ended ? tick : null,
    ended: ended ? type : null,
  };
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
  closedAt: time,
  ended: z.nullable(z.enum(["recovered", "lapsed"])),
});
export type EpisodeFacts = z.output<typeof EpisodeFacts>;
export type EpisodeListItem = EpisodeFacts & { pk: string; sk: string };
