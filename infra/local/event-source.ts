/** Event source mapping of a stream: each shard in order, in batches, to a function, with a checkpoint after success. */
import { processBatch } from "./batch-retry.ts";
import type { SourceDefinition } from "./definition.ts";
import { sequenceText, shardId, type DurableLog, type LogRecord } from "./durable-log.ts";
import type { LambdaService } from "./runtime-api.ts";
import { machineRegion } from "./template.ts";

export interface EventSource {
  /** Resolves when everything that was there when asked has been processed; batching windows end at once meanwhile. */
  drain(): Promise<void>;
  /** Nothing waits or runs as far as this machine knows without asking. */
  idle(): boolean;
  /** Records that wait, where that is known without asking; else 0. */
  backlog(): number;
  stop(): Promise<void>;
}

/** Stores what a function never managed, at the mapping's on-failure destination. */
export type KeepUndelivered = (
  destinationArn: string | null,
  source: string,
  body: Record<string, unknown>,
) => Promise<void>;

/** What every kind of event source needs. */
export interface SourceParts {
  source: SourceDefinition;
  lambda: LambdaService;
  keepUndelivered: KeepUndelivered;
  /** Whether the machine itself is well: its disk takes writes, its database answers. Else no record is to blame. */
  sound: () => Promise<boolean>;
  say: (line: string) => void;
}

/** Lambda takes 6 MB per invocation; records travel as base64 with their metadata. */
const MAX_BYTES = 4_000_000;

/** Starts one loop per shard of the stream. */
export function startStreamSource(
  stream: DurableLog,
  { source, lambda, keepUndelivered, sound, say }: SourceParts,
): EventSource {
  if (source.filters.length > 0)
    throw new Error(`${source.name}: filters on a stream's data are unknown to the one-machine target`);
  const consumer = stream.consumer(source.name);
  const wakers: (() => void)[] = Array.from({ length: stream.shards }, () => () => undefined);
  /** Who waits for a shard to be empty. */
  const drains: (() => void)[][] = Array.from({ length: stream.shards }, () => []);
  let hurried = 0;
  let stopping = false;

  /** Resolves when the shard has news, the hurry changes, the machine stops, or `ms` passed. */
  const news = (shard: number, ms?: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = ms === undefined ? undefined : setTimeout(done, ms);
      function done(): void {
        clearTimeout(timer);
        resolve();
      }
      wakers[shard] = done;
    });
  const wakeAll = (): void => wakers.forEach((wake) => wake());
  stream.onAppend((shard) => wakers[shard]?.());

  const run = async (shard: number): Promise<void> => {
    let position = consumer.checkpoint(shard);
    while (!stopping) {
      if (stream.newest(shard) <= position) {
        for (const done of drains[shard]?.splice(0) ?? []) done();
        await news(shard);
        continue;
      }
      // The window starts with the first waiting record and ends early when the batch is full.
      const until = performance.now() + source.windowMs;
      while (
        hurried === 0 &&
        !stopping &&
        stream.newest(shard) - position < source.batchSize &&
        performance.now() < until
      )
        await news(shard, Math.max(0, until - performance.now()));
      if (stopping) return;
      const records = stream.read(shard, position, source.batchSize, MAX_BYTES);
      const last = records.at(-1);
      if (!last) {
        position = stream.newest(shard); // numbers whose append failed hold no record
        continue;
      }
      const outcome = await processBatch(records, source, {
        invoke: (some) =>
          lambda.invoke(source.functionName, kinesisEvent(source.sourceArn, shard, some), { lane: shardId(shard) }),
        sequence: (record) => sequenceText(record.sequence),
        failedAgain: (reason) => say(`${source.label}: ${reason}; trying again`),
        counts: sound,
        stopped: () => stopping,
      });
      if (!outcome) return;
      await persist(async () => {
        for (const { records: lost, reason } of outcome.undelivered)
          await keepUndelivered(source.onFailureArn, source.name, undeliveredBody(source, shard, lost, reason));
        await consumer.commit(shard, last.sequence);
      });
      position = last.sequence;
    }
  };
  /** A full disk must not skip records: the checkpoint waits until it can be written. */
  const persist = async (write: () => Promise<void>): Promise<void> => {
    for (;;) {
      try {
        return await write();
      } catch (error) {
        if (stopping) throw error;
        say(`${source.label}: ${(error as Error).message}; trying again`);
        await new Promise((done) => setTimeout(done, 1_000));
      }
    }
  };
  const loops = wakers.map((_, shard) =>
    run(shard).catch((error: unknown) => {
      if (!stopping) say(`${source.label} shard ${shard} ended: ${(error as Error).stack}`);
    }),
  );

  return {
    drain: async () => {
      hurried += 1;
      const done = Promise.all(drains.map((waiting) => new Promise<void>((resolve) => waiting.push(resolve))));
      wakeAll();
      await done;
      hurried -= 1;
    },
    idle: () => wakers.every((_, shard) => stream.newest(shard) <= consumer.checkpoint(shard)),
    backlog: () => wakers.reduce((sum, _, shard) => sum + stream.newest(shard) - consumer.checkpoint(shard), 0),
    stop: async () => {
      stopping = true;
      wakeAll();
      await Promise.all(loops);
      for (const done of drains.flatMap((waiting) => waiting.splice(0))) done();
    },
  };
}

function kinesisEvent(arn: string, shard: number, records: LogRecord[]): string {
  const id = shardId(shard);
  return JSON.stringify({
    Records: records.map((record) => ({
      kinesis: {
        kinesisSchemaVersion: "1.0",
        partitionKey: record.partitionKey,
        sequenceNumber: sequenceText(record.sequence),
        data: Buffer.from(record.data.buffer, record.data.byteOffset, record.data.byteLength).toString("base64"),
        approximateArrivalTimestamp: record.arrivedAt / 1000,
      },
      eventSource: "aws:kinesis",
      eventVersion: "1.0",
      eventID: `${id}:${sequenceText(record.sequence)}`,
      eventName: "aws:kinesis:record",
      invokeIdentityArn: `${arn.replace(/^arn:aws:kinesis/, "arn:aws:iam")}/machine`,
      awsRegion: machineRegion,
      eventSourceARN: arn,
    })),
  });
}

/** The invocation record that Lambda writes to an S3 on-failure destination: metadata and the whole payload. */
function undeliveredBody(
  source: SourceDefinition,
  shard: number,
  records: LogRecord[],
  reason: string,
): Record<string, unknown> {
  return {
    requestContext: {
      functionArn: source.functionName,
      condition: "RetryAttemptsExhausted",
      approximateInvokeCount: source.retries + 1,
      reason,
    },
    version: "1.0",
    KinesisBatchInfo: {
      shardId: shardId(shard),
      startSequenceNumber: sequenceText(records[0]?.sequence ?? 0),
      endSequenceNumber: sequenceText(records.at(-1)?.sequence ?? 0),
      batchSize: records.length,
      streamArn: source.sourceArn,
    },
    payload: kinesisEvent(source.sourceArn, shard, records),
  };
}
