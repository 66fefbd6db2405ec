/**
 * The whole local machine as a contender: `node machine-program.ts DATA-FOLDER ASSEMBLY`. Its clock is told it by the
 * bench (a turn of the load stands for a minute); everything else is as in production.
 */
import { createInterface } from "node:readline";
import { unpackBlock } from "../../../functions/telemetry/domain/block-codec.ts";
import type { Item } from "../../../infra/local/dynamodb-call.ts";
import { startMachine } from "../../../infra/local/machine.ts";
import { HOUR_START, permitsFile, SPEED } from "./city.ts";

type Request =
  | { do: "import" }
  /** The clock runs from `from` to `to` and stands there. */
  | { do: "clock"; from: number; to: number }
  | { do: "tick"; at: number }
  | { do: "drain" }
  | { do: "state" };

const [dataDir = "", template = ""] = process.argv.slice(2);
let clock = { from: HOUR_START, to: HOUR_START, since: 0 };
const machine = await startMachine({
  dataDir,
  port: null,
  mqttPort: 0,
  clock: { now: () => Math.min(clock.to, Math.round(clock.from + (performance.now() - clock.since) * SPEED)) },
  schedules: false,
  log: (line) => console.error(line),
  template,
});
/** When each message reached the carrier. */
let reached: number[] = [];
machine.setCarrierFault(() => {
  reached.push(performance.now());
  return null;
});

async function scan(variable: string): Promise<Item[]> {
  const items: Item[] = [];
  let from: Item | undefined;
  do {
    const page: { Items: Item[]; LastEvaluatedKey?: Item } = await machine.call("Scan", {
      TableName: machine.setting(variable),
      ...(from ? { ExclusiveStartKey: from } : {}),
    });
    items.push(...page.Items);
    from = page.LastEvaluatedKey;
  } while (from);
  return items;
}
const attribute = (item: Item, name: string, type: "S" | "B"): string => {
  const value = item[name]?.[type];
  return typeof value === "string" ? value : "";
};

async function answer(request: Request): Promise<unknown> {
  switch (request.do) {
    case "import":
      return machine.importPermits("bench.json", permitsFile());
    case "clock":
      clock = { from: request.from, to: request.to, since: performance.now() };
      return null;
    case "tick": {
      reached = [];
      const started = performance.now();
      const { payload, error } = await machine.fire("warn", request.at);
      if (error) throw new Error(`warn: ${error.errorType}: ${error.errorMessage}`);
      return {
        ms: performance.now() - started,
        sms: reached.map((at) => at - started),
        report: JSON.parse(payload) as unknown,
      };
    }
    case "drain":
      await machine.drain();
      return null;
    case "state": {
      const blocks = await scan("BLOCKS_TABLE");
      const ledger = await scan("LEDGER_TABLE");
      return {
        /** `permitNo start-of-minute` of every minute that stands in the blocks with all its outlets. */
        minutes: blocks.flatMap((item) => {
          const seen = new Map<number, number>();
          for (const record of unpackBlock(Buffer.from(attribute(item, "data", "B"), "base64")).records)
            seen.set(record.at, (seen.get(record.at) ?? 0) + 1);
          return [...seen].map(([at, outlets]) => `${attribute(item, "pk", "S")} ${at} ${outlets}`);
        }),
        episodes: ledger.filter((item) => attribute(item, "sk", "S").startsWith("EPISODE#")).length,
        sms: machine.outbox(100_000).length,
      };
    }
  }
}

console.log(`port ${machine.mqttPort}`);
for await (const line of createInterface({ input: process.stdin }))
  await answer(JSON.parse(line) as Request).then(
    (value) => console.log(`answer ${JSON.stringify({ value })}`),
    (error: Error) => console.log(`answer ${JSON.stringify({ error: error.message })}`),
  );
