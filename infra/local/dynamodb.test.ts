import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { TableDefinition } from "./definition.ts";
import { checkConformance } from "./dynamodb-conformance.ts";
import { DynamoError, dynamoCall } from "./dynamodb-call.ts";
import { startDynamo, type LocalDynamo } from "./dynamodb.ts";
import { eventually, temporaryFolder } from "./test-assembly.ts";

const table = (name: string, more: Partial<TableDefinition> = {}): TableDefinition => ({
  name,
  arn: name,
  streamArn: `${name}/stream`,
  keySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
  attributes: [{ AttributeName: "pk", AttributeType: "S" }],
  indexes: [],
  streamView: null,
  ttlAttribute: null,
  ...more,
});
const TABLES = [table("ledger", { streamView: "NEW_AND_OLD_IMAGES", ttlAttribute: "ttl" }), table("register")];

let folder: ReturnType<typeof temporaryFolder>;
let dynamo: LocalDynamo;
const lines: string[] = [];
const start = async (): Promise<void> => {
  dynamo = await startDynamo({ dataDir: folder.path, tables: TABLES, log: (line) => lines.push(line) });
};
beforeEach(async () => {
  folder = temporaryFolder();
  await start();
});
afterEach(async () => {
  await dynamo.stop();
  folder[Symbol.dispose]();
});
const put = (TableName: string, pk: string, more: Record<string, unknown> = {}): Promise<unknown> =>
  dynamo.call("PutItem", { TableName, Item: { pk: { S: pk }, ...more } });
const has = async (TableName: string, pk: string): Promise<boolean> =>
  "Item" in (await dynamo.call("GetItem", { TableName, Key: { pk: { S: pk } }, ConsistentRead: true }));
const streamNumbers = (): number[] => {
  const db = new DatabaseSync(join(folder.path, "dynamodb.sqlite"), { readOnly: true });
  const rows = db
    .prepare("SELECT CAST(sequence_number AS INTEGER) AS n FROM _stream_records WHERE table_name = 'ledger' ORDER BY n")
    .all();
  db.close();
  return rows.map((row) => row["n"] as number);
};

test("tables of the template are there, and their items after a restart", async () => {
  await put("register", "a");
  await dynamo.stop();
  await start();
  expect(await has("register", "a")).toBe(true);
});

test("killed under the machine, it is started again on the same port with its data", async () => {
  await put("register", "a");
  const pid = dynamo.pid() ?? 0;
  process.kill(pid, "SIGKILL");
  await eventually(() => dynamo.pid() !== pid);
  await eventually(() => has("register", "a").catch(() => false));
  expect(lines.some((line) => /dynoxide ended \(SIGKILL\).*starting it again/.test(line))).toBe(true);
});

test("trimming keeps the newest record of the stream, so numbers go on", async () => {
  for (const pk of ["a", "b", "c"]) await put("ledger", pk);
  dynamo.streamReader("ledger", "pages");
  dynamo.streamReader("ledger", "texts");
  dynamo.trimStream("ledger", "pages", 2);
  expect(streamNumbers()).toEqual([1, 2, 3]);
  dynamo.trimStream("ledger", "texts", 3);
  expect(streamNumbers()).toEqual([3]);
  dynamo.trimStream("ledger", "pages", 3);
  expect(streamNumbers()).toEqual([3]);
  await put("ledger", "d");
  expect(streamNumbers()).toEqual([3, 4]);
});

test("the index that keeps stream writes fast is used by dynoxide's own query", () => {
  const db = new DatabaseSync(join(folder.path, "dynamodb.sqlite"), { readOnly: true });
  const plan = db
    .prepare(
      "EXPLAIN QUERY PLAN SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)),0)+1 FROM _stream_records WHERE table_name='ledger'",
    )
    .all();
  db.close();
  expect(JSON.stringify(plan)).toContain("local_stream_order");
});

test("expired items go by the machine's clock; what has no ttl or a later one stays", async () => {
  const now = Date.parse("2026-10-01T00:00:00Z");
  const ttl = (seconds: number) => ({ ttl: { N: String(now / 1000 + seconds) } });
  await put("ledger", "expired", ttl(-1));
  await put("ledger", "now", ttl(0));
  await put("ledger", "later", ttl(1));
  await put("ledger", "without");
  await put("register", "other", ttl(-1));
  expect(await dynamo.sweepExpired(now)).toBe(1);
  expect(await Promise.all(["expired", "now", "later", "without"].map((pk) => has("ledger", pk)))).toEqual([
    false,
    true,
    true,
    true,
  ]);
  expect(await has("register", "other")).toBe(true);
});

test("a table with other keys in the folder is refused instead of misread", async () => {
  await dynamo.stop();
  const changed = table("register", {
    keySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    attributes: [{ AttributeName: "id", AttributeType: "S" }],
  });
  await expect(startDynamo({ dataDir: folder.path, tables: [changed], log: () => undefined })).rejects.toThrow(
    /table register exists with other keys.*--data/,
  );
});

test("an endpoint that lacks something we rely on is refused by what it lacks", async () => {
  const real = dynamoCall(dynamo.endpoint);
  const without = (operation: string, answer: unknown) =>
    (async (name: string, input: Record<string, unknown>) => {
      if (name !== operation) return real(name, input);
      if (answer instanceof Error) throw answer;
      return answer;
    }) as typeof real;
  await expect(
    checkConformance(without("TransactWriteItems", new DynamoError("UnknownOperationException", "", {})), "x"),
  ).rejects.toThrow(/x is not fit: a transaction applies whole/);
  await expect(checkConformance(without("UpdateItem", {}), "x")).rejects.toThrow(/expected version/);
  await expect(checkConformance(without("GetRecords", { Records: [] }), "x")).rejects.toThrow(/stream/);
  await checkConformance(real, "x");
});

test("a program that does not exist is named", async () => {
  process.env["DYNOXIDE_BIN"] = "/nowhere/dynoxide";
  try {
    await expect(startDynamo({ dataDir: folder.path, tables: [], log: () => undefined })).rejects.toThrow(
      /\/nowhere\/dynoxide does not exist; set DYNOXIDE_BIN/,
    );
  } finally {
    delete process.env["DYNOXIDE_BIN"];
  }
});
