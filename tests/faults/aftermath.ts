/** What stands in a data folder after a trial, read by the project's own readers, and what must hold of it. */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, ScanCommand } from "@aws-sdk/lib-dynamodb";
import { formatIso } from "../../functions/shared/shanghai.ts";
import { blockRepository } from "../../functions/telemetry/block-repository.ts";
import { unpackLines } from "../../functions/telemetry/domain/archive-codec.ts";
import { standing, verifyChain, type ArchiveLine } from "../../functions/telemetry/domain/archive-line.ts";
import { hashPhone } from "../../functions/warnings/dispatch.ts";
import type { Machine } from "../../infra/local/machine.ts";
import type { OutboxMessage } from "../../infra/local/sns.ts";
import { DUE_ENDS } from "./trial.ts";
import { describeFrame, type TrialFrame, type TrialMessage, type TrialPlant } from "./trial-city.ts";

export type Item = Record<string, unknown> & { pk: string; sk: string };

export interface Aftermath {
  /** Lines of the archive that stand. */
  archive: ArchiveLine[];
  ledger: Item[];
  outbox: OutboxMessage[];
  /** Keys of batches that were given up. */
  undelivered: string[];
  /** `mn pollutant minute` → value, of all blocks of the plants. */
  values: Map<string, number | null>;
}

export async function readAftermath(
  machine: Machine,
  plants: readonly TrialPlant[],
  from: number,
  to: number,
): Promise<Aftermath> {
  const client = new DynamoDBClient({
    endpoint: machine.dynamoEndpoint,
    region: "local",
    credentials: { accessKeyId: "trial", secretAccessKey: "trial" },
  });
  try {
    const db = DynamoDBDocumentClient.from(client);
    const blocks = blockRepository({ db, table: machine.setting("BLOCKS_TABLE") });
    const values = new Map<string, number | null>();
    for (const plant of plants)
      for (const r of await blocks.records(plant.permitNo, from, to, true))
        for (const v of r.values) {
          const key = valueKey(r.mn, v.channel.slice(0, v.channel.indexOf("/")), r.at);
          if (values.has(key)) throw new Error(`two records stand for ${key}`);
          values.set(key, v.value);
        }
    return {
      archive: standing(await archiveLines(machine)),
      ledger: await scan(db, machine.setting("LEDGER_TABLE")),
      outbox: machine.outbox(100_000),
      undelivered: machine.definition.buckets.flatMap(({ name }) =>
        ["aws/lambda/", "undelivered/"].flatMap((prefix) => keysOf(machine, name, prefix)),
      ),
      values,
    };
  } finally {
    client.destroy();
  }
}

export const valueKey = (mn: string, pollutant: string, at: number): string => `${mn} ${pollutant} ${formatIso(at)}`;

async function scan(db: DynamoDBDocumentClient, table: string): Promise<Item[]> {
  const items: Item[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const page = await db.send(new ScanCommand({ TableName: table, ConsistentRead: true, ExclusiveStartKey: start }));
    items.push(...((page.Items ?? []) as Item[]));
    start = page.LastEvaluatedKey;
  } while (start);
  return items;
}

/** All lines of the archive, those of superseded tries included. */
async function archiveLines(machine: Machine): Promise<ArchiveLine[]> {
  const bucket = machine.setting("ARCHIVE_BUCKET");
  const lines: ArchiveLine[] = [];
  for (const key of keysOf(machine, bucket, "raw/")) {
    const object = await machine.objects.get(bucket, key);
    if (!object) throw new Error(`the archive lost ${key}`);
    lines.push(...unpackLines(object.body));
  }
  return lines;
}

/** Lines by the trial's name of a frame: a kept piece is the frame without what stands between frames, QN included. */
const byQn = (archive: readonly ArchiveLine[]): Map<string | undefined, ArchiveLine[]> =>
  Map.groupBy(archive, (l) => /QN=(\d+);/.exec(Buffer.from(l.bytes, "base64").toString("latin1"))?.[1]);

