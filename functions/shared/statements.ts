/** Conditional writes of many items in one call (PartiQL), each with its own condition, at the price of single writes. */
import { BatchExecuteStatementCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { setTimeout as pause } from "node:timers/promises";

export interface Statement {
  Statement: string;
  Parameters: unknown[];
}

/** DynamoDB takes 25 statements in a call. */
export const MOST_STATEMENTS = 25;
const ATTEMPTS = 5;
const PAUSE_MS = 25;
/** Reasons that mean another writer. */
export const FASTER = new Set(["ConditionalCheckFailed", "DuplicateItem", "TransactionConflict"]);
const TRANSIENT = new Set([
  "ProvisionedThroughputExceeded",
  "ThrottlingError",
  "RequestLimitExceeded",
  "InternalServerError",
]);

/**
 * At most 25 statements on one table. One answer a statement: true written, false somebody else was faster, an error where
 * trying again mends nothing: the others of the call stand.
 */
export async function executeAll(
  { db, table }: { db: DynamoDBDocumentClient; table: string },
  statements: readonly Statement[],
): Promise<(boolean | Error)[]> {
  const done: (boolean | Error)[] = statements.map(() => false);
  let open = statements.map((statement, index) => ({ statement, index }));
  for (let attempt = 0; open.length > 0; attempt++) {
    // One that failed inside DynamoDB may have been written: its next try finds another version and is merged anew.
    if (attempt > 0) await pause(PAUSE_MS * 2 ** attempt);
    const { Responses = [] } = await db.send(
      new BatchExecuteStatementCommand({ Statements: open.map(({ statement }) => statement) }),
    );
    open = open.filter(({ index }, i) => {
      const error = Responses[i]?.Error;
      done[index] = Responses[i] !== undefined && !error;
      if (!error || FASTER.has(error.Code ?? "")) return false;
      if (TRANSIENT.has(error.Code ?? "") && attempt < ATTEMPTS) return true;
      done[index] = Object.assign(new Error(`${table}: ${error.Message ?? error.Code}`), { name: error.Code });
      return false;
    });
  }
  return done;
}

/** The answer to one statement; throws the error. */
export function written(answer: boolean | Error | undefined): boolean {
  if (answer instanceof Error) throw answer;
  return answer ?? false;
}
