/** The short form: six plants, three kills. FAULT_SEED chooses other moments. */
import { expect, test } from "vitest";
import { killGateway } from "./kill-gateway.ts";
import { contextOfTests } from "./trial.ts";

test("what the gateway answered is in the archive, accepted once", { timeout: 120_000 }, async () => {
  const { seed, ledger, violations } = await killGateway(contextOfTests, 6, 3);
  expect(violations, `seed ${seed}`).toEqual([]);
  expect(ledger).toMatchObject({ lost: 0, doubled: 0, undelivered: 0, standing: 0 });
});
