/**
 * Framing of HJ 212: `##`, four digits of length, data segment, four hex digits of CRC, CRLF. Works on bytes and by
 * length alone; CRLF and `&&` are never searched for, and nothing is decoded to text before it is framed.
 */
import { canBeCrc212, crc212, crcModbus, formatCrc } from "./crc.ts";
import { ENCRYPTED_DETAIL, looksEncrypted } from "./encrypted.ts";

const HASH = 0x23;
const AMPERSAND = 0x26;
const LOWER_A = 0x61;
const CR = 0x0d;
const LF = 0x0a;

/** Longest frame accepted, bytes from `##` to LF. HJ 212-2017 allows a segment of 1,024 bytes; devices in the field send more. */
export const MAX_FRAME = 8192;
export const MAX_SEGMENT = MAX_FRAME - 12;

/** `bytes` is the frame or the damaged stretch without its closing CRLF; `segment` the data segment between length and CRC. */
export type FramePiece =
  | { ok: true; bytes: Uint8Array; segment: Uint8Array; notes: string[] }
  | { ok: false; bytes: Uint8Array; reason: FrameFault; detail: string };
type FrameFault = "frame" | "length" | "crc" | "schema" | "too-large";

interface Fault {
  reason: FrameFault;
  detail: string;
}

type Probe =
  | { kind: "frame"; from: number; to: number; end: number; notes: string[] }
  /** Not a frame. With `end`: whole by its length, so that it is a piece of its own. */
  | { kind: "fault"; fault: Fault; end?: number }
  /** Not decided before further bytes arrive. */
  | { kind: "more" };

const fault = (reason: FrameFault, detail: string): Probe => ({ kind: "fault", fault: { reason, detail } });
const NO_START = fault("frame", "no frame starts here: two # were expected");

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39;

/** Value of one hex digit, either case; -1 for anything else. */
function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= LOWER_A && lower <= LOWER_A + 5 ? lower - LOWER_A + 10 : -1;
}

/** The four hex digits at `at`; negative when one of them is none. */
const readCrc = (bytes: Uint8Array, at: number): number =>
  (hexDigit(bytes[at]!) << 12) |
  (hexDigit(bytes[at + 1]!) << 8) |
  (hexDigit(bytes[at + 2]!) << 4) |
  hexDigit(bytes[at + 3]!);

/** Three hex digits and one that is none (and no `&`: then the length is short). */
function almostCrc(bytes: Uint8Array, at: number): boolean {
  let digits = 0;
  for (let i = at; i < at + 4; i++) if (hexDigit(bytes[i]!) >= 0) digits++;
  return digits === 3 && bytes[at] !== AMPERSAND;
}

/**
 * Is there a frame at `at`? A frame has a length that fits (its segment closes with `&&`) and a right CRC. The `&&` is
 * what keeps a damaged length from finding some other four hex digits: the CRC alone would let 1 in 256 through.
 */
function probe(bytes: Uint8Array, at: number, end: number, final: boolean): Probe {
  if (bytes[at] !== HASH) return NO_START;
  if (at + 1 >= end) return final ? NO_START : { kind: "more" };
  if (bytes[at + 1] !== HASH) return NO_START;

  let digits = 0;
  let length = 0;
  while (digits < 4 && at + 2 + digits < end && isDigit(bytes[at + 2 + digits])) {
    length = length * 10 + bytes[at + 2 + digits]! - 0x30;
    digits++;
  }
  const from = at + 2 + digits;
  if (digits < 4 && from >= end) return final ? fault("length", "the frame ends inside its length") : { kind: "more" };
  if (digits < 3) return fault("length", "the length behind ## is not four digits");
  // `###101…` may be `##0101…` whose first digit was damaged: three digits are accepted only behind a clean start.
  if (digits === 3 && bytes[at - 1] === HASH) return fault("length", "a length of three digits behind ###");
  if (length === 0 || length > MAX_SEGMENT)
    return fault("length", `the length says ${length} bytes; 1 to ${MAX_SEGMENT} are accepted`);

  const to = from + length;
  if (to + 4 > end) {
    if (!final) return { kind: "more" };
    return fault("length", `the length says ${length} bytes and a CRC, but only ${end - from} bytes follow it`);
  }
  return judge(bytes, from, to, digits);
}

/** The segment `[from, to)` and the four bytes behind it are there: do they fit together? */
function judge(bytes: Uint8Array, from: number, to: number, digits: number): Probe {
  const received = readCrc(bytes, to);
  const closers = Number(bytes[to - 1] === AMPERSAND) + Number(bytes[to - 2] === AMPERSAND);
  // The length fits when && and four hex digits meet there; one byte of the six may be what is damaged.
  const fits = closers === 2 ? received >= 0 || almostCrc(bytes, to) : closers === 1 && received >= 0;
  if (!fits) {
    // A letter starts every header; asked first so that noise does not cost a CRC at every #.
    if (received >= 0 && bytes[from]! > 0x40 && received === crc212(bytes, from, to))
      return fault("schema", "length and CRC fit, but the data segment does not close with &&");
    return fault("length", `the length says ${to - from} bytes, but no data segment ends there`);
  }
  const crc = crc212(bytes, from, to);
  if (closers === 2 && received >= 0) {
    const notes: string[] = [];
    if (digits === 3) notes.push("short-length");
    if (bytes.subarray(to, to + 4).some((byte) => byte >= LOWER_A)) notes.push("lower-case-crc");
    if (received === crc) return { kind: "frame", from, to, end: to + 4, notes };
    // A value that annex A can give stands for annex A: else damage would have a second formula to collide with.
    if (!canBeCrc212(received) && received === crcModbus(bytes, from, to))
      return { kind: "frame", from, to, end: to + 4, notes: [...notes, "modbus-crc"] };
    if (looksEncrypted(bytes.subarray(from, to)))
      return { kind: "fault", fault: { reason: "schema", detail: ENCRYPTED_DETAIL }, end: to + 4 };
  }
  const printed = Buffer.from(bytes.subarray(to, to + 4))
    .toString("latin1")
    .replaceAll(/[^\x21-\x7e]/g, "?");
  return fault("crc", `the CRC received is ${printed}, the one computed over the data segment is ${formatCrc(crc)}`);
}

