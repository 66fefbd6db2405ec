/** Former states of a plant's permit: every one is kept, with who or what made it. */
import { GetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import type * as z from "zod/mini";
import type { RegisterTable } from "./register-table.ts";
import { keys, parseItem, RevisionHead, RevisionItem } from "./stored-items.ts";

export type Revision = z.output<typeof RevisionItem>;
export type Head = Omit<Revision, "permit"> & { revision: number };

/** The revisions below `before`, newest first, without their permits. */
export async function listRevisions(
  { db, table }: RegisterTable,
  permitNo: string,
  { before, limit }: { before: number; limit: number },
): Promise<Head[]> {
  const heads: Head[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const page = await db.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: "pk = :pk AND sk BETWEEN :first AND :last",
        ExpressionAttributeValues: {
          ":pk": keys.revision(permitNo, 1).pk,
          ":first": keys.revision(permitNo, 1).sk,
          ":last": keys.revision(permitNo, before - 1).sk,
        },
        ProjectionExpression: "sk, importedAt, #source, #by, reason",
        ExpressionAttributeNames: { "#source": "source", "#by": "by" },
        ScanIndexForward: false,
        Limit: limit - heads.length,
        ExclusiveStartKey: start,
      }),
    );
    for (const item of page.Items ?? []) {
      const { sk, ...head } = parseItem(RevisionHead, item);
      heads.push({ ...head, revision: Number(sk.slice("REVISION#".length)) });
    }
    start = page.LastEvaluatedKey;
  } while (start && heads.length < limit);
  return heads;
}

/** One revision; null when there is none of this number. */
export async function readRevision(
  { db, table }: RegisterTable,
  permitNo: string,
  n: number,
): Promise<Revision | null> {
  const { Item } = await db.send(new GetCommand({ TableName: table, Key: keys.revision(permitNo, n) }));
  return Item ? parseItem(RevisionItem, Item) : null;
}
