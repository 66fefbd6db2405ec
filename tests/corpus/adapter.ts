/** This project's reader behind the corpus's neutral words: what any other reader would write for itself. */
import { parseCompact, formatIso } from "../../functions/shared/shanghai.ts";
import { annexA, hex4 } from "../../events/hj212/make/build.ts";
import type { CorpusCase, ReadingSaid } from "../../events/hj212/make/schema.ts";
import { decodeFrame } from "../../functions/telemetry/domain/hj212/decode.ts";
import type { KeysOf } from "../../functions/telemetry/domain/hj212/encrypted.ts";
import { frameReader, splitFrames, type FramePiece } from "../../functions/telemetry/domain/hj212/frame.ts";
import { readFrames } from "../../functions/telemetry/domain/hj212/read-frames.ts";
import { toRecord } from "../../functions/telemetry/domain/hj212/to-record.ts";
import type { DeviceRecord } from "../../functions/telemetry/domain/reading.ts";
import type { RuleData } from "../../layers/rule-data.ts";

export const bytesOf = ({ input }: CorpusCase): Uint8Array => new Uint8Array(Buffer.from(input.base64, "base64"));
export const keysOf =
  ({ keys }: CorpusCase): KeysOf =>
  (mn) =>
    (keys?.[mn] ?? []).map((key) => Buffer.from(key, "hex"));

/** The bytes as a stream in these chunks, the rest in one. */
export function streamed(bytes: Uint8Array, chunks: readonly number[], keys: KeysOf): FramePiece[] {
  const reader = frameReader(keys);
  const pieces: FramePiece[] = [];
  let at = 0;
  for (const size of [...chunks, bytes.length]) {
    pieces.push(...reader.push(bytes.subarray(at, at + size)));
    at += size;
  }
  return [...pieces, ...reader.end()];
}

/** A stream does not wait for what closes a frame, so it notes none. */
const CLOSINGS = new Set(["no-crlf", "cr-only", "lf-only"]);

/** What the reader says of each piece. `whole`: of a payload, of which pieces are views. */
export function said(piece: FramePiece, ruleData: RuleData, whole: boolean): Record<string, unknown> {
  const place = { size: piece.bytes.length, ...(whole && { offset: piece.bytes.byteOffset }) };
  if (!piece.ok) return { kind: "refused", ...place, reason: neutral(piece.reason, piece.detail) };
  const decoded = decodeFrame(piece.segment, piece.encrypted);
  if (!decoded.ok) return { kind: "refused", ...place, reason: neutral(decoded.reason, decoded.detail) };
  const { frame } = decoded;
  const result = toRecord(frame, ruleData, piece.notes);
  if (!result.ok) return { kind: "refused", ...place, reason: neutral(result.reason, result.detail) };
  const { record } = result;
  const text = Buffer.from(piece.bytes).toString("latin1");
  return {
    kind: "frame",
    ...place,
    length: { text: /^##(\d+?)(?=[A-Z])/.exec(text)![1], value: piece.segment.length },
    crc: { received: text.slice(-4), computed: hex4(annexA(piece.segment)) },
    encrypted: piece.encrypted,
    header: {
      QN: frame.qn,
      ST: frame.st,
      CN: frame.cn,
      PW: frame.pw !== null,
      MN: frame.mn,
      Flag:
        frame.flag === null
          ? null
          : {
              value: frame.flag,
              V: frame.flag >> 2,
              D: (frame.flag & 2) !== 0,
              A: frame.wantsAnswer,
              edition: frame.edition,
            },
      PNUM: frame.pnum,
      PNO: frame.pno,
      RF: frame.resend,
    },
    items: frame.items.map(({ key, value }) => [key, value]),
    dataTime: record.dataTime === null ? null : formatIso(record.dataTime),
    readings: record.items,
    facilities: record.facilities.map(({ sb, state }) => ({ sb, state })),
    deviations: record.notes.filter((note) => whole || !CLOSINGS.has(note)).toSorted(),
  };
}

/** The corpus's piece in the shape of `said`: this reader keeps no groups, and of the statistics the values it judges. */
export function wanted(piece: CorpusCase["expect"]["pieces"][number], whole: boolean): Record<string, unknown> {
  const { offset, size } = piece;
  const place = { size, ...(whole && { offset }) };
  if (piece.kind === "refused") return { kind: "refused", ...place, reasons: piece.reasons };
  const { crc, groups, readings, deviations, offset: _, ...rest } = piece;
  return {
    ...rest,
    ...place,
    crc: { received: crc.received, computed: crc.computed },
    items: groups.flat(),
    readings: itemsOf(readings, piece.header.CN),
    deviations: deviations.filter((note) => whole || !CLOSINGS.has(note)),
  };
}

const LARGEST = 1e12;

/** Readings by pollutant: `value` and `converted`. */
export function itemsOf(readings: readonly ReadingSaid[], cn: string): DeviceRecord["items"] {
  const items = new Map<string, DeviceRecord["items"][number]>();
  for (const { pollutant: sent, current, statistic, value, flag } of readings) {
    const pollutant = current ?? sent;
    const item = items.get(pollutant) ?? { pollutant, value: null, converted: null, flag };
    items.set(pollutant, item);
    const bounded = value !== null && Math.abs(value) > LARGEST ? null : value;
    if (isValue(sent, statistic, cn)) item.value = bounded;
    else if (statistic === (cn === "2011" ? "ZsRtd" : "ZsAvg")) item.converted = bounded;
  }
  return [...items.values()];
}

function isValue(code: string, statistic: string, cn: string): boolean {
  if (cn === "2011") return statistic === "Rtd" || statistic === "td";
  if (statistic === "DayData" || statistic === "NightData") return code === (statistic === "DayData" ? "Ld" : "Ln");
  return statistic === "Avg" || statistic === "Data";
}

/** The contract's reasons in the corpus's words. */
function neutral(reason: string, detail: string): string {
  if (reason === "frame") return "noise";
  if (reason === "schema") return "content";
  return reason === "encrypted" || (reason === "crc" && detail.startsWith("encrypted")) ? "key" : reason;
}

/** Sets of packets put together, in the corpus's shape with this reader's values. */
export function joinedSets(bytes: Uint8Array, keys: KeysOf, ruleData: RuleData): unknown[] {
  const sets = readFrames(splitFrames(bytes, keys), ruleData).flatMap((p) =>
    p.ok && p.record.notes.includes("packet-joined") && p.record.kind !== null ? [p.record] : [],
  );
  return sets.map(({ mn, command, qn, packet, dataTime, items, facilities }) => ({
    mn,
    cn: command,
    qn,
    packets: Number(packet!.split("/")[1]),
    dataTime: formatIso(dataTime!),
    readings: items,
    facilities: facilities.map(({ sb, state }) => ({ sb, state })),
  }));
}

export const wantedSets = ({ expect }: CorpusCase): unknown[] =>
  (expect.joined ?? []).map((set) => ({ ...set, qn: parseCompact(set.qn), readings: itemsOf(set.readings, set.cn) }));
