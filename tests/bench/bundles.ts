/** Section `bundles`: size of each function's bundle, and what importing it costs a fresh process. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { buildFunctions, bundleDir, FUNCTIONS, type FunctionName } from "../../infra/build.ts";
import { median, type Figure, type Section } from "./section.ts";

const ROUNDS = 3;

/** Imports the bundle as Lambda's runtime does and says how long that took and what the process then holds. */
const PROBE = `const from = performance.now(); await import(process.argv[1]);
console.log(JSON.stringify({ ms: performance.now() - from, rss: process.memoryUsage().rss }));`;

export async function bundles(): Promise<Section> {
  await buildFunctions();
  const names = Object.keys(FUNCTIONS) as FunctionName[];
  const measured = names.map((name) => {
    const file = join(bundleDir(name), "index.mjs");
    const content = readFileSync(file);
    const runs = Array.from({ length: ROUNDS }, () => importOnce(name, file));
    return {
      name,
      bytes: content.length,
      gzip: gzipSync(content).length,
      importMs: median(runs.map((r) => r.ms)),
      rss: median(runs.map((r) => r.rss)),
    };
  });
  return {
    name: "bundles",
    title: "Function bundles",
    figures: measured.flatMap(({ name, bytes, gzip, importMs, rss }): Figure[] => [
      { what: `${name}: bundle`, value: bytes, unit: "B", note: `${gzip} B with gzip` },
      { what: `${name}: import in a fresh process`, value: Math.round(importMs * 10) / 10, unit: "ms" },
      { what: `${name}: resident memory after the import`, value: Math.round(rss / 2 ** 20), unit: "MB" },
    ]),
    notes: [
      `import: wall time of import() in a fresh Node ${process.versions.node} without the handler's first event, median of ${ROUNDS}`,
      "memory is the whole process, of which Node itself is the larger part",
    ],
    details: measured,
  };
}

function importOnce(name: FunctionName, file: string): { ms: number; rss: number } {
  // Without AWS_LAMBDA_FUNCTION_NAME a bundle builds its services at the first event: the import alone is measured.
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", PROBE, file], {
    env: { PATH: process.env["PATH"], AWS_REGION: "us-east-1", POWERTOOLS_SERVICE_NAME: name, POWERTOOLS_DEV: "false" },
    encoding: "utf8",
    timeout: 10_000,
  });
  if (status !== 0) throw new Error(`${name} could not be imported: ${stderr.trim().slice(-300)}`);
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as { ms: number; rss: number };
}
