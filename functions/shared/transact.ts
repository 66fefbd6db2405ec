import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import {
  TransactWriteCommand,
  type DynamoDBDocumentClient,
  type TransactWriteCommandInput,
} from "@aws-sdk/lib-dynamodb";

const ATTEMPTS = 6;

/**
 * Writes all or nothing. Another transaction on one of the items at the same moment says nothing about the conditions: it is
 * tried again, so that a refusal is always one of a condition. Throws TransactionCanceledException.
 */
export async function transact(
  db: DynamoDBDocumentClient,
  TransactItems: NonNullable<TransactWriteCommandInput["TransactItems"]>,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await db.send(new TransactWriteCommand({ TransactItems }));
      return;
    } catch (error) {
      if (!onlyConflicts(error) || attempt === ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, (0.5 + Math.random()) * 10 * 2 ** attempt));
    }
  }
}

function onlyConflicts(error: unknown): boolean {
  if (!(error instanceof TransactionCanceledException)) return false;
  const codes = (error.CancellationReasons ?? []).flatMap(({ Code }) => (!Code || Code === "None" ? [] : [Code]));
  return codes.length > 0 && codes.every((code) => code === "TransactionConflict");
}
