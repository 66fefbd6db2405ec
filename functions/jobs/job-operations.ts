/** Jobs as people see them: what runs, how far it is, and an end before its time. */
import * as z from "zod/mini";
import { fromCursor, toCursor } from "../api/cursor.ts";
import { overReach, Refusal, type Operation } from "../api/operation.ts";
import { limit } from "../people/page-query.ts";
import { formatIso } from "../shared/shanghai.ts";
import { isOver, isStalled, JOB_KINDS, JOB_STATES, type Job } from "./domain/job.ts";
import type { Jobs } from "./job-repository.ts";

export const JobView = z.object({
  id: z.string(),
  kind: z.enum(JOB_KINDS),
  by: z.string(),
  askedAt: z.string(),
  state: z.enum(JOB_STATES),
  done: z.int(),
  of: z.nullable(z.int()),
  /** An end was asked for. */
  cancel: z.boolean(),
  /** Nothing was heard of it for so long that nobody works on it. */
  stalled: z.boolean(),
  result: z.unknown(),
  problem: z.nullable(z.string()),
  changedAt: z.string(),
});

export const jobView = (job: Job, now: number): z.output<typeof JobView> => {
  const { id, kind, by, askedAt, state, done, of, cancel, result, problem, changedAt } = job;
  const times = { askedAt: formatIso(askedAt), changedAt: formatIso(changedAt) };
  return { id, kind, by: by.name, state, done, of, cancel, stalled: isStalled(job, now), result, problem, ...times };
};

export function jobOperations({ jobs }: { jobs: Jobs }): Operation[] {
  const known = async (id: string | undefined): Promise<Job> => {
    const job = await jobs.get(id ?? "");
    if (!job) throw new Refusal(404, "no such job", "There is no job of this id. The list of jobs shows all of them.");
    return job;
  };
  return [
    overReach({
      id: "listJobs",
      method: "GET",
      path: "/api/jobs",
      summary: "Work that takes longer than a request, newest first",
      action: "job.read",
      query: z.object({ cursor: z.optional(z.string()), limit }),
      answer: z.object({ jobs: z.array(JobView), next: z.nullable(z.string()) }),
      async handle({ query, at }) {
        const { items, next } = await jobs.list(query.limit, fromCursor(["listJobs"], query.cursor));
        return { body: { jobs: items.map((job) => jobView(job, at)), next: toCursor(["listJobs"], next) } };
      },
    }),
    overReach({
      id: "getJob",
      method: "GET",
      path: "/api/jobs/:id",
      summary: "How far a job is, and what came of it",
      action: "job.read",
      answer: JobView,
      handle: async ({ params, at }) => ({ body: jobView(await known(params.id), at) }),
    }),
    overReach({
      id: "cancelJob",
      method: "POST",
      path: "/api/jobs/:id/cancel",
      summary: "Ask a job to end before it is finished; what it did until then stays done",
      action: "job.write",
      answer: JobView,
      async handle({ params, at, change }) {
        const job = await known(params.id);
        if (isOver(job))
          throw new Refusal(409, "job is over", "This job has ended already: there is nothing to cancel.");
        if (job.cancel && !isStalled(job, at)) return { status: 202, body: jobView(job, at) };
        const atOnce = job.state === "waiting" || isStalled(job, at);
        const state = atOnce ? "cancelled" : job.state;
        await change(jobs.cancelWrites(job, atOnce, at), {
          permitNo: null,
          target: `job ${job.kind} ${job.id}`,
          before: { state: job.state },
          after: { state, cancel: true },
        });
        return { status: 202, body: jobView({ ...job, state, cancel: true, changedAt: at }, at) };
      },
    }),
  ];
}
