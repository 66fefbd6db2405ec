import { describe, expect, it } from "vitest";
import { autoScaled, type Load } from "./cost-capacity.ts";

/** A city whose gateways send a minute's bundles in ten seconds; `first`: units of the minute that begins ten. */
const city = (first: number): Load => ({ ordinary: 10_250, first: first * 10_250, from: 20, spread: 10 });
/** Units a second of an ordinary minute. */
const ORDINARY = 10_250 / 60;

describe("auto-scaling of the blocks' writes, as docs/cost.md tells it", () => {
  it.each([0.7, 0.8, 0.9])("an even load is provisioned at the target of %d, whatever it began with", (target) => {
    for (const began of [25, 200, 1_000]) {
      const settled = autoScaled(city(1), target, began);
      // Within the target's own steps of growing.
      expect(settled.use).toBeGreaterThan(target - 0.06);
      expect(settled.use).toBeLessThanOrEqual(target + 1e-9);
      expect(settled.refused).toBe(0);
    }
  });

  it("at 90 % a fifth of the plants may write four times as much in the tenth minute, and none is refused", () => {
    const { use, refused, least } = autoScaled(city(1 + 3 * 0.2), 0.9, 1.12 * ORDINARY);
    expect(use).toBeLessThan(0.96);
    expect(refused).toBe(0);
    expect(least).toBeGreaterThan(0.7);
  });

  it("a minute of ten that writes four times as much is not seen in time, and keeps the capacity from shrinking", () => {
    const right = autoScaled(city(4), 0.7, 1.43 * ORDINARY);
    expect(right).toMatchObject({ capacity: 1.43 * ORDINARY, refused: 0 });
    expect(right.use).toBeCloseTo(1.3 / 1.43, 2);
    const began = autoScaled(city(4), 0.7, 25);
    expect(began.capacity).toBeGreaterThan(7 * ORDINARY);
    const grown = autoScaled(city(4), 0.7, 3 * ORDINARY);
    expect(grown.capacity).toBe(3 * ORDINARY);
  });

  it("of nine ordinary minutes the mean is not seen: at 90 % and twice the writes in the tenth, one hundredth is left", () => {
    expect(autoScaled(city(2), 0.9, 1.12 * ORDINARY).use).toBeGreaterThan(0.98);
    expect(autoScaled(city(2), 0.8, 1.25 * ORDINARY).use).toBeCloseTo(0.88, 2);
  });

  it("the burst within the minute is carried by what the other seconds leave: two thirds of the store at least", () => {
    for (const spread of [1, 10, 40]) {
      const { least, refused } = autoScaled({ ...city(2), spread }, 0.8, 1.25 * ORDINARY);
      expect(refused).toBe(0);
      expect(least).toBeGreaterThan(0.66);
    }
  });

  it("a mean above the capacity empties the store, runs over into the next minute, and is seen then", () => {
    const settled = autoScaled(city(6), 0.99, 1.02 * ORDINARY);
    expect(settled.capacity).toBeGreaterThan(1.5 * ORDINARY);
    expect(settled.refused).toBe(0); // of the last day
  });
});
