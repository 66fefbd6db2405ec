/** The guard with the real SDK and the real engine behind it: allowed calls pass unchanged, others get DynamoDB's answer. */
import { connect } from "node:net";
import {
  BatchExecuteStatementCommand,
  BatchGetItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
  TransactWriteItemsCommand,
  type BatchStatementRequest,
} from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startDynamo, type LocalDynamo } from "../dynamodb.ts";
import type { LocalServer } from "../s3.ts";
import { temporaryFolder } from "../test-assembly.ts";
import { dynamoAccesses, UnreadableCall } from "./dynamodb-accesses.ts";
import { startDynamoGuard } from "./dynamodb-guard.ts";
import { grantsOf, IdentityPolicy } from "./identity-policy.ts";
import { openPermissions, type AllowedAccess } from "./permissions.ts";

const arnOf = (table: string): string => `arn:aws:dynamodb:local-1:000000000000:table/${table}`;
const definition = (name: string): Parameters<typeof startDynamo>[0]["tables"][number] => ({
  name,
  arn: arnOf(name),
  streamArn: `${arnOf(name)}/stream/local`,
  keySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
  attributes: [{ AttributeName: "pk", AttributeType: "S" }],
  indexes: [],
  streamView: null,
  ttlAttribute: null,
});
const POLICY = IdentityPolicy.parse({
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Action: ["dynamodb:PutItem", "dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:PartiQLInsert"],
      Resource: arnOf("open"),
    },
  ],
});

let folder: ReturnType<typeof temporaryFolder>;
let dynamo: LocalDynamo;
let guard: LocalServer;
let db: DynamoDBClient;
const lines: string[] = [];
let allowed: AllowedAccess[] = [];
const client = (accessKeyId: string): DynamoDBClient =>
  new DynamoDBClient({
    endpoint: guard.endpoint,
    region: "local-1",
    credentials: { accessKeyId, secretAccessKey: "local" },
    maxAttempts: 1,
  });

beforeAll(async () => {
  folder = temporaryFolder();
  const log = (line: string): void => void lines.push(line);
  dynamo = await startDynamo({ dataDir: folder.path, tables: [definition("open"), definition("closed")], log });
  const role = { name: "r", arn: "arn:aws:iam::000000000000:role/r", grants: grantsOf([POLICY], "") };
  const permissions = openPermissions({
    roles: new Map([["Stack-ingest", role]]),
    labelOf: () => "ingest",
    log,
    onAllowed: (access) => allowed.push(access),
  });
  guard = await startDynamoGuard({ endpoint: dynamo.endpoint, permissions, arnOf });
  db = client("LOCALSTACKINGEST");
});
beforeEach(() => {
  lines.length = 0;
  allowed = [];
});
afterAll(async () => {
  db.destroy();
  await guard.stop();
  await dynamo.stop();
  folder[Symbol.dispose]();
});
const Key = { pk: { S: "a" } };
const denied = (action: string, table: string): object => ({
  name: "AccessDeniedException",
  $metadata: expect.objectContaining({ httpStatusCode: 400 }),
  message:
    `User: arn:aws:sts::000000000000:assumed-role/r/Stack-ingest is not authorized to perform: ${action} on resource: ` +
    `${arnOf(table)} because no identity-based policy allows the ${action} action`,
});

test("what is allowed reaches the table, also when it is large, and is recorded", async () => {
  const data = { S: "数".repeat(100_000) };
  await db.send(new PutItemCommand({ TableName: "open", Item: { ...Key, data } }));
  await db.send(
    new TransactWriteItemsCommand({ TransactItems: [{ Put: { TableName: "open", Item: { pk: { S: "b" } } } }] }),
  );
  expect((await db.send(new GetItemCommand({ TableName: "open", Key }))).Item).toEqual({ ...Key, data });
  const found = await db.send(new BatchGetItemCommand({ RequestItems: { open: { Keys: [Key, { pk: { S: "b" } }] } } }));
  expect(found.Responses?.["open"]).toHaveLength(2);
  expect(allowed.map(({ role, action }) => `${role} ${action}`)).toEqual([
    "r dynamodb:PutItem",
    "r dynamodb:PutItem",
    "r dynamodb:GetItem",
    "r dynamodb:BatchGetItem",
  ]);
});

