import { fillIn } from "./fill-in.ts";
import { generatedPlant } from "./generated-plants.ts";
import { INVENTED_PLANTS } from "./invented-plants.ts";
import type { PermitInput } from "./sketch.ts";

export type { PermitInput } from "./sketch.ts";

export interface PermitsFile {
  permits: PermitInput[];
}

export interface DemoOptions {
  /** How many plants, at most 100,000; the first 24 are those made by hand. */
  count: number;
  seed: number;
}

/** The demo's plants one after the other, so that 100,000 need not be in memory at once. Same seed, same plants. */
export function* demoPlants({ count, seed }: DemoOptions): Generator<PermitInput> {
  if (!Number.isInteger(count) || count < 0 || count > 100_000)
    throw new RangeError(`plants must be 0–100,000, not ${count}`);
  for (let index = 0; index < count; index++)
    yield fillIn(index, INVENTED_PLANTS[index] ?? generatedPlant(index, seed));
}

/** The demo register in the form of the permits file of the contract. */
export const demoPermits = (options: DemoOptions): PermitsFile => ({ permits: [...demoPlants(options)] });

/** The demo register in files that each stay far below what one import takes (50 MB): 10,000 plants are about 15 MB. */
export function* demoFiles(options: DemoOptions, plantsPerFile = 10_000): Generator<PermitsFile> {
  let permits: PermitInput[] = [];
  for (const plant of demoPlants(options)) {
    permits.push(plant);
    if (permits.length < plantsPerFile) continue;
    yield { permits };
    permits = [];
  }
  if (permits.length > 0) yield { permits };
}
