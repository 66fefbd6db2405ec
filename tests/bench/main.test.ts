import { expect, test } from "vitest";
import { chosen, SECTIONS, type SectionPlan } from "./main-sections.ts";
import { met, readable, sectionText, summary, table, type Outcome } from "./main-table.ts";
import type { Figure } from "./section.ts";

const rate: Figure = { what: "durable", value: 1_620.4, unit: "1/s", target: { at: "least", value: 1_500 } };
const tick: Figure = { what: "tick", value: 2.5, unit: "s", target: { at: "most", value: 2 }, note: "busy" };
const plain: Figure = { what: "start", value: 0.04, unit: "s" };

test.each([
  [rate, true],
  [{ ...rate, value: 1_500 }, true],
  [{ ...rate, value: 1_499.9 }, false],
  [tick, false],
  [{ ...tick, value: 2 }, true],
  [{ ...tick, value: NaN }, false],
  [plain, null],
])("a figure keeps its bound, misses it, or has none: %j", (figure, expected) => {
  expect(met(figure)).toBe(expected);
});

test.each([
  [0, "0"],
  [0.0421, "0.0421"],
  [2.456, "2.46"],
  [99.96, "100"],
  [1_234_567.8, "1,234,568"],
  [NaN, "—"],
  [Infinity, "—"],
])("%d is printed as %s", (value, expected) => {
  expect(readable(value)).toBe(expected);
});

test("columns are as wide as their widest cell", () => {
  expect(table([rate, tick, plain]).split("\n")).toEqual([
    "  durable  1,620 1/s  ≥ 1,500 ✓",
    "  tick       2.5 s    ≤ 2     ✗  busy",
    "  start     0.04 s",
  ]);
});

test("a section that failed says why, and the summary names what is missed and what failed", () => {
  const good: Outcome = { name: "a", title: "A", figures: [rate, tick, plain], notes: ["how"], seconds: 1 };
  const bad: Outcome = { name: "b", failed: "no disk", seconds: 2 };
  expect(sectionText(good)).toMatch(/^\nA \(a, 1\.0 s\)\n[^]*\n {2}· how$/);
  expect(sectionText(bad)).toBe("\nb — FAILED after 2.0 s: no disk");
  expect(summary([good, bad])).toBe("1 of 2 targets met · missed: tick · failed sections: b");
});

test("sections are chosen by name, in their own order", () => {
  const plans = ["a", "b", "c"].map((name): SectionPlan => ({ name, budgetSeconds: 1, load: () => Promise.reject() }));
  const names = (only?: string): string[] => chosen(only, plans).map((plan) => plan.name);
  expect(names()).toEqual(["a", "b", "c"]);
  expect(names("c, a")).toEqual(["a", "c"]);
  expect(() => names("a,x")).toThrow('no section "x"; there are a, b, c');
});

test("all budgets together stay below five minutes", () => {
  expect(SECTIONS.reduce((sum, plan) => sum + plan.budgetSeconds, 0)).toBeLessThanOrEqual(300);
});
