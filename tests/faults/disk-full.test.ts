/** The short form: once, six plants. */
import { expect, test } from "vitest";
import { diskFull } from "./disk-full.ts";
import { contextOfTests } from "./trial.ts";

test(
  "a full disk: no acknowledgement, a clear line, health says so; with room again everything arrives",
  { timeout: 240_000 },
  async () => {
    const { ledger, violations } = await diskFull(contextOfTests, 6, 1);
    expect(violations).toEqual([]);
    expect(ledger).toMatchObject({ lost: 0, undelivered: 0, standing: 0 });
  },
);
