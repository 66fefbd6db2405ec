import fc from "fast-check";
import { expect, test } from "vitest";
import { hashOf, parseAddress } from "./address.ts";

test("there and back, whatever stands in it", () => {
  const word = fc.string({ unit: "grapheme", minLength: 1 });
  const name = fc.stringMatching(/^[a-z]{1,8}$/);
  fc.assert(
    fc.property(fc.array(word), fc.dictionary(name, word), (parts, query) => {
      const back = parseAddress(hashOf(parts, query));
      expect(back.parts).toEqual(parts);
      expect(Object.fromEntries(back.query)).toEqual({ ...query });
    }),
  );
});

test.each([
  ["", []],
  ["#", []],
  ["#/", []],
  ["#/plants", ["plants"]],
  ["#/plants/", ["plants"]],
  ["#/plants/%E0%A4%A", ["plants", "%E0%A4%A"]],
])("%s", (hash, parts) => expect(parseAddress(hash)).toEqual({ parts, query: new URLSearchParams() }));

test("what is empty is left out", () => {
  expect(hashOf(["episodes"], { town: "", open: null, kind: "hour" })).toBe("#/episodes?kind=hour");
});
