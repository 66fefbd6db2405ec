/**
 * `npm run backtest`: how good the warnings are, on seeded simulated plants. Prints the tables of docs/warning-quality.md;
 * `--write` puts them there, with the plots.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadRuleData } from "../../layers/rule-data.ts";
import { writeDocument } from "./document.ts";
import { report } from "./report.ts";
import { REFERENCE } from "./settings.ts";
import { tables } from "./tables.ts";

const USAGE = "npm run backtest -- [--plant-days N] [--cell-days N] [--water-days N] [--seed N] [--out FILE] [--write]";
const ROOT = join(import.meta.dirname, "../..");

function whole(text: string, name: string, least: number): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < least)
    throw new Error(`--${name} ${text} is not a whole number ≥ ${least}\n${USAGE}`);
  return n;
}

function main(): void {
  const { values } = parseArgs({
    options: {
      "plant-days": { type: "string", default: "500" },
      "cell-days": { type: "string", default: "100" },
      "water-days": { type: "string", default: "200" },
      seed: { type: "string", default: String(REFERENCE.seed) },
      out: { type: "string", default: "backtest.json" },
      write: { type: "boolean", default: false },
    },
  });
  const plan = {
    plantDays: whole(values["plant-days"], "plant-days", 1),
    cellDays: whole(values["cell-days"], "cell-days", 0),
    waterDays: whole(values["water-days"], "water-days", 0),
    seed: whole(values.seed, "seed", 0),
    log: (line: string): void => void process.stderr.write(`${line}\n`),
  };
  const ruleData = loadRuleData(join(ROOT, "layers/rule-data"));
  const found = report(plan, ruleData);
  const { user, system } = process.cpuUsage();
  process.stdout.write(`${tables(found)}\n\n`);
  process.stdout.write(`rule data ${ruleData.version}; ${((user + system) / 1e6).toFixed(0)} s of CPU\n`);
  writeFileSync(values.out, `${JSON.stringify(found, null, 1)}\n`);
  process.stdout.write(`figures: ${values.out}\n`);
  if (values.write) for (const file of writeDocument(ROOT, found, ruleData)) process.stdout.write(`written: ${file}\n`);
}

try {
  main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