const isClosing = (byte: number | undefined): boolean => byte === CR || byte === LF;

/** Where a scan stands: `[from, at)` is damaged and not yet handed out, `fault` the first thing wrong in it. */
interface Scan {
  from: number;
  at: number;
  fault: Fault | null;
}

/**
 * Goes on with a scan of `bytes[0, end)`. Behind damage it takes up again at the next `##` that starts a frame whose
 * length and CRC are right; what was skipped is one piece (cut at `cap` bytes, for readers that may not hold more).
 */
function scan(
  bytes: Uint8Array,
  end: number,
  s: Scan,
  final: boolean,
  cap: number,
  emit: (piece: FramePiece, end: number) => void,
): void {
  const skipped = (): void => {
    let to = s.at;
    while (to > s.from && isClosing(bytes[to - 1])) to--;
    const { reason, detail } = s.fault ?? {
      reason: "frame",
      detail: "no frame: nothing here starts with ## and a length",
    };
    if (to > s.from) emit({ ok: false, bytes: bytes.subarray(s.from, to), reason, detail }, s.at);
    s.from = s.at;
    s.fault = null;
  };
  while (s.at < end) {
    if (s.at === s.from && isClosing(bytes[s.at])) {
      s.from = ++s.at;
      continue;
    }
    const found = probe(bytes, s.at, end, final);
    if (found.kind === "more") return;
    if (found.kind === "fault" && found.end === undefined) {
      if (s.fault === null && found.fault.reason !== "frame") s.fault = found.fault;
      const next = bytes.indexOf(HASH, s.at + 1);
      s.at = next < 0 || next > end ? end : next;
      if (s.at - s.from > cap) {
        s.fault = { reason: "too-large", detail: `no frame within ${cap} bytes` };
        skipped();
      }
      continue;
    }
    skipped();
    const start = s.at;
    if (found.kind === "frame") {
      s.from = s.at = found.end;
      const { from, to, notes } = found;
      emit({ ok: true, bytes: bytes.subarray(start, s.at), segment: bytes.subarray(from, to), notes }, s.at);
    } else {
      s.from = s.at = found.end!;
      emit({ ok: false, bytes: bytes.subarray(start, s.at), ...found.fault }, s.at);
    }
  }
  if (final) skipped();
}

/** What closes the frame that ends at `end`, when it is not CRLF. */
function closingNote(bytes: Uint8Array, end: number): string | null {
  if (bytes[end] === CR) return bytes[end + 1] === LF ? null : "cr-only";
  return bytes[end] === LF ? "lf-only" : "no-crlf";
}

/** All frames of a payload, back to back, and what lies between them. Never throws; bytes are views of the payload. */
export function splitFrames(bytes: Uint8Array): FramePiece[] {
  const pieces: FramePiece[] = [];
  scan(bytes, bytes.length, { from: 0, at: 0, fault: null }, true, Infinity, (piece, end) => {
    const note = piece.ok ? closingNote(bytes, end) : null;
    if (piece.ok && note !== null) piece.notes.push(note);
    pieces.push(piece);
  });
  return pieces;
}

export interface FrameReader {
  /** Takes bytes as they arrive; gives what became whole. A frame is given with its CRC: its CRLF is not waited for. */
  push(chunk: Uint8Array): FramePiece[];
  /** The stream has ended: what is left can only be damage. */
  end(): FramePiece[];
}

/**
 * Framing of a byte stream (TCP). The same frames come out however the stream is cut; how a frame is closed is not noted,
 * for that would mean to wait. Holds at most two frames of `MAX_FRAME` bytes; damage longer than that is cut as `too-large`.
 */
export function frameReader(): FrameReader {
  const held = new Uint8Array(3 * MAX_FRAME);
  let length = 0;
  let s: Scan = { from: 0, at: 0, fault: null };
  const run = (final: boolean, out: FramePiece[]): void => {
    scan(held, length, s, final, MAX_FRAME, (piece) => {
      // `held` is used again: what leaves is a copy.
      if (!piece.ok) out.push({ ...piece, bytes: piece.bytes.slice() });
      else out.push({ ...piece, bytes: piece.bytes.slice(), segment: piece.segment.slice() });
    });
    held.copyWithin(0, s.from, length);
    length -= s.from;
    s = { ...s, from: 0, at: s.at - s.from };
  };
  return {
    push(chunk) {
      const out: FramePiece[] = [];
      for (let i = 0; i < chunk.length; i += MAX_FRAME) {
        const part = chunk.subarray(i, i + MAX_FRAME);
        held.set(part, length);
        length += part.length;
        run(false, out);
      }
      return out;
    },
    end() {
      const out: FramePiece[] = [];
      run(true, out);
      return out;
    },
  };
}
