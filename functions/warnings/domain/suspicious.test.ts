import { describe, expect, test } from "vitest";
import { at, fill, numbers, row } from "../../telemetry/fixtures.ts";
import { suspicions } from "./suspicious.ts";

const notes = (values: (number | null)[], limit = 100): string[] =>
  suspicions(row(at("08:00"), values), limit, numbers.suspicious);
/** Values that neither repeat nor jump. */
const lively = (n: number): number[] => Array.from({ length: n }, (_, i) => 40 + (i % 7));

describe("a flat line", () => {
  test("is the same value in thirty valid slots in a row", () => {
    expect(notes([...fill(29, 39), ...lively(31)])).not.toContain("flat-line");
    expect(notes([...fill(30, 39), ...lively(30)])).toContain("flat-line");
  });
  test("goes over slots that do not count, and ends with another value", () => {
    expect(notes([...fill(15, 40), null, ...fill(15, 40)])).toContain("flat-line");
    expect(notes([...fill(20, 40), 41, ...fill(20, 40)])).not.toContain("flat-line");
  });
});

describe("a jump", () => {
  test.each([
    ["five-fold is none", [10, 50], false],
    ["more than five-fold", [10, 50.1], true],
    ["downwards too", [50.1, 10], true],
    ["not over a slot that does not count", [10, null, 90], false],
    ["not from zero", [0, 90], false],
  ])("%s", (_, values, expected) => expect(notes(values).includes("jump")).toBe(expected));
});

describe("values near the limit", () => {
  test.each([
    ["90 % and 99 % are within", [90, 99, 95], true],
    ["below", [89.9, 95], false],
    ["above", [99.1, 95], false],
    ["slots that do not count are left out", [95, null, 95.5], true],
    ["no valid slot", [null], false],
  ])("%s", (_, values, expected) => expect(notes(values).includes("near-limit")).toBe(expected));
});

test("a lively hour has no note", () => expect(notes(lively(60))).toEqual([]));
