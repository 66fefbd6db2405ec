/** Items of the ledger as they are read back: parsed, so that a damaged item is named and not worked with. */
import * as z from "zod/mini";
import { parseStored } from "../shared/parse-stored.ts";
import { DAY, formatCompact } from "../shared/shanghai.ts";
import { packClosed, unpackClosed } from "./domain/closed-codec.ts";

const time = z.nullable(z.number());
const Level = z.literal([0, 1, 2, 3]);
const RoleName = z.enum(["environment-manager", "operator", "legal-person", "maintenance", "town-officer"]);
const StatisticName = z.enum(["hour", "day", "instant", "period", "facility"]);
const text = z.nullable(z.string());

const EpisodeShape = z.object({
  outlet: text,
  pollutant: text,
  statistic: StatisticName,
  facility: text,
  openedAt: z.number(),
  level: Level,
  highest: Level,
  lastMessage: time,
  messages: z.number(),
  roles: z.array(RoleName),
  streak: z.number(),
  escalatedAt: time,
  quietTicks: z.number(),
  emptyTicks: z.number(),
  pausedUntil: time,
});
const number = z.nullable(z.number());
export const LineShape = z.object({
  kind: z.enum(["warning", "recovered", "escalated", "data", "offline"]),
  level: Level,
  outlet: text,
  pollutant: text,
  statistic: z.nullable(StatisticName),
  facility: text,
  device: text,
  valid: number,
  mean: number,
  projected: number,
  required: number,
  limit: number,
  min: number,
  value: number,
  possible: number,
  since: time,
  until: time,
  roles: z.array(RoleName),
});

/** `PLANT#…` / `WARNING`: the state of a plant with the version it is written on. */
export const StateItem = z.object({
  v: z.number(),
  tick: z.number(),
  episodes: z.array(EpisodeShape),
  deficits: z.array(z.string()),
  offline: z.record(
    z.string(),
    z.object({ since: z.number(), outlet: z.string(), lastMessage: time, outage: z.boolean() }),
  ),
  conditionWarnings: z.record(z.string(), z.number()),
  outbox: z.array(z.object({ to: z.string(), lines: z.array(LineShape) })),
  state: z.enum(["normal", "warned", "lost", "silent"]),
});

/** `DUE#…` as the tick wrote it; ingest names only when a plant is due. */
export const LookItem = z.object({ deficit: z.number(), revision: z.number() });

export const RejudgeItem = z.object({
  pk: z.string(),
  sk: z.string().check(z.regex(/#(HOUR|DAY)#/)),
  permitNo: z.string(),
  /** Start of the period, epoch ms. */
  start: z.number(),
  /** End of a row of periods, epoch ms; without it there is the one. */
  until: z.optional(z.number()),
  stamp: z.string(),
  cause: z._default(z.enum(["late-data", "mark"]), "late-data"),
});

const JudgedLimit = z.object({
  outlet: z.string(),
  pollutant: z.string(),
  /** Valid minutes of an hour, valid hours of a day. */
  valid: z.number(),
  mean: z.nullable(z.number()),
  limit: z.number(),
  verdict: z.enum(["met", "exceeded", "insufficient", "marked"]),
  weighted: z.boolean(),
  revision: z.number(),
  /** Why this revision: `closing`, `late-data`, `mark`. */
  cause: z.string(),
  /** Quality notes (flat line, jump, values that hug the limit): for people, never judged. */
  notes: z.array(z.string()),
});
export type JudgedLimit = z.output<typeof JudgedLimit>;

/** One closing or revision of a period; a revision holds what changed. */
const ClosedShape = z.object({
  start: z.number(),
  /** 0: the closing; then its revisions. */
  index: z.number(),
  /** Scheduled time of the closing, or the tick of the revision, epoch ms. */
  at: z.number(),
  ruleData: z.string(),
  verdicts: z.array(JudgedLimit),
});
export type ClosedPeriod = z.output<typeof ClosedShape>;
const ClosedItem = z.object({ packed: z.instanceof(Uint8Array) });

/** `HOUR#…` or `DAY#…` of a plant as it is stored: packed, because each stays for years and is billed by its bytes. */
export const closedItem = (period: ClosedPeriod): { packed: Uint8Array } => ({ packed: packClosed(period) });

/** The period of such an item; those that were stored before they were packed have its attributes. */
export const closedPeriod = (item: Record<string, unknown>): ClosedPeriod =>
  parseStored("ledger", ClosedShape, "packed" in item ? { ...item, ...unpacked(item) } : item);

function unpacked(item: Record<string, unknown>): ClosedPeriod {
  const { packed } = parseStored("ledger", ClosedItem, item);
  try {
    return unpackClosed(packed);
  } catch (error) {
    throw new Error(`ledger item ${String(item.pk)} / ${String(item.sk)}: ${String(error)}`, { cause: error });
  }
}

/** What stands after all revisions. */
export function current(items: readonly ClosedPeriod[]): Map<string, JudgedLimit> {
  const now = new Map<string, JudgedLimit>();
  for (const { verdicts } of items) for (const v of verdicts) now.set(`${v.outlet}/${v.pollutant}`, v);
  return now;
}

/** States of a mark; all but the last two have effect: a contradiction is decided by people, not by a test. */
export const MARK_STATES = ["standing", "contradicted", "judged-valid", "judged-invalid", "withdrawn"] as const;
export type MarkState = (typeof MARK_STATES)[number];

/**
 * A lawful mark (标记) as whoever judges slots reads it: its slots do not count, their values are kept (warning-rules,
 * "With marks"). functions/marks/stored-items.ts has the whole.
 */
export const MarkItem = z.object({
  outlet: z.string(),
  pollutants: z._default(z.nullable(z.array(z.string())), null),
  from: z.number(),
  to: z.number(),
  state: z._default(z.enum(MARK_STATES), "standing"),
});
export type Mark = z.output<typeof MarkItem>;

/** Sort key of a mark: by the minute it begins at, so that those of a period are read and no others. */
export const markKey = (from: number, suffix = ""): string => `MARK#${formatCompact(from).slice(0, 12)}${suffix}`;
/** No mark is longer (layers/rule-data-schema.ts, bounds). */
export const LONGEST_MARK = 31 * DAY;

export const SendStates = ["claimed", "sent", "failed", "unknown", "expired", "capped"] as const;
export type SendState = (typeof SendStates)[number];
export const SendItem = z.object({
  phoneHash: z.string(),
  to: z.string(),
  text: z.string(),
  state: z.enum(SendStates),
  tick: z.number(),
});
export const SendStateItem = z.object({ state: z.enum(SendStates) });
export type Sent = z.output<typeof SendItem>;
