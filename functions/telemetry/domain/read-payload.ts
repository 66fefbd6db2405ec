/** What came over MQTT, by topic, as pieces: accepted records and damage with its reason. The one door of both codecs. */
import type { RuleData } from "../../../layers/rule-data.ts";
import type { KeysOf } from "./hj212/encrypted.ts";
import { splitFrames } from "./hj212/frame.ts";
import { readFrames } from "./hj212/read-frames.ts";
import { readJsonTelemetry } from "./json-telemetry.ts";
import type { ReadPiece } from "./reading.ts";

/** AWS IoT's limit of a message. */
export const MAX_PAYLOAD = 128 * 1024;

type Channel = "hj212" | "telemetry";

export type Topic =
  | { kind: "device"; mn: string; channel: Channel }
  | { kind: "gateway"; gateway: string; permitNo: string; channel: "hj212" };

const DEVICE = /^plants\/([A-Za-z0-9_-]{1,64})\/(hj212|telemetry)$/;
const GATEWAY = /^gateways\/([A-Za-z0-9_-]{1,64})\/([A-Za-z0-9_-]{1,64})\/hj212$/;
const BASIC_INGEST = /^\$aws\/rules\/[A-Za-z0-9_]+\//;

/** Who a topic speaks for; null when it is none of the contract's. Basic Ingest's prefix is passed over. */
export function parseTopic(topic: string): Topic | null {
  const plain = topic.replace(BASIC_INGEST, "");
  const device = DEVICE.exec(plain);
  if (device) return { kind: "device", mn: device[1]!, channel: device[2] as Channel };
  const gateway = GATEWAY.exec(plain);
  return gateway ? { kind: "gateway", gateway: gateway[1]!, permitNo: gateway[2]!, channel: "hj212" } : null;
}

export interface Payload {
  channel: Channel;
  /** The MN of the topic: a JSON message names no device itself. Null for a gateway. */
  mn: string | null;
  bytes: Uint8Array;
  ruleData: RuleData;
  /** Absent: encrypted frames cannot be opened. */
  keysOf?: KeysOf;
}

/** Reads a payload; never throws. Every byte but closing CR and LF is in exactly one piece; there is at least one piece. */
export function readPayload({ channel, mn, bytes, ruleData, keysOf }: Payload): ReadPiece[] {
  if (bytes.length > MAX_PAYLOAD)
    return [
      { ok: false, bytes, reason: "too-large", detail: `${bytes.length} bytes; a message has at most ${MAX_PAYLOAD}` },
    ];
  if (channel === "telemetry") {
    if (mn === null)
      return [{ ok: false, bytes, reason: "topic", detail: "a JSON message comes on plants/{mn}/telemetry only" }];
    const read = readJsonTelemetry(bytes, mn, ruleData);
    return [read.ok ? { bytes, encrypted: false, ...read } : { bytes, ...read }];
  }
  const pieces = readFrames(splitFrames(bytes, keysOf), ruleData);
  return pieces.length > 0 ? pieces : [{ ok: false, bytes, reason: "frame", detail: "the payload is empty" }];
}
