/** The short form: 40 plants. FAULT_SEED chooses other moments. */
import { expect, test } from "vitest";
import { killMachine } from "./kill-machine.ts";
import { contextOfTests } from "./trial.ts";

test(
  "what was acknowledged survives kill -9, and no message of a tick is sent twice",
  { timeout: 300_000 },
  async () => {
    const { seed, ledger, violations } = await killMachine(contextOfTests, 40);
    expect(violations, `seed ${seed}`).toEqual([]);
    expect(ledger).toMatchObject({ lost: 0, doubled: 0, undelivered: 0, standing: 0 });
  },
);
