/** Episodes in answers of the API. */
import * as z from "zod/mini";
import { EPISODE_KINDS, type EpisodeView } from "./domain/episode-view.ts";
import type { Projection } from "./domain/projection.ts";

const text = z.nullable(z.string());
const number = z.nullable(z.number());
const Level = z.literal([0, 1, 2, 3]);

export const EpisodeSchema = z.object({
  id: z.string(),
  outlet: text,
  pollutant: text,
  statistic: z.enum(["hour", "day", "instant", "period", "facility"]),
  facility: text,
  kind: z.enum(EPISODE_KINDS),
  openedAt: z.string(),
  closedAt: text,
  durationMinutes: z.int(),
  level: Level,
  highest: Level,
  messages: z.int(),
  escalatedAt: text,
  pausedUntil: text,
  closedHow: z.nullable(z.enum(["recovered", "lapsed"])),
}) satisfies z.ZodMiniType<EpisodeView>;

/** What to hold and until when. */
export const ProjectionSchema = z.object({
  outlet: z.string(),
  pollutant: z.string(),
  statistic: z.enum(["hour", "day"]),
  from: z.string(),
  until: z.string(),
  valid: z.int(),
  left: z.int(),
  mean: number,
  projected: number,
  required: number,
  limit: z.number(),
  level: Level,
  unit: z.string(),
}) satisfies z.ZodMiniType<Projection & { unit: string }>;
