/** What was refused, as it is kept for 180 days: read by day and receipt, and marked when it was replayed. */
import { QueryCommand, UpdateCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import { batchGet } from "../shared/batch-get.ts";
import { formatIso } from "../shared/shanghai.ts";
import { QUARANTINE_KEY } from "./domain/replay-input.ts";
import { conditional } from "../shared/conditional.ts";

/** What became of an item that was run through ingest again. */
export const Replayed = z.object({
  /** When, ISO. */
  at: z.string(),
  by: z.object({ sub: z.string(), name: z.string() }),
  /** Id of the job. */
  job: z.string(),
  outcome: z.enum(["accepted", "duplicate", "refused"]),
  /** Why it was refused again. */
  reason: z.nullable(z.string()),
  detail: z.nullable(z.string()),
  permitNo: z.nullable(z.string()),
  /** The archive's object with its line in the device's chain. */
  archive: z.nullable(z.string()),
});
export type Replayed = z.output<typeof Replayed>;

const Stored = z.object({
  pk: z.string(),
  sk: z.string(),
  at: z.string(),
  topic: z.string(),
  clientId: z._default(z.string(), ""),
  mn: z._default(z.nullable(z.string()), null),
  reason: z.string(),
  detail: z.string(),
  /** Of the bytes as received. */
  sha256: z.string(),
  size: z.int(),
  /** With the password covered; the first 8 KB. */
  bytes: z.instanceof(Uint8Array),
  place: z.optional(z.object({ shard: z.string(), sequence: z.string(), piece: z.int(), batch: z.string() })),
  replayed: z.optional(Replayed),
});
export type QuarantineItem = Omit<z.output<typeof Stored>, "pk" | "sk"> & { key: string };

/** `state`: `open` was never taken in, `in` was. */
export interface QuarantineFilter {
  reason?: string | undefined;
  /** Of the MN, or of the topic. */
  prefix?: string | undefined;
  state?: "open" | "in" | undefined;
}
export interface QuarantinePage {
  items: QuarantineItem[];
  /** Where the next page begins; null at the end of the day. */
  next: string | null;
}

export interface Quarantine {
  /**
   * Items of a day (`2026-10-01`), one request: `limit` are looked at, those that the filter names are given. `from`: where
   * the page before ended.
   */
  page(
    day: string,
    of: { filter: QuarantineFilter; limit: number; from: string | null; newestFirst: boolean },
  ): Promise<QuarantinePage>;
  /** How many of a day the filter names. */
  count(day: string, filter: QuarantineFilter): Promise<number>;
  /** Those of these keys that are still there. */
  get(keys: readonly string[]): Promise<QuarantineItem[]>;
  /** What came at this moment, epoch ms. */
  receivedAt(t: number): Promise<QuarantineItem[]>;
  /** Says what became of an item; one that is gone meanwhile stays gone. */
  mark(key: string, replayed: Replayed): Promise<void>;
}

const PARTITION = "QUARANTINE#";
const inTable = (key: string): { pk: string; sk: string } => {
  const [, day, sk] = QUARANTINE_KEY.exec(key) ?? [];
  if (day === undefined || sk === undefined) throw new Error(`no key of a quarantine item: ${key}`);
  return { pk: `${PARTITION}${day}`, sk };
};
const itemOf = (stored: unknown): QuarantineItem => {
  const { pk, sk, ...rest } = Stored.parse(stored);
  return { key: `${pk.slice(PARTITION.length)}#${sk}`, ...rest };
};

export function quarantine({ db, table }: { db: DynamoDBDocumentClient; table: string }): Quarantine {
  return {
    async page(day, { filter, limit, from, newestFirst }) {
      const pk = `${PARTITION}${day}`;
      const { expression, values } = conditionOf(filter);
      const { Items = [], LastEvaluatedKey } = await db.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: "pk = :pk",
          ...(expression !== null && { FilterExpression: expression }),
          ExpressionAttributeValues: { ":pk": pk, ...values },
          ScanIndexForward: !newestFirst,
          Limit: limit,
          ExclusiveStartKey: from === null ? undefined : { pk, sk: from },
        }),
      );
      return { items: Items.map(itemOf), next: LastEvaluatedKey ? String(LastEvaluatedKey.sk) : null };
    },
    async count(day, filter) {
      const { expression, values } = conditionOf(filter);
      let count = 0;
      let start: Record<string, unknown> | undefined;
      do {
        const answer = await db.send(
          new QueryCommand({
            TableName: table,
            KeyConditionExpression: "pk = :pk",
            ...(expression !== null && { FilterExpression: expression }),
            ExpressionAttributeValues: { ":pk": `${PARTITION}${day}`, ...values },
            Select: "COUNT",
            ExclusiveStartKey: start,
          }),
        );
        count += answer.Count ?? 0;
        start = answer.LastEvaluatedKey;
      } while (start);
      return count;
    },
    async get(keys) {
      return (await batchGet({ db, table }, keys.map(inTable), true)).map(itemOf);
    },
    async receivedAt(t) {
      const at = formatIso(t);
      const { Items = [] } = await db.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: "pk = :pk AND begins_with(sk, :at)",
          ExpressionAttributeValues: { ":pk": `${PARTITION}${at.slice(0, 10)}`, ":at": `${at}#` },
        }),
      );
      return Items.map(itemOf);
    },
    async mark(key, replayed) {
      await conditional(() =>
        db.send(
          new UpdateCommand({
            TableName: table,
            Key: inTable(key),
            UpdateExpression: "SET replayed = :replayed",
            ConditionExpression: "attribute_exists(pk)",
            ExpressionAttributeValues: { ":replayed": replayed },
          }),
        ),
      );
    },
  };
}

function conditionOf({ reason, prefix, state }: QuarantineFilter): {
  expression: string | null;
  values: Record<string, unknown>;
} {
  const conditions: string[] = [];
  const values: Record<string, unknown> = {};
  if (reason !== undefined) {
    conditions.push("reason = :reason");
    values[":reason"] = reason;
  }
  if (prefix !== undefined) {
    conditions.push("(begins_with(mn, :prefix) OR begins_with(topic, :prefix) OR contains(topic, :device))");
    Object.assign(values, { ":prefix": prefix, ":device": `plants/${prefix}` });
  }
  if (state !== undefined) {
    const taken = "(attribute_exists(replayed) AND replayed.outcome <> :refused)";
    conditions.push(state === "in" ? taken : `(NOT ${taken})`);
    values[":refused"] = "refused";
  }
  return { expression: conditions.length === 0 ? null : conditions.join(" AND "), values };
}
