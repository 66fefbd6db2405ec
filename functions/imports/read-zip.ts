/** The entries of a ZIP file, bounded in what they unpack to. Nothing is believed that the file says of itself: inflating stops at the bound. */
import { inflateRawSync } from "node:zlib";

export class ZipRefused extends Error {
  override name = "ZipRefused";
  readonly why: "damaged" | "encrypted" | "too-large";
  constructor(why: ZipRefused["why"]) {
    super(why);
    this.why = why;
  }
}

export interface Zip {
  names: readonly string[];
  /** The entry's bytes; null when there is none of that name. Throws ZipRefused. */
  read(name: string): Buffer | null;
}

interface Entry {
  method: number;
  packed: number;
  offset: number;
}

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const STORED = 0;
const DEFLATED = 8;

/** `most`: bytes that all that is read may have unpacked. */
export function readZip(bytes: Uint8Array, most: number): Zip {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries = directory(data);
  let left = most;
  return {
    names: [...entries.keys()],
    read(name) {
      const entry = entries.get(name);
      if (!entry) return null;
      const unpacked = inflate(data, entry, left);
      left -= unpacked.length;
      return unpacked;
    },
  };
}

function directory(data: Buffer): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  try {
    // The end stands at the end, with a comment of at most 65,535 bytes behind it.
    let end = data.length - 22;
    while (data.readUInt32LE(end) !== END) if (--end < data.length - 22 - 0xffff) throw new ZipRefused("damaged");
    const count = data.readUInt16LE(end + 10);
    let at = data.readUInt32LE(end + 16);
    for (let i = 0; i < count; i += 1) {
      if (data.readUInt32LE(at) !== CENTRAL) throw new ZipRefused("damaged");
      const [flags, method] = [data.readUInt16LE(at + 8), data.readUInt16LE(at + 10)];
      if ((flags & 1) === 1) throw new ZipRefused("encrypted");
      const [name, extra, comment] = [28, 30, 32].map((field) => data.readUInt16LE(at + field)) as [number, number, number]; // prettier-ignore
      entries.set(data.toString("utf8", at + 46, at + 46 + name), {
        method,
        packed: data.readUInt32LE(at + 20),
        offset: data.readUInt32LE(at + 42),
      });
      at += 46 + name + extra + comment;
    }
  } catch (error) {
    throw error instanceof RangeError ? new ZipRefused("damaged") : error;
  }
  return entries;
}

function inflate(data: Buffer, { method, packed, offset }: Entry, most: number): Buffer {
  try {
    if (data.readUInt32LE(offset) !== LOCAL) throw new ZipRefused("damaged");
    const from = offset + 30 + data.readUInt16LE(offset + 26) + data.readUInt16LE(offset + 28);
    if (from + packed > data.length) throw new ZipRefused("damaged");
    const body = data.subarray(from, from + packed);
    if (method === STORED) {
      if (body.length > most) throw new ZipRefused("too-large");
      return body;
    }
    if (method !== DEFLATED) throw new ZipRefused("damaged");
    return inflateRawSync(body, { maxOutputLength: Math.max(1, most) });
  } catch (error) {
    if (error instanceof ZipRefused) throw error;
    throw new ZipRefused((error as { code?: string }).code === "ERR_BUFFER_TOO_LARGE" ? "too-large" : "damaged");
  }
}
