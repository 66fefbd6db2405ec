/** Marks in the ledger: read by period, written with everything that follows from them, as parts of one transaction. */
import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { GetCommand, PutCommand, TransactWriteCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { createHash } from "node:crypto";
import type * as z from "zod/mini";
import type { Write } from "../people/repository.ts";
import { queryItems } from "../shared/query-items.ts";
import { shardOf } from "../shared/shard.ts";
import { formatCompact, formatDay, formatHour } from "../shared/shanghai.ts";
import { LONGEST_MARK, markKey } from "../warnings/stored-items.ts";
import { markedItem } from "../warnings/list-items.ts";
import { hasEffect, type Mark } from "./domain/mark.ts";
import type { Row } from "./domain/touched-periods.ts";
import { Contradiction, MarksVersion, StoredMark } from "./stored-items.ts";
import { parseStored } from "../shared/parse-stored.ts";

export interface MarkChange {
  mark: Mark;
  /** null: the mark is new. */
  before: Mark | null;
  /** As it was read before the decision. */
  marksVersion: number;
  plant: { name: string; town: string };
  rows: readonly Row[];
  /** Unique: names what is to be judged again because of this change. */
  stamp: string;
  /** Now, epoch ms. */
  at: number;
}

export interface Marks {
  get(permitNo: string, id: string): Promise<Mark | null>;
  /** All marks, whatever their state, that reach into [from, to), in the order of their begin. */
  between(permitNo: string, from: number, to: number): Promise<Mark[]>;
  version(permitNo: string): Promise<number>;
  /** Lists until when the mark covers, for those who look at the whole city. */
  list(mark: Mark, at: number): Promise<void>;
  /** At most eleven writes; refused when the mark or the plant's marks changed since they were read. */
  writes(change: MarkChange): Write[];
  /** Writes the next version of a mark that was tested; does nothing when it was changed meanwhile. */
  putTested(mark: Mark, plant: { name: string; town: string }): Promise<void>;
  contradictions(): Promise<Contradiction[]>;
}

/** Sorts by begin, and needs no quoting in a path. */
export const markId = (mark: Pick<Mark, "permitNo" | "outlet" | "from" | "key">): string =>
  `${formatCompact(mark.from).slice(0, 12)}-${createHash("sha256")
    .update(`${mark.permitNo}|${mark.outlet}|${mark.key}`)
    .digest("hex")
    .slice(0, 12)}`;

export function markRepository({ db, table }: { db: DynamoDBDocumentClient; table: string }): Marks {
  const plantKey = (permitNo: string): string => `PLANT#${permitNo}`;
  const itemKey = (permitNo: string, id: string): { pk: string; sk: string } => ({
    pk: plantKey(permitNo),
    sk: `MARK#${id}`,
  });
  const versionKey = (permitNo: string): { pk: string; sk: string } => ({ pk: plantKey(permitNo), sk: "MARKS" });
  const listKey = (mark: Mark): { pk: string; sk: string } => ({
    pk: "CONTRADICTED",
    sk: `${mark.permitNo}#${mark.id}`,
  });
  const listed = (mark: Mark, plant: { name: string; town: string }): Write => ({
    Put: { TableName: table, Item: { ...listKey(mark), mark, ...plant } },
  });
  const get = async <T>(Key: { pk: string; sk: string }, schema: z.ZodMiniType<T>): Promise<T | null> => {
    const { Item } = await db.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }));
    return Item ? parse(schema, Item) : null;
  };
  async function query<T>(pk: string, range: [string, string], schema: z.ZodMiniType<T>): Promise<T[]> {
    const items = queryItems(
      { db, table },
      {
        KeyConditionExpression: "pk = :pk AND sk BETWEEN :from AND :to",
        ExpressionAttributeValues: { ":pk": pk, ":from": range[0], ":to": range[1] },
        ConsistentRead: true,
      },
    );
    return Array.fromAsync(items, (item) => parse(schema, item));
  }
  return {
    get: (permitNo, id) => get(itemKey(permitNo, id), StoredMark),
    async between(permitNo, from, to) {
      const range: [string, string] = [markKey(from - LONGEST_MARK), markKey(to, "~")];
      return (await query(plantKey(permitNo), range, StoredMark)).filter((m) => m.from < to && m.to > from);
    },
    version: async (permitNo) => (await get(versionKey(permitNo), MarksVersion))?.v ?? 0,
    async list(mark, at) {
      await db.send(new PutCommand({ TableName: table, Item: markedItem(mark, hasEffect(mark), at) }));
    },
    writes: ({ mark, before, marksVersion, plant, rows, stamp, at }) => {
      const { permitNo } = mark;
      const counted = marksVersion === 0 ? none : held("v", marksVersion);
      const listing: Write[] =
        mark.state === "contradicted"
          ? [listed(mark, plant)]
          : before
            ? [{ Delete: { TableName: table, Key: listKey(mark) } }]
            : [];
      return [
        {
          Put: {
            TableName: table,
            Item: { ...itemKey(permitNo, mark.id), ...mark },
            ...(before ? held("v", before.v) : none),
          },
        },
        { Put: { TableName: table, Item: { ...versionKey(permitNo), v: marksVersion + 1 }, ...counted } },
        ...listing,
        { Put: { TableName: table, Item: markedItem(mark, hasEffect(mark), at) } },
        ...rows.map(({ kind, start, until }): Write => {
          const period = kind === "HOUR" ? `HOUR#${formatHour(start)}` : `DAY#${formatDay(start)}`;
          const key = { pk: `REJUDGE#${shardOf(permitNo)}`, sk: `${permitNo}#${period}#${stamp}` };
          return { Put: { TableName: table, Item: { ...key, permitNo, start, until, stamp, cause: "mark" } } };
        }),
      ];
    },
    async putTested(mark, plant) {
      const put = { TableName: table, Item: { ...itemKey(mark.permitNo, mark.id), ...mark }, ...held("v", mark.v - 1) };
      const listing = mark.state === "contradicted" ? [listed(mark, plant)] : [];
      try {
        await db.send(new TransactWriteCommand({ TransactItems: [{ Put: put }, ...listing] }));
      } catch (error) {
        if (!(error instanceof TransactionCanceledException)) throw error;
        if (error.CancellationReasons?.[0]?.Code !== "ConditionalCheckFailed") throw error;
      }
    },
    contradictions: () => query("CONTRADICTED", ["!", "~"], Contradiction),
  };
}

const none = { ConditionExpression: "attribute_not_exists(pk)" };
const held = (name: string, value: number): { ConditionExpression: string; ExpressionAttributeValues: object } => ({
  ConditionExpression: `${name} = :held`,
  ExpressionAttributeValues: { ":held": value },
});

const parse = <T>(schema: z.ZodMiniType<T>, item: Record<string, unknown>): T => parseStored("ledger", schema, item);
