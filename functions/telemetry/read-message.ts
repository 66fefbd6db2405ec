/** One record of the stream as frames: decoded, admitted or refused with a reason. Nothing that came in is dropped here. */
import type * as z from "zod/mini";
import type { RuleData } from "../../layers/rule-data.ts";
import type { Binding } from "../register/domain/bindings.ts";
import { inParallel } from "../shared/in-parallel.ts";
import { parseInput } from "../shared/problems.ts";
import { admit } from "./domain/admit.ts";
import type { AcceptedFrame } from "./domain/merge-plant.ts";
import { sha256 } from "./domain/archive-line.ts";
import { maskPassword } from "./domain/hj212/mask-password.ts";
import { parseTopic, readPayload, type Payload } from "./domain/read-payload.ts";
import type { DeviceRecord, QuarantineReason, ReadPiece } from "./domain/reading.ts";
import type { DeviceKeys } from "./device-keys.ts";
import { Envelope, type StreamEvent } from "./schema.ts";

export interface Message {
  shard: string;
  sequence: string;
  topic: string;
  clientId: string;
  receivedAt: number;
  frames: Frame[];
}

export interface Frame {
  /** PW covered. */
  bytes: Uint8Array;
  /** SHA-256 of the bytes as received. */
  received: string;
  notes: string[];
  result:
    | { ok: true; permitNo: string; accepted: AcceptedFrame }
    | { ok: false; reason: QuarantineReason; detail: string; mn: string | null };
}

interface Reader {
  bindings(mn: string): Promise<Binding[]>;
  keysOf: DeviceKeys;
  ruleData: RuleData;
}

/** Reads one stream record. A record that is not an envelope becomes one refused frame under the topic "". */
export async function readMessage(
  record: z.output<typeof StreamEvent>["Records"][number],
  { bindings, keysOf, ruleData }: Reader,
): Promise<Message> {
  const data = Buffer.from(record.kinesis.data, "base64");
  const place = {
    shard: record.eventID.slice(0, record.eventID.indexOf(":")),
    sequence: record.kinesis.sequenceNumber,
  };
  const envelope = parseInput(Envelope, parseJson(data));
  if (!envelope.ok) {
    const detail = envelope.problems.map((p) => `${p.path} ${p.reason}`).join("; ");
    return {
      ...place,
      topic: "",
      clientId: "",
      receivedAt: Math.round((record.kinesis.approximateArrivalTimestamp ?? 0) * 1000),
      frames: [refused(data, "schema", `not an envelope: ${detail}`, null)],
    };
  }
  const { topic, payload, receivedAt, clientId = "" } = envelope.data;
  const bytes = Buffer.from(payload, "base64");
  const known = parseTopic(topic);
  const message = { ...place, topic, clientId, receivedAt };
  if (!known) return { ...message, frames: [refused(bytes, "topic", "not a topic of a device or gateway", null)] };
  const pieces = await readEncrypted(
    { channel: known.channel, mn: known.kind === "device" ? known.mn : null, bytes, ruleData },
    // A device's topic speaks for that device, a gateway's for one plant: no other keys are tried.
    async (mn) =>
      known.kind === "device" && mn !== known.mn ? [] : keysOf(mn, known.kind === "gateway" ? known.permitNo : null),
  );
  const frames: Frame[] = [];
  for (const piece of pieces) frames.push(await readPiece(piece));
  return { ...message, frames };

  async function readPiece(piece: ReadPiece): Promise<Frame> {
    if (!piece.ok) return refused(piece.bytes, piece.reason, piece.detail, null);
    const { record } = piece;
    const clock = ruleData.warning(receivedAt).clock;
    const admission = admit(record, known!, await bindings(record.mn), receivedAt, clock);
    if (!admission.ok) return refused(piece.bytes, admission.reason, admission.detail, record.mn, piece.encrypted);
    return {
      bytes: maskPassword(piece.bytes, piece.encrypted),
      received: sha256(piece.bytes),
      notes: record.notes,
      result: {
        ok: true,
        permitNo: admission.permitNo,
        accepted: {
          record,
          receivedAt,
          via: known!.kind === "gateway" ? known!.gateway : "",
          digest: contentDigest(record),
        },
      },
    };
  }
}

/**
 * Reads a payload, and once more with keys where the first reading asked for any: the codec knows which frames are not
 * whole in clear, and does not wait.
 */
async function readEncrypted(
  payload: Omit<Payload, "keysOf">,
  keysOf: (mn: string) => Promise<readonly Uint8Array[]>,
): Promise<ReadPiece[]> {
  const asked = new Set<string>();
  const pieces = readPayload({ ...payload, keysOf: (mn) => (asked.add(mn), []) });
  const found = await inParallel([...asked], 8, async (mn) => [mn, await keysOf(mn)] as const);
  const keys = new Map(found.filter(([, list]) => list.length > 0));
  return keys.size === 0 ? pieces : readPayload({ ...payload, keysOf: (mn) => keys.get(mn) ?? [] });
}

const refused = (
  bytes: Uint8Array,
  reason: QuarantineReason,
  detail: string,
  mn: string | null,
  encrypted = reason === "encrypted",
): Frame => ({
  bytes: maskPassword(bytes, encrypted),
  received: sha256(bytes),
  notes: [],
  result: { ok: false, reason, detail, mn },
});

/** Device, command, DataTime, QN and content: what makes two frames the same frame. */
const contentDigest = ({ mn, command, dataTime, qn, items, facilities, packet }: DeviceRecord): string =>
  sha256(JSON.stringify([mn, command, dataTime, qn, items, facilities, ...(packet ? [packet] : [])])).slice(0, 8);

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    return undefined;
  }
}
