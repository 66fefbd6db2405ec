/** What must hold for any bytes. Each check gives null or the name and the story of what was violated. */
import { annexA, modbus } from "../../events/hj212/make/build.ts";
import {
  frameReader,
  splitFrames,
  type FramePiece,
  type FrameReader,
} from "../../functions/telemetry/domain/hj212/frame.ts";
import { MAX_FRAME } from "../../functions/telemetry/domain/hj212/probe-frame.ts";
import { readPayload } from "../../functions/telemetry/domain/read-payload.ts";
import type { ReadPiece } from "../../functions/telemetry/domain/reading.ts";
import { meaningOf, ruleData, withKeys, withoutKeys } from "./pool.ts";

/** A stretch of the input. `whole`: a frame left as it was, which must be found; `meaning`: what may be read from it. */
export interface Part {
  bytes: Uint8Array;
  whole: boolean;
  meaning: string;
  annexA: boolean;
}
export interface Input {
  parts: Part[];
  keyed: boolean;
  /** Nothing but the meanings of the parts may be read. */
  closed: boolean;
  /** Sizes of the chunks in which the stream comes. */
  chunks: number[];
}
export interface Violation {
  invariant: string;
  story: string;
}
export interface Outcome {
  violation: Violation | null;
  accepted: number;
  refused: Map<string, number>;
  /** Frames that are right by length, `&&` and CRC without having been sent: the CRC has 256 values. */
  collisions: number;
}

export const bytesOf = (input: Input): Uint8Array => Buffer.concat(input.parts.map((p) => p.bytes));
const isClosing = (byte: number): boolean => byte === 13 || byte === 10;
const LARGEST = 1e12;

