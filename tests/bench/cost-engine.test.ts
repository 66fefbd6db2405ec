/** The embedded engine counts capacity as DynamoDB does: the cost section stands on it. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dynamoCall, DynamoError, type DynamoCall } from "../../infra/local/dynamodb-call.ts";
import { startDynamo, type LocalDynamo } from "../../infra/local/dynamodb.ts";
import { temporaryFolder } from "../../infra/local/test-assembly.ts";
import { startDynamoMeter, type DynamoMeter } from "./cost-meter.ts";
import { itemBytes, readUnits, writeUnits } from "./cost-units.ts";

const folder = temporaryFolder();
const TableName = "metered";
let engine: LocalDynamo;
let meter: DynamoMeter;
let call: DynamoCall;

beforeAll(async () => {
  engine = await startDynamo({ dataDir: folder.path, tables: [], log: () => undefined });
  meter = await startDynamoMeter(engine.endpoint, {
    sharesOf: (body) => shares(body),
    counts: (caller) => caller === "machine",
  });
  call = dynamoCall(meter.endpoint);
  await engine.call("CreateTable", {
    TableName,
    KeySchema: [
      { AttributeName: "pk", KeyType: "HASH" },
      { AttributeName: "sk", KeyType: "RANGE" },
    ],
    AttributeDefinitions: [
      { AttributeName: "pk", AttributeType: "S" },
      { AttributeName: "sk", AttributeType: "S" },
    ],
    BillingMode: "PAY_PER_REQUEST",
  });
});
afterAll(async () => {
  await meter.stop();
  await engine.stop();
  folder[Symbol.dispose]();
});

const shares = (body: string): Map<string, number> => {
  if (body.includes("three to one")) return new Map([["calm", 0.75], ["hot", 0.25]]); // prettier-ignore
  return new Map([[body.includes("hot") ? "hot" : "", 1]]);
};

/** An item of exactly so many bytes. */
function item(sk: string, bytes: number): Record<string, { S: string }> {
  const own = { pk: { S: "p" }, sk: { S: sk }, data: { S: "" } };
  return { ...own, data: { S: "x".repeat(bytes - itemBytes(own)) } };
}

async function counted(operation: string, input: Record<string, unknown>): Promise<{ read: number; write: number }> {
  meter.reset();
  await call(operation, input);
  const [row] = meter.consumed();
  return { read: row?.read ?? NaN, write: row?.write ?? NaN };
}

describe.each([1_024, 1_025, 2_048, 2_049, 4_096, 4_097])("an item of %d bytes", (bytes) => {
  const sk = `size-${bytes}`;
  const Key = { pk: { S: "p" }, sk: { S: sk } };
  it("is written", async () => {
    const write = writeUnits(bytes);
    expect(await counted("PutItem", { TableName, Item: item(sk, bytes) })).toEqual({ read: 0, write });
  });
  it("is written by a statement, and counted as written", async () => {
    const text = item(sk, bytes).data?.S;
    const Statement = `UPDATE "${TableName}" SET "data" = ? WHERE "pk" = 'p' AND "sk" = '${sk}'`;
    const write = writeUnits(bytes);
    expect(await counted("BatchExecuteStatement", { Statements: [{ Statement, Parameters: [{ S: text }] }] })).toEqual({
      read: 0,
      write,
    });
  });
  it("costs twice in a transaction", async () => {
    const write = writeUnits(bytes, true);
    const TransactItems = [{ Put: { TableName, Item: item(sk, bytes) } }];
    expect(await counted("TransactWriteItems", { TransactItems })).toEqual({ read: 0, write });
  });
  it.each([true, false])("is read (consistent: %s)", async (ConsistentRead) => {
    const read = readUnits(bytes, ConsistentRead);
    expect(await counted("GetItem", { TableName, Key, ConsistentRead })).toEqual({ read, write: 0 });
  });
});

it("a query is read as the sum of its items", async () => {
  for (const n of [1, 2, 3]) await call("PutItem", { TableName, Item: item(`query-${n}`, 3_000) });
  const input = {
    TableName,
    KeyConditionExpression: "pk = :p AND begins_with(sk, :s)",
    ExpressionAttributeValues: { ":p": { S: "p" }, ":s": { S: "query-" } },
    ConsistentRead: true,
  };
  expect(await counted("Query", input)).toEqual({ read: readUnits(9_000, true), write: 0 });
});

it("a batch of statements: each refusal is one write", async () => {
  await call("PutItem", { TableName, Item: item("batch", 100) });
  meter.reset();
  const statement = (v: string): object => ({
    Statement: `UPDATE "${TableName}" SET "seen" = 'x' WHERE "pk" = 'p' AND "sk" = 'batch' AND "data" = '${v}'`,
  });
  const right = item("batch", 100).data?.S ?? "";
  await call("BatchExecuteStatement", { Statements: [statement("other")] });
  expect(meter.consumed()).toMatchObject([{ table: TableName, calls: 1, read: 0, write: 1, refused: 1 }]);
  meter.reset();
  await call("BatchExecuteStatement", { Statements: [statement(right)] });
  expect(meter.consumed()).toMatchObject([{ table: TableName, write: 1, refused: 0 }]);
});

it("a failed condition is one write and told apart; groups and other callers too", async () => {
  await call("PutItem", { TableName, Item: item("hot", 100) });
  meter.reset();
  const again = { TableName, Item: item("hot", 100), ConditionExpression: "attribute_not_exists(pk)" };
  await expect(call("PutItem", again)).rejects.toThrow(DynamoError);
  expect(meter.consumed()).toMatchObject([{ caller: "machine", group: "hot", calls: 1, write: 1, refused: 1 }]);
  const stranger = await startDynamoMeter(engine.endpoint, { sharesOf: () => new Map([["", 1]]), counts: () => false });
  await dynamoCall(stranger.endpoint)("GetItem", { TableName, Key: { pk: { S: "p" }, sk: { S: "hot" } } });
  expect(stranger.consumed()).toEqual([]);
  await stranger.stop();
});

it("a call about several plants is of their groups, each by its part", async () => {
  const Keys = [1, 2, 3, 4].map((n) => ({ pk: { S: "three to one" }, sk: { S: `nobody-${n}` } }));
  meter.reset();
  await call("BatchGetItem", { RequestItems: { [TableName]: { Keys, ConsistentRead: true } } });
  expect(meter.consumed()).toMatchObject([
    { group: "calm", calls: 0.75, read: 3 },
    { group: "hot", calls: 0.25, read: 1 },
  ]);
});
