import { describe, expect, it } from "vitest";
import { broken, holdsUntil, LIMITS, scaleTables, shardsFor, SIZES, writtenTables } from "./cost-scale.ts";

describe("docs/scale.md", () => {
  it("shows the tables that the module computes (write them: node tests/bench/cost-scale.ts)", () =>
    expect(writtenTables()).toBe(scaleTables()));

  it("refuses a document without its marks", () => expect(() => writtenTables("# Scale\n")).toThrow("lacks"));
});

describe("the arithmetic of scale", () => {
  it.each([
    [1, 1],
    [4_358, 1], // 435.8 records a second × 2,406 B are 0.99999 MiB
    [4_359, 2],
    [10_250, 3],
  ])("%d plants in a burst of ten seconds need %d shards", (plants, shards) => expect(shardsFor(plants)).toBe(shards));

  it("a city breaks nothing, each larger size breaks all that the smaller one does and more", () => {
    const names = SIZES.map((plants) => broken(plants).map((l) => l.what));
    expect(names[0]).toEqual([]);
    expect(names[1]?.length).toBeGreaterThan(0);
    expect(names[2]?.slice(0, names[1]?.length)).toEqual(names[1]);
    expect(names[2]?.length).toBeGreaterThan(names[1]?.length ?? 0);
  });

  it.each(LIMITS.map((l) => [l.what, l] as const))(
    "%s: holds up to where it is said to, and not at twice that",
    (_, l) => {
      const until = holdsUntil(l);
      if (until === Infinity) return expect(l.need(1e9)).toBeLessThanOrEqual(l.limit);
      expect(l.need(until)).toBeLessThanOrEqual(l.limit);
      expect(l.need(2 * until)).toBeGreaterThan(l.limit);
    },
  );
});
