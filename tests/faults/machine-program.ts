/** The program of `npm start` as a child, and how to kill it or a part of it. Only processes it started are touched. */
import type { ChildProcess } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { formatIso } from "../../functions/shared/shanghai.ts";
import { spawnBound } from "../../infra/local/child.ts";
import { HELP } from "../../infra/local/cli.ts";

const ROOT = join(import.meta.dirname, "../..");
const PORT_FLAGS = ["port", "mqtt-port", "mqtts-port", "hj212-port"];

export interface MachineProgram {
  pid: number;
  url: string;
  mqttPort: number;
  /** What it said on its terminal. */
  said(): string;
  request(method: "GET" | "POST", path: string, body?: string): Promise<{ status: number; body: unknown }>;
  /** Fires the warn schedule as of `at`; resolves with the status (0: no answer, the machine was gone). */
  tick(at: number): Promise<number>;
  /** Waits until nothing is on its way inside. */
  drained(ms: number): Promise<void>;
  /** kill -9 of the program and, at once, of everything it started. */
  killAll(): Promise<void>;
  /** kill -9 of the functions' processes, or of the database engine; the number of processes. */
  killPart(part: "functions" | "database"): number;
  /** Ctrl-C; resolves with the exit code. */
  stop(): Promise<number | null>;
}

export interface ProgramOptions {
  dataDir: string;
  /** Default: the program of `npm start`. */
  entry?: string;
  env?: Record<string, string>;
}

/** Starts it and resolves when it says where it listens. Rejects with what it said when it ends before. */
export async function startProgram({
  dataDir,
  entry = "infra/local/main.ts",
  env = {},
}: ProgramOptions): Promise<MachineProgram> {
  // The system chooses the ports, and the program says which: trials run beside each other.
  const flags = PORT_FLAGS.filter((flag) => HELP.includes(`--${flag} `)).flatMap((flag) => [`--${flag}`, "0"]);
  flags.push("--no-sim", "--plants", "0", "--data", dataDir);
  // Bound to this process: a trial that is cut off leaves no machine behind.
  const child = spawnBound(process.execPath, ["--disable-warning=ExperimentalWarning", join(ROOT, entry), ...flags], {
    cwd: ROOT,
    env,
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const exited = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));

  const request: MachineProgram["request"] = async (method, path, body) => {
    const answer = await fetch(`${program.url}${path}`, {
      method,
      headers: { accept: "application/json", "content-type": "application/json" },
      ...(body === undefined ? {} : { body }),
    });
    return { status: answer.status, body: await answer.json() };
  };
  const healthy = (): Promise<Record<string, unknown> | null> =>
    request("GET", "/_local/health").then(
      ({ body }) => body as Record<string, unknown>,
      () => null,
    );
  const program: MachineProgram = {
    pid: child.pid ?? 0,
    url: "",
    mqttPort: 0,
    said: () => text,
    request,
    tick: (at) =>
      request("POST", "/_local/schedules/warn", JSON.stringify({ at: formatIso(at) })).then(
        ({ status }) => status,
        () => 0,
      ),
    drained: async (ms) => {
      const until = performance.now() + ms;
      for (;;) {
        const health = await healthy();
        if (health?.["backlog"] === 0 && health["asyncWaiting"] === 0) return;
        if (performance.now() > until)
          throw new Error(`not drained within ${ms} ms: ${JSON.stringify(health)}\n${text}`);
        await new Promise((done) => setTimeout(done, 100));
      }
    },
    killAll: async () => {
      // The kernel ends its parts with it (PR_SET_PDEATHSIG); nobody is left to start them again.
      child.kill("SIGKILL");
      await exited;
    },
    killPart: (part) => {
      const word = part === "functions" ? "bootstrap.mjs" : "dynoxide";
      const pids = descendants(child).filter((pid) => commandOf(pid).includes(word));
      for (const pid of pids) process.kill(pid, "SIGKILL");
      return pids.length;
    },
    stop: () => {
      child.kill("SIGINT");
      return exited;
    },
  };
  const until = performance.now() + 120_000; // the first start of a checkout synthesizes the templates
  for (;;) {
    const said = /home +(http:\/\/127\.0\.0\.1:\d+)\/[^]*MQTT +127\.0\.0\.1:(\d+)/.exec(text);
    if (said?.[1] && said[2]) {
      program.url = said[1];
      program.mqttPort = Number(said[2]);
      break;
    }
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`the machine ended at its start:\n${text}`);
    if (performance.now() > until) {
      child.kill("SIGKILL");
      throw new Error(`the machine did not answer within 120 s:\n${text}`);
    }
    await new Promise((done) => setTimeout(done, 50));
  }
  return program;
}

/** Direct children of the program, by the kernel's process table. */
function descendants(child: ChildProcess): number[] {
  return readdirSync("/proc").flatMap((name) => {
    const pid = Number(name);
    return pid > 0 && parentOf(pid) === child.pid ? [pid] : [];
  });
}
function parentOf(pid: number): number | null {
  const stat = read(`/proc/${pid}/stat`);
  return stat === "" ? null : Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
}
const commandOf = (pid: number): string => read(`/proc/${pid}/cmdline`).replaceAll("\0", " ");
function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return ""; // it ended meanwhile
  }
}
