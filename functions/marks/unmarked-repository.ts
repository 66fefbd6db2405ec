/** The ledger's list of what was to be marked of closed days (docs/architecture.md): written by the closing, kept right by every change of a mark. */
import { PutCommand, QueryCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import type { Write } from "../people/repository.ts";
import { batchGet } from "../shared/batch-get.ts";
import { inParallel } from "../shared/in-parallel.ts";
import { parseStored } from "../shared/parse-stored.ts";
import { DAY, floorDay, formatDay, parseIso } from "../shared/shanghai.ts";
import { shardOf, SHARDS } from "../shared/shard.ts";
import { hasEffect, type Mark } from "./domain/mark.ts";
import type { UnmarkedDay } from "./domain/unmarked-day.ts";

/** Its minutes are gone by then, and nobody can mark it any more. */
export const UNMARKED_KEPT = 35 * DAY;

const Item = z.object({
  sk: z.string(),
  needs: z.array(
    z.object({
      outlet: z.string(),
      pollutants: z.array(z.string()),
      from: z.number(),
      to: z.number(),
      why: z.enum(["missing", "flagged", "suspicious"]),
      signs: z.array(z.string()),
    }),
  ),
  marks: z.record(
    z.string(),
    z.object({ outlet: z.string(), pollutants: z.nullable(z.array(z.string())), from: z.number(), to: z.number() }),
  ),
});

export interface UnmarkedList {
  /** Of the days that begin at or after `from`, over the whole city. */
  since(from: number): Promise<UnmarkedDay[]>;
  put(day: UnmarkedDay): Promise<void>;
  /** What makes the days that are listed know of a mark as it becomes; parts of its transaction, at most 36. */
  markWrites(before: Mark | null, mark: Mark, at: number): Promise<Write[]>;
}

const keyOf = (permitNo: string, day: number): { pk: string; sk: string } => ({
  pk: `UNMARKED#${shardOf(permitNo)}`,
  sk: `${formatDay(day)}#${permitNo}`,
});

export function unmarkedList({ db, table }: { db: DynamoDBDocumentClient; table: string }): UnmarkedList {
  async function ofShard(shard: number, from: number): Promise<UnmarkedDay[]> {
    const found: UnmarkedDay[] = [];
    let start: Record<string, unknown> | undefined;
    do {
      const page = await db.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: "pk = :pk AND sk >= :from",
          ExpressionAttributeValues: { ":pk": `UNMARKED#${shard}`, ":from": formatDay(from) },
          ExclusiveStartKey: start,
        }),
      );
      for (const item of page.Items ?? []) {
        const { sk, needs, marks } = parseStored("ledger", Item, item);
        const [day = "", permitNo = ""] = sk.split("#");
        found.push({ permitNo, day: parseIso(day) ?? 0, needs, marks });
      }
      start = page.LastEvaluatedKey;
    } while (start);
    return found;
  }
  return {
    since: async (from) =>
      (
        await inParallel(
          Array.from({ length: SHARDS }, (_, shard) => shard),
          SHARDS,
          (shard) => ofShard(shard, from),
        )
      ).flat(),
    async put({ permitNo, day, needs, marks }) {
      const ttl = Math.floor((day + UNMARKED_KEPT) / 1000);
      await db.send(new PutCommand({ TableName: table, Item: { ...keyOf(permitNo, day), needs, marks, ttl } }));
    },
    async markWrites(before, mark, at) {
      const [from, to] = [Math.min(mark.from, before?.from ?? mark.from), Math.max(mark.to, before?.to ?? mark.to)];
      const keys = [];
      for (let day = Math.max(floorDay(from), floorDay(at) - UNMARKED_KEPT); day < Math.min(to, at); day += DAY)
        keys.push(keyOf(mark.permitNo, day));
      const listed = keys.length === 0 ? [] : await batchGet({ db, table }, keys, true);
      const { id, outlet, pollutants } = mark;
      const cover = { outlet, pollutants, from: mark.from, to: mark.to };
      return listed.map(({ pk, sk }): Write => ({
        Update: {
          TableName: table,
          Key: { pk, sk },
          UpdateExpression: hasEffect(mark) ? "SET marks.#id = :cover" : "REMOVE marks.#id",
          ConditionExpression: "attribute_exists(pk)",
          ExpressionAttributeNames: { "#id": id },
          ...(hasEffect(mark) && { ExpressionAttributeValues: { ":cover": cover } }),
        },
      }));
    },
  };
}
