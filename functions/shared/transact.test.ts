import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { expect, test } from "vitest";
import { transact } from "./transact.ts";

const cancelled = (...codes: string[]): Error =>
  new TransactionCanceledException({
    message: "cancelled",
    $metadata: {},
    CancellationReasons: codes.map((Code) => ({ Code })),
  });

test.each<[Error[], "done" | "thrown", number]>([
  [[], "done", 1],
  [[cancelled("None", "TransactionConflict")], "done", 2],
  [[cancelled("TransactionConflict"), cancelled("None", "ConditionalCheckFailed")], "thrown", 2],
  [[cancelled("TransactionConflict", "ConditionalCheckFailed")], "thrown", 1],
  [[new Error("no network")], "thrown", 1],
  [Array.from({ length: 9 }, () => cancelled("TransactionConflict")), "thrown", 6],
])("answers %#", async (answers, end, tries) => {
  let sent = 0;
  const db = {
    send: () => {
      const error = answers[sent++];
      return error ? Promise.reject(error) : Promise.resolve({});
    },
  } as unknown as DynamoDBDocumentClient;
  const done = await transact(db, []).then(
    () => "done",
    () => "thrown",
  );
  expect([done, sent]).toEqual([end, tries]);
});
