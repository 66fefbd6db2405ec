/**
 * A city's hours on one machine, and then only what it left behind: from a text message to the frames it came from and
 * back (docs/observability.md), and what the logs say and must never say.
 */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { formatCompact, formatIso, HOUR, MINUTE, parseIso } from "../../functions/shared/shanghai.ts";
import { blockRepository } from "../../functions/telemetry/block-repository.ts";
import { unpackLines } from "../../functions/telemetry/domain/archive-codec.ts";
import { sha256, standing, verifyChain, type ArchiveLine } from "../../functions/telemetry/domain/archive-line.ts";
import { buildCp, encodeFrame, readingGroup } from "../../functions/telemetry/domain/hj212/encode.ts";
import { hashPhone } from "../../functions/warnings/dispatch.ts";
import { warningLedger } from "../../functions/warnings/repository.ts";
import type { FunctionName } from "../../infra/build.ts";
import { temporaryFolder } from "../../infra/local/test-assembly.ts";
import { frameMaker, messageOf, permitsFile, trialPlants, type TrialFrame } from "../faults/trial-city.ts";
import { startTrialMachine, type TrialMachine } from "../faults/trial-machine.ts";
import { countedMetrics } from "./own-metrics.ts";

const START = parseIso("2026-10-01T08:00:00+08:00")!;
const TICK = 5 * MINUTE;
const PASSWORD = "Qx7#kP2v";
const EXCEEDING = 85;
const plants = trialPlants(6);
const folder = temporaryFolder();
const dataDir = join(folder.path, "data");
let trial: TrialMachine;
let client: DynamoDBClient;
let published = 0;

/** Every line of every function's log. */
type Line = Record<string, unknown> & { service: string; message?: string };
const logs: Line[] = [];
let raw = "";

beforeAll(async () => {
  trial = await startTrialMachine(plants, START, { dataDir, port: 0 });
  const { machine } = trial;
  client = new DynamoDBClient({
    endpoint: machine.dynamoEndpoint,
    region: "local",
    credentials: { accessKeyId: "reader", secretAccessKey: "reader" },
  });
  // A number that the carrier refuses, in an error that may be logged.
  machine.setCarrierFault((to) => (to === plants[2]!.phones[1] ? { kind: "fail", status: 400 } : null));
  await hours(trial);
  for (const file of readdirSync(join(dataDir, "logs"))) {
    const text = readFileSync(join(dataDir, "logs", file), "utf8");
    raw += text;
    for (const line of text.trimEnd().split("\n")) if (line !== "") logs.push(JSON.parse(line) as Line);
  }
}, 120_000);
afterAll(async () => {
  client.destroy();
  await trial.stop();
  folder[Symbol.dispose]();
});

async function hours({ machine, tick, fire, nameOf }: TrialMachine): Promise<void> {
  const { frame } = frameMaker(START);
  const publish = async (frames: readonly TrialFrame[], at: number): Promise<void> => {
    for (const own of Map.groupBy(frames, (each) => each.mn).values()) {
      const { topic, client: from } = messageOf(own as [TrialFrame, ...TrialFrame[]]);
      await machine.publish(topic, Buffer.concat(own.map((each) => each.bytes)), at, from);
      published += 1;
    }
  };
  for (let t = START; t < START + HOUR / 2; t += TICK) {
    const minutes = Array.from({ length: 5 }, (_, i) => t + i * MINUTE);
    const frames = plants.flatMap((plant) =>
      minutes.flatMap((at) => [
        frame(plant, "gas", at, plant.index === 1 || plant.index === 2 ? EXCEEDING : 20),
        frame(plant, "water", at, 7),
      ]),
    );
    await publish(frames, t + TICK - 10_000);
    await machine.publish(`plants/${plants[3]!.gas}/hj212`, withPassword(t), t + TICK - 9000, plants[3]!.gas);
    await machine.publish(`plants/${plants[3]!.gas}/hj212`, damaged(withPassword(t + 1000)), t + TICK - 8000);
    published += 2;
    await machine.drain();
    await tick(t + TICK);
  }
  const [warned] = machine.outbox();
  const answer = JSON.stringify({ originationNumber: warned?.to, messageBody: "1" });
  const event = { Records: [{ Sns: { Message: answer, Timestamp: formatIso(START + HOUR / 2 + MINUTE) } }] };
  await machine.lambda.invoke(nameOf("receive-reply"), JSON.stringify(event));
  await fire("close-hour", START + HOUR + 10 * MINUTE);
  await tick(START + HOUR + 10 * MINUTE);
  // Refused as a whole, with a contact in it.
  await machine.importPermits("wrong.json", permitsFile(plants).replaceAll("DA001", "??"));
  await fire("close-day", parseIso("2026-10-02T00:30:00+08:00")!);
  await machine.drain();
}

