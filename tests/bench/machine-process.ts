/** The machine of a bench in a process of its own; `machine-apart.ts` starts it and speaks with it by messages. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startMachine, type Machine } from "../../infra/local/machine.ts";
import type { Asked, Orders, Usage } from "./machine-apart.ts";
import { attributesOf } from "./machine-folder.ts";

const { dataDir, template, clock: start } = JSON.parse(process.argv[2] ?? "{}") as Orders["start"];
// Whoever started it is gone: nothing is left to measure. Its own children are bound to it.
process.on("disconnect", () => process.exit(1));

let clock = start;
const now = (): number => (clock ? clock.base + (Date.now() - clock.at) * clock.factor : Date.now());
const calls = new Map<string, number>();
const log: string[] = [];
const machine = await startMachine({
  dataDir,
  template,
  port: null,
  mqttPort: 0,
  schedules: false,
  log: (line) => log.push(line),
  ...(clock ? { clock: { now } } : {}),
  onAllowed: ({ role, action, resource }) => {
    const key = `${role} ${action} ${resource}`;
    calls.set(key, (calls.get(key) ?? 0) + 1);
  },
});

const read = (file: string): string => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return ""; // it ended meanwhile
  }
};
function usageOf(pids: readonly number[]): Usage {
  const usage = { cpuSeconds: 0, peakMb: 0, processes: pids.length };
  for (const pid of pids) {
    const stat = read(`/proc/${pid}/stat`);
    const [user = 0, system = 0] = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(11, 13).map(Number); // prettier-ignore
    usage.cpuSeconds += (user + system) / 100;
    usage.peakMb = Math.max(usage.peakMb, Number(/VmHWM:\s+(\d+)/.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) / 1024);
  }
  return usage;
}
/** Value of a metric in a line of the embedded format; several values of one event are a list. */
function metricOf(line: string, name: string): number {
  const value = (JSON.parse(line) as Record<string, unknown>)[name];
  return Array.isArray(value) ? value.reduce((sum: number, each) => sum + Number(each), 0) : Number(value ?? 0);
}
const nameOf = (label: string, of: Machine): string => {
  const found = of.definition.functions.find((each) => each.label === label);
  if (!found) throw new Error(`no function ${label}`);
  return found.name;
};

const orders: { [K in keyof Orders]?: (asked: never) => unknown } = {
  backlog: () => machine.backlog(),
  clock: (next: Orders["clock"]) => {
    clock = next;
  },
  fire: async ({ schedule, at }: Orders["fire"]) => {
    const before = performance.now();
    const firedAt = Date.now();
    const { payload, error } = await machine.fire(schedule, at);
    if (error) throw new Error(`${schedule}: ${error.errorType}: ${error.errorMessage}`);
    return { ms: performance.now() - before, firedAt, report: JSON.parse(payload) as unknown };
  },
  calls: () => {
    const seen = Object.fromEntries(calls);
    calls.clear();
    return seen;
  },
  usage: () => ({
    machine: usageOf([process.pid]),
    engine: usageOf([machine.dynamo.pid() ?? 0]),
    ...Object.fromEntries(
      machine.definition.functions.map(({ label }) => [label, usageOf(machine.lambda.pids(nameOf(label, machine)))]),
    ),
  }),
  metric: ({ label, name }: Orders["metric"]) => {
    const file = join(dataDir, "logs", `${label}.log`);
    return `${read(`${file}.1`)}${read(file)}`
      .split("\n")
      .filter((line) => line.includes(`"${name}"`))
      .reduce((sum, line) => sum + metricOf(line, name), 0);
  },
  outbox: ({ limit }: Orders["outbox"]) => machine.outbox(limit).map(({ at, to }) => ({ at, to })),
  drain: (how: Orders["drain"]) => machine.drain(how),
  put: async ({ variable, items }: Orders["put"]) => {
    const TableName = machine.setting(variable);
    for (let i = 0; i < items.length; i += 100)
      await machine.call("TransactWriteItems", {
        TransactItems: items.slice(i, i + 100).map((item) => ({ Put: { TableName, Item: attributesOf(item) } })),
      });
  },
  log: () => log.splice(0),
  stop: () => machine.stop(),
};

const answer = (message: object): void => void process.send?.(message);
process.on("message", ({ id, order, asked }: Asked) => {
  const obey = orders[order] as ((asked: unknown) => unknown) | undefined;
  Promise.resolve()
    .then(() => obey?.(asked))
    .then(
      (result) => answer({ id, result }),
      (error: Error) => answer({ id, error: error.message }),
    );
});
answer({
  id: 0,
  result: {
    mqttPort: machine.mqttPort,
    dynamoEndpoint: machine.dynamoEndpoint,
    blocks: machine.setting("BLOCKS_TABLE"),
    ledger: machine.setting("LEDGER_TABLE"),
  },
});
