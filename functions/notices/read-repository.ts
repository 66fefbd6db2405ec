/** The ledger's side of what somebody has read: one item a person. */
import { GetCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import type { Write } from "../people/repository.ts";
import { parseStored } from "../shared/parse-stored.ts";
import { nothingRead, type ReadNotices } from "./domain/read.ts";
import { keys } from "./stored-items.ts";

const Item: z.ZodMiniType<ReadNotices> = z.object({
  upTo: z.number(),
  ids: z.record(z.string(), z.number()),
  v: z.int(),
});

export interface ReadRepository {
  of(sub: string): Promise<ReadNotices>;
  /** Refused when it changed since it was read. */
  writes(sub: string, read: ReadNotices): Write[];
}

export const readRepository = ({ db, table }: { db: DynamoDBDocumentClient; table: string }): ReadRepository => ({
  async of(sub) {
    const { Item: found } = await db.send(
      new GetCommand({ TableName: table, Key: keys.read(sub), ConsistentRead: true }),
    );
    return found ? parseStored("ledger", Item, found) : nothingRead();
  },
  writes: (sub, read) => [
    {
      Put: {
        TableName: table,
        Item: { ...keys.read(sub), ...read },
        ...(read.v === 1
          ? { ConditionExpression: "attribute_not_exists(pk)" }
          : { ConditionExpression: "v = :held", ExpressionAttributeValues: { ":held": read.v - 1 } }),
      },
    },
  ],
});
