/**
 * The encryption of HJ 212-2025: SM4 (ECB, no padding) over the content of CP, of which the last bytes that fill no block
 * stay in clear; length and CRC are those of the text before. On the wire neither the CRC fits nor is the content text, so
 * that a frame is only known to be whole once a key of its device has made text of it.
 */
import { isUtf8 } from "node:buffer";
import { readingOfCrc } from "./crc.ts";
import { sm4, SM4_BLOCK } from "./sm4.ts";

/** Keys of a device, the newest first: a key is renewed every 90 days, and stored frames come under the one before. */
export type KeysOf = (mn: string) => readonly Uint8Array[];

const SPACE = 0x20;
const DELETE = 0x7f;
/** Every item of the standard starts with at least this many ASCII characters ("LA-Rtd=", "SB1-RS="), GBK behind it or not. */
const KEY_START = 6;
/** Longest header looked through for MN, bytes. */
const HEADER = 512;

const unprintable = (byte: number): boolean => byte < SPACE || byte >= DELETE;

/** Where the blocks of CP's content lie in a data segment; null when it has none. */
function blocksOf(segment: Uint8Array): { from: number; to: number } | null {
  const cp = Buffer.from(segment.buffer, segment.byteOffset, segment.byteLength).indexOf("CP=&&", 0, "latin1");
  if (cp < 0) return null;
  const from = cp + 5;
  const length = segment.length - 2 - from;
  return length < SM4_BLOCK ? null : { from, to: from + length - (length % SM4_BLOCK) };
}

/** The data segment with its content encrypted; the same length. Content of less than a block stays as it is. */
export function encryptSegment(segment: Uint8Array, key: Uint8Array): Uint8Array {
  const sealed = new Uint8Array(segment);
  const blocks = blocksOf(segment);
  if (blocks) sealed.set(sm4.encrypt(key, segment.subarray(blocks.from, blocks.to)), blocks.from);
  return sealed;
}

export interface Opened {
  /** The data segment in clear. */
  segment: Uint8Array;
  notes: readonly string[];
}

/**
 * Tries the device's keys on a data segment; null when none makes text of it. `received` is the CRC as sent.
 */
export function openSegment(segment: Uint8Array, received: number, keysOf: KeysOf): Opened | null {
  for (const opened of textsOf(segment, keysOf)) {
    const reading = readingOfCrc(received, opened);
    if (reading) return { segment: opened, notes: reading };
  }
  return null;
}

/**
 * A data segment under each key of its device that makes text of it. Text is UTF-8 without control characters: a changed
 * byte scrambles a whole block, which the CRC lets through once in 256 times and this does not, once in 10^5 at the most
 * (GBK would: nearly any bytes are GBK).
 */
export function* textsOf(segment: Uint8Array, keysOf: KeysOf): Generator<Uint8Array, void> {
  const blocks = blocksOf(segment);
  const mn = blocks && mnOf(segment.subarray(0, blocks.from));
  if (!blocks || mn === null) return;
  for (const key of keysOf(mn)) {
    const opened = new Uint8Array(segment);
    opened.set(sm4.decrypt(key, segment.subarray(blocks.from, blocks.to)), blocks.from);
    const content = opened.subarray(blocks.from, -2);
    if (!isUtf8(content) || content.some((byte) => byte < SPACE || byte === DELETE)) continue;
    yield opened;
  }
}

/** MN of a header, which is never encrypted; null when it cannot be read. */
export function mnOf(header: Uint8Array): string | null {
  const text = Buffer.from(header.subarray(0, HEADER)).toString("latin1");
  return /(?:^|;)MN=([^;]{1,64});/.exec(text)?.[1] ?? null;
}

/** True when CP holds whole SM4 blocks of bytes that are no text. One damaged byte does not make it so; Chinese text neither. */
export function looksEncrypted(segment: Uint8Array): boolean {
  const found = blocksOf(segment);
  if (!found) return false;
  const blocks = segment.subarray(found.from, found.to);
  if (isUtf8(segment.subarray(found.from, -2)) || !blocks.subarray(0, KEY_START).some(unprintable)) return false;
  let count = 0;
  for (const byte of blocks) if (unprintable(byte)) count++;
  return count * 4 > blocks.length;
}
