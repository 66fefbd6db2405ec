/** What a function does that works on jobs: begin, say how far it is, end, whatever happens. */
import * as z from "zod/mini";
import { logger } from "../shared/logger.ts";
import { parseEvent } from "../shared/problems.ts";
import { JOB_KINDS, MOST_ATTEMPTS, type Job } from "./domain/job.ts";
import type { Jobs } from "./job-repository.ts";

/** EventBridge "Object Created": a job is begun by the object that names it (ask-job.ts). */
const JobAsked = z.object({
  detail: z.object({
    object: z.object({
      key: z.string().check(z.regex(new RegExp(`^jobs/(?:${JOB_KINDS.join("|")})/[\\w-]+\\.json$`))),
    }),
  }),
});

/** True when the event is of a job and not of another object of the bucket. */
export const isJobEvent = (event: unknown): boolean => z.safeParse(JobAsked, event).success;

/** Thrown where the work says how far it is, when somebody wants it to end. What the work did until then stays done. */
export class Cancelled extends Error {
  override name = "Cancelled";
  /** What is to be said of what was done. */
  result: unknown = null;
}
/** Thrown by work that cannot be done, with what to do about it: the job fails with these words, and is not tried again. */
export class JobProblem extends Error {
  override name = "JobProblem";
}

/** Says how far the work is; throws `Cancelled`. */
export type Progress = (done: number, of: number) => Promise<void>;

/**
 * Runs the job that the event names. `work` must do no harm when it is run again: an event may come twice, and an attempt
 * that broke off is repeated. Throws what `work` throws beside `Cancelled` and `JobProblem`, so that Lambda tries again;
 * after the last attempt the job has failed.
 */
export async function runJob(
  event: unknown,
  { jobs, now }: { jobs: Jobs; now(): number },
  work: (job: Job, progress: Progress) => Promise<unknown>,
): Promise<void> {
  const { key } = parseEvent(JobAsked, event, "Object Created event of a job").detail.object;
  const id = key.slice(key.lastIndexOf("/") + 1, -".json".length);
  const job = await jobs.start(id, now());
  if (!job) return logger.info("the job is over already", { job: id });
  const progress: Progress = async (done, of) => {
    if (!(await jobs.progress(id, { done, of }, now()))) throw new Cancelled();
  };
  try {
    if (job.cancel) throw new Cancelled();
    const result = await work(job, progress);
    await jobs.end(id, { state: "done", result, problem: null }, now());
  } catch (error) {
    if (error instanceof Cancelled)
      return jobs.end(id, { state: "cancelled", result: error.result, problem: null }, now());
    if (error instanceof JobProblem)
      return jobs.end(id, { state: "failed", result: null, problem: error.message }, now());
    if (job.attempts >= MOST_ATTEMPTS)
      await jobs.end(
        id,
        { state: "failed", result: null, problem: "The system could not do it. Its operators have been told." },
        now(),
      );
    throw error;
  }
}
