/** The job of a replay: finds what was chosen, runs it through ingest in parts, marks each item, says how far it is. */
import { Cancelled, JobProblem, type Progress } from "../jobs/run-job.ts";
import type { Job } from "../jobs/domain/job.ts";
import { inParallel } from "../shared/in-parallel.ts";
import { parseInput } from "../shared/problems.ts";
import { formatIso, MINUTE } from "../shared/shanghai.ts";
import { addOutcome, daysOf, emptyResult, ReplayInput, type ReplayResult } from "./domain/replay-input.ts";
import { replayer, type Outcome, type ReplayServices } from "./replay.ts";
import type { Quarantine, QuarantineItem } from "./quarantine.ts";

const PART = 100;
const MARKS_AT_ONCE = 16;
/** A function runs 15 minutes at the most: what is left after these is asked for again. */
const LONGEST = 12 * MINUTE;

export async function runReplay(
  job: Pick<Job, "id" | "by" | "input">,
  progress: Progress,
  services: ReplayServices,
): Promise<ReplayResult> {
  const parsed = parseInput(ReplayInput, job.input);
  if (!parsed.ok) throw new JobProblem(parsed.problems.map(({ path, reason }) => `${path} ${reason}`).join("; "));
  const { dryRun, chosen } = parsed.data;
  const { quarantine, ingest } = services;
  const begun = ingest.now();
  await ingest.register.refresh();
  const run = replayer(services, { dryRun, at: begun });
  const result = emptyResult(dryRun);
  const of = await countOf(chosen, quarantine);
  try {
    await progress(0, of);
    for await (const part of partsOf(chosen, quarantine)) {
      const outcomes = await run(part);
      if (!dryRun) await inParallel(outcomes, MARKS_AT_ONCE, (outcome) => mark(outcome, job, services));
      for (const outcome of outcomes) addOutcome(result, { ...outcome, ...shownOf(outcome.item) });
      await progress(result.items, Math.max(of, result.items));
      if (ingest.now() - begun > LONGEST) {
        result.more = true;
        break;
      }
    }
  } catch (error) {
    // What was done until then stays done, and is said.
    if (error instanceof Cancelled) error.result = result;
    throw error;
  }
  return result;
}

const shownOf = ({ key, at, topic }: QuarantineItem): Pick<QuarantineItem, "key" | "at" | "topic"> => ({
  key,
  at,
  topic,
});

type Chosen = ReplayInput["chosen"];

async function countOf(chosen: Chosen, quarantine: Quarantine): Promise<number> {
  if ("keys" in chosen) return new Set(chosen.keys).size;
  let count = 0;
  for (const day of daysOf(chosen.from, chosen.to)) count += await quarantine.count(day, { ...chosen, state: "open" });
  return count;
}

/** Oldest first, so that a device's frames come in the order in which they came. */
async function* partsOf(chosen: Chosen, quarantine: Quarantine): AsyncGenerator<QuarantineItem[]> {
  if ("keys" in chosen) {
    const keys = [...new Set(chosen.keys)].sort();
    for (let i = 0; i < keys.length; i += PART)
      yield (await quarantine.get(keys.slice(i, i + PART))).toSorted((a, b) => (a.key < b.key ? -1 : 1));
    return;
  }
  for (const day of daysOf(chosen.from, chosen.to))
    for (let from: string | null = null; ;) {
      const of = { filter: { ...chosen, state: "open" as const }, limit: PART, from, newestFirst: false };
      const page = await quarantine.page(day, of);
      if (page.items.length > 0) yield page.items;
      if (page.next === null) break;
      from = page.next;
    }
}

async function mark(
  { item, outcome, reason, detail, permitNo, archive }: Outcome,
  { id, by }: Pick<Job, "id" | "by">,
  { quarantine, ingest }: ReplayServices,
): Promise<void> {
  // It keeps who let it in first.
  if (item.replayed && item.replayed.outcome !== "refused") return;
  const at = formatIso(ingest.now());
  await quarantine.mark(item.key, { at, by, job: id, outcome, reason, detail, permitNo, archive });
}
