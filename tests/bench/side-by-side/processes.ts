/** CPU time and memory of processes, from /proc. */
import { readdirSync, readFileSync } from "node:fs";

const read = (file: string): string => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return ""; // it ended meanwhile
  }
};
const list = (folder: string): string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};

/** The process and all it started, directly or not. */
export function tree(root: number): number[] {
  const parents = new Map<number, number>();
  for (const name of list("/proc")) {
    const pid = Number(name);
    if (!(pid > 0)) continue;
    const stat = read(`/proc/${pid}/stat`);
    if (stat !== "") parents.set(pid, Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
  }
  const found = [root];
  for (const pid of found) for (const [child, parent] of parents) if (parent === pid) found.push(child);
  return found;
}

/** Seconds that the process was on a CPU so far: the scheduler's own count (ns), where stat has only hundredths. */
export function cpuSeconds(pid: number): number {
  let nanoseconds = 0;
  for (const thread of list(`/proc/${pid}/task`))
    nanoseconds += Number(read(`/proc/${pid}/task/${thread}/schedstat`).split(" ")[0] ?? 0);
  return nanoseconds / 1e9;
}

/** Most memory it had resident so far, MB. */
export const peakMegabytes = (pid: number): number =>
  Number(/VmHWM:\s+(\d+)/.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) / 1024;

/** What it is: a function by its name, else its program. */
function nameOf(pid: number): string {
  const variables = read(`/proc/${pid}/environ`).split("\0");
  const service = variables.find((variable) => variable.startsWith("POWERTOOLS_SERVICE_NAME="));
  if (service) return service.slice("POWERTOOLS_SERVICE_NAME=".length);
  return read(`/proc/${pid}/cmdline`).includes("dynoxide") ? "database engine" : "machine";
}

/** Seconds on a CPU so far by what the processes are. */
export function cpuByName(pids: readonly number[]): Record<string, number> {
  const seconds: Record<string, number> = {};
  for (const pid of pids) seconds[nameOf(pid)] = (seconds[nameOf(pid)] ?? 0) + cpuSeconds(pid);
  return seconds;
}

export const sumOf = (pids: readonly number[], measure: (pid: number) => number): number =>
  pids.reduce((sum, pid) => sum + measure(pid), 0);
