import * as fc from "fast-check";
import { expect, test } from "vitest";
import { fromCursor, toCursor } from "./cursor.ts";
import { Refusal } from "./operation.ts";

const key = fc.string({ minLength: 1, maxLength: 100, unit: "grapheme" }).filter((text) => text.isWellFormed());
const filters = fc.array(fc.oneof(fc.string(), fc.integer(), fc.constant(undefined)), { maxLength: 4 });

test("any key comes back from a cursor of the same list", () => {
  fc.assert(
    fc.property(filters, key, (list, text) => {
      expect(fromCursor(list, toCursor(list, text) ?? "")).toBe(text);
    }),
  );
});

test("the end of a list has no cursor, and no cursor begins it", () => {
  expect(toCursor(["plants"], null)).toBeNull();
  expect(fromCursor(["plants"], undefined)).toBeNull();
});

test("a cursor of another list, or one that was cut, lengthened or altered, is refused", () => {
  fc.assert(
    fc.property(key, fc.nat(), fc.constantFrom("A", "_", "%", " "), (text, place, letter) => {
      const cursor = toCursor(["plants", "town"], text) ?? "";
      const i = place % cursor.length;
      const wrong = [
        cursor.slice(0, i),
        cursor + letter,
        ...(cursor[i] === letter ? [] : [cursor.slice(0, i) + letter + cursor.slice(i + 1)]),
      ];
      for (const altered of wrong) expect(() => fromCursor(["plants", "town"], altered)).toThrow(Refusal);
      expect(() => fromCursor(["plants", "another town"], cursor)).toThrow(Refusal);
      expect(() => fromCursor(["episodes", "town"], cursor)).toThrow(Refusal);
    }),
  );
});
