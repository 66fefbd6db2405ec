import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareLines, figures, line, RECIPIENTS, type Line } from "./line.ts";

const l = (over: Partial<Line>): Line => line({ kind: "warning", roles: [], ...over });

describe("the order of lines: worst first", () => {
  const inOrder: [string, Line, Line][] = [
    ["level before all", l({ level: 3, projected: 1, limit: 50 }), l({ level: 2, projected: 99, limit: 50 })],
    [
      "projected by limit, not projected",
      l({ level: 2, projected: 30, limit: 20 }),
      l({ level: 2, projected: 60, limit: 50 }),
    ],
    ["a projection before none", l({ level: 2, projected: 1, limit: 50 }), l({ level: 2, outlet: "DA000" })],
    ["outlet", l({ outlet: "DA001", pollutant: "z" }), l({ outlet: "DA002", pollutant: "a" })],
    ["pollutant", l({ outlet: "DA001", pollutant: "a" }), l({ outlet: "DA001", pollutant: "b" })],
    ["an outlet before none", l({ outlet: "DA009" }), l({ outlet: null, facility: "A" })],
    ["kind as the contract lists them", l({ kind: "recovered" }), l({ kind: "escalated" })],
    ["facility", l({ facility: "TA001" }), l({ facility: "TA002" })],
  ];
  test.each(inOrder)("%s", (_, a, b) => {
    expect(compareLines(a, b)).toBeLessThan(0);
    expect(compareLines(b, a)).toBeGreaterThan(0);
    expect(compareLines(a, { ...a })).toBe(0);
  });
  test("is total and transitive for any lines", () => {
    const any = fc
      .record({
        level: fc.constantFrom<Line["level"][]>(0, 1, 2, 3),
        projected: fc.constantFrom(null, 40, 60),
        limit: fc.constantFrom(null, 0, 50),
        outlet: fc.constantFrom(null, "DA001", "DA002"),
        pollutant: fc.constantFrom(null, "a", "b"),
        kind: fc.constantFrom<Line["kind"][]>("warning", "data", "offline"),
        facility: fc.constantFrom(null, "x"),
      })
      .map(l);
    fc.assert(
      fc.property(any, any, any, (a, b, c) => {
        expect(Math.sign(compareLines(a, b)) + Math.sign(compareLines(b, a))).toBe(0);
        if (compareLines(a, b) <= 0 && compareLines(b, c) <= 0) expect(compareLines(a, c)).toBeLessThanOrEqual(0);
      }),
      { numRuns: 300 },
    );
  });
});

test("figures are rounded to six decimals, unknown ones stay unknown", () => {
  const a = {
    ended: 30,
    left: 30,
    valid: 3,
    mean: 1 / 3,
    current: 1,
    projected: 2 / 3,
    required: null,
    level: 0,
    deficit: false,
    possible: 60,
    limit: 50,
  } as const;
  expect(figures(a)).toEqual({
    valid: 3,
    mean: 0.333333,
    projected: 0.666667,
    required: null,
    limit: 50,
    possible: 60,
  });
});

test("each level is heard by those of the level below and one more", () => {
  expect(RECIPIENTS[1]).toEqual(["operator", "environment-manager"]);
  expect(RECIPIENTS[2]).toEqual([...RECIPIENTS[1], "maintenance"]);
  expect(RECIPIENTS[3]).toEqual([...RECIPIENTS[2], "legal-person"]);
  expect([RECIPIENTS.data, RECIPIENTS.offline, RECIPIENTS.escalated]).toEqual([
    RECIPIENTS[1],
    RECIPIENTS[1],
    ["town-officer"],
  ]);
});
