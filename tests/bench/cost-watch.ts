/** Invocations of the machine's functions: how many, how long, and the processor time that their processes used. */
import { readFileSync } from "node:fs";
import type { Machine } from "../../infra/local/machine.ts";

export interface Invocations {
  count: number;
  /** Wall time from handing in to the answer, ms. */
  ms: number;
  /** Processor time of the function's processes, user and system, ms. */
  cpuMs: number;
}

export interface FunctionWatch {
  /** Since the last reset, by label; only functions that ran. */
  invocations(): Record<string, Invocations>;
  /** Number of invocations since the start, by label. */
  total(): Record<string, number>;
  reset(): void;
  /** False: a shard's batch goes to any free process and not to the one that had the batch before. */
  lanes(kept: boolean): void;
}

/** Clock ticks of /proc are hundredths of a second on every Linux that Node runs on. */
const TICK_MS = 10;

export function watchFunctions({ lambda, definition }: Machine): FunctionWatch {
  const labelOf = new Map(definition.functions.map((f) => [f.name, f.label]));
  const spans = new Map<string, { count: number; ms: number }>();
  const totals: Record<string, number> = {};
  let keepLanes = true;
  /** Without lanes: two processes in the order 0 1 1 0, so that a shard's next batch meets the other one. */
  let turn = 0;
  const anyLane = (): string => {
    turn += 1;
    return `any-${(turn + (turn >> 1)) % 2}`;
  };
  const invoke = lambda.invoke.bind(lambda);
  lambda.invoke = async (name, payload, how = {}) => {
    const began = performance.now();
    const { lane, ...rest } = how;
    const chosen = lane === undefined ? {} : { lane: keepLanes ? lane : anyLane() };
    const result = await invoke(name, payload, { ...rest, ...chosen });
    const label = labelOf.get(name) ?? name;
    const span = spans.get(label) ?? { count: 0, ms: 0 };
    spans.set(label, span);
    span.count += 1;
    span.ms += performance.now() - began;
    totals[label] = (totals[label] ?? 0) + 1;
    return result;
  };
  const cpuNow = (): Map<string, number> =>
    new Map(definition.functions.map((f) => [f.label, lambda.pids(f.name).reduce((sum, pid) => sum + cpuOf(pid), 0)]));
  let since = cpuNow();
  return {
    invocations: () => {
      const now = cpuNow();
      return Object.fromEntries(
        [...spans].map(([label, span]) => [
          label,
          { ...span, cpuMs: Math.max(0, (now.get(label) ?? 0) - (since.get(label) ?? 0)) },
        ]),
      );
    },
    total: () => ({ ...totals }),
    reset: () => {
      spans.clear();
      since = cpuNow();
    },
    lanes: (kept) => void (keepLanes = kept),
  };
}

/** User and system time of a process, ms; 0 when it is gone. */
function cpuOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  } catch {
    return 0;
  }
}
