/**
 * `npm run bench [-- --only throughput,tick] [--out FILE] [--patience 2]`: measures the system on this machine, prints a table per
 * section and writes bench.json. Each section runs in a process of its own and under its own bound. A target that is
 * missed is a result; a section that fails makes the exit code 1. `--patience` multiplies the bounds, for a machine that is
 * busy or slow. See docs/bench.md.
 */
import { fork, spawnSync, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir, totalmem } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { formatIso } from "../../functions/shared/shanghai.ts";
import { synthesizeApart } from "../../infra/local/synthesize-apart.ts";
import { chosen, type SectionPlan } from "./main-sections.ts";
import { sectionText, summary, type Outcome } from "./main-table.ts";
import type { Section } from "./section.ts";

const root = join(import.meta.dirname, "../..");

/** What the figures depend on. */
function circumstances(): Record<string, string | number> {
  const git = (...args: string[]): string => spawnSync("git", args, { cwd: root, encoding: "utf8" }).stdout?.trim();
  const changed = git("status", "--porcelain", "--untracked-files=no") === "" ? "" : " and uncommitted changes";
  return {
    at: formatIso(Date.now()),
    commit: `${git("rev-parse", "--short", "HEAD") || "unknown"}${changed}`,
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryGb: Number((totalmem() / 2 ** 30).toFixed(1)),
    node: process.version,
    loadBefore: Number((loadavg()[0] ?? 0).toFixed(2)),
  };
}

let running: ChildProcess | null = null;
let stopped = false;

/** Runs one section; never rejects. */
async function run(plan: SectionPlan, patience: number): Promise<Outcome> {
  await plan.prepare?.();
  const started = performance.now();
  const { name } = plan;
  const budgetSeconds = plan.budgetSeconds * patience;
  const folder = mkdtempSync(join(tmpdir(), "permit-watch-bench-"));
  const child = fork(join(import.meta.dirname, "main-child.ts"), [name], {
    execArgv: ["--disable-warning=ExperimentalWarning", "--expose-gc"],
    // What a section keeps between runs goes into the folder that stays.
    env: { ...process.env, TMPDIR: folder, BENCH_KEPT: tmpdir(), BENCH_SECONDS: String(budgetSeconds) },
    serialization: "advanced",
  });
  running = child;
  const ended = new Promise<string>((done) => child.once("exit", (code, signal) => done(`${signal ?? code}`)));
  const bound = Promise.withResolvers<{ failed: string }>();
  const timer = setTimeout(
    () => bound.resolve({ failed: `aborted: it was not done within its ${budgetSeconds} s` }),
    budgetSeconds * 1000,
  );
  const answer = await Promise.race([
    new Promise<{ section: Section } | { failed: string }>((done) =>
      child.once("message", (said) => done(said as never)),
    ),
    ended.then((how) => ({ failed: `its process ended with ${how} before it had figures` })),
    bound.promise,
  ]);
  clearTimeout(timer);
  // It has answered or has no time left; what it started is bound to it and ends with it.
  child.kill("SIGKILL");
  await ended;
  running = null;
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  const seconds = Number(((performance.now() - started) / 1000).toFixed(1));
  return "section" in answer ? { ...answer.section, seconds } : { name, failed: answer.failed, seconds };
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: "string" },
      out: { type: "string", default: "bench.json" },
      patience: { type: "string", default: "1" },
    },
  });
  const patience = Number(values.patience);
  if (!(patience >= 1 && patience <= 20)) throw new Error("--patience is a number from 1 to 20");
  const plans = chosen(values.only);
  const facts = circumstances();
  console.log(
    Object.entries(facts)
      .map(([what, value]) => `${what} ${value}`)
      .join(" · "),
  );
  await synthesizeApart(); // once, so that no section pays for it
  const started = performance.now();
  const outcomes: Outcome[] = [];
  for (const plan of plans) {
    const outcome = await run(plan, patience);
    if (stopped) throw new Error("stopped");
    outcomes.push(outcome);
    console.log(sectionText(outcome));
  }
  const seconds = Number(((performance.now() - started) / 1000).toFixed(1));
  const file = resolve(values.out);
  writeFileSync(file, `${JSON.stringify({ circumstances: facts, seconds, sections: outcomes }, null, 2)}\n`);
  console.log(`\n${summary(outcomes)} · ${seconds} s · ${file}`);
  return outcomes.some((outcome) => "failed" in outcome) ? 1 : 0;
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => {
    stopped = true;
    running?.kill("SIGKILL");
  });
try {
  process.exitCode = await main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