/**
 * Accepted and damaged frames against the archive: each exactly once, again only as often as `repeats` says. Default:
 * as often as the client itself sent it again.
 */
export function archiveProblems(
  messages: readonly TrialMessage[],
  archive: readonly ArchiveLine[],
  repeats = (message: TrialMessage): number => message.sends - 1,
): string[] {
  const problems: string[] = [];
  const known = byQn(archive);
  for (const message of messages)
    for (const frame of message.frames) {
      const lines = known.get(frame.qn) ?? [];
      const count = (d: ArchiveLine["disposition"]): number => lines.filter((l) => l.disposition === d).length;
      const [accepted, duplicate, quarantined] = [count("accepted"), count("duplicate"), count("quarantined")];
      const right = frame.refused
        ? accepted + duplicate === 0 && quarantined >= 1 && quarantined <= repeats(message) + 1
        : accepted === 1 && quarantined === 0 && duplicate <= repeats(message);
      const reasons = lines.flatMap((l) => (l.disposition === "quarantined" ? [l.reason] : []));
      if (message.acknowledged && (!right || reasons.some((reason) => reason !== frame.refused)))
        problems.push(
          `${describeFrame(frame)}, sent ${message.sends}×: ${accepted} accepted, ${duplicate} duplicate, ${quarantined} quarantined (${reasons.join()})`,
        );
    }
  return problems;
}

/** Acknowledged frames of which nothing stands in the archive. */
export function lostFrames(messages: readonly TrialMessage[], archive: readonly ArchiveLine[]): number {
  const known = byQn(archive);
  return messages.flatMap((m) => (m.acknowledged ? m.frames : [])).filter((f) => !known.has(f.qn)).length;
}

/** One chain for every device: each line follows another one, none is followed by two, and all are in it. */
export function chainProblems(archive: readonly ArchiveLine[]): string[] {
  const own = Map.groupBy(
    archive.filter((l) => l.link !== null),
    (l) => l.mn,
  );
  return [...own].flatMap(([mn, lines]) => {
    // By links, not by sequence: a device that speaks for itself and through a gateway is on two shards.
    const followers = Map.groupBy(lines, (l) => l.previous);
    const links = new Set(lines.map((l) => l.link));
    const starts = lines.filter((l) => l.previous === null || !links.has(l.previous));
    const forks = [...followers].filter(([, after]) => after.length > 1);
    if (starts.length !== 1 || forks.length > 0)
      return [`${mn}: ${starts.length} lines follow none of the archive, ${forks.length} are followed by two`];
    const ordered: ArchiveLine[] = [];
    for (let l = starts[0]; l; l = followers.get(l.link)?.[0]) ordered.push(l);
    const wrong = verifyChain(ordered);
    if (wrong) return [`${mn}: line ${wrong.index} of ${ordered.length}: ${wrong.reason}`];
    return ordered.length === lines.length ? [] : [`${mn}: ${lines.length - ordered.length} lines are in no chain`];
  });
}

/** The value of every minute: of its frames the one with the greatest QN. */
export function valueProblems(messages: readonly TrialMessage[], values: Aftermath["values"]): string[] {
  const expected = new Map<string, TrialFrame>();
  for (const frame of messages.flatMap((m) => m.frames)) {
    const key = valueKey(frame.mn, frame.pollutant, frame.at);
    if (frame.refused === null && (expected.get(key)?.qn ?? "") < frame.qn) expected.set(key, frame);
  }
  const wrong = [...expected].flatMap(([key, frame]) =>
    values.get(key) === frame.value ? [] : [`${key}: ${values.get(key)}, not ${frame.value}`],
  );
  const invented = [...values.keys()].filter((key) => !expected.has(key));
  return [...wrong, ...invented.map((key) => `${key}: nobody sent this`)];
}

const FINAL = new Set<string>(DUE_ENDS);

