import { BatchGetCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

/** BatchGetItem takes 100 keys and may leave some unread (throttling, 16 MB): those are asked for again. Any order. */
export async function batchGet(
  { db, table }: { db: DynamoDBDocumentClient; table: string },
  wanted: readonly { pk: string; sk: string }[],
  consistent: boolean,
): Promise<Record<string, unknown>[]> {
  const found: Record<string, unknown>[] = [];
  let pending = [...new Map(wanted.map((key) => [`${key.pk}\n${key.sk}`, key])).values()];
  let idle = 0;
  while (pending.length > 0) {
    const page = pending.slice(0, 100);
    const answer = await db.send(
      new BatchGetCommand({ RequestItems: { [table]: { Keys: page, ConsistentRead: consistent } } }),
    );
    const read = answer.Responses?.[table] ?? [];
    const unread = (answer.UnprocessedKeys?.[table]?.Keys ?? []) as { pk: string; sk: string }[];
    found.push(...read);
    pending = [...unread, ...pending.slice(100)];
    idle = unread.length === page.length ? idle + 1 : 0;
    if (idle > 8) throw new Error(`${table}: ${unread.length} items stay unread (throttled)`);
    if (idle > 0) await new Promise((resolve) => setTimeout(resolve, 50 * 2 ** idle));
  }
  return found;
}
