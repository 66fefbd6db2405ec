/** `GET /api/quarantine`: what was refused on a day, newest first, with its bytes. */
import { QueryCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import { fromCursor, toCursor } from "../api/cursor.ts";
import { moment } from "../api/moment.ts";
import { overReach, type Operation } from "../api/operation.ts";
import { formatDay } from "../shared/shanghai.ts";

const Query = z.object({
  /** `2026-10-01`; today unless said. */
  day: z.optional(z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/))),
  cursor: z.optional(z.string().check(z.maxLength(1000))),
  limit: z.optional(z.string().check(z.regex(/^[1-9]\d{0,2}$/))),
});
const Answer = z.object({
  day: z.string(),
  items: z.array(
    z.object({
      at: z.string(),
      topic: z.string(),
      reason: z.string(),
      detail: z.string(),
      /** Of the bytes as received. */
      sha256: z.string(),
      /** Bytes as received; `base64` has at most the first 8 KB of them, `text` the same as far as it is text. */
      size: z.int(),
      base64: z.string(),
      text: z.string(),
    }),
  ),
  next: z.nullable(z.string()),
});
const Stored = z.object({
  at: z.string(),
  topic: z.string(),
  reason: z.string(),
  detail: z.string(),
  sha256: z.string(),
  size: z.int(),
  bytes: z.instanceof(Uint8Array),
});
const MOST = 200;
const USUAL = 50;

export const listQuarantineOperation = ({ db, table }: { db: DynamoDBDocumentClient; table: string }): Operation =>
  overReach({
    id: "listQuarantine",
    method: "GET",
    path: "/api/quarantine",
    summary: "Messages that were refused on a day, newest first",
    action: "quarantine.read",
    query: Query,
    answer: Answer,
    async handle({ query: { day: asked, cursor, limit }, at }) {
      const day = formatDay(asked === undefined ? at : moment("day", asked));
      const list = ["quarantine", day];
      const from = fromCursor(list, cursor);
      const pk = `QUARANTINE#${day}`;
      const { Items = [], LastEvaluatedKey } = await db.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: "pk = :pk",
          ExpressionAttributeValues: { ":pk": pk },
          ScanIndexForward: false,
          Limit: Math.min(MOST, Number(limit ?? USUAL)),
          ExclusiveStartKey: from === null ? undefined : { pk, sk: from },
        }),
      );
      return {
        body: {
          day,
          items: Items.map((item) => {
            const { bytes, ...rest } = Stored.parse(item);
            return { ...rest, base64: Buffer.from(bytes).toString("base64"), text: textOf(bytes) };
          }),
          next: toCursor(list, LastEvaluatedKey ? String(LastEvaluatedKey.sk) : null),
        },
      };
    },
  });

/** As text; control characters, which a damaged frame may hold, become visible. */
export const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes)
    .toString("utf8")
    .replaceAll(/(?![\n\r\t])\p{Cc}/gu, "\ufffd");
