/**
 * `npm run faults`: every trial in its long form, and what it cost. Ends with a table of what was acknowledged and what
 * became of it, writes it to faults.json, and exits with 1 on any violation.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { formatIso } from "../../functions/shared/shanghai.ts";
import { carrier } from "./carrier.ts";
import { carrierDown } from "./carrier-down.ts";
import { clockSkew } from "./clock-skew.ts";
import { diskFull } from "./disk-full.ts";
import { killGateway } from "./kill-gateway.ts";
import { killMachine } from "./kill-machine.ts";
import { stream } from "./stream.ts";
import { ledgerTable, type Outcome } from "./table.ts";
import { uplinkCut } from "./uplink-cut.ts";
import { together, type TrialContext, type TrialReport } from "./trial.ts";

const DEFAULT_SEED = 20261001;

/** In this order; the long forms. */
const TRIALS: Record<string, (context: TrialContext) => Promise<TrialReport>> = {
  "kill-machine": async ({ seed, say }) =>
    together([await killMachine({ seed, say }, 110), await killMachine({ seed: seed + 1, say }, 110)]),
  "kill-gateway": (context) => killGateway(context, 60, 10),
  "uplink-cut": (context) => uplinkCut(context, 20, "forgotten"),
  carrier: (context) => carrier(context, 3),
  "carrier-down": (context) => carrierDown(context, 12, ["fails", "refuses", "hangs"]),
  "clock-skew": (context) => clockSkew(context, 3),
  stream: (context) => stream(context, 16),
  "disk-full": (context) => diskFull(context, 12, 2),
};

const HELP = `npm run faults -- [flags]
  --seed N        other moments, order and values, default ${DEFAULT_SEED}
  --only A,B      some of: ${Object.keys(TRIALS).join(", ")}
  --out FILE      the same as JSON, default ./faults.json`;

/** Far above what a trial takes on two busy cores: then it hangs. */
const TRIAL_MS = 8 * 60_000;

/** A trial that ended, or why it did not. */
async function bounded(name: string, context: TrialContext): Promise<TrialReport | Error> {
  const hung = new Promise<Error>((done) => {
    setTimeout(() => done(new Error(`it was still running after ${TRIAL_MS / 60_000} minutes`)), TRIAL_MS).unref();
  });
  return Promise.race([TRIALS[name]!(context).catch((error: Error) => error), hung]);
}

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: "string", default: String(DEFAULT_SEED) },
      only: { type: "string" },
      out: { type: "string", default: "faults.json" },
      help: { type: "boolean" },
    },
  });
  if (values.help) return console.log(HELP);
  if (!/^\d{1,9}$/.test(values.seed)) throw new Error(`--seed takes a whole number, not "${values.seed}"`);
  const seed = Number(values.seed);
  const names = values.only?.split(",") ?? Object.keys(TRIALS);
  for (const name of names) if (!TRIALS[name]) throw new Error(`no trial "${name}"\n${HELP}`);

  const began = performance.now();
  const elapsed = (): number => Math.round((performance.now() - began) / 1000);
  console.log(`故障试验 fault trials, seed ${seed}`);
  const outcomes: Outcome[] = [];
  for (const name of names) {
    const from = performance.now();
    const say = (line: string): void => console.log(`${String(elapsed()).padStart(4)} s  ${name}: ${line}`);
    say("begins");
    const report = await bounded(name, { seed, say });
    const seconds = Math.round((performance.now() - from) / 1000);
    outcomes.push(
      report instanceof Error
        ? { name, seed, ledger: null, violations: [`it did not end: ${report.message}`], seconds }
        : { ...report, name, seconds },
    );
    const found = outcomes.at(-1)!.violations.length;
    say(found === 0 ? "held" : `${found} VIOLATIONS`);
  }

  console.log(`\n${ledgerTable(outcomes)}`);
  for (const { name, violations } of outcomes)
    for (const violation of violations) console.log(`✗ ${name}: ${violation}`);
  const broken = outcomes.some(({ violations }) => violations.length > 0);
  const file = resolve(values.out);
  const result = { at: formatIso(Date.now()), seed, seconds: elapsed(), held: !broken, trials: outcomes };
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  console.log(`\n${broken ? "✗ 有违反 violated" : "✓ 全部成立 all held"}, ${elapsed()} s, seed ${seed}; ${file}`);
  process.exitCode = broken ? 1 : 0;
}

// Data folders of all trials are in here: also of one that hangs or is cut off.
const folder = mkdtempSync(join(tmpdir(), "permit-watch-faults-"));
process.env["TMPDIR"] = folder;
process.once("exit", () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(1));
run()
  .catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  })
  // What a trial that did not end left running ends with this process.
  .finally(() => process.exit());
