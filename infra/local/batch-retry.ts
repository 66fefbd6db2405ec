/** What an event source mapping does with one batch: partial failures, bisecting, retries, and the way out for poison. */
import type { InvocationResult } from "./runtime-api.ts";

export interface BatchPolicy {
  bisect: boolean;
  /** Retries of a batch that cannot be split further; -1 is for ever. */
  retries: number;
  partialFailures: boolean;
}

export interface BatchOutcome<R> {
  /** Records that were given up, with the last reason. */
  undelivered: { records: R[]; reason: string }[];
}

const BACKOFF_MS = [50, 200, 500, 1_000, 2_000, 5_000];

/**
 * Invokes until every record of the batch is done or given up. A failed batch is halved (splitting costs no retry);
 * with partial failures everything before the lowest failed sequence counts as done. `stopped` ends the waiting.
 */
export async function processBatch<R>(
  records: R[],
  policy: BatchPolicy,
  parts: {
    invoke: (records: R[]) => Promise<InvocationResult>;
    sequence: (record: R) => string;
    /** Called when a retry failed as well: a first failure is often a conflict that the retry settles. */
    failedAgain: (reason: string) => void;
    /**
     * Asked after a failure: may the records be blamed for it? While the machine itself is at fault (its disk is full),
     * tries do not count, so that nothing is given up for that. Absent: always.
     */
    counts?: () => Promise<boolean>;
    stopped: () => boolean;
  },
): Promise<BatchOutcome<R> | null> {
  const undelivered: BatchOutcome<R>["undelivered"] = [];
  /** `blamed`: the attempts that counted. */
  const todo: { records: R[]; attempts: number; blamed: number }[] = [{ records, attempts: 0, blamed: 0 }];
  while (todo.length > 0) {
    if (parts.stopped()) return null;
    const chunk = todo.shift() as (typeof todo)[number];
    const verdict = read(await parts.invoke(chunk.records), chunk.records, policy, parts.sequence);
    if (verdict === null) continue;
    if (parts.stopped()) return null;
    if (chunk.attempts > 0) parts.failedAgain(verdict.reason);
    const rest = chunk.records.slice(verdict.from);
    if (policy.bisect && rest.length > 1) {
      const middle = Math.ceil(rest.length / 2);
      // Progress was made when the failure is not at the head: the rest starts over whole.
      if (verdict.from > 0) todo.unshift({ records: rest, attempts: 0, blamed: 0 });
      else
        todo.unshift(
          ...[rest.slice(0, middle), rest.slice(middle)].map((half) => ({ records: half, attempts: 0, blamed: 0 })),
        );
      continue;
    }
    const counts = (await parts.counts?.()) ?? true;
    if (counts && policy.retries >= 0 && chunk.blamed >= policy.retries) {
      undelivered.push({ records: rest, reason: verdict.reason });
      continue;
    }
    await new Promise((done) => setTimeout(done, BACKOFF_MS[Math.min(chunk.attempts, BACKOFF_MS.length - 1)]));
    // Progress was made when the failure is not at the head.
    if (verdict.from > 0) todo.unshift({ records: rest, attempts: 0, blamed: 0 });
    else todo.unshift({ records: rest, attempts: chunk.attempts + 1, blamed: chunk.blamed + (counts ? 1 : 0) });
  }
  return { undelivered };
}

/** null when all is well; else the index of the first record that is not done, and why. */
function read<R>(
  result: InvocationResult,
  records: R[],
  policy: BatchPolicy,
  sequence: (record: R) => string,
): { from: number; reason: string } | null {
  if (result.error) return { from: 0, reason: `${result.error.errorType}: ${result.error.errorMessage}` };
  if (!policy.partialFailures) return null;
  const body = parse(result.payload);
  if (body === null || body.batchItemFailures === undefined || body.batchItemFailures === null) return null;
  if (!Array.isArray(body.batchItemFailures)) return { from: 0, reason: "batchItemFailures is not a list" };
  if (body.batchItemFailures.length === 0) return null;
  const indexes = body.batchItemFailures.map((failure: unknown) => {
    const id = (failure as { itemIdentifier?: unknown } | null)?.itemIdentifier;
    return records.findIndex((record) => sequence(record) === id);
  });
  // An identifier that is not in the batch fails all of it, as on Lambda.
  return indexes.includes(-1)
    ? { from: 0, reason: "batchItemFailures names a record that is not in the batch" }
    : { from: Math.min(...indexes), reason: `the function reported ${indexes.length} failed record(s)` };
}

function parse(payload: string): { batchItemFailures?: unknown } | null {
  try {
    const value: unknown = JSON.parse(payload);
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}
