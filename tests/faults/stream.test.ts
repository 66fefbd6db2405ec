/** The short form: four plants. FAULT_SEED chooses another order and other values. */
import { expect, test } from "vitest";
import { stream } from "./stream.ts";
import { contextOfTests } from "./trial.ts";

test(
  "twice, out of order, poisoned and by two writers: the same blocks, verdicts, episodes and messages",
  { timeout: 240_000 },
  async () => {
    const { seed, ledger, violations } = await stream(contextOfTests, 4);
    expect(violations, `seed ${seed}`).toEqual([]);
    expect(ledger).toMatchObject({ lost: 0, doubled: 0, duplicate: 0, undelivered: 0, standing: 0 });
  },
);
