import { expect, test } from "vitest";
import { parseIso } from "../../../functions/shared/shanghai.ts";
import { pointsOf, standingOf } from "./points.ts";

test.each([
  [{ quality: "counts" }, "counted"],
  [{ quality: "invalid" }, "flagged"],
  [{ quality: "marked" }, "marked"],
  [{ verdict: "met" }, "counted"],
  [{ verdict: "exceeded" }, "exceeded"],
  [{ verdict: "insufficient" }, "insufficient"],
  [{ verdict: "marked" }, "marked"],
  [{ verdict: null }, "counted"],
  [{}, "counted"],
] as const)("%j stands as %s", (value, standing) => expect(standingOf(value)).toBe(standing));

test("a value without a time is none", () => {
  expect(
    pointsOf([
      { at: "2026-10-01T08:00:00+08:00", value: 12, verdict: "met" },
      { at: "when?", value: 1 },
    ]),
  ).toEqual([{ at: parseIso("2026-10-01T08:00:00+08:00"), value: 12, standing: "counted" }]);
});
