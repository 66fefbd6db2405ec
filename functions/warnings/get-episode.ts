/** `GET /api/plants/{permitNo}/episodes/{id}`: one episode, what happened in it, and what it asks for now. */
import * as z from "zod/mini";
import type { RuleData } from "../../layers/rule-data.ts";
import { atPlant, Refusal, type Operation } from "../api/operation.ts";
import { contactsAt } from "../register/domain/contacts.ts";
import type { PlantRecord } from "../register/stored-items.ts";
import { scaleOf, type Scale } from "../shared/scale.ts";
import { DAY, floorDay, floorHour, HOUR, MINUTE } from "../shared/shanghai.ts";
import type { BlockRepository } from "../telemetry/block-repository.ts";
import type { CityReader } from "./city-reader.ts";
import { episodeKeyText, keyTextOfId } from "./domain/episode-id.ts";
import { episodeView } from "./domain/episode-view.ts";
import { holdOf, projectionsOf, type ProjectionView } from "./domain/projection.ts";
import { timeline } from "./domain/timeline.ts";
import { EpisodeSchema, ProjectionSchema } from "./episode-schema.ts";
import type { EpisodeFacts } from "./list-items.ts";
import { ACTIONS, type WarningLedger } from "./repository.ts";
import { SendStates } from "./stored-items.ts";

export interface EpisodeDetailServices {
  reader: CityReader;
  ledger: Pick<WarningLedger, "closedBetween" | "marks">;
  blocks: Pick<BlockRepository, "records">;
  rules: RuleData;
}

const text = z.nullable(z.string());
const number = z.nullable(z.number());
const Level = z.literal([0, 1, 2, 3]);
const Entry = z.discriminatedUnion("type", [
  z.object({ type: z.literal("opened"), at: z.string() }),
  z.object({
    type: z.literal("projection"),
    at: z.string(),
    level: Level,
    valid: number,
    mean: number,
    projected: number,
    required: number,
    value: number,
    limit: number,
    min: number,
    until: text,
  }),
  z.object({ type: z.literal("level"), at: z.string(), from: Level, to: Level }),
  z.object({
    type: z.literal("sms"),
    at: z.string(),
    kind: z.enum(["warning", "recovered", "escalated", "data", "offline"]),
    roles: z.array(z.string()),
    phone: z.string(),
    state: z.enum(SendStates),
    text: z.string(),
  }),
  z.object({
    type: z.literal("acknowledged"),
    at: z.string(),
    action: z.enum(ACTIONS),
    name: text,
    expectedAt: text,
    text: z.string(),
  }),
  z.object({ type: z.literal("escalated"), at: z.string() }),
  z.object({ type: z.enum(["recovered", "lapsed"]), at: z.string() }),
  z.object({
    type: z.literal("verdict"),
    at: z.string(),
    period: z.string(),
    statistic: z.enum(["hour", "day"]),
    verdict: z.enum(["met", "exceeded", "insufficient", "marked"]),
    mean: number,
    valid: z.int(),
    limit: z.number(),
    revision: z.int(),
    cause: z.string(),
  }),
]);
const Answer = z.extend(EpisodeSchema, {
  permitNo: z.string(),
  name: z.string(),
  town: z.string(),
  /** Of every figure of the timeline. */
  unit: z.string(),
  decimals: z.int(),
  /** What to hold and until when; null when it is over, or about no mean. */
  hold: z.nullable(ProjectionSchema),
  timeline: z.array(Entry),
  /** There were more messages than are shown. */
  truncated: z.boolean(),
});

export const getEpisodeOperation = (services: EpisodeDetailServices): Operation =>
  atPlant({
    id: "getEpisode",
    method: "GET",
    path: "/api/plants/:permitNo/episodes/:id",
    summary: "One episode with everything that happened in it",
    action: "episode.read",
    answer: Answer,
    async handle({ plant, params, at }) {
      const { permitNo, name, town } = plant.permit;
      const contacts = contactsAt(plant.permit, plant.contacts, at);
      const { reader, rules } = services;
      const key = keyTextOfId(params.id ?? "");
      const [stored, held] = await Promise.all([
        key === null ? null : reader.episode(permitNo, key),
        reader.warnings([permitNo]),
      ]);
      if (!stored)
        throw new Refusal(404, "no such episode", "This plant has no such episode. Choose one from its list.");
      const open = held.get(permitNo)?.state?.episodes.find((e) => episodeKeyText(e) === key) ?? null;
      const end = stored.closedAt ?? at;
      const [{ sends, more }, answers, periods, hold] = await Promise.all([
        reader.sends(permitNo, stored.openedAt, end),
        reader.acknowledgements(permitNo, stored.openedAt, end),
        periodsOf(permitNo, stored, at, services),
        open ? holdNow(plant, stored, at, services) : null,
      ]);
      const { unit, factor, decimals } = scaleOfEpisode(plant, stored, rules);
      return {
        body: {
          ...episodeView(stored, open, at),
          permitNo,
          name,
          town,
          unit,
          decimals,
          hold,
          timeline: timeline({ episode: stored, sends, answers, periods, contacts, factor }),
          truncated: more,
        },
      };
    },
  });

/** Hours or days that the episode touches; a condition has no verdicts. */
async function periodsOf(
  permitNo: string,
  { statistic, openedAt, closedAt }: EpisodeFacts,
  now: number,
  { ledger }: EpisodeDetailServices,
): ReturnType<WarningLedger["closedBetween"]> {
  const end = closedAt ?? now;
  // What a tick says at the full hour is about the hour that has just ended.
  if (statistic === "hour")
    return ledger.closedBetween(permitNo, "HOUR", floorHour(openedAt - 1), floorHour(end) + HOUR);
  if (statistic === "day") return ledger.closedBetween(permitNo, "DAY", floorDay(openedAt - 1), floorDay(end) + DAY);
  return [];
}

async function holdNow(
  { permit }: PlantRecord,
  episode: EpisodeFacts,
  now: number,
  { blocks, ledger, rules }: EpisodeDetailServices,
): Promise<ProjectionView | null> {
  if (episode.statistic !== "hour" && episode.statistic !== "day") return null;
  const outlets = permit.outlets.filter((outlet) => outlet.code === episode.outlet);
  const interval = Math.max(1, ...outlets.flatMap((o) => o.devices.map((d) => d.minuteInterval)));
  const from = now - (episode.statistic === "day" ? DAY : 2 * HOUR) - (interval + 1) * MINUTE;
  const [records, marks] = await Promise.all([
    blocks.records(permit.permitNo, from, now, false),
    ledger.marks(permit.permitNo, from, now),
  ]);
  const spans = Object.fromEntries(Map.groupBy(marks, (m) => m.outlet));
  return holdOf(episode, projectionsOf({ ...permit, outlets }, records, spans, now, rules), rules);
}

/** The unit in which people read the pollutant of the episode. */
function scaleOfEpisode({ permit }: PlantRecord, episode: EpisodeFacts, rules: RuleData): Scale {
  if (episode.pollutant === null) return { unit: "", factor: 1, decimals: 0 };
  const limits = permit.outlets
    .filter((outlet) => outlet.code === episode.outlet)
    .flatMap((outlet) => outlet.limits.filter((limit) => limit.pollutant === episode.pollutant));
  return scaleOf(rules, episode.pollutant, Math.max(0, ...limits.map((limit) => limit.max ?? 0)));
}
