import { expect, test } from "vitest";
import { plantToRewrite, type LedgerChange } from "./rewrite.ts";

const change = (over: Partial<LedgerChange>): LedgerChange => ({
  pk: "PLANT#P1",
  sk: "WARNING",
  exists: true,
  before: null,
  after: null,
  ...over,
});

test.each<[string, Partial<LedgerChange>, string | null]>([
  ["a new hour", { sk: "HOUR#2026-10-01T08#R000" }, "P1"],
  ["a revision", { sk: "HOUR#2026-10-01T08#R001" }, "P1"],
  ["a new day", { sk: "DAY#2026-10-01#R000" }, "P1"],
  ["a mark", { sk: "MARK#202610010800-1" }, "P1"],
  ["the first value", { sk: "FIRST" }, "P1"],
  ["the first look of the warnings", { after: "normal" }, "P1"],
  ["a warning", { before: "normal", after: "warned" }, "P1"],
  ["a further tick of the same warning", { before: "warned", after: "warned" }, null],
  ["an SMS", { sk: "SEND#2026-10-01T08:35#abc" }, null],
  ["an episode's history", { sk: "EPISODE#2026-10-01T08:35#DA001#a21002#hour" }, null],
  ["the last chain link", { sk: "CHAIN#2026-10-01" }, null],
  ["an item that went", { sk: "HOUR#2026-10-01T08#R000", exists: false }, null],
  ["the risk list", { pk: "RISK#3", sk: "P1" }, null],
])("%s", (_, over, permitNo) => {
  expect(plantToRewrite(change(over))).toBe(permitNo);
});
