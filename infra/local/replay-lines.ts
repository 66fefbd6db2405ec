/** What a replay writes: the stored facts of the run as JSON lines, in the order of the contract. */
import { ScanCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { Line } from "../../functions/warnings/domain/line.ts";
import { closedPeriod } from "../../functions/warnings/stored-items.ts";
import { round6 } from "../../functions/shared/round.ts";
import { formatDay, formatIso, parseIso } from "../../functions/shared/shanghai.ts";
import { unpackLines } from "../../functions/telemetry/domain/archive-codec.ts";
import { standing, type ArchiveLine } from "../../functions/telemetry/domain/archive-line.ts";
import type { ObjectStore } from "./object-store.ts";

export type ReplayLine = { type: "hour" | "day" | "sms" | "quarantine" | "summary"; at: string } & Record<
  string,
  unknown
>;

const TYPES = ["hour", "day", "sms", "quarantine", "summary"];
/** In these states a message left, or may have left, for the phone. */
const SENT = new Set(["sent", "failed", "unknown", "claimed"]);

type Item = Record<string, unknown>;

/** All lines of the ledger but the summary, in order, and the number of episodes by permit number. */
export async function ledgerLines(
  db: DynamoDBDocumentClient,
  table: string,
): Promise<{ lines: ReplayLine[]; episodes: Map<string, number> }> {
  const lines: ReplayLine[] = [];
  const episodes = new Map<string, number>();
  let start: Item | undefined;
  do {
    const page = await db.send(new ScanCommand({ TableName: table, ConsistentRead: true, ExclusiveStartKey: start }));
    for (const item of page.Items ?? []) {
      const sk = String(item.sk);
      if (sk.startsWith("HOUR#") || sk.startsWith("DAY#")) lines.push(...closedLines(item));
      else if (sk.startsWith("SEND#") && SENT.has(String(item.state))) lines.push(smsLine(item));
      else if (String(item.pk).startsWith("QUARANTINE#")) lines.push(quarantineLine(item));
      else if (sk.startsWith("EPISODE#")) {
        const permitNo = String(item.pk).slice("PLANT#".length);
        episodes.set(permitNo, (episodes.get(permitNo) ?? 0) + 1);
      }
    }
    start = page.LastEvaluatedKey;
  } while (start);
  return { lines: lines.sort(inOrder), episodes };
}

function closedLines(item: Item): ReplayLine[] {
  const { start, at, verdicts } = closedPeriod(item);
  const hour = String(item.sk).startsWith("HOUR#");
  const permitNo = String(item.pk).slice("PLANT#".length);
  return verdicts.map(({ outlet, pollutant, valid, mean, limit, verdict, revision, weighted }) => {
    const head = { at: formatIso(at), permitNo, outlet, pollutant };
    return hour
      ? { type: "hour", ...head, hour: formatIso(start), valid, mean, limit, verdict, revision }
      : { type: "day", ...head, day: formatDay(start), validHours: valid, mean, weighted, limit, verdict, revision };
  });
}

function smsLine(item: Item): ReplayLine {
  const number = (x: number | null): number | null => (x === null ? null : round6(x));
  return {
    type: "sms",
    at: formatIso(Number(item.tick)),
    to: item.to,
    permitNo: String(item.pk).slice("PLANT#".length),
    text: item.text,
    lines: (item.lines as Line[]).map((l) => ({
      outlet: l.outlet,
      pollutant: l.pollutant,
      kind: l.kind,
      level: l.level,
      valid: l.valid,
      mean: number(l.mean),
      projected: number(l.projected),
      required: number(l.required),
      facility: l.facility,
      device: l.device,
    })),
  };
}

const quarantineLine = (item: Item): ReplayLine => ({
  type: "quarantine",
  at: String(item.at),
  topic: item.topic,
  reason: item.reason,
  sha256: item.sha256,
  detail: item.detail,
});

function inOrder(a: ReplayLine, b: ReplayLine): number {
  const text = (x: unknown, y: unknown): number => {
    if (x === y) return 0;
    return typeof x === "string" && (typeof y !== "string" || x < y) ? -1 : 1;
  };
  return (
    (parseIso(a.at) ?? 0) - (parseIso(b.at) ?? 0) ||
    TYPES.indexOf(a.type) - TYPES.indexOf(b.type) ||
    text(a.permitNo, b.permitNo) ||
    text(a.outlet, b.outlet) ||
    text(a.pollutant, b.pollutant) ||
    text(a.to, b.to) ||
    text(a.hour ?? a.day, b.hour ?? b.day) ||
    text(a.topic, b.topic) ||
    text(a.sha256, b.sha256)
  );
}

/** Frames by what became of them, counted over what stands in the archive. */
export async function archiveCounts(
  objects: ObjectStore,
  bucket: string,
): Promise<Record<ArchiveLine["disposition"], number>> {
  const counts = { accepted: 0, duplicate: 0, quarantined: 0 };
  const lines: ArchiveLine[] = [];
  for (const { key } of allObjects(objects, bucket, "raw/")) {
    const object = await objects.get(bucket, key);
    if (!object) throw new Error(`the archive lost ${key}`);
    for (const line of unpackLines(object.body)) lines.push({ ...line, bytes: "" });
  }
  for (const { disposition } of standing(lines)) counts[disposition] += 1;
  return counts;
}

function* allObjects(objects: ObjectStore, bucket: string, prefix: string): Generator<{ key: string }> {
  let page = objects.list(bucket, { prefix });
  while (page.length > 0) {
    yield* page;
    page = objects.list(bucket, { prefix, after: page.at(-1)!.key });
  }
}
