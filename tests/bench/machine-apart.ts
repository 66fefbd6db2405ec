/** A whole machine in a process of its own, so that its CPU time and memory are told apart from the generator's. */
import { fork } from "node:child_process";
import { join } from "node:path";
import type { PlainItem } from "./machine-city.ts";

/** CPU time since their start and the highest resident memory of the largest of some processes. */
export interface Usage {
  cpuSeconds: number;
  peakMb: number;
  processes: number;
}

/** The machine's clock: `base` at the real time `at`, then `factor` times as fast as the wall clock. */
export interface Clock {
  base: number;
  at: number;
  factor: number;
}

/** What the process is asked, by order. */
export interface Orders {
  start: { dataDir: string; template: string; clock?: Clock };
  backlog: null;
  clock: Clock;
  fire: { schedule: string; at: number };
  calls: null;
  usage: null;
  /** Sum since the start of a metric that a function writes to its log. */
  metric: { label: string; name: string };
  outbox: { limit: number };
  drain: { tables: boolean };
  put: { variable: "LEDGER_TABLE"; items: PlainItem[] };
  log: null;
  stop: null;
}
export interface Asked {
  id: number;
  order: keyof Orders;
  asked: unknown;
}
interface Answers {
  backlog: number;
  clock: void;
  fire: { ms: number; firedAt: number; report: Record<string, unknown> };
  calls: Record<string, number>;
  usage: Record<string, Usage>;
  metric: number;
  outbox: { at: number; to: string }[];
  drain: void;
  put: void;
  log: string[];
  stop: void;
}

export interface MachineApart {
  pid: number;
  mqttPort: number;
  dynamoEndpoint: string;
  /** Names of tables. */
  blocks: string;
  ledger: string;
  ask<O extends keyof Answers>(order: O, asked: Orders[O]): Promise<Answers[O]>;
  stop(): Promise<void>;
}

/** Starts it with production entries and the roles enforced. Rejects with the reason when it does not come up. */
export async function startMachineApart(start: Orders["start"]): Promise<MachineApart> {
  const child = fork(join(import.meta.dirname, "machine-process.ts"), [JSON.stringify(start)], {
    execArgv: ["--disable-warning=ExperimentalWarning"],
    serialization: "advanced",
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => (said = `${said}${chunk.toString()}`.slice(-2_000)));
  const open = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  child.on("message", ({ id, result, error }: { id: number; result?: never; error?: string }) => {
    const waiting = open.get(id);
    open.delete(id);
    if (error === undefined) waiting?.resolve(result as never);
    else waiting?.reject(new Error(error));
  });
  const exited = new Promise<void>((done) => child.once("exit", () => done()));
  child.once("exit", (code, signal) => {
    for (const { reject } of open.values()) reject(new Error(`the machine ended (${signal ?? code}): ${said}`));
    open.clear();
  });
  const answered = <T>(id: number): Promise<T> => new Promise((resolve, reject) => open.set(id, { resolve, reject }));
  const ready = await answered<Pick<MachineApart, "mqttPort" | "dynamoEndpoint" | "blocks" | "ledger">>(0);
  let last = 0;
  const ask: MachineApart["ask"] = (order, asked) => {
    const id = ++last;
    const answer = answered<never>(id);
    child.send({ id, order, asked } satisfies Asked);
    return answer;
  };
  return {
    ...ready,
    pid: child.pid ?? 0,
    ask,
    stop: async () => {
      await ask("stop", null);
      child.kill();
      await exited;
    },
  };
}
