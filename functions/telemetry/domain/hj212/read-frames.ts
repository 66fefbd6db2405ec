/** The frames of a payload as records, packets put together (packets.ts). One piece in, one piece out, in the same order. */
import type { RuleData } from "../../../../layers/rule-data.ts";
import type { DeviceRecord, ReadPiece } from "../reading.ts";
import { decodeFrame, type Hj212Frame } from "./decode.ts";
import type { FramePiece } from "./frame.ts";
import { isPacket, joinPackets, missingOf, packetSets, type PacketSet } from "./packets.ts";
import { toRecord, type RecordResult } from "./to-record.ts";

interface Packet {
  /** Place of its piece. */
  index: number;
  piece: FramePiece & { ok: true };
  frame: Hj212Frame;
}

export function readFrames(pieces: readonly FramePiece[], ruleData: RuleData): ReadPiece[] {
  const read: ReadPiece[] = [];
  // All at once: what one payload holds is bounded by its size.
  const sets = packetSets<Packet>((packet) => packet.frame, pieces.length);
  for (const [index, piece] of pieces.entries()) {
    if (!piece.ok) {
      read[index] = piece;
      continue;
    }
    const decoded = decodeFrame(piece.segment, piece.encrypted);
    if (!decoded.ok) read[index] = { bytes: piece.bytes, ...decoded };
    else if (isPacket(decoded.frame)) sets.add({ index, piece, frame: decoded.frame }, 0);
    else read[index] = pieceOf(piece, toRecord(decoded.frame, ruleData, piece.notes));
  }
  for (const set of sets.take(Infinity))
    for (const [packet, result] of readSet(set, ruleData)) read[packet.index] = pieceOf(packet.piece, result);
  return read;
}

const pieceOf = ({ bytes, encrypted }: Packet["piece"], result: RecordResult): ReadPiece =>
  result.ok ? { bytes, encrypted, ...result } : { bytes, ...result };

function readSet(set: PacketSet<Packet>, ruleData: RuleData): [Packet, RecordResult][] {
  const all = [...set.packets.values()].flat();
  if (!set.whole) return all.map((packet) => [packet, readAlone(packet, set, ruleData)]);
  const ordered = [...set.packets].sort(([a], [b]) => a - b).map(([, twins]) => twins[0]!);
  const [first, ...rest] = ordered.map((packet) => packet.frame);
  const notes = ordered.flatMap((packet) => packet.piece.notes);
  const joined = toRecord(joinPackets([first!, ...rest]), ruleData, notes);
  // Packets that contradict each other are no set, whatever their numbers say.
  if (!joined.ok) return all.map((packet) => [packet, toRecord(packet.frame, ruleData, packet.piece.notes)]);
  return all.map((packet) => [packet, { ok: true, record: shareOf(joined.record, packet.frame.pno!, set.total) }]);
}

/** The last packet carries the record of the set, the others are accepted beside it with nothing of their own. */
function shareOf(record: DeviceRecord, pno: number, total: number): DeviceRecord {
  const packet = `${pno}/${total}`;
  return pno === total ? { ...record, packet } : { ...record, kind: null, items: [], facilities: [], packet };
}

function readAlone({ frame, piece }: Packet, set: PacketSet<Packet>, ruleData: RuleData): RecordResult {
  const result = toRecord(frame, ruleData, [...piece.notes, "packet-missing"]);
  if (result.ok || result.reason !== "time" || frame.cp.includes("DataTime=")) return result;
  const detail = `packet ${frame.pno} of ${frame.pnum} has no DataTime of its own; missing beside it: ${missingOf(set)}`;
  return { ok: false, reason: "incomplete", detail };
}
