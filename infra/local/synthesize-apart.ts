/** Synthesis in a process of its own: what the CDK and the bundler need of memory is free again when it ends. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Brings the cloud assembly up to date and returns its folder. Rejects with what the synthesis said. */
export function synthesizeApart(): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", fileURLToPath(import.meta.url)], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let out = "";
    let problem = "";
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (problem += chunk.toString()));
    child.once("error", reject);
    child.once("exit", (code) => {
      const outdir = out.trim().split("\n").at(-1);
      if (code === 0 && outdir) resolve(outdir);
      else reject(new Error(`the templates could not be made: ${problem.trim() || `exit ${code}`}`));
    });
  });
}

if (import.meta.main) {
  try {
    const { synthesize } = await import("../synth.ts");
    console.log((await synthesize({ quiet: true, cached: true })).outdir);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
