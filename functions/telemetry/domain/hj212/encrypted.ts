import { isUtf8 } from "node:buffer";

/**
 * HJ 212-2025 encrypts the content of CP with SM4 (ECB, no padding) and computes the CRC before it does, so that on the
 * wire neither the CRC fits nor the content is text. Such a frame is recognised to be named, never to be guessed at.
 */
const PRINTABLE_FROM = 0x20;
const PRINTABLE_TO = 0x7e;
const SM4_BLOCK = 16;
/** Every item of the standard starts with at least this many ASCII characters ("LA-Rtd=", "SB1-RS="), GBK behind it or not. */
const KEY_START = 6;

const unprintable = (byte: number): boolean => byte < PRINTABLE_FROM || byte > PRINTABLE_TO;

/** True when CP holds whole SM4 blocks of bytes that are no text. One damaged byte does not make it so; Chinese text neither. */
export function looksEncrypted(segment: Uint8Array): boolean {
  const start = Buffer.from(segment.buffer, segment.byteOffset, segment.byteLength).indexOf("CP=&&", 0, "latin1");
  if (start < 0) return false;
  const content = segment.subarray(start + 5, segment.length - 2);
  const blocks = content.subarray(0, content.length - (content.length % SM4_BLOCK));
  if (blocks.length === 0 || isUtf8(content) || !blocks.subarray(0, KEY_START).some(unprintable)) return false;
  let count = 0;
  for (const byte of blocks) if (unprintable(byte)) count++;
  return count * 4 > blocks.length;
}

export const ENCRYPTED_DETAIL =
  "CP is not text: it looks encrypted (SM4 of HJ 212-2025), which this version does not decrypt; send the frame in clear";
