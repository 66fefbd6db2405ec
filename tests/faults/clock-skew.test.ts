/** The short form: a plant for every skew, and ticks that run late. */
import { expect, test } from "vitest";
import { clockSkew } from "./clock-skew.ts";
import { contextOfTests } from "./trial.ts";

test(
  "a device's wrong clock costs its own frames at most; a tick that runs late sends nothing",
  { timeout: 120_000 },
  async () => {
    const { ledger, violations } = await clockSkew(contextOfTests, 1, ["devices", "ticks"]);
    expect(violations).toEqual([]);
    expect(ledger).toMatchObject({ lost: 0, doubled: 0, undelivered: 0, standing: 0 });
  },
);
