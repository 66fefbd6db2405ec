/** The ledger's side of digests: one item a person and day, written before anything is sent. */
import { PutCommand, QueryCommand, UpdateCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import { parseStored } from "../shared/parse-stored.ts";
import { DAY, formatDay } from "../shared/shanghai.ts";
import { CHANNELS } from "./domain/settings.ts";
import { keys } from "./stored-items.ts";
import { conditional } from "../shared/conditional.ts";

/** `empty`: there was nothing to say, and nothing was sent. */
export const DIGEST_STATES = ["claimed", "sent", "failed", "unknown", "empty"] as const;
export const Receipt = z.object({
  channel: z.enum(CHANNELS),
  /** Name of the device, or the address with its middle covered. */
  to: z.string(),
  state: z.enum(["sent", "failed", "unknown"]),
});
export type Receipt = z.output<typeof Receipt>;
const DigestItem = z.object({
  /** It told of what came up from `since` on, up to `at`; epoch ms. */
  since: z.number(),
  at: z.number(),
  state: z.enum(DIGEST_STATES),
  text: z.string(),
  receipts: z.array(Receipt),
});
export type DigestItem = z.output<typeof DigestItem>;

export interface Digests {
  /** The last ones, newest first. */
  last(sub: string, most: number): Promise<DigestItem[]>;
  /** `claimed`: send it now; `there`: another run has the day. */
  claim(sub: string, digest: Omit<DigestItem, "receipts">): Promise<"claimed" | "there">;
  settle(sub: string, at: number, state: DigestItem["state"], receipts: readonly Receipt[]): Promise<void>;
  /** A run that was cut off: nobody knows what became of it. */
  settleUnknown(sub: string, at: number): Promise<void>;
}

const KEEP = 400 * DAY;

export function digestRepository({ db, table }: { db: DynamoDBDocumentClient; table: string }): Digests {
  const settle = async (
    sub: string,
    at: number,
    state: DigestItem["state"],
    receipts: readonly Receipt[],
  ): Promise<void> => {
    await conditional(() =>
      db.send(
        new UpdateCommand({
          TableName: table,
          Key: keys.digest(sub, formatDay(at)),
          UpdateExpression: "SET #state = :state, receipts = :receipts",
          // What is settled stays so, whoever comes later.
          ConditionExpression: "#state = :claimed",
          ExpressionAttributeNames: { "#state": "state" },
          ExpressionAttributeValues: { ":state": state, ":receipts": receipts, ":claimed": "claimed" },
        }),
      ),
    );
  };
  return {
    async last(sub, most) {
      const { pk, sk } = keys.digest(sub, "");
      const { Items = [] } = await db.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: "pk = :pk AND begins_with(sk, :sk)",
          ExpressionAttributeValues: { ":pk": pk, ":sk": sk },
          ScanIndexForward: false,
          Limit: most,
          ConsistentRead: true,
        }),
      );
      return Items.map((item) => parseStored("ledger", DigestItem, item));
    },
    async claim(sub, digest) {
      const ttl = Math.floor((digest.at + KEEP) / 1000);
      const first = await conditional(() =>
        db.send(
          new PutCommand({
            TableName: table,
            Item: { ...keys.digest(sub, formatDay(digest.at)), ...digest, receipts: [], ttl },
            ConditionExpression: "attribute_not_exists(pk)",
          }),
        ),
      );
      return first ? "claimed" : "there";
    },
    settle,
    settleUnknown: (sub, at) => settle(sub, at, "unknown", []),
  };
}
