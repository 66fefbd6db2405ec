/** Items of the ledger as they are read back: parsed, so that a damaged item is named and not worked with. */
import * as z from "zod/mini";

export const StateItem = z.object({ v: z.number(), body: z.string() });

export const RejudgeItem = z.object({
  pk: z.string(),
  sk: z.string().check(z.regex(/#(HOUR|DAY)#/)),
  permitNo: z.string(),
  /** Start of the period, epoch ms. */
  start: z.number(),
  stamp: z.string(),
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
  /** Why this revision: `closing`, `late-data`. */
  cause: z.string(),
  /** Quality notes (flat line, jump, values that hug the limit): for people, never judged. */
  notes: z.array(z.string()),
});
export type JudgedLimit = z.output<typeof JudgedLimit>;

/** One closing or revision of a period; a revision holds what changed. */
export const ClosedItem = z.object({
  start: z.number(),
  /** 0: the closing; then its revisions. */
  index: z.number(),
  /** Scheduled time of the closing, or the tick of the revision, epoch ms. */
  at: z.number(),
  ruleData: z.string(),
  verdicts: z.array(JudgedLimit),
});
export type ClosedPeriod = z.output<typeof ClosedItem>;

/** What stands after all revisions. */
export function current(items: readonly ClosedPeriod[]): Map<string, JudgedLimit> {
  const now = new Map<string, JudgedLimit>();
  for (const { verdicts } of items) for (const v of verdicts) now.set(`${v.outlet}/${v.pollutant}`, v);
  return now;
}

/** A lawful mark (标记): its slots do not count, their values are kept (warning-rules, "With marks"). */
export const MarkItem = z.object({ outlet: z.string(), from: z.number(), to: z.number() });
export type Mark = z.output<typeof MarkItem>;

export const SendStates = ["claimed", "sent", "failed", "unknown", "expired", "capped"] as const;
export type SendState = (typeof SendStates)[number];
export const SendItem = z.object({
  phoneHash: z.string(),
  to: z.string(),
  text: z.string(),
  state: z.enum(SendStates),
  tick: z.number(),
});
export type Sent = z.output<typeof SendItem>;
