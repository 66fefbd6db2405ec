/** Asking for a job: kept with its entry in the audit trail, then begun by an object whose arrival calls its function. */
import { Refusal, type Call } from "../api/operation.ts";
import type { Bucket } from "../shared/bucket.ts";
import { isOver, newJob, type Job } from "./domain/job.ts";
import type { Jobs } from "./job-repository.ts";

export interface JobServices {
  jobs: Jobs;
  /** The imports bucket: `jobs/{kind}/{id}.json` begins a job. */
  bucket: Bucket;
}

/**
 * The job of that id. Asked for again by the same person it is the same job: a request without an answer can be repeated.
 * Throws 409 when the id is somebody's or something else's.
 */
export async function askJob(
  { person, at, change }: Pick<Call<unknown, unknown>, "person" | "at" | "change">,
  { jobs, bucket }: JobServices,
  asked: Pick<Job, "id" | "kind" | "input"> & { target: string; permitNo?: string },
): Promise<Job> {
  const { sub, name } = person;
  const former = await jobs.get(asked.id);
  if (former && (former.kind !== asked.kind || former.by.sub !== sub))
    throw new Refusal(409, "id in use", "There is something else of this id. Ask with a new id.");
  const job = former ?? newJob({ ...asked, by: { sub, name }, at });
  if (!former)
    await change(jobs.askWrites(job), {
      permitNo: asked.permitNo ?? null,
      target: asked.target,
      before: null,
      after: asked.input,
    });
  if (!isOver(job))
    await bucket.put(
      `jobs/${job.kind}/${job.id}.json`,
      JSON.stringify({ id: job.id, kind: job.kind, askedAt: job.askedAt }),
      "application/json",
    );
  return job;
}
