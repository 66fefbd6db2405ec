/** The habits that a machine can watch over: types, lint, format, dead code. Each is a tool with a configuration of its own. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const CHECKS: readonly { name: string; command: string; args: string[] }[] = [
  { name: "types", command: "tsc", args: ["-p", ".", "--noEmit"] },
  { name: "types of the web", command: "tsc", args: ["-p", "web", "--noEmit"] },
  { name: "lint", command: "oxlint", args: ["--type-aware", "--quiet"] },
  { name: "format", command: "oxfmt", args: ["--check"] },
  { name: "dead code", command: "knip", args: ["--no-progress"] },
];

/** Runs every check; returns the names of those that failed. Their output goes to this process's. */
export function runChecks(): { passed: number; failed: string[] } {
  const failed: string[] = [];
  for (const { name, command, args } of CHECKS) {
    const done = spawnSync(join(root, "node_modules/.bin", command), args, { cwd: root, encoding: "utf8" });
    if (done.status === 0) {
      console.log(`check ${name}: ok`);
      continue;
    }
    failed.push(name);
    console.log(`check ${name}: FAILED\n${done.stdout}${done.stderr}${done.error?.message ?? ""}`);
  }
  return { passed: CHECKS.length - failed.length, failed };
}

if (import.meta.main && runChecks().failed.length > 0) process.exitCode = 1;
