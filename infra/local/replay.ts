/**
 * `npm run replay`: a recorded trace through the whole machine (rules, stream, functions, tables) on the trace's clock,
 * as fast as it goes. Nothing here judges: it publishes, fires the schedules and writes down what the ledger then holds.
 */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { formatIso, HOUR, MINUTE, floorDay, floorHour, parseIso } from "../../functions/shared/shanghai.ts";
import { synthesize } from "../synth.ts";
import { startMachine, type Machine } from "./machine.ts";
import { archiveCounts, ledgerLines, type ReplayLine } from "./replay-lines.ts";
import { parseTrace, type TraceMessage } from "./replay-trace.ts";

export interface ReplayInput {
  /** Content of a permits file. */
  permits: string;
  trace: readonly TraceMessage[];
  /** Epoch ms; default: the last receipt. Messages received later are not read. */
  until?: number;
  /** File of SSM parameters (keys of devices that encrypt): see ssm.ts. */
  secrets?: string;
  /** Answers by SMS, as two-way messaging would bring them. */
  replies?: readonly Reply[];
  /** Told at the end: episodes by permit number. */
  onEpisodes?: (byPlant: ReadonlyMap<string, number>) => void;
  log?: (line: string) => void;
}

/** An answer by SMS: from a phone (E.164), at a moment (epoch ms). */
export interface Reply {
  from: string;
  text: string;
  at: number;
}

const TICK = 5 * MINUTE;
/** Minutes past: the tick, the closing of the hour, the closing of the day. */
const SCHEDULES: readonly { name: string; fires: (t: number) => boolean }[] = [
  { name: "close-hour", fires: (t) => t - floorHour(t) === 10 * MINUTE },
  { name: "close-day", fires: (t) => t - floorDay(t) === 30 * MINUTE },
  { name: "warn", fires: () => true },
];

/** Runs the trace; the lines of the contract in their order, the summary last. */
export async function replay({
  permits,
  trace,
  until,
  secrets,
  replies = [],
  onEpisodes = () => {},
  log = () => {},
}: ReplayInput): Promise<ReplayLine[]> {
  const first = trace[0]?.receivedAt ?? 0;
  const end = until ?? trace.at(-1)?.receivedAt ?? first;
  const template = (await synthesize({ quiet: true, cached: true })).outdir;
  const dataDir = mkdtempSync(join(tmpdir(), "replay-"));
  let now = first;
  const machine = await startMachine({
    dataDir,
    port: null,
    mqttPort: null,
    clock: { now: () => now },
    schedules: false,
    log,
    template,
    ...(secrets === undefined ? {} : { secrets }),
  });
  try {
    const result = await machine.importPermits("replay.json", permits);
    if (result.ok !== true) throw new PermitsRefused(result.problems as { path: string; reason: string }[]);
    const pending = trace.filter((m) => m.receivedAt <= end);
    let next = 0;
    for (let t = Math.ceil(first / TICK) * TICK; ; t += TICK) {
      const batch: Promise<void>[] = [];
      for (let m = pending[next]; m && m.receivedAt < t; m = pending[++next]) {
        now = m.receivedAt;
        batch.push(machine.publish(m.topic, m.payload, m.receivedAt));
      }
      await Promise.all(batch);
      // Judging needs what is merged; the public pages are written beside it, and all of them by the end.
      await machine.drain({ tables: false });
      for (const each of replies) if (each.at >= t - TICK && each.at < t) await answer(machine, each);
      if (t > end) break;
      now = t;
      for (const schedule of SCHEDULES) if (schedule.fires(t)) await fire(machine, schedule.name, t);
      if (t % HOUR === 0) log(`${formatIso(t)} of ${formatIso(end)}`);
    }
    await machine.drain();
    const db = DynamoDBDocumentClient.from(
      new DynamoDBClient({
        endpoint: machine.dynamoEndpoint,
        region: "local",
        credentials: { accessKeyId: "replay", secretAccessKey: "replay" },
      }),
    );
    const { lines, episodes } = await ledgerLines(db, machine.setting("LEDGER_TABLE"));
    db.destroy();
    onEpisodes(episodes);
    const { accepted, duplicate, quarantined } = await archiveCounts(
      machine.objects,
      machine.setting("ARCHIVE_BUCKET"),
    );
    const summary: ReplayLine = {
      type: "summary",
      at: formatIso(end),
      messages: pending.length,
      frames: accepted + duplicate + quarantined,
      accepted,
      duplicates: duplicate,
      quarantined,
      sms: lines.filter((l) => l.type === "sms").length,
      episodes: [...episodes.values()].reduce((sum, n) => sum + n, 0),
    };
    return [...lines, summary];
  } finally {
    await machine.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

class PermitsRefused extends Error {
  constructor(problems: readonly { path: string; reason: string }[]) {
    super(
      `the permits file is refused, nothing of it is applied:\n${problems.map((p) => `  ${p.path}: ${p.reason}`).join("\n")}`,
    );
  }
}

async function fire(machine: Machine, schedule: string, at: number): Promise<void> {
  const result = await machine.fire(schedule, at);
  if (result.error) throw new Error(`${schedule} at ${formatIso(at)} failed: ${result.error.errorMessage}`);
}

/** Gives the answer to the function that takes answers in, as the topic of two-way messaging does. */
async function answer(machine: Machine, { from, text, at }: Reply): Promise<void> {
  const target = machine.definition.functions.find((each) => each.label === "receive-reply");
  if (!target) throw new Error("no function of the template takes answers in");
  const Message = JSON.stringify({ originationNumber: from, messageBody: text });
  const event = { Records: [{ EventSource: "aws:sns", Sns: { Message, Timestamp: formatIso(at) } }] };
  const { error } = await machine.lambda.invoke(target.name, JSON.stringify(event));
  if (error) throw new Error(`the answer of ${formatIso(at)} failed: ${error.errorMessage}`);
}

async function main(): Promise<void> {
  const usage = "npm run replay -- --permits P.json --trace T.tsv [--until ISO] [--out O.jsonl] [--secrets S.json]";
  const { values } = parseArgs({
    options: {
      permits: { type: "string" },
      trace: { type: "string" },
      until: { type: "string" },
      out: { type: "string" },
      secrets: { type: "string" },
    },
  });
  if (!values.permits || !values.trace) throw new Error(`missing --permits or --trace\n${usage}`);
  const until = values.until === undefined ? undefined : parseIso(values.until);
  if (until === null) throw new Error(`--until ${values.until} is not an ISO 8601 time\n${usage}`);
  const lines = await replay({
    permits: readFileSync(values.permits, "utf8"),
    trace: parseTrace(readFileSync(values.trace, "utf8")),
    ...(until === undefined ? {} : { until }),
    ...(values.secrets === undefined ? {} : { secrets: values.secrets }),
    log: (line) => process.stderr.write(`${line}\n`),
  });
  const text = `${lines.map((l) => JSON.stringify(l)).join("\n")}\n`;
  if (values.out) writeFileSync(values.out, text);
  else process.stdout.write(text);
}

if (import.meta.main)
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
