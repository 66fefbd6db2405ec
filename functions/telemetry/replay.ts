/**
 * Quarantined items run through ingest once more, each with its own receipt, so that what was wrong then and is right now
 * (an MN bound, a key set, a permit imported) lets them in: same codec, same admission, same merge, same chain. What is in
 * already stays as it is: blocks know a frame by its digest. Late values reach the judges by ingest's own hints.
 */
import { DAY, formatIso, parseIso } from "../shared/shanghai.ts";
import { inParallel } from "../shared/in-parallel.ts";
import type { ArchiveReader } from "./archive-reader.ts";
import { archivePrefix } from "./archive-reader.ts";
import { REPLAY_SHARD, type ArchiveLine } from "./domain/archive-line.ts";
import { mnOf } from "./domain/hj212/encrypted.ts";
import { reseal } from "./domain/hj212/reseal.ts";
import { filedAt } from "./domain/merge-plant.ts";
import { parseTopic } from "./domain/read-payload.ts";
import { readMessages, takeIn, tryOut, type IngestServices } from "./ingest.ts";
import type { Quarantine, QuarantineItem, Replayed } from "./quarantine.ts";
import type { Frame, Message } from "./read-message.ts";

export interface ReplayServices {
  ingest: Omit<IngestServices, "archive" | "present">;
  quarantine: Quarantine;
  archive: ArchiveReader;
  /** Returns the object's key. */
  keep(shard: string, sequence: string, lines: readonly ArchiveLine[]): Promise<string>;
}

export interface Outcome extends Pick<Replayed, "outcome" | "reason" | "detail" | "permitNo" | "archive"> {
  item: QuarantineItem;
  mn: string | null;
}

/** Values are kept 35 days: a verdict must not be made again from what is left of its period. */
const KEPT = 34 * DAY;
/** Reasons for which a frame is refused although length and CRC fitted. */
const WHOLE = new Set(["encrypted", "schema", "edition", "time", "incomplete", "unit", "mn-unknown", "mn-mismatch"]);
const WIDTH = 16;
/** How often plants that other writers keep ahead of are tried again. */
const TRIES = 5;

