/** A job: work that a person asked for and that takes longer than a request. It shows how far it is, and can be cancelled. */
import { MINUTE } from "../../shared/shanghai.ts";

export const JOB_KINDS = ["check-permits", "apply-permits", "replay-quarantine", "simulate-rules"] as const;
export type JobKind = (typeof JOB_KINDS)[number];
export const JOB_STATES = ["waiting", "running", "done", "failed", "cancelled"] as const;
export type JobState = (typeof JOB_STATES)[number];

export interface Job {
  /** Made by the client: asked for twice, it is one job. */
  id: string;
  kind: JobKind;
  by: { sub: string; name: string };
  /** Epoch ms. */
  askedAt: number;
  state: JobState;
  /** Steps done, of how many; null: not known yet. What a step is, the kind says. */
  done: number;
  of: number | null;
  /** Somebody wants it to end before it is finished. */
  cancel: boolean;
  /** How often it was begun: a redelivered event begins it again. */
  attempts: number;
  /** What it works on; each kind parses its own. */
  input: unknown;
  /** A summary; what is larger lies in the bucket under `results/`. */
  result: unknown;
  /** Why it failed, in words a person can act on. */
  problem: string | null;
  /** When it last said something, epoch ms. */
  changedAt: number;
}

export const newJob = (of: Pick<Job, "id" | "kind" | "by" | "input"> & { at: number }): Job => ({
  id: of.id,
  kind: of.kind,
  by: of.by,
  askedAt: of.at,
  state: "waiting",
  done: 0,
  of: null,
  cancel: false,
  attempts: 0,
  input: of.input,
  result: null,
  problem: null,
  changedAt: of.at,
});

export const isOver = ({ state }: Pick<Job, "state">): boolean =>
  state === "done" || state === "failed" || state === "cancelled";

/** Longer than a function may run at all: nobody works on it any more. */
const STALLED = 16 * MINUTE;

/** True when it ought to be worked on, and nothing was heard of it for so long that nobody does. */
export const isStalled = (job: Pick<Job, "state" | "changedAt">, now: number): boolean =>
  !isOver(job) && now - job.changedAt > STALLED;

/** An event is delivered so often before it is given up (Lambda's asynchronous invocation: the first time and two retries). */
export const MOST_ATTEMPTS = 3;