/** By phone and text: how many messages may have left at most, and how many must have, by what the ledger says of each. */
export function permittedSends(ledger: readonly Item[]): Map<string, { most: number; least: number }> {
  const may = new Map<string, { most: number; least: number }>();
  for (const s of ledger.filter((i) => i.sk.startsWith("SEND#"))) {
    const state = String(s["state"]);
    const key = `${String(s["to"])} ${String(s["text"])}`;
    const { most, least } = may.get(key) ?? { most: 0, least: 0 };
    may.set(key, {
      most: most + (state === "sent" || state === "unknown" ? 1 : 0),
      least: least + (state === "sent" ? 1 : 0),
    });
  }
  return may;
}

/** Text messages: per plant, tick and phone at most one left, none that was due has no end. */
export function smsProblems(
  ledger: readonly Item[],
  outbox: readonly OutboxMessage[],
  plants: readonly TrialPlant[],
): string[] {
  const problems: string[] = [];
  const sends = ledger.filter((i) => i.sk.startsWith("SEND#"));
  for (const s of sends) if (!FINAL.has(String(s["state"]))) problems.push(`${s.pk} ${s.sk} is ${String(s["state"])}`);
  const left = Map.groupBy(outbox, (m) => `${m.to} ${m.text}`);
  const may = permittedSends(ledger);
  for (const [key, { most, least }] of may) {
    const count = left.get(key)?.length ?? 0;
    if (count > most || count < least)
      problems.push(`${count} messages left, between ${least} and ${most} may have: ${key}`);
  }
  for (const key of left.keys()) if (!may.has(key)) problems.push(`left without a send in the ledger: ${key}`);

  // Level 2 goes to three roles; a plant that recovered tells who was warned.
  const keys = new Set(sends.map((s) => `${s.pk} ${s.sk}`));
  for (const e of ledger.filter((i) => i.sk.startsWith("EPISODE#"))) {
    const plant = plants.find((p) => p.permitNo === e["permitNo"]);
    const ticks = [e["openedAt"], e["ended"] === "recovered" ? e["closedAt"] : null].filter(
      (t) => typeof t === "number",
    );
    if (e["statistic"] !== "instant") continue;
    for (const phone of plant?.phones ?? [])
      for (const t of ticks) {
        const key = `${e.pk} SEND#${formatIso(t).slice(0, 16)}#${hashPhone(phone)}`;
        if (!keys.has(key)) problems.push(`nothing says what became of the message due: ${key}`);
      }
  }
  return problems;
}

/** Open episodes: one at most for a key, and the same in the plant's state and in the history. */
export function episodeProblems(ledger: readonly Item[]): string[] {
  const problems: string[] = [];
  for (const state of ledger.filter((i) => i.sk === "WARNING")) {
    const open = (state["episodes"] as Record<string, unknown>[]).map(episodeKey).sort();
    const history = ledger
      .filter((i) => i.pk === state.pk && i.sk.startsWith("EPISODE#") && i["closedAt"] === null)
      .map(episodeKey)
      .sort();
    if (new Set(open).size !== open.length)
      problems.push(`${state.pk}: two open episodes for one key: ${open.join("; ")}`);
    if (JSON.stringify(open) !== JSON.stringify(history))
      problems.push(`${state.pk}: open are ${open.join("; ")}, the history says ${history.join("; ")}`);
  }
  return problems;
}
const episodeKey = (e: Record<string, unknown>): string =>
  [e["outlet"], e["pollutant"], e["statistic"], e["facility"]].map(String).join("/");

function keysOf(machine: Machine, bucket: string, prefix: string): string[] {
  const keys: string[] = [];
  for (let page = machine.objects.list(bucket, { prefix }); page.length > 0;) {
    keys.push(...page.map((o) => o.key));
    page = machine.objects.list(bucket, { prefix, after: keys.at(-1) ?? "" });
  }
  return keys;
}

/** Some of each kind: a fault that hits everything is told in a few lines. */
export const firstProblems = (found: Record<string, readonly string[]>): string[] =>
  Object.entries(found).flatMap(([kind, list]) => [
    ...list.slice(0, 5).map((problem) => `${kind}: ${problem}`),
    ...(list.length > 5 ? [`${kind}: ${list.length} in all`] : []),
  ]);
