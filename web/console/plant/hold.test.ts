import { expect, test } from "vitest";
import { holdText } from "./hold.ts";

test.each([
  [48.18, 1, "48.1"],
  [48.1, 1, "48.1"],
  [38, 0, "38"],
  [37.999, 0, "37"],
  [0.35, 2, "0.35"],
  [-1.25, 1, "-1.3"],
])("%f with %i decimals is %s", (required, decimals, text) => expect(holdText(required, decimals)).toBe(text));
