import { expect, test } from "vitest";
import { follow, moved, problemsAt, put, standingOf, type Limit } from "./edit-state.ts";

const limit = (over: Partial<Limit> = {}): Limit => ({
  pollutant: "a21002",
  statistic: "hour",
  basis: "measured",
  referenceO2: null,
  max: 50,
  min: null,
  period: null,
  from: null,
  to: null,
  source: "permit",
  ...over,
});
const NOON = "2026-10-01T12:00:00+08:00";
const now = Date.parse(NOON);

test.each([
  [null, null, "now"],
  [NOON, null, "now"],
  ["2026-10-01T12:00:00.001+08:00", null, "future"],
  [null, NOON, "past"],
  [null, "2026-10-01T12:00:00.001+08:00", "now"],
] as const)("from %s to %s is %s", (from, to, standing) => {
  expect(standingOf({ from, to }, now)).toBe(standing);
});

test("a limit that follows begins where the old one ends, and ends where that would have", () => {
  const old = limit({ to: "2027-01-01T00:00:00+08:00" });
  expect(follow([old, limit({ pollutant: "x" })], 0, NOON, { ...old, max: 40 })).toEqual([
    { ...old, to: NOON },
    { ...old, from: NOON, max: 40 },
    limit({ pollutant: "x" }),
  ]);
});

test("entries are put, added, taken out and moved", () => {
  expect(put(["a", "b"], 1, "c")).toEqual(["a", "c"]);
  expect(put(["a", "b"], 2, "c")).toEqual(["a", "b", "c"]);
  expect(put(["a", "b"], 0, null)).toEqual(["b"]);
  expect(put([], 0, null)).toEqual([]);
  expect(moved(["a", "b", "c"], 1, -1)).toEqual(["b", "a", "c"]);
  expect(moved(["a", "b", "c"], 1, 1)).toEqual(["a", "c", "b"]);
});

test("problems of a thing are its own and of what is in it", () => {
  const at = (path: string) => ({ path, reason: "", zh: "" });
  const all = ["outlets[1]", "outlets[1].limits[0].max", "outlets[10]", "outlets[1].limits[0]"].map(at);
  expect(problemsAt(all, "outlets[1]").map((p) => p.path)).toHaveLength(3);
  expect(problemsAt(all, "outlets[1].limits[0]", true)).toEqual([at("outlets[1].limits[0]")]);
});
