/**
 * CRC of HJ 212 (2005, 2017 and 2025 editions, annex A) and the real Modbus CRC that some devices send instead.
 *
 * HJ 212 XORs each byte into the *shifted* register, so only the high byte of the register ever matters: 256 results
 * exist, and it protects like an 8-bit sum: any one changed byte is found, 1 in 256 of larger damage is not. It is no
 * proof of integrity (the archive hashes).
 */
const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let c = byte;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0xa001 : c >>> 1;
  return c;
});

const LOW_BYTES = new Set(Array.from(TABLE, (c) => c & 0xff));

/** CRC of annex A over `bytes[from, to)`, 0–65535. */
export function crc212(bytes: Uint8Array, from = 0, to = bytes.length): number {
  let c = 0xffff;
  for (let i = from; i < to; i++) c = TABLE[(c >>> 8) ^ bytes[i]!]!;
  return c;
}

/** CRC-16/Modbus over `bytes[from, to)`, 0–65535. */
export function crcModbus(bytes: Uint8Array, from = 0, to = bytes.length): number {
  let c = 0xffff;
  for (let i = from; i < to; i++) c = (c >>> 8) ^ TABLE[(c ^ bytes[i]!) & 0xff]!;
  return c;
}

/** False for a value that annex A can never give (its low byte is one of eight): such a CRC came from another formula. */
const canBeCrc212 = (crc: number): boolean => LOW_BYTES.has(crc & 0xff);

/** Four upper-case hex digits, high byte first, as the standard prints it. */
export const formatCrc = (crc: number): string => crc.toString(16).toUpperCase().padStart(4, "0");

const CLEAN: readonly string[] = [];
const SWAPPED = ["crc-bytes-swapped"];
const MODBUS = ["modbus-crc"];
const MODBUS_SWAPPED = ["modbus-crc", "crc-bytes-swapped"];
const swap = (crc: number): number => ((crc & 0xff) << 8) | (crc >>> 8);

/**
 * By which reading `received` is the CRC of `bytes[from, to)`: its quality notes, none for annex A as the standard prints
 * it; null by none. A value that annex A can give stands for annex A alone: else damage would have further formulas to
 * collide with. The others are 16-bit sums of their own, and one changed byte in some 65,000 makes one look like another.
 */
export function readingOfCrc(
  received: number,
  bytes: Uint8Array,
  from = 0,
  to = bytes.length,
): readonly string[] | null {
  const crc = crc212(bytes, from, to);
  if (received === crc) return CLEAN;
  if (canBeCrc212(received)) return null;
  if (received === swap(crc)) return SWAPPED;
  const modbus = crcModbus(bytes, from, to);
  if (received === modbus) return MODBUS;
  return received === swap(modbus) ? MODBUS_SWAPPED : null;
}
