import { expect, test } from "vitest";
import { affordable, costOf, figuresOf, fitting, percent } from "./tick-rows.ts";

const city = { plants: 100_000, msPerPlant: 5, most: 0.1 };

test.each([
  ["no time to prepare the city", 15_000, 0],
  ["time for a part", 50_000, 0.031],
  ["time for all", 600_000, 0.1],
])("share at risk: %s", (_, left, expected) => {
  expect(affordable({ ...city, left })).toBe(expected);
});

test("a plant's cost is told by the tick at which the most began to warn", () => {
  const row = { what: "t", cpuSeconds: 1, reads: 0, writes: 0, sms: 0, report: {} };
  expect(costOf([])).toBe(0);
  expect(costOf([{ ...row, ms: 40 }])).toBe(0);
  expect(costOf([{ ...row, ms: 40 }, { ...row, ms: 300, opened: 100 }, { ...row, ms: 200, opened: 10 }])).toBe(3); // prettier-ignore
});

test("a share fits when both its ticks do", () => {
  expect(fitting(8_000, 10_000, 5)).toBe(0.1);
  expect(fitting(1_000, 10_000, 5)).toBe(0.012);
  expect(fitting(-1, 10_000, 5)).toBe(0);
  expect(percent(0.012)).toBe("1.2 %");
});

test("a row is one figure, with its accesses and its bound", () => {
  const row = { what: "t", ms: 1_234, cpuSeconds: 1.26, reads: 1_000, writes: 2, sms: 3, report: {} };
  expect(figuresOf(row)).toEqual([
    { what: "t", value: 1.234, unit: "s", note: "1.3 s of CPU, 1,000 reads, 2 writes, 3 text messages" },
  ]);
  expect(figuresOf({ ...row, target: { at: "most", value: 2 } })[0]?.target).toEqual({ at: "most", value: 2 });
});
