import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { sample } from "./ingest-metrics.ts";

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

describe("the lags of a batch", () => {
  test.each<[string, number[], number[]]>([
    ["nothing", [], []],
    ["one", [7], [7]],
    ["a few, in order", [3, 1, 2], [1, 2, 3]],
    ["twenty as they are", upTo(20).toReversed(), upTo(20)],
    ["forty: every second", upTo(40), upTo(20).map((n) => 2 * n)],
    ["five hundred: every twenty-fifth", upTo(500), upTo(20).map((n) => 25 * n)],
  ])("%s", (_, lags, kept) => expect(sample(lags)).toEqual(kept));

  it("keep their maximum and come from the batch, and a share of them is that share of all within a twentieth", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 500 }), fc.nat(1_000_000), (lags, limit) => {
        const kept = sample(lags);
        const share = (of: readonly number[]): number => of.filter((lag) => lag <= limit).length / of.length;
        expect(kept.at(-1)).toBe(Math.max(...lags));
        expect(kept.every((lag) => lags.includes(lag))).toBe(true);
        expect(kept.length).toBe(Math.min(20, lags.length));
        expect(Math.abs(share(kept) - share(lags))).toBeLessThanOrEqual(1 / 20);
      }),
    );
  });
});
