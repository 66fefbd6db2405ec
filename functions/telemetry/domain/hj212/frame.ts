/**
 * Framing of HJ 212: `##`, four digits of length, data segment, four hex digits of CRC, CRLF. Works on bytes and by
 * length alone; CRLF and `&&` are never searched for, and nothing is decoded to text before it is framed.
 */
import type { KeysOf } from "./encrypted.ts";
import { MAX_FRAME, probeFrame, type Fault, type FrameFault } from "./probe-frame.ts";

const HASH = 0x23;
const CR = 0x0d;
const LF = 0x0a;

/**
 * `bytes` is the frame or the damaged stretch without its closing CRLF; `segment` the data segment between length and CRC,
 * in clear also where it came encrypted.
 */
export type FramePiece =
  | { ok: true; bytes: Uint8Array; segment: Uint8Array; encrypted: boolean; notes: string[] }
  | { ok: false; bytes: Uint8Array; reason: FrameFault; detail: string };

const isClosing = (byte: number | undefined): boolean => byte === CR || byte === LF;

/**
 * Where a scan stands: `[from, at)` is damaged and not yet handed out, `fault` the first thing wrong in it, `judged` how many
 * bytes were looked through for frames that were none.
 */
interface Scan {
  from: number;
  at: number;
  judged: number;
  fault: Fault | null;
}

interface How {
  /** Nothing comes behind these bytes. */
  final: boolean;
  /** Most bytes of damage in one piece, for readers that may not hold more. */
  cap: number;
  keysOf: KeysOf | undefined;
  /** Counts the bytes looked through for frames that were none. */
  spent?: { judged: number } | undefined;
}

/**
 * Goes on with a scan of `bytes[0, end)`. Behind damage it takes up again at the next `##` that starts a frame whose
 * length and CRC are right; what was skipped is one piece.
 */
function scan(
  bytes: Uint8Array,
  end: number,
  s: Scan,
  { final, cap, keysOf, spent }: How,
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
    s.judged = 0;
    s.fault = null;
  };
  while (s.at < end) {
    if (s.at === s.from && isClosing(bytes[s.at])) {
      s.from = ++s.at;
      continue;
    }
    // Damaged frames one behind the other are judged once a byte; only lengths made to overlap ask for more than this.
    const room = 4 * (s.at - s.from + MAX_FRAME) - s.judged;
    const found = probeFrame(bytes, s.at, end, final, keysOf, room);
    if (found.kind === "more") return;
    if (found.kind === "fault" && found.end === undefined) {
      s.judged += found.judged;
      if (spent) spent.judged += found.judged;
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
      const { segment, notes, encrypted } = found;
      emit({ ok: true, bytes: bytes.subarray(start, s.at), segment, encrypted, notes }, s.at);
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

/**
 * All frames of a payload, back to back, and what lies between them. Never throws; bytes are views of the payload.
 * `keysOf` opens encrypted frames; it is asked for the devices of frames that are not whole in clear. `spent` counts the
 * work, for tests that hold it to the size of the payload.
 */
export function splitFrames(bytes: Uint8Array, keysOf?: KeysOf, spent?: { judged: number }): FramePiece[] {
  const pieces: FramePiece[] = [];
  const how = { final: true, cap: Infinity, keysOf, spent };
  scan(bytes, bytes.length, { from: 0, at: 0, judged: 0, fault: null }, how, (piece, end) => {
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
  /** Bytes held of something that is not whole yet; at 0 the reader is as new. */
  pending(): number;
}

/**
 * Framing of a byte stream (TCP). The same frames come out however the stream is cut; how a frame is closed is not noted,
 * for that would mean to wait. Holds at most two frames of `MAX_FRAME` bytes; damage longer than that is cut as `too-large`.
 */
export function frameReader(keysOf?: KeysOf): FrameReader {
  const held = new Uint8Array(3 * MAX_FRAME);
  let length = 0;
  let s: Scan = { from: 0, at: 0, judged: 0, fault: null };
  const run = (final: boolean, out: FramePiece[]): void => {
    scan(held, length, s, { final, cap: MAX_FRAME, keysOf }, (piece) => {
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
    pending: () => length,
  };
}
