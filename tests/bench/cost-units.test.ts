import { describe, expect, it } from "vitest";
import { iotUnits, itemBytes, putUnits, readUnits, streamBytes, writeUnits } from "./cost-units.ts";

describe("units at their steps", () => {
  it.each([
    [0, 1],
    [1, 1],
    [1_024, 1],
    [1_025, 2],
    [2_048, 2],
    [409_600, 400],
  ])("%d bytes written are %d units, twice in a transaction", (bytes, units) => {
    expect(writeUnits(bytes)).toBe(units);
    expect(writeUnits(bytes, true)).toBe(2 * units);
  });

  it.each([
    [0, 1],
    [4_096, 1],
    [4_097, 2],
    [8_192, 2],
  ])("%d bytes read are %d units, half when the read may be old", (bytes, units) => {
    expect(readUnits(bytes, true)).toBe(units);
    expect(readUnits(bytes, false)).toBe(units / 2);
  });

  it.each([
    [1, 1],
    [5_120, 1],
    [5_121, 2],
    [131_072, 26],
  ])("%d bytes are %d steps of IoT Core", (bytes, steps) => expect(iotUnits(bytes)).toBe(steps));

  it.each([
    [1, 1, 1_024],
    [1_024, 1, 1_024],
    [1_025, 1, 2_048],
    [25_600, 1, 25_600],
    [25_601, 2, 26_624],
  ])("%d bytes are %d PUT units, or %d bytes on demand", (bytes, units, billed) => {
    expect(putUnits(bytes)).toBe(units);
    expect(streamBytes(bytes)).toBe(billed);
  });
});

describe("bytes of an item", () => {
  it.each([
    ["a text", { pk: { S: "ab" } }, 4],
    ["UTF-8, not characters", { pk: { S: "氮" } }, 5],
    ["base64 is its bytes", { d: { B: Buffer.alloc(100).toString("base64") } }, 101],
    ["a number: half a byte a digit, and one", { n: { N: "1790000000000" } }, 1 + 3],
    ["minus is one more", { n: { N: "-12" } }, 1 + 3],
    ["nothing and truth", { a: { NULL: true }, b: { BOOL: false } }, 4],
    ["a list: three, and one a member", { l: { L: [{ S: "a" }, { S: "bc" }] } }, 1 + 3 + 2 + 3],
    ["a map: three, and one a member", { m: { M: { k: { S: "v" } } } }, 1 + 3 + 1 + 2],
  ] as const)("%s", (_, item, bytes) =>
    expect(itemBytes(item as unknown as Parameters<typeof itemBytes>[0])).toBe(bytes),
  );
});
