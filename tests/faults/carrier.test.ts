/** The short form: a plant for every way to fail. */
import { expect, test } from "vitest";
import { carrier } from "./carrier.ts";
import { contextOfTests } from "./trial.ts";

test(
  "every way a carrier can fail has its state, within the tick, once; the next tick goes on",
  { timeout: 120_000 },
  async () => {
    const { ledger, violations } = await carrier(contextOfTests, 1);
    expect(violations).toEqual([]);
    expect(ledger).toMatchObject({ lost: 0, doubled: 0, undelivered: 0, standing: 0 });
  },
);
