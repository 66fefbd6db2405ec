/**
 * `npm test`: Chromium is there or is installed, then every check and every suite. The last line is for machines:
 * `tests: N passed, M failed`.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runChecks } from "./check.ts";

const root = join(import.meta.dirname, "..");
const CHROMIUM = "/usr/bin/chromium";
/** The browser of the tests, and a font with Chinese letters: without it every screenshot shows boxes. */
const PACKAGES = ["chromium", "fonts-noto-cjk"];
const INSTALL = `apt-get update && apt-get install -y --no-install-recommends ${PACKAGES.join(" ")}`;

function ensureChromium(): void {
  if (existsSync(CHROMIUM)) return;
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get"))
    throw new Error(`The browser tests need ${CHROMIUM}. Install it as root: ${INSTALL}`);
  console.log(`installing ${PACKAGES.join(", ")} from Debian's packages …`);
  const done = spawnSync("sh", ["-c", INSTALL], {
    encoding: "utf8",
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  if (done.status !== 0 || !existsSync(CHROMIUM))
    throw new Error(
      `Chromium could not be installed (${INSTALL}):\n${done.stdout.slice(-2000)}${done.stderr.slice(-2000)}`,
    );
}

interface Report {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  success: boolean;
  testResults: { status: string; assertionResults: unknown[] }[];
}

function runSuites(args: readonly string[]): { passed: number; failed: number } {
  const folder = mkdtempSync(join(tmpdir(), "tests-"));
  const outputFile = join(folder, "report.json");
  try {
    const done = spawnSync(
      join(root, "node_modules/.bin/vitest"),
      ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${outputFile}`, ...args],
      {
        cwd: root,
        stdio: ["ignore", "inherit", "inherit"],
        env: {
          ...process.env,
          // A process for each file loads the same packages: the first compiles them.
          NODE_COMPILE_CACHE: join(folder, "compiled"),
          SCREENSHOTS: process.env["SCREENSHOTS"] ?? "off",
        },
      },
    );
    if (!existsSync(outputFile)) return { passed: 0, failed: 1 };
    const report = JSON.parse(readFileSync(outputFile, "utf8")) as Report;
    // A file that cannot even be loaded has no tests that could fail; a test that was skipped was not passed.
    const broken = report.testResults.filter((f) => f.status === "failed" && f.assertionResults.length === 0).length;
    const failed = report.numFailedTests + report.numPendingTests + broken;
    return { passed: report.numPassedTests, failed: failed === 0 && done.status !== 0 ? 1 : failed };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

try {
  ensureChromium();
  const checks = runChecks();
  const suites = runSuites(process.argv.slice(2));
  const failed = suites.failed + checks.failed.length;
  if (checks.failed.length > 0) console.log(`failed checks: ${checks.failed.join(", ")}`);
  console.log(`tests: ${suites.passed + checks.passed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.log("tests: 0 passed, 1 failed");
  process.exitCode = 1;
}
