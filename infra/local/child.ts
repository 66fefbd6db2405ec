/** Children that never outlive the machine, even when it is killed with -9. */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { createServer } from "node:net";

let checked = false;

/**
 * Starts a program that the kernel kills when this process dies (util-linux's setpriv sets PR_SET_PDEATHSIG and execs),
 * in a process group of its own so that Ctrl-C reaches only the machine, which then stops its parts in order.
 */
export function spawnBound(
  program: string,
  args: readonly string[],
  { cwd, env, stdin = "ignore" }: { cwd: string; env: Record<string, string>; stdin?: "ignore" | "pipe" },
): ChildProcess {
  if (!checked) {
    const probe = spawnSync("setpriv", ["--pdeathsig", "KILL", "true"], { stdio: "ignore" });
    if (probe.status !== 0)
      throw new Error(
        "setpriv of util-linux 2.33 or newer is missing; without it children could outlive the machine (Debian: apt-get install util-linux)",
      );
    checked = true;
  }
  return spawn("setpriv", ["--pdeathsig", "KILL", "--", program, ...args], {
    cwd,
    env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin", ...env },
    stdio: [stdin, "pipe", "pipe"],
    detached: true,
  });
}

/** A loopback port that is free now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
