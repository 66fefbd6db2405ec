import { describe, expect, test } from "vitest";
import { bytesOf, examine, type Input } from "./invariants.ts";
import { inputOf } from "./inputs.ts";
import { MUTATIONS } from "./mutations.ts";
import { frames } from "./pool.ts";
import { fuzz } from "./run.ts";
import { shrink } from "./shrink.ts";

test("the short form of the fuzzer: no violation, every mutation tried", () => {
  const { found, tallies } = fuzz(1, 0, 22_000);
  expect(found && { ...found, input: Buffer.from(found.input).toString("base64") }).toBeNull();
  expect([...tallies.keys()].toSorted()).toEqual(
    [...Object.keys(MUTATIONS), "JSON message", "encoded, then read"].toSorted(),
  );
  for (const [mutation, t] of tallies) expect(t.inputs, mutation).toBeGreaterThan(500);
}, 120_000);

test("seed and index make the same input again, and other ones others", () => {
  const bytes = (seed: number, index: number): string => Buffer.from(bytesOf(inputOf(seed, index))).toString("base64");
  expect(bytes(7, 1234)).toBe(bytes(7, 1234));
  expect(
    new Set(Array.from({ length: 50 }, (_, i) => bytes(7, i * Object.keys(MUTATIONS).length))).size,
  ).toBeGreaterThan(45);
  expect(bytes(8, 1234)).not.toBe(bytes(7, 1234));
});

describe("the invariants can be violated", () => {
  const [first, second] = frames.filter((f) => f.neighbour && f.meaning.bare !== "");
  const part = (bytes: Uint8Array, whole: boolean, meaning: string) => ({ bytes, whole, meaning, annexA: true });
  const lost: Input = {
    keyed: false,
    closed: false,
    chunks: [20, 30],
    parts: [
      part(first!.bytes, true, first!.meaning.bare),
      part(second!.bytes, false, second!.meaning.bare),
      part(second!.bytes.subarray(1), true, second!.meaning.bare),
    ],
  };

  test("a frame said to be whole that is not found", () => {
    expect(examine(lost).violation?.invariant).toBe("a whole frame is found behind damage");
  });

  test("something read that nobody said", () => {
    const input: Input = { ...lost, closed: true, parts: [part(first!.bytes, false, "something else")] };
    expect(examine(input).violation?.invariant).toBe("one changed byte says nothing new");
  });

  test("what is left of it when shrunk violates the same", () => {
    const small = shrink(lost, "a whole frame is found behind damage");
    expect(examine(small).violation?.invariant).toBe("a whole frame is found behind damage");
    expect(small.parts).toHaveLength(1);
    expect(small.chunks).toEqual([]);
  });
});
