import { expect, test } from "vitest";
import { compilePattern } from "./event-pattern.ts";

const EVENT = {
  source: "aws.s3",
  detail: { bucket: { name: "imports" }, object: { key: "permits/a.json", size: 3 } },
  tags: ["a", "b"],
  none: null,
};

test.each<[string, Record<string, unknown>, boolean]>([
  ["equal", { source: ["aws.s3"] }, true],
  ["one of several", { source: ["aws.ec2", "aws.s3"] }, true],
  ["other", { source: ["aws.ec2"] }, false],
  ["every field", { source: ["aws.s3"], detail: { bucket: { name: ["other"] } } }, false],
  ["prefix", { detail: { object: { key: [{ prefix: "permits/" }] } } }, true],
  ["prefix of something else", { detail: { object: { key: [{ prefix: "results/" }] } } }, false],
  ["suffix", { detail: { object: { key: [{ suffix: ".json" }] } } }, true],
  ["number, not text", { detail: { object: { size: [3] } } }, true],
  ["text, not number", { detail: { object: { size: ["3"] } } }, false],
  ["an element of a list", { tags: ["b"] }, true],
  ["exists", { detail: { bucket: { name: [{ exists: true }] } } }, true],
  ["exists not", { gone: [{ exists: false }] }, true],
  ["null is a value", { none: [null] }, true],
  ["anything but", { source: [{ "anything-but": ["aws.ec2"] }] }, true],
  ["anything but this", { source: [{ "anything-but": "aws.s3" }] }, false],
  ["anything but a prefix", { source: [{ "anything-but": { prefix: "aws" } }] }, false],
  ["ignoring case", { source: [{ "equals-ignore-case": "AWS.S3" }] }, true],
  ["below something that is not there", { detail: { nothing: { key: ["x"] } } }, false],
])("%s", (_, pattern, expected) => {
  expect(compilePattern(pattern)(EVENT)).toBe(expected);
});

test("an operator it does not know is refused when compiled, with its path", () => {
  expect(() => compilePattern({ detail: { size: [{ numeric: [">", 1] }] } })).toThrow(/detail\.size: operator numeric/);
  expect(() => compilePattern({ $or: [{ a: ["1"] }] })).toThrow(/\$or is unknown/);
});
