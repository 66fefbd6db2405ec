/** The behaviour this project relies on, tried against the DynamoDB endpoint at every start (a fraction of a second). */
import { DynamoError, type DynamoCall, type Item } from "./dynamodb-call.ts";

const TABLE = "machine-conformance";

/** Throws naming the first behaviour that is missing; leaves no table behind. */
export async function checkConformance(call: DynamoCall, endpoint: string): Promise<void> {
  await call("DeleteTable", { TableName: TABLE }).catch(() => undefined);
  await call("CreateTable", {
    TableName: TABLE,
    KeySchema: [
      { AttributeName: "pk", KeyType: "HASH" },
      { AttributeName: "sk", KeyType: "RANGE" },
    ],
    AttributeDefinitions: [
      { AttributeName: "pk", AttributeType: "S" },
      { AttributeName: "sk", AttributeType: "S" },
    ],
    BillingMode: "PAY_PER_REQUEST",
    StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
  });
  try {
    for (const [behaviour, works] of Object.entries(behaviours(call))) {
      const right = await works().catch((error: unknown) => String(error));
      if (right !== true)
        throw new Error(
          `the DynamoDB endpoint ${endpoint} is not fit: ${behaviour}${typeof right === "string" ? ` (${right})` : ""}; use dynoxide 1.2.1`,
        );
    }
  } finally {
    await call("DeleteTable", { TableName: TABLE }).catch(() => undefined);
  }
}

interface Answers {
  Responses: { Error?: { Code: string } }[];
}
const key = (sk: string): Item => ({ pk: { S: "p" }, sk: { S: sk } });
const refusedWith = async (code: string, attempt: Promise<unknown>): Promise<DynamoError | null> => {
  try {
    await attempt;
    return null;
  } catch (error) {
    return error instanceof DynamoError && error.code === code ? error : null;
  }
};

function behaviours(call: DynamoCall): Record<string, () => Promise<boolean>> {
  const put = (item: Item, more: Record<string, unknown> = {}): Promise<unknown> =>
    call("PutItem", { TableName: TABLE, Item: item, ...more });
  const get = async (sk: string): Promise<Item | undefined> =>
    (await call<{ Item?: Item }>("GetItem", { TableName: TABLE, Key: key(sk), ConsistentRead: true })).Item;
  return {
    "binary attributes come back byte for byte": async () => {
      await put({ ...key("1"), v: { N: "1" }, data: { B: "AAH/" } });
      return (await get("1"))?.["data"]?.["B"] === "AAH/";
    },
    "a put on the condition that nothing exists is refused when something does": async () =>
      (await refusedWith(
        "ConditionalCheckFailedException",
        put(key("1"), { ConditionExpression: "attribute_not_exists(pk)" }),
      )) !== null,
    "an update on the expected version applies once, and a refused one returns the item": async () => {
      const update = (): Promise<unknown> =>
        call("UpdateItem", {
          TableName: TABLE,
          Key: key("1"),
          UpdateExpression: "SET v = :next",
          ConditionExpression: "v = :seen",
          ExpressionAttributeValues: { ":seen": { N: "1" }, ":next": { N: "2" } },
          ReturnValuesOnConditionCheckFailure: "ALL_OLD",
        });
      await update();
      const refused = await refusedWith("ConditionalCheckFailedException", update());
      return (refused?.body["Item"] as Item | undefined)?.["v"]?.["N"] === "2";
    },
    "a transaction applies whole or not at all, with a reason for each part": async () => {
      const refused = await refusedWith(
        "TransactionCanceledException",
        call("TransactWriteItems", {
          TransactItems: [
            { Put: { TableName: TABLE, Item: key("2") } },
            { Put: { TableName: TABLE, Item: key("1"), ConditionExpression: "attribute_not_exists(pk)" } },
          ],
        }),
      );
      const reasons = (refused?.body["CancellationReasons"] as { Code: string }[] | undefined)?.map(
        (reason) => reason.Code,
      );
      return reasons?.[1] === "ConditionalCheckFailed" && (await get("2")) === undefined;
    },
    "a batch of statements writes each on its own condition": async () => {
      const statement = (Statement: string, Parameters: unknown[]): unknown => ({ Statement, Parameters });
      const insert = `INSERT INTO "${TABLE}" VALUE {'pk': ?, 'sk': ?, 'v': ?, 'data': ?}`;
      const update = `UPDATE "${TABLE}" SET "v" = ?, "data" = ? WHERE "pk" = ? AND "sk" = ? AND "v" = ?`;
      const [pk, data] = [{ S: "p" }, { B: "AAH/" }];
      const { Responses } = await call<Answers>("BatchExecuteStatement", {
        Statements: [
          statement(insert, [pk, { S: "s" }, { N: "1" }, data]),
          statement(insert, [pk, { S: "1" }, { N: "1" }, data]),
        ],
      });
      const second = await call<Answers>("BatchExecuteStatement", {
        Statements: [
          statement(update, [{ N: "2" }, data, pk, { S: "s" }, { N: "1" }]),
          statement(update, [{ N: "9" }, data, pk, { S: "1" }, { N: "8" }]),
          statement(update, [{ N: "9" }, data, pk, { S: "none" }, { N: "1" }]),
        ],
      });
      const codes = [...Responses, ...second.Responses].map((response) => response.Error?.Code ?? "");
      await call("DeleteItem", { TableName: TABLE, Key: key("s") });
      return codes.join() === ",DuplicateItem,,ConditionalCheckFailed,ConditionalCheckFailed";
    },
    "a query reads a range of sort keys in order, page by page": async () => {
      for (const sk of ["c", "a", "d", "b"]) await put(key(sk));
      const seen: string[] = [];
      let from: Item | undefined;
      do {
        const page: { Items: Item[]; LastEvaluatedKey?: Item } = await call("Query", {
          TableName: TABLE,
          KeyConditionExpression: "pk = :p AND sk BETWEEN :a AND :c",
          ExpressionAttributeValues: { ":p": { S: "p" }, ":a": { S: "a" }, ":c": { S: "c" } },
          Limit: 2,
          ConsistentRead: true,
          ...(from ? { ExclusiveStartKey: from } : {}),
        });
        seen.push(...page.Items.map((item) => String(item["sk"]?.["S"])));
        from = page.LastEvaluatedKey;
      } while (from);
      return seen.join("") === "abc";
    },
    "the stream carries old and new images in order": async () => {
      const { Table } = await call<{ Table: { LatestStreamArn: string } }>("DescribeTable", { TableName: TABLE });
      const { StreamDescription } = await call<{ StreamDescription: { Shards: { ShardId: string }[] } }>(
        "DescribeStream",
        {
          StreamArn: Table.LatestStreamArn,
        },
      );
      const { ShardIterator } = await call<{ ShardIterator: string }>("GetShardIterator", {
        StreamArn: Table.LatestStreamArn,
        ShardId: StreamDescription.Shards.at(-1)?.ShardId,
        ShardIteratorType: "TRIM_HORIZON",
      });
      const { Records } = await call<{
        Records: { eventName: string; dynamodb: { NewImage?: Item; OldImage?: Item } }[];
      }>("GetRecords", {
        ShardIterator,
      });
      const [first, second] = Records;
      return (
        first?.eventName === "INSERT" &&
        second?.eventName === "MODIFY" &&
        second.dynamodb.OldImage?.["v"]?.["N"] === "1" &&
        second.dynamodb.NewImage?.["v"]?.["N"] === "2"
      );
    },
  };
}
