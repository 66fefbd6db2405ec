import { describe, expect, test } from "vitest";
import { nextRate, shortfall, type Step } from "./throughput-ladder.ts";

const step = (over: Partial<Step> = {}): Step => ({
  rate: 1_000,
  sent: 7_000,
  acknowledged: 7_000,
  sendSeconds: 7,
  behindSeconds: 2.2,
  ...over,
});

describe("whether a rate was sustained", () => {
  test.each([
    ["all is well", step(), null],
    ["one message has no PUBACK", step({ acknowledged: 6_999 }), /^1 of 7000 messages/],
    ["the generator was slow", step({ sendSeconds: 8 }), /offered 875\/s only/],
    ["the last were merged late", step({ behindSeconds: 3.1 }), /3\.1 s late/],
    ["as late as a window and its batch", step({ behindSeconds: 3 }), null],
  ])("%s", (_, measured, expected) => {
    if (expected === null) expect(shortfall(measured)).toBeNull();
    else expect(shortfall(measured)).toMatch(expected);
  });
});

describe("the next rate", () => {
  test.each([
    [[[1_000, true]], 1_500],
    [[[1_000, true], [1_500, true]], 2_250], // prettier-ignore
    [[[1_000, true], [1_500, false]], 1_250], // prettier-ignore
    [[[1_000, false]], 500],
    [[[1_000, false], [500, true]], 750], // prettier-ignore
    [[[1_000, true], [1_500, false], [1_250, true]], 1_400], // prettier-ignore
    [[[1_000, true], [1_150, false]], null], // prettier-ignore
    // A lower rate that failed by chance does not lower what a higher one has shown.
    [[[500, false], [1_000, true]], 1_500], // prettier-ignore
  ] as const)("after %j: %s", (done, expected) => {
    expect(nextRate(done.map(([rate, sustained]) => ({ rate, sustained })))).toBe(expected);
  });

  test("the search ends for every capacity, close below it", () => {
    for (let capacity = 60; capacity < 3_000; capacity += 37) {
      const done: { rate: number; sustained: boolean }[] = [];
      let rate: number | null = 1_000;
      while (rate !== null && rate <= 5_000 && done.length < 12) {
        done.push({ rate, sustained: rate <= capacity });
        rate = nextRate(done);
      }
      expect(done.length, `${capacity}`).toBeLessThan(12);
    }
  });
});