function withPassword(at: number): Uint8Array {
  const cp = buildCp([[["DataTime", formatCompact(at)]], readingGroup("a21026", { Rtd: 12, Flag: "N" })]);
  return encodeFrame({
    qn: formatCompact(at, true),
    st: "31",
    cn: "2011",
    pw: PASSWORD,
    mn: plants[3]!.gas,
    flag: 5,
    cp,
  });
}

function damaged(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[copy.length - 3] = copy[copy.length - 3] === 0x30 ? 0x31 : 0x30;
  return copy;
}

const db = (): DynamoDBDocumentClient => DynamoDBDocumentClient.from(client);
const ledger = (): ReturnType<typeof warningLedger> =>
  warningLedger({ db: db(), table: trial.machine.setting("LEDGER_TABLE") });

interface Owed extends Line {
  permitNo: string;
  tick: string;
  heads: { mn: string; link: string; seen: string }[];
  merged: Record<string, string>;
}
interface Batch extends Line {
  shard: string;
  first: string;
  last: string;
  archive: string;
  quarantined?: string;
}
const owedLines = (): Owed[] => logs.filter((l) => l.message === "owed") as Owed[];
const batchLines = (): Batch[] => logs.filter((l) => l.message === "batch") as Batch[];

/** What the archive holds under the key that a log line names. */
async function archived({ archive }: Batch): Promise<ArchiveLine[]> {
  const { machine } = trial;
  const bucket = machine.setting("ARCHIVE_BUCKET");
  const lines: ArchiveLine[] = [];
  for (const { key } of machine.objects.list(bucket, { prefix: archive })) {
    const object = await machine.objects.get(bucket, key);
    lines.push(...unpackLines(object!.body));
  }
  return standing(lines);
}

test("from a text message to its frames: the message, how far the evidence went, the batches, the chain", async () => {
  const sms = trial.machine.outbox().find(({ to, text }) => to === plants[1]!.phones[1] && text.includes("超限"));
  // 1. The phone leads to its plants, the time to the tick, both to the item with the text.
  const told = await ledger().plantsOfPhone(hashPhone(sms!.to));
  const permitNo = told[0]!.permitNo;
  expect(told).toHaveLength(1);
  expect(permitNo).toBe(plants[1]!.permitNo);
  const tick = Math.floor(sms!.at / TICK) * TICK;
  const sends = await ledger().sends(permitNo, tick);
  expect(sends.find((s) => s.phoneHash === hashPhone(sms!.to))).toMatchObject({ text: sms!.text, state: "sent" });
  // 2. Both lead to one line of the log.
  const owed = owedLines().filter((l) => l.permitNo === permitNo && l.tick === formatIso(tick));
  expect(owed).toHaveLength(1);
  expect(owed[0]!.messages).toBe(sends.length);
  const head = owed[0]!.heads.find(({ mn }) => mn === plants[1]!.gas)!;
  // 3. The batches up to `merged` hold the device's frames, and the head is one of them.
  const lines: ArchiveLine[] = [];
  for (const [shard, sequence] of Object.entries(owed[0]!.merged))
    for (const batch of batchLines().filter((b) => b.shard === shard && BigInt(b.first) <= BigInt(sequence)))
      lines.push(...(await archived(batch)).filter((l) => BigInt(l.sequence) <= BigInt(sequence)));
  const byLink = new Map(lines.map((l) => [l.link, l]));
  const chain: ArchiveLine[] = [];
  for (let at = byLink.get(head.link); at; at = byLink.get(at.previous)) chain.unshift(at);
  expect(chain.at(-1)).toMatchObject({ permitNo, mn: head.mn, receivedAt: head.seen });
  expect(chain).toHaveLength(((tick - START) / TICK) * 5);
  expect(chain[0]!.previous).toBe("0".repeat(64));
  expect(verifyChain(chain)).toBeNull();
  for (const { bytes, sha256: hash } of chain) {
    expect(sha256(Buffer.from(bytes, "base64"))).toBe(hash);
    expect(Buffer.from(bytes, "base64").toString("latin1")).toContain(`a21002-Avg=${EXCEEDING}`);
  }
  // The blocks that were judged hold the same frames: one record for each, of the same receipt.
  const blocks = blockRepository({ db: db(), table: trial.machine.setting("BLOCKS_TABLE") });
  const records = await blocks.records(permitNo, START, tick, true);
  const judged = records.filter((r) => r.mn === head.mn).map((r) => formatIso(r.receivedAt));
  expect(judged.toSorted()).toEqual(chain.map((l) => l.receivedAt).toSorted());
});

