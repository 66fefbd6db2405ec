import { randomInt } from "node:crypto";
import { expect, it } from "vitest";
import { isPublicCode, publicCode } from "./public-code.ts";

it("is twelve characters that cannot be misread", () => {
  for (let i = 0; i < 1_000; i++) expect(publicCode(randomInt)).toMatch(/^[2-9b-df-hjkmnp-tv-z]{12}$/);
  expect(publicCode(() => 0)).toBe("222222222222");
  expect(publicCode((n) => n - 1)).toBe("zzzzzzzzzzzz");
});

it.each([
  ["222222222222", true],
  ["bcdfghjkmnpq", true],
  ["22222222222", false],
  ["2222222222222", false],
  ["a22222222222", false],
  ["1lo222222222", false],
  ["BCDFGHJKMNPQ", false],
  ["", false],
])("%j could be a code: %s", (text, could) => expect(isPublicCode(text)).toBe(could));
