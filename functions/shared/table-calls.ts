/**
 * The plain calls on items of one table, by two ways that answer alike: each by itself, or gathered, so that a function
 * that works on a hundred plants at once makes one call where it would make twenty-five.
 */
import { BatchWriteCommand, PutCommand, UpdateCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { setTimeout as pause } from "node:timers/promises";
import { batchGet } from "./batch-get.ts";
import { conditional } from "./conditional.ts";
import { gathered } from "./gather.ts";
import { executeAll, MOST_STATEMENTS, written, type Statement } from "./statements.ts";

interface Key {
  pk: string;
  sk: string;
}
type Item = Key & Record<string, unknown>;
/** An attribute and the value that it must have. */
type Held = readonly [name: string, value: unknown];

export interface TableCalls {
  /** The items of these keys as they stand; those that are not there are missing. */
  get(keys: readonly Key[]): Promise<Record<string, unknown>[]>;
  /** False when an item of that key is there already. */
  insert(item: Item): Promise<boolean>;
  /** Puts the item in the place of one with the same attributes; false when `held` is not so. */
  replace(item: Item, held: Held): Promise<boolean>;
  /** Sets attributes of an item; false when `held` is not so. */
  set(key: Key, attributes: Record<string, unknown>, held: Held): Promise<boolean>;
  put(item: Item): Promise<void>;
}

interface Table {
  db: DynamoDBDocumentClient;
  table: string;
}

export function singleCalls({ db, table }: Table): TableCalls {
  return {
    get: (keys) => batchGet({ db, table }, keys, true),
    insert: (Item) =>
      conditional(() =>
        db.send(new PutCommand({ TableName: table, Item, ConditionExpression: "attribute_not_exists(pk)" })),
      ),
    replace: (Item, [name, value]) =>
      conditional(() =>
        db.send(
          new PutCommand({
            TableName: table,
            Item,
            ConditionExpression: "#held = :held",
            ExpressionAttributeNames: { "#held": name },
            ExpressionAttributeValues: { ":held": value },
          }),
        ),
      ),
    set({ pk, sk }, attributes, [name, value]) {
      const entries = Object.entries(attributes);
      return conditional(() =>
        db.send(
          new UpdateCommand({
            TableName: table,
            Key: { pk, sk },
            UpdateExpression: `SET ${entries.map((_, i) => `#a${i} = :a${i}`).join(", ")}`,
            ConditionExpression: "#held = :held",
            ExpressionAttributeNames: {
              "#held": name,
              ...Object.fromEntries(entries.map(([k], i) => [`#a${i}`, k])),
            },
            ExpressionAttributeValues: {
              ":held": value,
              ...Object.fromEntries(entries.map(([, v], i) => [`:a${i}`, v])),
            },
          }),
        ),
      );
    },
    async put(Item) {
      await db.send(new PutCommand({ TableName: table, Item }));
    },
  };
}

/** Mostly of three keys each: DynamoDB takes 100 in a call. */
const MOST_READS = 33;
const MOST_PUTS = 25;

/** The same, gathered (gather.ts). It needs BatchGetItem, BatchWriteItem, PartiQLInsert and PartiQLUpdate on the table. */
export function gatheredCalls({ db, table }: Table): TableCalls {
  const ask = gathered(MOST_STATEMENTS, (statements: readonly Statement[]) => executeAll({ db, table }, statements));
  const write = async (statement: Statement): Promise<boolean> => written(await ask(statement));
  type Items = Record<string, unknown>[];
  const read = gathered(MOST_READS, async (asked: readonly (readonly Key[])[]): Promise<Items[]> => {
    const items = await batchGet({ db, table }, asked.flat(), true);
    const found = new Map(items.map((item) => [`${String(item["pk"])}\n${String(item["sk"])}`, item]));
    return asked.map((keys) =>
      keys.flatMap(({ pk, sk }): Items => {
        const item = found.get(`${pk}\n${sk}`);
        return item ? [item] : [];
      }),
    );
  });
  const set: TableCalls["set"] = ({ pk, sk }, attributes, [name, value]) => {
    const sets = Object.keys(attributes).map((attribute) => `${quoted(attribute)} = ?`);
    return write({
      Statement: `UPDATE "${table}" SET ${sets.join(", ")} WHERE "pk" = ? AND "sk" = ? AND ${quoted(name)} = ?`,
      Parameters: [...Object.values(attributes), pk, sk, value],
    });
  };
  return {
    get: read,
    insert: (item) =>
      write({
        Statement: `INSERT INTO "${table}" VALUE {${Object.keys(item)
          .map((name) => `'${name}': ?`)
          .join(", ")}}`,
        Parameters: Object.values(item),
      }),
    replace: ({ pk, sk, ...attributes }, held) => set({ pk, sk }, attributes, held),
    set,
    put: gathered(MOST_PUTS, (items: readonly Item[]) => putAll({ db, table }, items)),
  };
}

const quoted = (name: string): string => `"${name}"`;

/** Writes at most 25 items; of two for one key the later. */
async function putAll({ db, table }: Table, items: readonly Item[]): Promise<undefined[]> {
  const last = new Map(items.map((item) => [`${item.pk}\n${item.sk}`, item]));
  let open = [...last.values()].map((item) => ({ PutRequest: { Item: item } }));
  for (let attempt = 0; open.length > 0; attempt++) {
    if (attempt > 8) throw new Error(`${table}: ${open.length} items stay unwritten (throttled)`);
    if (attempt > 0) await pause(25 * 2 ** attempt);
    const { UnprocessedItems } = await db.send(new BatchWriteCommand({ RequestItems: { [table]: open } }));
    open = (UnprocessedItems?.[table] ?? []) as typeof open;
  }
  return items.map(() => undefined);
}
