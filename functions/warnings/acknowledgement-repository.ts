/** Acknowledgements made with an account: kept beside those by SMS, with the state that they pause, in one transaction. */
import { GetCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { createHash } from "node:crypto";
import * as z from "zod/mini";
import type { Write } from "../people/repository.ts";
import { DAY, formatIso } from "../shared/shanghai.ts";
import type { PlantState } from "./domain/plant-state.ts";
import { changedItems } from "./list-items.ts";
import { ACTIONS } from "./repository.ts";

export const StoredAcknowledgement = z.object({
  permitNo: z.string(),
  /** Epoch ms. */
  at: z.number(),
  action: z.enum(ACTIONS),
  /** When it is expected to be done, epoch ms. */
  expectedAt: z.nullable(z.number()),
  text: z.string(),
  /** Id of the episode it was said to; null: to all that are open. */
  episode: z.nullable(z.string()),
  by: z.object({ sub: z.string(), name: z.string() }),
  /** Repeats pause until here; null: nothing was open. */
  pausedUntil: z.nullable(z.number()),
  key: z.string(),
});
export type StoredAcknowledgement = z.output<typeof StoredAcknowledgement>;

/** A client that repeats a request does so within days: what it queued while it had no network. */
const KEEP_KEYS = 30 * DAY;

/** A transaction takes 100 writes, and one is the audit trail's. */
const MOST_LISTED = 90;

const hashOf = (by: string, key: string): string =>
  createHash("sha256").update(`${by}|${key}`).digest("hex").slice(0, 24);

export function acknowledgementRepository({ db, table }: { db: DynamoDBDocumentClient; table: string }) {
  const keyOf = (permitNo: string, sub: string, key: string): { pk: string; sk: string } => ({
    pk: `PLANT#${permitNo}`,
    sk: `ACKKEY#${hashOf(sub, key)}`,
  });
  return {
    /** What this person made under this key; null: nothing. */
    async made(permitNo: string, sub: string, key: string): Promise<StoredAcknowledgement | null> {
      const Key = keyOf(permitNo, sub, key);
      const { Item } = await db.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }));
      return Item ? StoredAcknowledgement.parse(Item) : null;
    },
    /** `paused`: the state that it leaves behind, with the version of the one that was read; null: it changes none. */
    writes(
      ack: StoredAcknowledgement,
      paused: { state: PlantState; before: PlantState; version: number } | null,
    ): Write[] {
      const pk = `PLANT#${ack.permitNo}`;
      const fresh = { ConditionExpression: "attribute_not_exists(pk)" };
      const hash = hashOf(ack.by.sub, ack.key);
      const ttl = Math.floor((ack.at + KEEP_KEYS) / 1000);
      return [
        { Put: { TableName: table, Item: { ...keyOf(ack.permitNo, ack.by.sub, ack.key), ...ack, ttl }, ...fresh } },
        { Put: { TableName: table, Item: { pk, sk: `ACK#${formatIso(ack.at)}#${hash}`, ...ack }, ...fresh } },
        ...(paused
          ? [
              {
                Put: {
                  TableName: table,
                  Item: { pk, sk: "WARNING", ...paused.state, v: paused.version + 1 },
                  ConditionExpression: "v = :read",
                  ExpressionAttributeValues: { ":read": paused.version },
                },
              },
              ...changedItems(ack.permitNo, paused.state, paused.before, [])
                .slice(0, MOST_LISTED)
                .map((Item) => ({ Put: { TableName: table, Item } })),
            ]
          : []),
      ];
    },
  };
}
