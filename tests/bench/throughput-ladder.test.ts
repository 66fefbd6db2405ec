import { describe, expect, test } from "vitest";
import { growth, nextRate, shortfall, type Step } from "./throughput-ladder.ts";

/** A backlog that goes up and down by the batching window, and grows by so many messages a second. */
const backlog = (perSecond: number): [number, number][] =>
  Array.from({ length: 36 }, (_, i) => [i / 5, 500 + (i % 10) * 100 + (perSecond * i) / 5]);
const step = (over: Partial<Step> = {}): Step => ({
  rate: 1_000,
  sent: 7_000,
  acknowledged: 7_000,
  sendSeconds: 7,
  behindSeconds: 2.2,
  backlog: backlog(0),
  ...over,
});

describe("whether a rate was sustained", () => {
  test.each([
    ["all is well", step(), null],
    ["one message has no PUBACK", step({ acknowledged: 6_999 }), /^1 of 7000 messages/],
    ["the generator was slow", step({ sendSeconds: 8 }), /offered 875\/s only/],
    ["the backlog grows by a tenth", step({ backlog: backlog(100) }), /grew by 1\d\d messages/],
    ["it grows by less than the ups and downs show", step({ backlog: backlog(20) }), null],
    ["the last were merged late", step({ behindSeconds: 5.1 }), /5\.1 s behind/],
  ])("%s", (_, measured, expected) => {
    if (expected === null) expect(shortfall(measured)).toBeNull();
    else expect(shortfall(measured)).toMatch(expected);
  });

  test("the window that fills at the beginning is no growth", () => {
    expect(growth({ backlog: [[0, 0], [1, 1_000], [2, 2_000], [3, 800], [4, 800], [5, 800], [6, 800]] })).toBe(0); // prettier-ignore
    expect(growth({ backlog: [] })).toBe(0);
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
