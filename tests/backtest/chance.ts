/** Seeded randomness of the backtest: every draw belongs to a named place, so that one setting changed moves no other draw. */
import { keyOf, mix } from "../../infra/local/simulator/random.ts";
import { dice } from "../rules/dice.ts";

export interface Chance {
  /** Uniform in [0, 1). */
  unit(): number;
  between(low: number, high: number): number;
  /** Standard normal (Box–Muller). */
  normal(): number;
  /** Lognormal by its median and the standard deviation of its logarithm. */
  lognormal(median: number, sigma: number): number;
  /** How many of a Poisson process with this mean. */
  count(mean: number): number;
}

/** `place` names what is drawn: "3/DA001/a21002/noise". */
export function chanceOf(seed: number, place: string): Chance {
  const d = dice(mix(keyOf(seed, place), 1));
  const unit = (): number => d.next();
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit());
  return {
    unit,
    between: (low, high) => low + (high - low) * unit(),
    normal,
    lognormal: (median, sigma) => median * Math.exp(sigma * normal()),
    count(mean) {
      let n = 0;
      for (let p = unit(), floor = Math.exp(-mean); p > floor; p *= unit()) n += 1;
      return n;
    },
  };
}
