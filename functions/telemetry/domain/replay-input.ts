/** What a replay of the quarantine is asked for, and what it says when it is done. */
import * as z from "zod/mini";

/** `2026-10-01#…`: day and sort key of an item. */
export const QUARANTINE_KEY = /^(\d{4}-\d{2}-\d{2})#(\S{1,120})$/;
const Day = z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/));

export const MOST_KEYS = 1_000;
/** Items are kept for 180 days; more days than these are asked for one after the other. */
export const MOST_DAYS = 31;

export const ReplayInput = z.object({
  /** True: nothing is changed, and the answer is what would be. */
  dryRun: z.boolean(),
  /** These items, or all open ones that the filter names. */
  chosen: z.union([
    z.object({
      keys: z.array(z.string().check(z.regex(QUARANTINE_KEY))).check(z.minLength(1), z.maxLength(MOST_KEYS)),
    }),
    z.object({
      from: Day,
      to: Day,
      reason: z.optional(z.string().check(z.maxLength(40))),
      /** Of an MN or a topic. */
      prefix: z.optional(z.string().check(z.minLength(1), z.maxLength(200))),
    }),
  ]),
});
export type ReplayInput = z.output<typeof ReplayInput>;

export interface ReplayResult {
  dryRun: boolean;
  items: number;
  accepted: number;
  duplicate: number;
  refused: number;
  /** Why items were refused again. */
  reasons: Record<string, number>;
  /** Items that were let in, by plant: the first of them. */
  plants: Record<string, number>;
  /** Some of the items, those first that were refused again. */
  examples: ReplayExample[];
  /** Items were left over: ask again. */
  more: boolean;
}
export interface ReplayExample {
  key: string;
  at: string;
  topic: string;
  mn: string | null;
  outcome: "accepted" | "duplicate" | "refused";
  reason: string | null;
  detail: string | null;
  permitNo: string | null;
}

const MOST_PLANTS = 50;
const MOST_EXAMPLES = 100;
const LONGEST_DETAIL = 200;

export const emptyResult = (dryRun: boolean): ReplayResult => ({
  dryRun,
  items: 0,
  accepted: 0,
  duplicate: 0,
  refused: 0,
  reasons: {},
  plants: {},
  examples: [],
  more: false,
});

/** Counts one item. */
export function addOutcome(result: ReplayResult, one: ReplayExample): void {
  const { outcome, reason, permitNo } = one;
  result.items += 1;
  result[outcome] += 1;
  if (outcome === "refused" && reason !== null) result.reasons[reason] = (result.reasons[reason] ?? 0) + 1;
  if (outcome === "accepted" && permitNo !== null)
    if (permitNo in result.plants || Object.keys(result.plants).length < MOST_PLANTS)
      result.plants[permitNo] = (result.plants[permitNo] ?? 0) + 1;
  const shown = { ...one, detail: one.detail?.slice(0, LONGEST_DETAIL) ?? null };
  if (result.examples.length < MOST_EXAMPLES) result.examples.push(shown);
  else if (outcome === "refused") {
    const other = result.examples.findLastIndex((example) => example.outcome !== "refused");
    if (other >= 0) result.examples[other] = shown;
  }
}

/** Days of [from, to], both `2026-10-01`, oldest first. */
export function daysOf(from: string, to: string): string[] {
  const days: string[] = [];
  const end = Date.parse(`${to}T00:00:00Z`);
  for (let t = Date.parse(`${from}T00:00:00Z`); t <= end && days.length <= MOST_DAYS; t += 86_400_000)
    days.push(new Date(t).toISOString().slice(0, 10));
  return days;
}
