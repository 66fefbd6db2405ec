/** The template's event source mappings, each over its stream or its table. */
import { randomUUID } from "node:crypto";
import type { MachineDefinition, SourceDefinition, TableDefinition } from "./definition.ts";
import type { DurableLog } from "./durable-log.ts";
import type { LocalDynamo } from "./dynamodb.ts";
import { startStreamSource, type EventSource, type KeepUndelivered } from "./event-source.ts";
import type { ObjectStore } from "./object-store.ts";
import type { InvocationResult, LambdaService } from "./runtime-api.ts";
import type { Store } from "./store.ts";
import { startTableSource } from "./table-stream-source.ts";
import { TemplateError } from "./template.ts";

export interface Sources {
  streams: EventSource[];
  /** Empty until `startTables`. */
  tables: EventSource[];
  /** Starts the mappings of the tables' streams; what changed before is in their streams. */
  startTables(): void;
  /** Shows the changes of every table to `observe`. */
  observers: EventSource[];
}

/** Starts them all. Throws on a source that the template does not hold. */
export function startSources(parts: {
  definition: MachineDefinition;
  streams: ReadonlyMap<string, DurableLog>;
  store: Store;
  dynamo: LocalDynamo;
  lambda: LambdaService;
  objects: ObjectStore;
  /** Sees the change records of all tables with a stream. */
  observe: (records: readonly Record<string, unknown>[]) => Promise<void>;
  now: () => number;
  log: (line: string) => void;
}): Sources {
  const { definition, streams, lambda, objects, now, log: say } = parts;
  /** Lambda's S3 destination writes `aws/lambda/{mapping}/{shard}/…`; here one object per batch as well. */
  const keepUndelivered: KeepUndelivered = async (destination, source, body) => {
    const bucket = definition.buckets.find((each) => each.arn === destination);
    if (!bucket) return say(`${source}: records were given up and the template names no bucket to keep them`);
    const time = new Date(now()).toISOString();
    const key = `aws/lambda/${source}/${time.slice(0, 10)}/${time}-${randomUUID()}`;
    await objects.put({
      bucket: bucket.name,
      key,
      body: Buffer.from(JSON.stringify({ ...body, timestamp: time })),
      headers: { "content-type": "application/json" },
    });
    say(`${source}: records were given up; they are kept in ${bucket.name} as ${key}`);
  };
  const sound = soundness(parts);
  const later: (() => void)[] = [];
  const made: Sources = {
    streams: [],
    tables: [],
    observers: [],
    startTables: () => {
      for (const start of later.splice(0)) start();
    },
  };
  for (const source of definition.sources) {
    const stream = streams.get(source.sourceArn);
    const table = definition.tables.find((each) => each.streamArn === source.sourceArn);
    if (stream) made.streams.push(startStreamSource(stream, { source, lambda, keepUndelivered, sound, say }));
    else if (table) {
      const from = { dynamo: parts.dynamo, store: parts.store, table };
      parts.dynamo.streamReader(table.name, source.name);
      later.push(() => made.tables.push(startTableSource(from, { source, lambda, keepUndelivered, sound, say })));
    } else
      throw new TemplateError(`${source.name}: ${source.sourceArn} is neither a stream nor a table of the template`);
  }
  for (const table of definition.tables) if (table.streamView) made.observers.push(startObserver(table, parts));
  return made;
}

/** A database that dies again and again is away for longer than a batch is tried. */
const soundness =
  ({ store, dynamo }: { store: Store; dynamo: LocalDynamo }): (() => Promise<boolean>) =>
  async () =>
    (await store.writable()) &&
    dynamo.call("ListTables", { Limit: 1 }).then(
      () => true,
      () => false,
    );

/** A reader of its own beside the functions: what the machine shows does not wait for what they do. */
function startObserver(
  table: TableDefinition,
  { dynamo, store, observe, log: say }: Parameters<typeof startSources>[0],
): EventSource {
  const source: SourceDefinition = {
    name: `machine ${table.name}`,
    label: "machine",
    sourceArn: table.streamArn,
    functionName: "",
    batchSize: 1_000,
    windowMs: 0,
    bisect: false,
    retries: -1,
    partialFailures: false,
    onFailureArn: null,
    filters: [],
  };
  const invoke = async (_: string, payload: string): Promise<InvocationResult> => {
    await observe((JSON.parse(payload) as { Records: Record<string, unknown>[] }).Records);
    return { payload: "null" };
  };
  const keepUndelivered = (): Promise<void> => Promise.resolve();
  const sound = soundness({ store, dynamo });
  return startTableSource({ dynamo, store, table }, { source, lambda: { invoke }, keepUndelivered, sound, say });
}
