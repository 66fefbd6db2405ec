/**
 * A kept frame made readable again. Its password is covered (mask-password.ts), so its CRC, left as sent, no longer fits;
 * that it fitted was checked when the frame came. Only for frames that were whole then: what was damaged stays damaged.
 */
import { isAscii } from "node:buffer";
import { crc212, formatCrc, readingOfCrc } from "./crc.ts";
import { looksEncrypted, textsOf, type KeysOf } from "./encrypted.ts";

const START = /^##(\d{3,4})/;
const CRC = /^[0-9A-Fa-f]{4}$/;
const COVERED = "PW=*";

/**
 * The frame with the CRC of its covered text, or as it is when it has no covered password or is not one whole frame. Of an
 * encrypted one the CRC is that of the text behind it, which nobody could check when it came: a key that makes text of it
 * stands for that. Without such a key it stays as it is.
 */
export function reseal(bytes: Uint8Array, keysOf: KeysOf): Uint8Array {
  const text = Buffer.from(bytes).toString("latin1");
  const [start, length] = START.exec(text) ?? [];
  if (start === undefined || !text.includes(COVERED)) return bytes;
  const end = start.length + Number(length);
  const received = text.slice(end);
  if (!CRC.test(received)) return bytes;
  const segment = bytes.subarray(start.length, end);
  if (readingOfCrc(Number.parseInt(received, 16), segment)) return bytes;
  const [opened] = isAscii(segment) ? [segment] : textsOf(segment, keysOf);
  if (!opened && looksEncrypted(segment)) return bytes;
  const sealed = Buffer.from(bytes);
  sealed.write(formatCrc(crc212(opened ?? segment)), end, "latin1");
  return sealed;
}
