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
  "browser/contacts",
  "browser/unmarked",
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

/** What runs in this process alone, and on nothing that another file changes: modules are loaded once for many files. */
const ALONE = ["functions", "layers", "events", "web"];
/** What starts machines, browsers, gateways: a process for each file, so that what one leaves behind is not the next one's. */
const APART = ["infra", "tests"];
const filesOf = (folders: readonly string[]): string[] => folders.map((folder) => `${folder}/**/*.test.ts`);

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    projects: [
      { extends: true, test: { name: "apart", include: filesOf(APART), testTimeout: 60_000 } },
      { extends: true, test: { name: "alone", include: filesOf(ALONE), isolate: false } },
    ],
  },
});