/** Runs items through ingest, some hundred at a time. A dry run writes nothing and says what would become of them. */
export function replayer(
  services: ReplayServices,
  { dryRun, at }: { dryRun: boolean; at: number },
): (items: readonly QuarantineItem[]) => Promise<Outcome[]> {
  let place = 0;
  let object: string | null = null;
  let lines = new Map<string, ArchiveLine & { object: string | null }>();
  const ingest: IngestServices = {
    ...services.ingest,
    present: services.ingest.now,
    async archive(shard, sequence, batch) {
      object = await services.keep(shard, sequence, batch);
      for (const line of batch) lines.set(`${line.sequence}:${line.piece}`, { ...line, object });
    },
  };
  /** In a dry run: what was let in before, which a block does not know. */
  const seen = new Set<string>();

  /** One message of what came in one; `group` is not empty. */
  async function read(group: readonly Kept[]): Promise<Reading[]> {
    const sequence = `${at}${String(++place).padStart(7, "0")}`;
    const payload = Buffer.concat(group.flatMap(({ readable }, i) => (i === 0 ? [readable] : [CRLF, readable])));
    const [message] = (await readMessages([recordOf(group[0]!.item, payload, sequence)], ingest)) as [Message];
    const { frames } = message;
    if (frames.length !== group.length)
      return group.length === 1
        ? [{ item: group[0]!.item, message, frames }]
        : (await inParallel(group, WIDTH, (one) => read([one]))).flat();
    for (const [i, { item, bytes }] of group.entries()) Object.assign(frames[i]!, { bytes, received: item.sha256 });
    return group.map(({ item }, i) => ({ item, message, frames: [frames[i]!] }));
  }

  async function readGroup(items: readonly QuarantineItem[]): Promise<Reading[]> {
    const all = await inParallel(items, WIDTH, (item) => keptOf(item, services));
    const kept = all.filter((one) => one !== null);
    const lost = items.filter((_, i) => all[i] === null);
    return [...lost.map(notKept), ...(kept.length > 0 ? await read(kept) : [])];
  }

  return async (items) => {
    const open = items.filter(({ replayed }) => !isIn(replayed));
    const readings = (await inParallel(messagesOf(open), WIDTH, readGroup)).flat();
    for (const { frames } of readings) for (const frame of frames) refuseOld(frame, at);
    // Refused ones are in quarantine and in the archive already.
    const taken = [...new Set(readings.flatMap(({ message }) => (message ? [message] : [])))].flatMap((message) => {
      const frames = message.frames.filter(({ result }) => result.ok);
      return frames.length === 0 ? [] : [{ ...message, frames }];
    });
    taken.sort((a, b) => a.receivedAt - b.receivedAt);
    const outcomes = dryRun ? await foresee(taken) : await take(taken);
    return items.map((item): Outcome => {
      if (isIn(item.replayed)) return { ...item.replayed!, item, mn: item.mn, outcome: "duplicate" };
      const { frames, refused } = readings.find((reading) => reading.item === item)!;
      return refused ?? outcomeOf(item, frames, outcomes);
    });
  };

  async function foresee(messages: readonly Message[]): Promise<Made> {
    const dispositions = await tryOut(messages, ingest);
    return new Map(
      [...dispositions].map(([frame, disposition]) => {
        const name = frame.result.ok ? nameOf(frame.result) : "";
        const known = disposition === "duplicate" || seen.has(name);
        seen.add(name);
        return [frame, { disposition: known ? "duplicate" : "accepted", object: null }];
      }),
    );
  }

  async function take(messages: readonly Message[]): Promise<Made> {
    lines = new Map();
    let left = messages;
    for (let attempt = 0; left.length > 0; attempt++) {
      if (attempt === TRIES) throw new Error("other writers stay ahead of this plant's blocks: try again later");
      const { response } = await takeIn(left, ingest);
      const failed = new Set(response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      left = left.filter(({ sequence }) => failed.has(sequence));
    }
    const made: Made = new Map();
    for (const { sequence, frames } of messages)
      for (const [piece, frame] of frames.entries()) {
        const line = lines.get(`${sequence}:${piece}`);
        if (!line) throw new Error(`frame ${sequence}:${piece} was taken in without a line in the archive`);
        made.set(frame, { disposition: line.disposition, object: line.object });
      }
    return made;
  }
}

type Made = Map<Frame, { disposition: ArchiveLine["disposition"]; object: string | null }>;
interface Reading {
  item: QuarantineItem;
  /** Null: it could not be read at all. */
  message: Message | null;
  frames: Frame[];
  refused?: Outcome;
}

const CRLF = Buffer.from("\r\n");
const isIn = (replayed: Replayed | undefined): boolean => replayed !== undefined && replayed.outcome !== "refused";

/** What came in one message and was whole is read together: packets of a set are only joined so. Damage stands alone. */
function messagesOf(items: readonly QuarantineItem[]): QuarantineItem[][] {
  const groups = new Map<string, QuarantineItem[]>();
  for (const item of items) {
    const { place, reason, key } = item;
    const name = place && WHOLE.has(reason) ? `${item.at} ${place.shard} ${place.sequence}` : key;
    groups.set(name, [...(groups.get(name) ?? []), item]);
  }
  return [...groups.values()].map((group) => group.toSorted((a, b) => (a.place?.piece ?? 0) - (b.place?.piece ?? 0)));
}

/** The bytes as kept; null when the item holds only their beginning and the archive has no more. */
async function whole({ size, bytes, place }: QuarantineItem, archive: ArchiveReader): Promise<Uint8Array | null> {
  if (bytes.length === size) return bytes;
  if (!place) return null;
  const { shard, sequence, piece, batch } = place;
  const begin = `${archivePrefix(shard)}${batch}`;
  // The tries of a batch are `…-1.jsonl.zst` and so on (`.gz` before format 2).
  for (const key of await archive.list(shard, begin, LOOKED_AT)) {
    if (!key.startsWith(`${begin}.`) && !key.startsWith(`${begin}-`)) break;
    for (const line of await archive.lines(key))
      if (line.sequence === sequence && line.piece === piece) return Buffer.from(line.bytes, "base64");
  }
  return null;
}
const LOOKED_AT = 20;

interface Kept {
  item: QuarantineItem;
  /** As the archive has them. */
  bytes: Uint8Array;
  /** As the codec can judge them: of a frame that was whole with a CRC that fits what is covered. */
  readable: Uint8Array;
}

async function keptOf(item: QuarantineItem, { archive, ingest }: ReplayServices): Promise<Kept | null> {
  const bytes = await whole(item, archive);
  if (bytes === null) return null;
  if (!WHOLE.has(item.reason)) return { item, bytes, readable: bytes };
  const topic = parseTopic(item.topic);
  const mn = mnOf(bytes);
  // As in ingest: no other keys are tried than those the topic speaks for.
  const keys =
    mn === null || topic === null || (topic.kind === "device" && topic.mn !== mn)
      ? []
      : await ingest.keysOf(mn, topic.kind === "gateway" ? topic.permitNo : null);
  return { item, bytes, readable: reseal(bytes, () => keys) };
}

const notKept = (item: QuarantineItem): Reading => ({
  item,
  message: null,
  frames: [],
  refused: {
    item,
    mn: item.mn,
    outcome: "refused",
    reason: "bytes-missing",
    detail: `only the first ${item.bytes.length} of ${item.size} bytes are kept, and the archive has no more of it`,
    permitNo: null,
    archive: null,
  },
});

/** As the stream would hand it over; what was no envelope is none again. */
function recordOf(
  { topic, clientId, at }: QuarantineItem,
  payload: Buffer,
  sequence: string,
): Parameters<typeof readMessages>[0][number] {
  const receivedAt = parseIso(at) ?? 0;
  const data =
    topic === ""
      ? payload
      : Buffer.from(JSON.stringify({ topic, clientId, receivedAt, payload: payload.toString("base64") }));
  const kinesis = {
    sequenceNumber: sequence,
    data: data.toString("base64"),
    approximateArrivalTimestamp: receivedAt / 1000,
  };
  return { eventID: `${REPLAY_SHARD}:${sequence}`, kinesis };
}

function refuseOld(frame: Frame, at: number): void {
  if (!frame.result.ok) return;
  const { record, receivedAt } = frame.result.accepted;
  const filed = filedAt(record, receivedAt);
  if (filed >= at - KEPT) return;
  frame.result = {
    ok: false,
    reason: "time",
    detail: `values are kept for ${KEPT / DAY} days: this one is of ${formatIso(filed)}, and its period cannot be judged again`,
    mn: record.mn,
  };
}

const nameOf = ({ permitNo, accepted: { record, receivedAt, digest } }: Frame["result"] & { ok: true }): string =>
  `${permitNo} ${filedAt(record, receivedAt)} ${digest}`;

/** Of the frames that an item reads as: accepted if any is, else in already, else refused as the first. */
function outcomeOf(item: QuarantineItem, frames: readonly Frame[], made: Made): Outcome {
  let known: Outcome | null = null;
  let refused: Outcome | null = null;
  for (const frame of frames) {
    const { result } = frame;
    if (!result.ok) {
      const { reason, detail, mn } = result;
      refused ??= { item, mn, outcome: "refused", reason, detail, permitNo: null, archive: null };
      continue;
    }
    const { disposition, object } = made.get(frame)!;
    const outcome: Outcome = {
      item,
      mn: result.accepted.record.mn,
      outcome: disposition === "duplicate" ? "duplicate" : "accepted",
      reason: null,
      detail: null,
      permitNo: result.permitNo,
      archive: object,
    };
    if (outcome.outcome === "accepted") return outcome;
    known ??= outcome;
  }
  return known ?? refused!;
}
