/** A contender's program: started bound to this process, spoken to in lines of JSON. */
import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { spawnBound } from "../../../infra/local/child.ts";

export interface Program {
  pid: number;
  /** Resolves with the first line of its output that `pattern` finds; rejects when it ends before, or after `ms`. */
  says(pattern: RegExp, ms?: number): Promise<RegExpExecArray>;
  /** One request, one answer; both JSON. */
  ask(request: object): Promise<unknown>;
  /** kill -9, of it and what it started (the kernel ends that with it). */
  kill(): Promise<void>;
}

export const here = (file: string): string => join(import.meta.dirname, file);

export function startProgram(args: readonly string[], cwd: string, env: Record<string, string> = {}): Program {
  const child: ChildProcess = spawnBound(process.execPath, ["--disable-warning=ExperimentalWarning", ...args], {
    cwd,
    env,
    stdin: "pipe",
  });
  let said = "";
  let from = 0;
  const watchers = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      for (const watch of watchers) watch();
    });
  child.stdin?.on("error", () => undefined); // it ended; "exit" follows
  const exited = new Promise<void>((done) => child.once("exit", () => done()));
  let ended = false;
  child.once("exit", () => {
    ended = true;
    for (const watch of watchers) watch();
  });
  const says: Program["says"] = (pattern, ms = 30_000) =>
    new Promise((resolve, reject) => {
      const finish = (act: () => void): void => {
        clearTimeout(timer);
        watchers.delete(look);
        act();
      };
      const timer = setTimeout(
        () =>
          finish(() => reject(new Error(`${args.join(" ")} did not say ${String(pattern)}:\n${said.slice(-2_000)}`))),
        ms,
      );
      function look(): void {
        const match = pattern.exec(said.slice(from));
        if (match) {
          from += match.index + match[0].length;
          finish(() => resolve(match));
        } else if (ended) finish(() => reject(new Error(`${args.join(" ")} ended:\n${said.slice(-2_000)}`)));
      }
      watchers.add(look);
      look();
    });
  return {
    pid: child.pid ?? 0,
    says,
    ask: async (request) => {
      child.stdin?.write(`${JSON.stringify(request)}\n`);
      const [, answer = ""] = await says(/^answer (.*)\n/m, 600_000);
      const { value, error } = JSON.parse(answer) as { value?: unknown; error?: string };
      if (error !== undefined) throw new Error(error);
      return value;
    },
    kill: async () => {
      child.kill("SIGKILL");
      await exited;
    },
  };
}
