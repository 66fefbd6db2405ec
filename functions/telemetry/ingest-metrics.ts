/**
 * What a batch leaves behind for people: its metrics, and beside them in the same line where it stood in the stream and
 * in the archive. One line a batch; nothing is logged per message.
 */
import { MetricUnit } from "@aws-lambda-powertools/metrics";
import { metrics } from "../shared/logger.ts";
import type { ingest } from "./ingest.ts";

type Done = Awaited<ReturnType<typeof ingest>>;
interface Place {
  eventID: string;
  kinesis: { sequenceNumber: string };
}

export function countBatch(records: readonly Place[], { response, counts, receivedAt }: Done, now: number): void {
  metrics.addMetric("FramesAccepted", MetricUnit.Count, counts.accepted);
  metrics.addMetric("FramesDuplicate", MetricUnit.Count, counts.duplicates);
  metrics.addMetric("FramesQuarantined", MetricUnit.Count, counts.quarantined);
  metrics.addMetric("MessagesIngested", MetricUnit.Count, counts.messages);
  metrics.addMetric("MessagesRetried", MetricUnit.Count, response.batchItemFailures.length);
  metrics.addMetric("BlocksWritten", MetricUnit.Count, counts.blocks);
  for (const lag of sample(receivedAt.map((t) => Math.max(0, now - t))))
    metrics.addMetric("IngestLag", MetricUnit.Milliseconds, lag);
  const [first, last] = [records[0], records.at(-1)];
  if (!first || !last) return;
  const shard = first.eventID.slice(0, first.eventID.indexOf(":"));
  metrics.addMetadata("message", "batch");
  metrics.addMetadata("shard", shard);
  metrics.addMetadata("first", first.kinesis.sequenceNumber);
  metrics.addMetadata("last", last.kinesis.sequenceNumber);
  metrics.addMetadata("archive", `raw/${shard}/${first.kinesis.sequenceNumber}`);
  // Keys of the first place in the line would collide with metrics; a reason is no dimension, each would cost one.
  if (counts.quarantined > 0) metrics.addMetadata("quarantined", JSON.stringify(counts.reasons));
}

/** Values of one metric that a line may carry: enough for p95 and maximum, whatever the size of the batch. */
const SAMPLES = 20;

/** Up to 20 order statistics at equal distances, the greatest among them: percentiles of these are those of all. */
export function sample(values: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  if (sorted.length <= SAMPLES) return sorted;
  return Array.from({ length: SAMPLES }, (_, i) => sorted[Math.ceil(((i + 1) * sorted.length) / SAMPLES) - 1]!);
}
