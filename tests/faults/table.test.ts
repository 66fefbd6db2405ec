import { expect, test } from "vitest";
import { ledgerTable } from "./table.ts";
import { checks, together, type TrialLedger, type TrialReport } from "./trial.ts";

const ledger = (over: Partial<TrialLedger>): TrialLedger => ({
  messages: 0,
  acknowledged: 0,
  accepted: 0,
  duplicate: 0,
  quarantined: 0,
  lost: 0,
  doubled: 0,
  due: { sent: 0, unknown: 0, expired: 0, failed: 0, capped: 0 },
  undelivered: 0,
  standing: 0,
  ...over,
});
const report = (seed: number, over: Partial<TrialLedger>, violations: string[] = []): TrialReport => ({
  name: "some",
  seed,
  ledger: ledger(over),
  violations,
});

test("a trial is a column, and one that did not end has no figures", () => {
  const table = ledgerTable([
    { ...report(1, { acknowledged: 1200, lost: 2 }, ["one"]), seconds: 5 },
    { name: "hung", seed: 1, ledger: null, violations: ["it did not end"], seconds: 480 },
  ]);
  const row = (name: string): string[] =>
    table
      .split("\n")
      .find((line) => line.startsWith(name))!
      .split(/ {2,}/);
  expect(row("trial")).toEqual(["trial", "some", "hung", "together"]);
  expect(row("frames acked")).toEqual(["frames acked", "1200", "–", "1200"]);
  expect(row("lost")).toEqual(["lost", "2", "–", "2"]);
  expect(row("violations")).toEqual(["violations", "1", "1", "2"]);
  expect(row("seconds")).toEqual(["seconds", "5", "480", "485"]);
});

test("runs of one trial are summed up, and what another seed found names it", () => {
  const sum = together([
    report(1, { lost: 1, due: { sent: 3, unknown: 1, expired: 0, failed: 0, capped: 0 } }, ["here"]),
    report(2, { lost: 2, due: { sent: 4, unknown: 0, expired: 0, failed: 0, capped: 0 } }, ["there"]),
  ]);
  expect(sum).toMatchObject({ seed: 1, ledger: { lost: 3, due: { sent: 7, unknown: 1 } } });
  expect(sum.violations).toEqual(["here", "seed 2: there"]);
});

test("checks tell what does not hold, and only that", () => {
  const { equal, holds, violations } = checks();
  equal("a", { x: [1] }, { x: [1] });
  equal("b", 1, 2);
  holds("c", true);
  holds("d", false);
  expect(violations).toEqual(["b: 1, not 2", "d"]);
});
