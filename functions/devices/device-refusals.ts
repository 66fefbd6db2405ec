/** Frames that name a device and were refused (ledger table), newest first. */
import { QueryCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import { formatIso } from "../shared/shanghai.ts";

const Item = z.object({ at: z.string(), reason: z.string(), detail: z.string() });
type RefusedFrame = z.output<typeof Item>;

interface Ledger {
  db: DynamoDBDocumentClient;
  table: string;
}

export async function lastRefusals({ db, table }: Ledger, mn: string, most: number): Promise<RefusedFrame[]> {
  const { Items = [] } = await db.send(
    new QueryCommand({
      TableName: table,
      KeyConditionExpression: "pk = :pk",
      ExpressionAttributeValues: { ":pk": `REFUSED#${mn}` },
      ScanIndexForward: false,
      Limit: most,
    }),
  );
  return Items.map((item) => Item.parse(item));
}

/** Pages of 1 MB that are counted at most, some 10,000 frames: what is more changes no grade. */
const PAGES = 3;

/** How many were refused in [from, to) of receipt. */
export async function countRefusals({ db, table }: Ledger, mn: string, from: number, to: number): Promise<number> {
  let count = 0;
  let start: Record<string, unknown> | undefined;
  for (let page = 0; page === 0 || (start && page < PAGES); page++) {
    const answer = await db.send(
      new QueryCommand({
        TableName: table,
        Select: "COUNT",
        KeyConditionExpression: "pk = :pk AND sk BETWEEN :from AND :to",
        ExpressionAttributeValues: { ":pk": `REFUSED#${mn}`, ":from": formatIso(from), ":to": formatIso(to) },
        ExclusiveStartKey: start,
      }),
    );
    count += answer.Count ?? 0;
    start = answer.LastEvaluatedKey;
  }
  return count;
}