test("from a frame to the messages that had it", async () => {
  const all = (await Promise.all(batchLines().map(archived))).flat();
  const frame = all.find((l) => l.permitNo === plants[1]!.permitNo && l.mn === plants[1]!.gas)!;
  const had = owedLines().filter(
    (l) =>
      l.permitNo === frame.permitNo &&
      l.tick > frame.receivedAt &&
      BigInt(l.merged[frame.shard] ?? "0") >= BigInt(frame.sequence),
  );
  expect(had.length).toBeGreaterThan(0);
  const texts = trial.machine.outbox().map((sms) => sms.text);
  const [first] = had;
  const sends = await ledger().sends(first!.permitNo, parseIso(first!.tick)!);
  expect(sends.length).toBe(first!.messages);
  for (const { text } of sends) expect(texts).toContain(text);
  // Nobody else was told of it.
  const others = owedLines().filter((l) => l.permitNo === plants[0]!.permitNo && l.tick <= first!.tick);
  expect(others).toEqual([]);
});

test("a batch is one line, whatever the number of messages; each line says whose and of which request it is", () => {
  const batches = batchLines();
  const ingest = logs.filter((l) => l.service === "ingest-telemetry");
  expect(ingest).toHaveLength(batches.length);
  expect(batches.reduce((n, b) => n + Number(b.MessagesIngested), 0)).toBe(published);
  expect(batches.length).toBeLessThan(published / 2);
  for (const line of logs) {
    expect(line.function_request_id, JSON.stringify(line)).toMatch(/^[\w-]{8,}$/);
    expect(line.function_name, JSON.stringify(line)).toBe(trial.nameOf(line.service));
  }
  const reasons = batches.flatMap((b) => (b.quarantined === undefined ? [] : [JSON.parse(b.quarantined)]));
  expect(reasons.length).toBeGreaterThan(0);
  for (const each of reasons) expect(each).toEqual({ crc: expect.any(Number) });
});

test("metrics: only those of the list, with the service as the only dimension", () => {
  const counted = countedMetrics();
  const seen = new Map<string, Set<string>>();
  for (const line of logs) {
    const emf = line._aws as
      | { CloudWatchMetrics: { Namespace: string; Dimensions: string[][]; Metrics: { Name: string }[] }[] }
      | undefined;
    for (const { Namespace, Dimensions, Metrics } of emf?.CloudWatchMetrics ?? []) {
      expect([Namespace, Dimensions]).toEqual(["PermitWatch", [["service"]]]);
      const names = seen.get(line.service) ?? new Set();
      seen.set(line.service, names);
      for (const { Name } of Metrics) {
        names.add(Name);
        expect([...(counted.get(line.service as FunctionName) ?? [])]).toContain(Name);
        expect(line[Name], Name).toBeDefined();
      }
    }
  }
  expect([...(seen.get("warn-plants") ?? [])]).toEqual(
    expect.arrayContaining(["Sms_sent", "Sms_failed", "TickDuration"]),
  );
  expect([...(seen.get("close-hours") ?? [])]).toEqual(
    expect.arrayContaining(["HoursClosed", "Verdicts_insufficient"]),
  );
  // Nobody opens a page, simulates, or chose a digest on this day.
  expect([...seen.keys()].toSorted()).toEqual(
    [...counted]
      .flatMap(([name, own]) => (own.size > 0 && !/^(?:serve|nudge|simulate|send)-/.test(name) ? [name] : []))
      .toSorted(),
  );
});

test("no phone, no name, no password and no frame is in any log", () => {
  expect(logs.length).toBeGreaterThan(20);
  for (const { phones } of plants)
    for (const phone of phones) {
      expect(raw).not.toContain(phone);
      expect(raw).not.toContain(phone.replace("+86", ""));
    }
  expect(raw).not.toContain(PASSWORD);
  expect(raw).not.toMatch(/PW=/);
  expect(raw).not.toMatch(/故障试验/);
  expect(raw).not.toMatch(/##\d{4}/);
  expect(raw).not.toMatch(/CP=&&/);
});