/** Reads the input in every way there is and compares. */
export function examine(input: Input): Outcome {
  const out: Outcome = { violation: null, accepted: 0, refused: new Map(), collisions: 0 };
  const fail = (invariant: string, story: string): void => {
    out.violation ??= { invariant, story };
  };
  const bytes = bytesOf(input);
  try {
    const keysOf = input.keyed ? withKeys : withoutKeys;
    const spent = { judged: 0 };
    const pieces = splitFrames(bytes, keysOf, spent);
    const payload = readPayload({ channel: "hj212", mn: null, bytes, ruleData, keysOf });
    for (const piece of payload) {
      if (piece.ok) out.accepted++;
      else out.refused.set(piece.reason, (out.refused.get(piece.reason) ?? 0) + 1);
      sane(piece, fail);
    }
    accounted(bytes, pieces, fail);
    // At the most four times every byte and a longest frame a piece: work grows with the input, not with its square.
    if (spent.judged > 4 * (bytes.length + MAX_FRAME * (pieces.length + 1)))
      fail("work is bounded", `${spent.judged} bytes judged of ${bytes.length}`);
    const place = (p: { bytes: Uint8Array } | undefined): string => `${p?.bytes.byteOffset} ${p?.bytes.length}`;
    if (
      pieces.length > 0 &&
      (payload.length !== pieces.length || payload.some((p, i) => place(p) !== place(pieces[i])))
    )
      fail("a payload's pieces are its frames", `${payload.length} pieces, ${pieces.length} frames`);
    found(input, bytes.byteOffset, pieces, out, fail);
    chunked(input, bytes, pieces, fail);
  } catch (error) {
    fail("never throws", error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  return out;
}

type Fail = (invariant: string, story: string) => void;

/** Every byte is in one piece, in order; between pieces there are line ends alone. */
function accounted(bytes: Uint8Array, pieces: readonly FramePiece[], fail: Fail): void {
  let at = 0;
  const gap = (to: number): void => {
    for (; at < to; at++) if (!isClosing(bytes[at]!)) return fail("no byte is lost", `byte ${at} is in no piece`);
  };
  for (const piece of pieces) {
    const from = piece.bytes.byteOffset - bytes.byteOffset;
    if (from < at || piece.bytes.length === 0)
      return fail("no byte is lost", `a piece at ${from}, the one before ends at ${at}`);
    gap(from);
    at = from + piece.bytes.length;
  }
  gap(bytes.length);
}

/** Frames that were left alone are found, and of closed inputs nothing is read that was not said. */
function found(input: Input, origin: number, pieces: readonly FramePiece[], out: Outcome, fail: Fail): void {
  const starts = new Map(pieces.map((p) => [p.bytes.byteOffset, p]));
  let at = 0;
  for (const part of input.parts) {
    const piece = starts.get(origin + at);
    if (part.whole && !(piece?.ok === true && meaningOf(piece) === part.meaning)) {
      if (swallowed(pieces, origin + at)) out.collisions++;
      else
        fail(
          "a whole frame is found behind damage",
          `the one at byte ${at} is ${piece === undefined ? "in no piece of its own" : JSON.stringify({ ...piece, bytes: undefined, segment: undefined })}`,
        );
    }
    at += part.bytes.length;
  }
  if (!input.closed) return;
  for (const piece of pieces) {
    const meaning = meaningOf(piece);
    if (meaning === "" || input.parts.some((part) => part.meaning === meaning)) continue;
    if (!input.parts.every((part) => part.annexA) && fits(piece)) out.collisions++;
    else fail("one changed byte says nothing new", meaning);
  }
}

/** An accepted frame that reaches over byte `at`, and that is right by a CRC computed here: no reader could tell. */
const swallowed = (pieces: readonly FramePiece[], at: number): boolean =>
  pieces.some((p) => p.ok && p.bytes.byteOffset < at && p.bytes.byteOffset + p.bytes.length > at && fits(p));

function fits(piece: FramePiece): boolean {
  if (!piece.ok) return false;
  const received = Number.parseInt(Buffer.from(piece.bytes.subarray(-4)).toString("latin1"), 16);
  const swap = (crc: number): number => ((crc & 0xff) << 8) | (crc >> 8);
  return [annexA(piece.segment), modbus(piece.segment)].some((crc) => received === crc || received === swap(crc));
}

/** The listener's way: chunks into a reader, which is changed for another whenever it holds nothing. */
function chunked(input: Input, bytes: Uint8Array, pieces: readonly FramePiece[], fail: Fail): void {
  const read: FramePiece[] = [];
  let reader: FrameReader = fresh(input.keyed);
  let at = 0;
  for (const size of [...input.chunks, bytes.length]) {
    if (at >= bytes.length) break;
    read.push(...reader.push(bytes.subarray(at, at + size)));
    at += size;
    if (reader.pending() > 3 * MAX_FRAME) fail("what is held is bounded", `${reader.pending()} bytes`);
    if (reader.pending() === 0) reader = other(reader, input.keyed);
  }
  if (reader.pending() > 0) {
    read.push(...reader.end());
    spare[Number(input.keyed)]!.splice(spare[Number(input.keyed)]!.indexOf(reader), 1);
  }
  const same =
    read.length === pieces.length &&
    read.every((p, i) => {
      const q = pieces[i]!;
      return p.ok === q.ok && (p.ok || (!q.ok && p.reason === q.reason)) && Buffer.compare(p.bytes, q.bytes) === 0;
    });
  const brief = (all: readonly FramePiece[]): string =>
    all.map((p) => `${p.ok || p.reason}:${p.bytes.length}`).join(" ");
  if (!same)
    fail(
      "chunks do not change the reading",
      `${brief(read)} in chunks of ${input.chunks.join()}, ${brief(pieces)} at once`,
    );
}

/** Readers without and with keys, two of each, used by turns as the listener does with its spare ones. */
const spare: [FrameReader[], FrameReader[]] = [[], []];
function fresh(keyed: boolean): FrameReader {
  const list = spare[Number(keyed) as 0 | 1];
  while (list.length < 2) list.push(frameReader(keyed ? withKeys : withoutKeys));
  return list[0]!;
}
function other(reader: FrameReader, keyed: boolean): FrameReader {
  const list = spare[Number(keyed) as 0 | 1];
  return list[0] === reader ? list[1]! : list[0]!;
}

const REASONS = new Set("crc length frame time schema edition encrypted incomplete too-large".split(" "));

/** What is accepted can be stored, what is refused says why. */
export function sane(piece: ReadPiece, fail: Fail): void {
  if (!piece.ok) {
    if (!REASONS.has(piece.reason) || piece.detail === "")
      fail("a refusal has a reason", `${piece.reason}: ${piece.detail}`);
    if (piece.detail.length > 400) fail("a refusal is short", piece.detail);
    return;
  }
  const { mn, command, dataTime, items, facilities, notes } = piece.record;
  const number = (x: number | null): boolean => x === null || (Number.isFinite(x) && Math.abs(x) <= LARGEST);
  if (mn.length < 1 || mn.length > 64) fail("an MN has 1 to 64 characters", mn);
  if (command !== "json" && !/^\d{4}$/.test(command)) fail("a command has four digits", command);
  if (items.length + facilities.length > 0 && !Number.isFinite(dataTime))
    fail("data have a time", JSON.stringify(piece.record));
  for (const { pollutant, value, converted, flag } of items)
    if (!number(value) || !number(converted) || pollutant.length > 32 || (flag?.length ?? 0) > 8)
      fail("a reading can be stored", JSON.stringify({ pollutant, value, converted, flag }));
  if (new Set(notes).size !== notes.length) fail("each note stands once", notes.join());
  if (new Set(items.map((i) => i.pollutant)).size !== items.length)
    fail("each pollutant stands once", JSON.stringify(items));
}