test("a refused call answers as DynamoDB does, changes nothing, is said once, and the connection goes on", async () => {
  const put = (): Promise<unknown> => db.send(new PutItemCommand({ TableName: "closed", Item: Key }));
  await expect(put()).rejects.toMatchObject(denied("dynamodb:PutItem", "closed"));
  await expect(put()).rejects.toMatchObject(denied("dynamodb:PutItem", "closed"));
  await expect(db.send(new ScanCommand({ TableName: "open" }))).rejects.toMatchObject(denied("dynamodb:Scan", "open"));
  await db.send(new PutItemCommand({ TableName: "open", Item: Key }));
  expect(await dynamo.call("Scan", { TableName: "closed" })).toMatchObject({ Count: 0 });
  expect(lines).toEqual([
    `ingest: refused: dynamodb:PutItem on ${arnOf("closed")}; no statement allows it (role r, infra/stacks)`,
    `ingest: refused: dynamodb:Scan on ${arnOf("open")}; no statement allows it (role r, infra/stacks)`,
  ]);
});

test("one part that is not allowed refuses the whole", async () => {
  const Put = { TableName: "open", Item: { pk: { S: "never" } } };
  const parts = [{ Put }, { Delete: { TableName: "closed", Key } }];
  await expect(db.send(new TransactWriteItemsCommand({ TransactItems: parts }))).rejects.toMatchObject(
    denied("dynamodb:DeleteItem", "closed"),
  );
  const keys = { Keys: [Key] };
  await expect(db.send(new BatchGetItemCommand({ RequestItems: { open: keys, closed: keys } }))).rejects.toMatchObject(
    denied("dynamodb:BatchGetItem", "closed"),
  );
  expect(await dynamo.call("GetItem", { TableName: "open", Key: Put.Item })).toEqual({});
  expect(allowed).toEqual([]);
});

test("statements need the permission of their kind on their table", async () => {
  const insert = (table: string): BatchStatementRequest => ({
    Statement: `INSERT INTO "${table}" VALUE {'pk': ?}`,
    Parameters: [{ S: "i" }],
  });
  const update = { Statement: `UPDATE "open" SET "v" = ? WHERE "pk" = ?`, Parameters: [{ N: "1" }, { S: "i" }] };
  const run = (...Statements: BatchStatementRequest[]): Promise<unknown> =>
    db.send(new BatchExecuteStatementCommand({ Statements }));
  await run(insert("open"));
  expect(allowed.map(({ action }) => action)).toEqual(["dynamodb:PartiQLInsert"]);
  await expect(run(insert("open"), update)).rejects.toMatchObject(denied("dynamodb:PartiQLUpdate", "open"));
  await expect(run(insert("closed"))).rejects.toMatchObject(denied("dynamodb:PartiQLInsert", "closed"));
  await expect(run({ Statement: `DELETE FROM "open" WHERE "pk" = 'i'` })).rejects.toMatchObject({
    name: "ValidationException",
  });
});

test("who is nobody here is told so", async () => {
  const stranger = client("AKIASTRANGER");
  await expect(stranger.send(new GetItemCommand({ TableName: "open", Key }))).rejects.toMatchObject({
    name: "UnrecognizedClientException",
  });
  stranger.destroy();
  const unsigned = await fetch(guard.endpoint, {
    method: "POST",
    headers: { "x-amz-target": "DynamoDB_20120810.GetItem" },
    body: JSON.stringify({ TableName: "open", Key }),
  });
  expect([unsigned.status, await unsigned.json()]).toEqual([
    400,
    expect.objectContaining({ __type: expect.stringContaining("MissingAuthenticationTokenException") }),
  ]);
});

