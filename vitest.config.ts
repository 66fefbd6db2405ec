import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take minutes: begun first, so that two workers end at about the same time. */
const LONG = [
  "rules/differential",
  "faults/kill-machine",
  "scenario/scenario",
  "browser/disclosure",
  "browser/portal",
  "browser/console",
  "browser/devices",
  "browser/live",
  "browser/board",
  "browser/rule-data",
  "browser/permit-edit",
  "browser/replay",
  "browser/permit-import",
  "browser/lists",
  "features/rights",
  "faults/disk-full",
  "backtest/loop",
  "simulate/simulate-plant",
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const i = LONG.findIndex((name) => moduleId.includes(name));
      return i < 0 ? LONG.length : i;
    };
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    include: [
      "functions/**/*.test.ts",
      "layers/**/*.test.ts",
      "infra/**/*.test.ts",
      "web/**/*.test.ts",
      "events/**/*.test.ts",
      "tests/**/*.test.ts",
    ],
    testTimeout: 30_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
  },
});
