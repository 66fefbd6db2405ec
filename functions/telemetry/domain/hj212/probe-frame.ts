/** Does a frame start here? The rules by which the framing (frame.ts) tells whole frames from damage. */
import { isAscii, isUtf8 } from "node:buffer";
import { crc212, formatCrc, readingOfCrc } from "./crc.ts";
import { looksEncrypted, mnOf, openSegment, type KeysOf } from "./encrypted.ts";

const HASH = 0x23;
const AMPERSAND = 0x26;
const LOWER_A = 0x61;

/** Longest frame accepted, bytes from `##` to LF. HJ 212-2017 allows a segment of 1,024 bytes; devices in the field send more. */
export const MAX_FRAME = 8192;
export const MAX_SEGMENT = MAX_FRAME - 12;

export type FrameFault = "frame" | "length" | "crc" | "encrypted" | "schema" | "too-large";

export interface Fault {
  reason: FrameFault;
  detail: string;
}

export type Probe =
  /** `segment` in clear; `end` is behind the CRC. */
  | { kind: "frame"; segment: Uint8Array; end: number; notes: string[]; encrypted: boolean }
  /** Not a frame; `judged` bytes were looked through to know. With `end`: whole by its length, so that it is a piece of its own. */
  | { kind: "fault"; fault: Fault; judged: number; end?: number }
  /** Not decided before further bytes arrive. */
  | { kind: "more" };

const fault = (reason: FrameFault, detail: string, judged = 0): Probe => ({
  kind: "fault",
  fault: { reason, detail },
  judged,
});
const NO_START = fault("frame", "no frame starts here: two # were expected");
const MORE: Probe = { kind: "more" };

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
 * what keeps a damaged length from finding some other four hex digits: the CRC alone would let 1 in 256 through. A damaged
 * length may still reach to the end of a later frame, and that frame is what counts. A segment longer than `room` is not
 * judged.
 */
export function probeFrame(
  bytes: Uint8Array,
  at: number,
  end: number,
  final: boolean,
  keysOf: KeysOf | undefined,
  room: number,
): Probe {
  const found = probeAlone(bytes, at, end, final, keysOf, room);
  if (found.kind === "more" || found.end === undefined) return found;
  const judged = found.end - at;
  const inside = frameInside(bytes, at + 2, found.end, keysOf);
  if (inside === 0) return found;
  return found.kind === "fault"
    ? { kind: "fault", fault: found.fault, judged: judged + inside }
    : fault("length", "the length reaches over a frame that is whole by itself", judged + inside);
}

/**
 * Bytes judged until a whole frame was found within `[from, to)`, 0 when there is none. What such a frame holds in turn is
 * not asked, and the work is held to the size of the stretch.
 */
function frameInside(bytes: Uint8Array, from: number, to: number, keysOf: KeysOf | undefined): number {
  let judged = 0;
  for (let at = bytes.indexOf(HASH, from); at >= 0 && at < to; at = bytes.indexOf(HASH, at + 1)) {
    const found = probeAlone(bytes, at, to, true, keysOf, 4 * (to - from) - judged);
    if (found.kind === "frame") return judged + found.end - at;
    if (found.kind === "fault") judged += found.judged;
  }
  return 0;
}

/** What stands at `at`, whatever it reaches over. */
function probeAlone(
  bytes: Uint8Array,
  at: number,
  end: number,
  final: boolean,
  keysOf: KeysOf | undefined,
  room: number,
): Probe {
  if (bytes[at] !== HASH) return NO_START;
  if (at + 1 >= end) return final ? NO_START : MORE;
  if (bytes[at + 1] !== HASH) return NO_START;

  let digits = 0;
  let length = 0;
  while (digits < 4 && at + 2 + digits < end && isDigit(bytes[at + 2 + digits])) {
    length = length * 10 + bytes[at + 2 + digits]! - 0x30;
    digits++;
  }
  const from = at + 2 + digits;
  if (digits < 4 && from >= end) return final ? fault("length", "the frame ends inside its length") : MORE;
  if (digits < 3) return fault("length", "the length behind ## is not four digits");
  // `###101…` may be `##0101…` whose first digit was damaged: three digits are accepted only behind a clean start.
  if (digits === 3 && bytes[at - 1] === HASH) return fault("length", "a length of three digits behind ###");
  if (length === 0 || length > MAX_SEGMENT)
    return fault("length", `the length says ${length} bytes; 1 to ${MAX_SEGMENT} are accepted`);

  const to = from + length;
  if (to + 4 > end) {
    if (!final) return MORE;
    return fault("length", `the length says ${length} bytes and a CRC, but only ${end - from} bytes follow it`);
  }
  if (length > room) return fault("length", "many lengths that overlap, and no frame among them");
  return judge(bytes, from, to, digits, keysOf);
}

