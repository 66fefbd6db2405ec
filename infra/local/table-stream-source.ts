/** Event source mapping of a table's stream: change records in order, in batches, to a function. */
import { processBatch } from "./batch-retry.ts";
import { compilePattern } from "./event-pattern.ts";
import type { TableDefinition } from "./definition.ts";
import { DynamoError } from "./dynamodb-call.ts";
import type { LocalDynamo } from "./dynamodb.ts";
import type { EventSource, SourceParts } from "./event-source.ts";
import type { LambdaService } from "./runtime-api.ts";
import type { Store } from "./store.ts";
import { machineRegion } from "./template.ts";

interface ChangeRecord {
  eventID: string;
  eventName: string;
  dynamodb: { SequenceNumber: string } & Record<string, unknown>;
  [key: string]: unknown;
}

/** Poll interval while nothing changes; the same as Lambda's four times a second. */
const POLL_MS = 250;
const PAGE = 1000;
const TRIM_AT = 10_000;

export interface TableParts {
  dynamo: LocalDynamo;
  store: Store;
  table: TableDefinition;
}

/** Starts reading the stream of `table` behind the stored checkpoint. */
export function startTableSource(
  { dynamo, store, table }: TableParts,
  {
    source,
    lambda,
    keepUndelivered,
    sound,
    say,
  }: Omit<SourceParts, "lambda"> & { lambda: Pick<LambdaService, "invoke"> },
): EventSource {
  const { db } = store;
  db.exec(
    "CREATE TABLE IF NOT EXISTS table_checkpoints (consumer TEXT PRIMARY KEY, stream TEXT, sequence TEXT) WITHOUT ROWID",
  );
  const remember = db.prepare("INSERT OR REPLACE INTO table_checkpoints VALUES (?, ?, ?)");
  const filters = source.filters.map((pattern) => compilePattern(pattern));
  const wanted = (record: ChangeRecord): boolean => filters.length === 0 || filters.some((matches) => matches(record));
  dynamo.streamReader(table.name, source.name);
  let wake: () => void = () => undefined;
  let stopping = false;
  /** Who waits for a read that began after they asked and found nothing. */
  const drains: (() => void)[] = [];
  let empty = false;

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      function done(): void {
        clearTimeout(timer);
        resolve();
      }
      wake = done;
    });

  const open = async (): Promise<{ arn: string; iterator: string }> => {
    const { Table } = await dynamo.call<{ Table: { LatestStreamArn: string } }>("DescribeTable", {
      TableName: table.name,
    });
    const arn = Table.LatestStreamArn;
    const { StreamDescription } = await dynamo.call<{ StreamDescription: { Shards: { ShardId: string }[] } }>(
      "DescribeStream",
      { StreamArn: arn },
    );
    const at = db.prepare("SELECT stream, sequence FROM table_checkpoints WHERE consumer = ?").get(source.name) as
      | { stream: string; sequence: string }
      | undefined;
    const from =
      at?.stream === arn
        ? { ShardIteratorType: "AFTER_SEQUENCE_NUMBER", SequenceNumber: at.sequence }
        : { ShardIteratorType: "TRIM_HORIZON" };
    const { ShardIterator } = await dynamo.call<{ ShardIterator: string }>("GetShardIterator", {
      StreamArn: arn,
      ShardId: StreamDescription.Shards.at(-1)?.ShardId,
      ...from,
    });
    return { arn, iterator: ShardIterator };
  };

  /** What was read and is still in the table; taken away when nothing else is to do, or there is much of it. */
  let trimmable = { sequence: 0, records: 0 };
  const trim = (): void => {
    dynamo.trimStream(table.name, source.name, trimmable.sequence);
    trimmable = { ...trimmable, records: 0 };
  };

  const run = async (): Promise<void> => {
    let reader = await open();
    while (!stopping) {
      const asked = drains.length;
      const { Records, NextShardIterator } = await dynamo.call<{ Records: ChangeRecord[]; NextShardIterator?: string }>(
        "GetRecords",
        {
          ShardIterator: reader.iterator,
          Limit: PAGE,
        },
      );
      if (NextShardIterator) reader = { ...reader, iterator: NextShardIterator };
      const last = Records.at(-1);
      if (!last) {
        empty = true;
        if (trimmable.records > 0) trim();
        for (const done of drains.splice(0, asked)) done();
        if (drains.length === 0) await pause(POLL_MS);
        continue;
      }
      empty = false;
      const relevant = Records.filter(wanted);
      for (let i = 0; i < relevant.length; i += source.batchSize) {
        const outcome = await processBatch(relevant.slice(i, i + source.batchSize), source, {
          invoke: (some) => lambda.invoke(source.functionName, streamEvent(source.sourceArn, some)),
          sequence: (record) => record.dynamodb.SequenceNumber,
          failedAgain: (reason) => say(`${source.label}: ${reason}; trying again`),
          counts: sound,
          stopped: () => stopping,
        });
        if (!outcome) return;
        for (const { records, reason } of outcome.undelivered)
          await keepUndelivered(source.onFailureArn, source.name, {
            requestContext: { functionArn: source.functionName, condition: "RetryAttemptsExhausted", reason },
            version: "1.0",
            DDBStreamBatchInfo: {
              startSequenceNumber: records[0]?.dynamodb.SequenceNumber,
              endSequenceNumber: records.at(-1)?.dynamodb.SequenceNumber,
              batchSize: records.length,
              streamArn: source.sourceArn,
            },
            payload: streamEvent(source.sourceArn, records),
          });
      }
      await store.write(() => remember.run(source.name, reader.arn, last.dynamodb.SequenceNumber));
      trimmable = { sequence: Number(last.dynamodb.SequenceNumber), records: trimmable.records + Records.length };
      if (trimmable.records >= TRIM_AT) trim();
      // A window lets changes gather, so that a plant that changed twice is written once.
      if (drains.length === 0 && Records.length < PAGE && source.windowMs > 0) await pause(source.windowMs);
    }
  };
  /** The engine may be starting again: begin at the checkpoint as often as needed. */
  const keepRunning = async (): Promise<void> => {
    while (!stopping) {
      try {
        await run();
      } catch (error) {
        if (stopping) return;
        if (error instanceof DynamoError) say(`${source.label}: ${error.message}; reading the stream again`);
        await pause(500);
      }
    }
  };
  const loop = keepRunning();

  return {
    drain: () =>
      new Promise((resolve) => {
        drains.push(resolve);
        wake();
      }),
    idle: () => empty,
    backlog: () => 0,
    stop: async () => {
      stopping = true;
      wake();
      await loop;
      for (const done of drains) done();
    },
  };
}

function streamEvent(arn: string, records: ChangeRecord[]): string {
  return JSON.stringify({
    Records: records.map((record) => ({
      ...record,
      eventSource: "aws:dynamodb",
      eventSourceARN: arn,
      awsRegion: machineRegion,
    })),
  });
}
