/** Asking for a replay of what was refused: a dry run, which says what would be, or one that takes in what may come in now. */
import * as z from "zod/mini";
import { overReach, Refusal, type Operation } from "../api/operation.ts";
import { askJob, type JobServices } from "../jobs/ask-job.ts";
import { JobView, jobView } from "../jobs/job-operations.ts";
import { daysOf, MOST_DAYS, ReplayInput } from "./domain/replay-input.ts";

const Body = z.extend(ReplayInput, {
  /** Made by the client: asked for twice, it is one job. */
  id: z.string().check(z.regex(/^[\w-]{8,64}$/)),
});

export const replayOperations = (services: JobServices): Operation[] => [
  overReach({
    id: "replayQuarantine",
    method: "POST",
    path: "/api/quarantine/replays",
    summary: "Run refused messages through ingest again, each as of its own receipt; or try what would become of them",
    action: "quarantine.write",
    body: Body,
    answer: JobView,
    async handle({ body: { id, ...input }, person, at, change }) {
      const { chosen } = input;
      if ("from" in chosen && (chosen.from > chosen.to || daysOf(chosen.from, chosen.to).length > MOST_DAYS))
        throw new Refusal(
          422,
          "days not as expected",
          `Name a first and a last day, at most ${MOST_DAYS} of them; replay more days one month after the other.`,
        );
      const job = await askJob({ person, at, change }, services, {
        id,
        kind: "replay-quarantine",
        input,
        target: "quarantine",
      });
      return { status: 202, body: jobView(job, at) };
    },
  }),
];
