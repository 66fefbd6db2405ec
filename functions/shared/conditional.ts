import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";

/** Writes on a condition: true when it held, false when it did not and nothing was written. Throws everything else. */
export async function conditional(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
