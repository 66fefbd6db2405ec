import { expect, test } from "vitest";
import { parseIso } from "../functions/shared/shanghai.ts";
import { qualityRules, type QualityRules } from "./device-quality.ts";
import { QualityVersions } from "./rule-data-schema.ts";

const version = (over: Partial<QualityRules> = {}): QualityRules => ({
  effectiveFrom: "2026-01-01",
  lateMinutes: 15,
  points: [{ fact: "received", weight: 10, full: 1, none: 0, atNone: "D" }],
  grades: { A: 90, B: 75, C: 60 },
  certainty: "project",
  source: "test",
  ...over,
});

test("the version of the day holds; before the first, the first", () => {
  const at = qualityRules([version(), version({ effectiveFrom: "2027-01-01", lateMinutes: 5 })]);
  expect(["2020-01-01", "2026-12-31T23:59:59+08:00", "2027-01-01"].map((t) => at(parseIso(t)!).lateMinutes)).toEqual([
    15, 15, 5,
  ]);
  expect(() => qualityRules([version(), version()])).toThrow("must be later");
});

test.each<[string, Partial<QualityRules>]>([
  ["a fact twice", { points: [...version().points, ...version().points] }],
  ["full and none the same", { points: [{ fact: "late", weight: 1, full: 0.1, none: 0.1, atNone: "D" }] }],
  ["grades out of order", { grades: { A: 75, B: 75, C: 60 } }],
  ["no points", { points: [] }],
])("refused: %s", (_, over) => {
  expect(QualityVersions.safeParse([version(over)]).success).toBe(false);
});
