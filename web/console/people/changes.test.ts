import fc from "fast-check";
import { expect, test } from "vitest";
import { changesOf } from "./changes.ts";

test.each<[string, unknown, unknown, ReturnType<typeof changesOf>]>([
  ["the same", { a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }, []],
  ["nothing before", null, { name: "王" }, [{ path: "name", before: undefined, after: "王" }]],
  ["taken away", { phone: "138" }, { phone: null }, [{ path: "phone", before: "138", after: undefined }]],
  [
    "within a list",
    { of: [{ n: 1 }, { n: 2 }] },
    { of: [{ n: 1 }, { n: 3 }] },
    [{ path: "of[1].n", before: 2, after: 3 }],
  ],
  [
    "a list became empty",
    { of: ["x"] },
    { of: [] },
    [
      { path: "of[0]", before: "x", after: undefined },
      { path: "of", before: undefined, after: "[]" },
    ],
  ],
  ["leaves themselves", 1, 2, [{ path: "", before: 1, after: 2 }]],
  ["another type", { v: "1" }, { v: 1 }, [{ path: "v", before: "1", after: 1 }]],
])("%s", (_, before, after, expected) => expect(changesOf(before, after)).toEqual(expected));

test("a value has no changes from itself, and all of its own from nothing", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(changesOf(value, structuredClone(value))).toEqual([]);
      expect(changesOf(null, value).every(({ before, after }) => before === undefined && after !== undefined)).toBe(
        true,
      );
    }),
  );
});
