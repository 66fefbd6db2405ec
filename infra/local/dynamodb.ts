/**
 * The embedded DynamoDB: dynoxide as a supervised child on a file of the data folder, or any endpoint by
 * DYNAMODB_ENDPOINT. Tables come from the template. Three chores it does not do itself are done here: an index for its
 * stream table, trimming of stream records that were read, and deletion of expired items.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { freePort, spawnBound } from "./child.ts";
import { checkConformance } from "./dynamodb-conformance.ts";
import { dynamoCall, DynamoError, type DynamoCall, type Item } from "./dynamodb-call.ts";
import type { TableDefinition } from "./definition.ts";

export interface LocalDynamo {
  endpoint: string;
  call: DynamoCall;
  /** Names a reader of a table's stream before it reads: nothing is trimmed that it still needs. */
  streamReader(table: string, reader: string): void;
  /**
   * Notes how far a reader came and forgets what all readers have passed, but the newest record (its successor is
   * numbered from it).
   */
  trimStream(table: string, reader: string, sequence: number): void;
  /** Deletes items whose `ttl` (seconds) lies before `now` (milliseconds); resolves with their number. */
  sweepExpired(now: number): Promise<number>;
  /** For tests: the running child's pid. */
  pid(): number | undefined;
  stop(): Promise<void>;
}

export interface DynamoOptions {
  dataDir: string;
  tables: readonly TableDefinition[];
  log: (line: string) => void;
}

/** Starts the engine, checks that it behaves, creates missing tables. Throws when any of it fails. */
export async function startDynamo({ dataDir, tables, log }: DynamoOptions): Promise<LocalDynamo> {
  const external = process.env["DYNAMODB_ENDPOINT"];
  const file = join(dataDir, "dynamodb.sqlite");
  const engine = external ? null : await supervise(file, log);
  const endpoint = external ?? engine?.endpoint ?? "";
  const call = dynamoCall(endpoint);
  try {
    await checkConformance(call, endpoint);
    for (const table of tables) await createTable(call, table);
  } catch (error) {
    await engine?.stop();
    throw error;
  }
  const streams = engine ? openStreamTable(file, log) : null;
  const readers = new Map<string, Map<string, number>>();
  const readersOf = (table: string): Map<string, number> => {
    const known = readers.get(table) ?? new Map<string, number>();
    readers.set(table, known);
    return known;
  };
  return {
    endpoint,
    call,
    streamReader: (table, reader) => void readersOf(table).set(reader, 0),
    trimStream: (table, reader, sequence) => {
      readersOf(table).set(reader, sequence);
      streams?.trim(table, Math.min(...readersOf(table).values()));
    },
    sweepExpired: (now) => sweep(call, tables, now),
    pid: () => engine?.pid(),
    stop: async () => {
      streams?.close();
      await engine?.stop();
    },
  };
}

const STEADY_MS = 60_000;

/** Runs dynoxide and starts it again, on the same port, whenever it dies before `stop`. */
async function supervise(
  file: string,
  log: (line: string) => void,
): Promise<{ endpoint: string; pid(): number | undefined; stop(): Promise<void> }> {
  const program = process.env["DYNOXIDE_BIN"] ?? packaged();
  if (!existsSync(program))
    throw new Error(`${program} does not exist; set DYNOXIDE_BIN to a dynoxide 1.2.1, or DYNAMODB_ENDPOINT`);
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  let stopping = false;
  /** Deaths in a row: one that answered for a while has none behind it. */
  let restarts = 0;
  let startedAt = 0;
  let exited = Promise.resolve();
  let child = run();

  function run(): ReturnType<typeof spawnBound> {
    const started = spawnBound(program, ["serve", "--port", String(port), "--db-path", file], {
      cwd: dirname(file),
      env: {},
    });
    startedAt = performance.now();
    let said = "";
    for (const stream of [started.stdout, started.stderr])
      stream?.on("data", (chunk: Buffer) => (said = `${said}${chunk.toString()}`.slice(-500)));
    exited = new Promise((resolve) => {
      const gone = (code: number | null, signal: string | null): void => {
        resolve();
        if (stopping) return;
        restarts = performance.now() - startedAt > STEADY_MS ? 1 : restarts + 1;
        log(`dynoxide ended (${signal ?? code}): ${said.trim().split("\n").at(-1) ?? ""}; starting it again`);
        // Slower each time, so that a file it cannot open does not become a busy loop.
        setTimeout(
          () => {
            if (!stopping) child = run();
          },
          Math.min(50 * 2 ** Math.min(restarts, 7), 5_000),
        ).unref();
      };
      started.once("exit", gone);
      started.once("error", (error) => {
        said = error.message;
        gone(null, "not started");
      });
    });
    return started;
  }

  try {
    await answering(endpoint, () => restarts);
  } catch (error) {
    stopping = true;
    child.kill("SIGKILL");
    throw error;
  }
  return {
    endpoint,
    pid: () => child.pid,
    stop: async () => {
      stopping = true;
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), 3_000);
      await exited;
      clearTimeout(late);
    },
  };
}

