import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FUNCTIONS } from "../infra/build.ts";
import { matchRule, RULES } from "./rules.ts";

interface Kind {
  kind: string;
  fixture: string;
  functions: string[];
  from: string;
}

const read = (name: string): unknown => JSON.parse(readFileSync(join(import.meta.dirname, name), "utf8"));
const { kinds } = read("manifest.json") as { kinds: Kind[] };

test("every fixture is listed once, and every listed fixture exists", () => {
  const files = globSync("*.json", { cwd: import.meta.dirname }).filter((f) => f !== "manifest.json");
  expect(kinds.map((k) => k.fixture).toSorted()).toEqual(files.toSorted());
});

test("every function has the kinds of event it gets, and no other function is named", () => {
  const named = kinds.flatMap((k) => k.functions);
  expect([...new Set(named)].toSorted()).toEqual(Object.keys(FUNCTIONS).toSorted());
});

test("every kind says where it comes from", () => {
  for (const { kind, from } of kinds) expect(from, kind).not.toBe("");
  expect(new Set(kinds.map((k) => k.kind)).size).toBe(kinds.length);
});

describe("the records of the stream are what the rules make", () => {
  const { Records } = read("kinesis-batch.json") as { Records: { kinesis: { partitionKey: string; data: string } }[] };

  test.each(Records.map(({ kinesis }) => [kinesis.partitionKey, kinesis.data]))("key %s", (key, data) => {
    const record = JSON.parse(Buffer.from(data, "base64").toString()) as Record<string, string | number>;
    const made = RULES.map((rule) =>
      matchRule(rule, {
        topic: String(record.topic),
        payload: Buffer.from(String(record.payload), "base64"),
        receivedAt: Number(record.receivedAt),
        clientId: String(record.clientId),
      }),
    ).filter((match) => match !== null);
    expect(made).toEqual([{ record, partitionKey: key }]);
  });

  test("each rule is among them", () => {
    expect(Records).toHaveLength(RULES.length);
  });
});