/** The segment `[from, to)` and the four bytes behind it are there: do they fit together? */
function judge(bytes: Uint8Array, from: number, to: number, digits: number, keysOf: KeysOf | undefined): Probe {
  const received = readCrc(bytes, to);
  const closers = Number(bytes[to - 1] === AMPERSAND) + Number(bytes[to - 2] === AMPERSAND);
  // The length fits when && and four hex digits meet there; one byte of the six may be what is damaged.
  const fits = closers === 2 ? received >= 0 || almostCrc(bytes, to) : closers === 1 && received >= 0;
  if (!fits) {
    // A letter starts every header; asked first so that noise does not cost a CRC at every #.
    if (received >= 0 && bytes[from]! > 0x40 && received === crc212(bytes, from, to))
      return fault("schema", "length and CRC fit, but the data segment does not close with &&", to - from);
    return fault(
      "length",
      `the length says ${to - from} bytes, but no data segment ends there`,
      received < 0 ? 0 : to - from,
    );
  }
  if (closers === 2 && received >= 0) {
    const segment = bytes.subarray(from, to);
    const clear = readingOfCrc(received, bytes, from, to);
    const frame = (segment: Uint8Array, crc: readonly string[], encrypted: boolean): Probe => ({
      kind: "frame",
      segment,
      end: to + 4,
      notes: framingNotes(bytes, to, digits, crc),
      encrypted,
    });
    if (!clear || !isAscii(segment)) {
      const opened = keysOf && openSegment(segment, received, keysOf);
      if (opened) return frame(opened.segment, opened.notes, true);
      // A device with a key sends ciphertext or UTF-8, so that a CRC which fits the ciphertext by chance is not believed.
      const keys = keysFor(segment, keysOf);
      if (looksEncrypted(segment) || (keys > 0 && !isUtf8(segment)))
        return { kind: "fault", fault: sealed(keys), judged: 0, end: to + 4 };
    }
    if (clear) return frame(segment, clear, false);
  }
  const printed = Buffer.from(bytes.subarray(to, to + 4))
    .toString("latin1")
    .replaceAll(/[^\x21-\x7e]/g, "?");
  const computed = formatCrc(crc212(bytes, from, to));
  return fault(
    "crc",
    `the CRC received is ${printed}, the one computed over the data segment is ${computed}`,
    to - from,
  );
}

function framingNotes(bytes: Uint8Array, crcAt: number, digits: number, crc: readonly string[]): string[] {
  const notes: string[] = [];
  if (digits === 3) notes.push("short-length");
  for (let i = crcAt; i < crcAt + 4; i++)
    if (bytes[i]! >= LOWER_A) {
      notes.push("lower-case-crc");
      break;
    }
  for (const note of crc) notes.push(note);
  return notes;
}

/** How many keys of the frame's device are known. */
function keysFor(segment: Uint8Array, keysOf: KeysOf | undefined): number {
  const mn = keysOf && mnOf(segment);
  return mn ? keysOf(mn).length : 0;
}

/** Why an encrypted frame was not opened: nobody knows a key, or those known do not make text with the CRC received. */
const sealed = (keys: number): Fault =>
  keys === 0
    ? {
        reason: "encrypted",
        detail:
          "CP is encrypted (SM4 of HJ 212-2025) and no key of this device is known; set the secretRef of its binding",
      }
    : {
        reason: "crc",
        detail: `encrypted; damaged or key wrong: none of the ${keys} known makes text with the CRC received. Was the key renewed?`,
      };