function packaged(): string {
  try {
    return join(dirname(createRequire(import.meta.url).resolve("@dynoxide/linux-x64/package.json")), "dynoxide");
  } catch {
    throw new Error(
      "the package @dynoxide/linux-x64 is missing: run `npm ci --ignore-scripts`, or set DYNOXIDE_BIN or DYNAMODB_ENDPOINT",
    );
  }
}

async function answering(endpoint: string, restarts: () => number): Promise<void> {
  const until = performance.now() + 10_000;
  while (performance.now() < until && restarts() < 3) {
    try {
      await dynamoCall(endpoint)("ListTables", { Limit: 1 });
      return;
    } catch (error) {
      if (error instanceof DynamoError) throw error;
      await new Promise((done) => setTimeout(done, 15));
    }
  }
  throw new Error(`the embedded DynamoDB does not answer at ${endpoint}; see the lines above`);
}

/** Creates the table unless it exists; refuses an existing one with other keys (data of an older definition). */
async function createTable(call: DynamoCall, table: TableDefinition): Promise<void> {
  try {
    const { Table } = await call<{ Table: { KeySchema: unknown } }>("DescribeTable", { TableName: table.name });
    const keys = (schema: unknown): string =>
      JSON.stringify(
        (schema as { AttributeName: string; KeyType: string }[]).map((each) => [each.AttributeName, each.KeyType]),
      );
    if (keys(Table.KeySchema) !== keys(table.keySchema))
      throw new Error(`table ${table.name} exists with other keys; use another data folder (--data)`);
  } catch (error) {
    if (!(error instanceof DynamoError && error.code === "ResourceNotFoundException")) throw error;
    await call("CreateTable", {
      TableName: table.name,
      KeySchema: table.keySchema,
      AttributeDefinitions: table.attributes,
      BillingMode: "PAY_PER_REQUEST",
      ...(table.indexes.length > 0 ? { GlobalSecondaryIndexes: table.indexes } : {}),
      ...(table.streamView ? { StreamSpecification: { StreamEnabled: true, StreamViewType: table.streamView } } : {}),
    });
  }
}

/**
 * dynoxide numbers every stream record with MAX(CAST(sequence_number AS INTEGER)) + 1 over a table without an index, and
 * never deletes any. The index keeps writes fast; the trimmer keeps the newest record, from which the next is numbered.
 */
function openStreamTable(
  file: string,
  log: (line: string) => void,
): { trim(table: string, sequence: number): void; close(): void } | null {
  const db = new DatabaseSync(file);
  db.exec("PRAGMA busy_timeout=5000; PRAGMA synchronous=NORMAL");
  const columns = db
    .prepare("SELECT name FROM pragma_table_info('_stream_records')")
    .all()
    .map((row) => row["name"]);
  if (!columns.includes("table_name") || !columns.includes("sequence_number")) {
    db.close();
    log("this dynoxide keeps its stream records otherwise than 1.2.1: its stream will slow down as it grows");
    return null;
  }
  db.exec(
    "CREATE INDEX IF NOT EXISTS local_stream_order ON _stream_records (table_name, CAST(sequence_number AS INTEGER))",
  );
  db.exec("PRAGMA busy_timeout=10");
  const trim = db.prepare(`DELETE FROM _stream_records WHERE table_name = ?1 AND CAST(sequence_number AS INTEGER) <= ?2
    AND CAST(sequence_number AS INTEGER) < (SELECT MAX(CAST(sequence_number AS INTEGER)) FROM _stream_records WHERE table_name = ?1)`);
  return {
    trim: (table, sequence) => {
      try {
        trim.run(table, sequence);
      } catch (error) {
        // dynoxide is writing: the next time takes these records as well. Waiting here would stop the whole machine.
        if (!/locked|busy/.test((error as Error).message))
          log(`stream records of ${table} were not trimmed: ${(error as Error).message}`);
      }
    },
    close: () => {
      if (db.isOpen) db.close();
    },
  };
}

/** Scan and conditional delete: an item renewed in between stays. */
async function sweep(call: DynamoCall, tables: readonly TableDefinition[], now: number): Promise<number> {
  let deleted = 0;
  for (const table of tables) {
    if (!table.ttlAttribute) continue;
    const names = Object.fromEntries(table.keySchema.map((key, i) => [`#k${i}`, key.AttributeName]));
    const expired = { "#ttl": table.ttlAttribute };
    const values = { ":now": { N: String(Math.floor(now / 1000)) } };
    let from: Item | undefined;
    do {
      const page: { Items?: Item[]; LastEvaluatedKey?: Item } = await call("Scan", {
        TableName: table.name,
        ProjectionExpression: Object.keys(names).join(", "),
        FilterExpression: "#ttl < :now",
        ExpressionAttributeNames: { ...names, ...expired },
        ExpressionAttributeValues: values,
        ...(from ? { ExclusiveStartKey: from } : {}),
      });
      for (const key of page.Items ?? []) {
        try {
          await call("DeleteItem", {
            TableName: table.name,
            Key: key,
            ConditionExpression: "#ttl < :now",
            ExpressionAttributeNames: expired,
            ExpressionAttributeValues: values,
          });
          deleted += 1;
        } catch (error) {
          if (!(error instanceof DynamoError && error.code === "ConditionalCheckFailedException")) throw error;
        }
      }
      from = page.LastEvaluatedKey;
    } while (from);
  }
  return deleted;
}
