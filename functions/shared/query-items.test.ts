import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startDynamo, type TestDynamo } from "../../tests/dynamo.ts";
import { queryItems } from "./query-items.ts";

let dynamo: TestDynamo;
beforeAll(async () => {
  dynamo = await startDynamo();
  await dynamo.createTable("items");
  for (let i = 0; i < 5; i++)
    await dynamo.db.send(new PutCommand({ TableName: "items", Item: { pk: i < 4 ? "A" : "B", sk: String(i) } }));
});
afterAll(() => dynamo.stop());

const query = (pk: string, more: object = {}) => {
  const asked: unknown[] = [];
  const db = new Proxy(dynamo.db, {
    get: (target, name) =>
      name === "send"
        ? (command: { input: object }) => {
            asked.push(command.input);
            return target.send(command as never);
          }
        : Reflect.get(target, name),
  });
  const items = queryItems(
    { db, table: "items" },
    { KeyConditionExpression: "pk = :pk", ExpressionAttributeValues: { ":pk": pk }, ...more },
  );
  return { items, asked };
};
const sks = async (items: AsyncIterable<Record<string, unknown>>): Promise<unknown[]> =>
  (await Array.fromAsync(items)).map(({ sk }) => sk);

test.each([1, 3, 4, 5])("with pages of %i items all come, in order and once", async (Limit) => {
  expect(await sks(query("A", { Limit }).items)).toEqual(["0", "1", "2", "3"]);
  expect(await sks(query("A", { Limit, ScanIndexForward: false }).items)).toEqual(["3", "2", "1", "0"]);
});

test("what is not there is nothing", async () => {
  expect(await sks(query("C").items)).toEqual([]);
});

test("who stops looking asks for no further page", async () => {
  const { items, asked } = query("A", { Limit: 2 });
  for await (const { sk } of items) if (sk === "1") break;
  expect(asked).toHaveLength(1);
});