test.each([
  ["a length that is not said", "transfer-encoding: chunked\r\n\r\n0\r\n\r\n", "must say its length"],
  ["a body without end", "content-length: 99999999999\r\n\r\n", "is too large"],
  ["a head without end", `x: ${"y".repeat(70_000)}`, "head is too large"],
  ["no operation", "content-length: 2\r\n\r\n{}", "UnknownOperationException"],
  [
    "a body that is not JSON",
    "x-amz-target: DynamoDB_20120810.GetItem\r\ncontent-length: 1\r\n\r\n{",
    "SerializationException",
  ],
  ["PartiQL", "x-amz-target: DynamoDB_20120810.ExecuteStatement\r\ncontent-length: 2\r\n\r\n{}", "ValidationException"],
])("never handed on: %s", async (_, request, expected) => {
  const socket = connect(Number(new URL(guard.endpoint).port), "127.0.0.1");
  socket.write(`POST / HTTP/1.1\r\nhost: x\r\n${request}`);
  const answer = await new Promise<string>((resolve, reject) => {
    socket.once("data", (data) => resolve(data.toString()));
    socket.once("error", reject);
  });
  socket.destroy();
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(answer).toContain(expected);
});

test("a request in pieces, and two in one piece, are read as they were sent", async () => {
  const body = JSON.stringify({ TableName: "open", Key });
  const request =
    "POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-amz-json-1.0\r\nx-amz-date: 20260101T000000Z\r\n" +
    "x-amz-target: DynamoDB_20120810.GetItem\r\n" +
    "authorization: AWS4-HMAC-SHA256 Credential=LOCALSTACKINGEST/20260101/local-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0\r\n" +
    `content-length: ${body.length}\r\n\r\n${body}`;
  const socket = connect({ port: Number(new URL(guard.endpoint).port), host: "127.0.0.1", noDelay: true });
  let said = "";
  const answers = async (n: number): Promise<void> => {
    while (said.split("HTTP/1.1 200").length - 1 < n)
      await new Promise<void>((resolve) => socket.once("data", (data) => resolve(void (said += data.toString()))));
  };
  for (const cut of [10, 60, 300, 2_000]) {
    const at = Math.min(cut, request.length - 1);
    socket.write(request.slice(0, at));
    await new Promise((resolve) => setImmediate(resolve));
    socket.write(request.slice(at));
    await answers(1);
    said = "";
  }
  socket.write(request + request);
  await answers(2);
  socket.destroy();
});

test("what a call needs", () => {
  const needs = (operation: string, body: unknown): string[] =>
    dynamoAccesses(operation, body, (name) => name).map(({ action, resource }) => `${action} ${resource}`);
  expect(needs("Query", { TableName: "t" })).toEqual(["dynamodb:Query t"]);
  expect(needs("Query", { TableName: "t", IndexName: "i" })).toEqual(["dynamodb:Query t/index/i"]);
  expect(needs("Query", { TableName: arnOf("t") })).toEqual([`dynamodb:Query ${arnOf("t")}`]);
  expect(needs("ListTables", {})).toEqual(["dynamodb:ListTables *"]);
  expect(needs("GetRecords", { StreamArn: "s" })).toEqual(["dynamodb:GetRecords s"]);
  expect(needs("BatchWriteItem", { RequestItems: { a: [], b: [] } })).toEqual([
    "dynamodb:BatchWriteItem a",
    "dynamodb:BatchWriteItem b",
  ]);
  expect(needs("TransactGetItems", { TransactItems: [{ Get: { TableName: "a" } }] })).toEqual(["dynamodb:GetItem a"]);
  const TableName = "a";
  const every = [
    { Put: { TableName } },
    { Update: { TableName } },
    { Delete: { TableName } },
    { ConditionCheck: { TableName } },
  ];
  expect(needs("TransactWriteItems", { TransactItems: every })).toEqual([
    "dynamodb:PutItem a",
    "dynamodb:UpdateItem a",
    "dynamodb:DeleteItem a",
    "dynamodb:ConditionCheckItem a",
  ]);
  expect(() => needs("TransactWriteItems", { TransactItems: [{ Drop: { TableName } }] })).toThrow(UnreadableCall);
  expect(() => needs("BatchGetItem", {})).toThrow(UnreadableCall);
  expect(() => needs("GetItem", null)).toThrow(UnreadableCall);
});
