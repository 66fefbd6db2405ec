/** Reading all that a DynamoDB query finds. */
import { QueryCommand, type DynamoDBDocumentClient, type QueryCommandInput } from "@aws-sdk/lib-dynamodb";

/** Every item of the query, over as many pages (1 MB each) as it takes; the next one is asked for when it is wanted. */
export async function* queryItems(
  { db, table }: { db: DynamoDBDocumentClient; table: string },
  query: Omit<QueryCommandInput, "TableName" | "ExclusiveStartKey">,
): AsyncGenerator<Record<string, unknown>> {
  let start: Record<string, unknown> | undefined;
  do {
    const page = await db.send(new QueryCommand({ ...query, TableName: table, ExclusiveStartKey: start }));
    yield* page.Items ?? [];
    start = page.LastEvaluatedKey;
  } while (start);
}
