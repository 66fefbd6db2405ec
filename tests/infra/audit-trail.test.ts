/** The audit trail is only ever added to: what the roles may do with its table, in either partition. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

/** Current, because reviewed.test.ts compares it with the templates. */
const matrix = (file: string): string[] => readFileSync(join(import.meta.dirname, file), "utf8").split("\n");

test.each(["iam-matrix.txt", "iam-matrix.cn.txt"])(
  "%s: two functions write, and none updates or deletes; three read rights",
  (file) => {
    expect(matrix(file).filter((line) => line.includes(" people.Arn"))).toEqual(
      [
        ...["GetItem", "Query"].map((call) => `delivernoticesrole dynamodb:${call}`),
        "senddigestrole dynamodb:GetItem",
        ...["GetItem", "PutItem"].map((call) => `servedevicesrole dynamodb:${call}`),
        "serveliverole dynamodb:GetItem",
        ...["ConditionCheckItem", "GetItem", "PutItem", "Query"].map((call) => `servepeoplerole dynamodb:${call}`),
      ].map((line) => `${line} people.Arn`),
    );
    // Nobody reaches it by a wildcard either.
    expect(
      matrix(file).filter((line) => /dynamodb:\S* \*|dynamodb:\*/.test(line) && !/ListStreams/.test(line)),
    ).toEqual([]);
  },
);
