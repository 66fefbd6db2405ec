/**
 * Packs a block into bytes: a dictionary of names, then records by reference to it, numbers as decimal mantissa and
 * scale (46.2 is 462 and one digit: two bytes), then deflate where that can save a write unit. DynamoDB bills the whole
 * item at every write in units of 1 KB, so a block of 18 pollutants and ten minutes is kept under 1 KB. Exact: what is
 * unpacked equals what was packed, bit for bit.
 */
import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { Block, BlockRecord, LiveHead } from "./block.ts";
import type { Flag } from "./reading.ts";

/** 1 had no number of links; 3 is 2 without deflate. */
const FORMATS = [1, 2, 3];
const DEFLATED = 2;
const PLAIN = 3;
/** With its keys and the other attributes an item of so many bytes is under 1 KB. */
const PLAIN_BYTES = 900;
/** A block is a few kilobytes: a window and a table of that size cost a third less than those for files. */
const DEFLATE = { level: 6, windowBits: 12, memLevel: 5 };
const KINDS = ["realtime", "minute", "hour", "day", "facility"] as const;
const FLAGS: readonly Flag[] = ["N", null, "F", "M", "S", "D", "C", "T", "B"];
const OTHER_FLAG = 15;
const NEGATIVE = 13;
const FLOAT = 14;
const NOTHING = 15;
const MAX_SCALE = 9;

/** Signed as unsigned: 0 −1 1 −2 2 … are 0 1 2 3 4 … */
const zigzag = (n: number): number => (n >= 0 ? n * 2 : -n * 2 - 1);
const unzigzag = (n: number): number => (n % 2 === 0 ? n / 2 : -(n + 1) / 2);

export class Writer {
  #buffer = Buffer.allocUnsafe(2048);
  #length = 0;
  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }
  #room(more: number): void {
    if (this.#length + more <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(2 * (this.#length + more));
    this.bytes.copy(larger);
    this.#buffer = larger;
  }
  byte(b: number): void {
    this.#room(1);
    this.#buffer[this.#length++] = b;
  }
  /** Non-negative integer up to 2^53, seven bits a byte. */
  uint(n: number): void {
    this.#room(8);
    while (n >= 128) {
      this.#buffer[this.#length++] = (n % 128) | 128;
      n = Math.floor(n / 128);
    }
    this.#buffer[this.#length++] = n;
  }
  int(n: number): void {
    this.uint(zigzag(n));
  }
  text(s: string): void {
    const length = Buffer.byteLength(s);
    this.uint(length);
    this.#room(length);
    this.#length += this.#buffer.write(s, this.#length);
  }
  raw(b: Uint8Array): void {
    this.#room(b.length);
    this.#buffer.set(b, this.#length);
    this.#length += b.length;
  }
  double(v: number): void {
    this.#room(8);
    this.#length = this.#buffer.writeDoubleBE(v, this.#length);
  }
}

export class Reader {
  readonly bytes: Buffer;
  at = 0;
  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }
  byte(): number {
    const b = this.bytes[this.at++];
    if (b === undefined) throw new Error("block: ends too early");
    return b;
  }
  uint(): number {
    let n = 0;
    let unit = 1;
    for (;;) {
      const b = this.byte();
      n += (b & 127) * unit;
      if (b < 128) return n;
      unit *= 128;
    }
  }
  int(): number {
    return unzigzag(this.uint());
  }
  text(): string {
    return this.raw(this.uint()).toString("utf8");
  }
  raw(length: number): Buffer {
    if (this.at + length > this.bytes.length) throw new Error("block: ends too early");
    const part = this.bytes.subarray(this.at, this.at + length);
    this.at += length;
    return part;
  }
}

/** Names in the order of first use; every later use is its index. */
export class Names {
  readonly list: string[] = [];
  readonly #index = new Map<string, number>();
  of(name: string): number {
    let i = this.#index.get(name);
    if (i === undefined) this.#index.set(name, (i = this.list.push(name) - 1));
    return i;
  }
}

/** Decimal mantissa and scale that give back exactly `v`, or null when there are none within 9 digits. */
function decimal(v: number): { mantissa: number; scale: number } | null {
  for (let scale = 0; scale <= MAX_SCALE; scale++) {
    const mantissa = Math.round(v * 10 ** scale);
    if (!Number.isSafeInteger(mantissa)) return null;
    if (mantissa / 10 ** scale === v) return { mantissa, scale };
  }
  return null;
}

export function writeValue(w: Writer, value: number | null, flag: Flag): void {
  const known = FLAGS.indexOf(flag);
  const flagBits = known < 0 ? OTHER_FLAG : known;
  const d = value === null || Object.is(value, -0) ? null : decimal(value);
  const form = value === null ? NOTHING : d === null ? FLOAT : d.mantissa < 0 ? NEGATIVE : d.scale;
  w.byte((form << 4) | flagBits);
  if (flagBits === OTHER_FLAG) w.text(flag ?? "");
  if (form === NOTHING || value === null) return;
  if (d === null) {
    w.double(value);
  } else {
    if (form === NEGATIVE) w.byte(d.scale);
    w.uint(Math.abs(d.mantissa));
  }
}

export function readValue(r: Reader): { value: number | null; flag: Flag } {
  const head = r.byte();
  const form = head >> 4;
  const flagBits = head & 15;
  const flag = flagBits === OTHER_FLAG ? r.text() : (FLAGS[flagBits] ?? null);
  if (form === NOTHING) return { value: null, flag };
  if (form === FLOAT) return { value: r.raw(8).readDoubleBE(0), flag };
  const scale = form === NEGATIVE ? r.byte() : form;
  const value = r.uint() / 10 ** scale;
  return { value: form === NEGATIVE ? -value : value, flag };
}

function writeLive(w: Writer, live: LiveHead | null, names: Names, start: number): void {
  if (!live) return w.byte(0);
  w.byte(1);
  w.int(live.riskUntil - start);
  const devices = Object.entries(live.devices);
  w.uint(devices.length);
  for (const [mn, head] of devices) {
    w.uint(names.of(mn));
    w.uint(names.of(head.via));
    w.int(head.seen - start);
    w.raw(Buffer.from(head.link, "hex"));
    w.uint(head.links);
  }
  const applied = Object.entries(live.applied);
  w.uint(applied.length);
  for (const [shard, sequence] of applied) {
    w.uint(names.of(shard));
    const hex = BigInt(sequence).toString(16);
    const bytes = Buffer.from(hex.length % 2 ? `0${hex}` : hex, "hex");
    w.uint(sequence.length);
    w.uint(bytes.length);
    w.raw(bytes);
  }
}

function readLive(r: Reader, names: string[], start: number, format: number): LiveHead | null {
  if (r.byte() === 0) return null;
  const live: LiveHead = { riskUntil: r.int() + start, devices: {}, applied: {} };
  for (let n = r.uint(); n > 0; n--) {
    const mn = names[r.uint()] ?? "";
    const via = names[r.uint()] ?? "";
    const seen = r.int() + start;
    const link = r.raw(32).toString("hex");
    live.devices[mn] = { seen, via, link, links: format === 1 ? 0 : r.uint() };
  }
  for (let n = r.uint(); n > 0; n--) {
    const shard = names[r.uint()] ?? "";
    const width = r.uint();
    live.applied[shard] = BigInt(`0x${r.raw(r.uint()).toString("hex")}`)
      .toString()
      .padStart(width, "0");
  }
  return live;
}

/** Bytes of a block. Sequence numbers in `live.applied` must be decimal, links 32 bytes of hex. */
export function packBlock(block: Block): Uint8Array {
  const names = new Names();
  const shapes = new Names();
  const body = new Writer();
  body.uint(block.records.length);
  for (const record of block.records) {
    const channels = record.values.map((v) => names.of(v.channel));
    const shape = [names.of(record.mn), names.of(record.outlet), KINDS.indexOf(record.kind), ...channels].join(",");
    body.uint(shapes.of(shape));
    body.int(record.at - block.start);
    body.int(record.receivedAt - record.at);
    body.uint(record.qn === null ? 0 : 1 + zigzag(record.receivedAt - record.qn));
    for (const v of record.values) writeValue(body, v.value, v.flag);
  }
  body.uint(block.digests.length);
  for (const digest of block.digests) body.raw(Buffer.from(digest, "hex"));
  writeLive(body, block.live, names, block.start);

  const head = new Writer();
  head.uint(block.start);
  head.uint(names.list.length);
  for (const name of names.list) head.text(name);
  head.uint(shapes.list.length);
  for (const shape of shapes.list) {
    const parts = shape.split(",").map(Number);
    head.uint(parts.length);
    for (const part of parts) head.uint(part);
  }
  const plain = Buffer.concat([Buffer.of(PLAIN), head.bytes, body.bytes]);
  if (plain.length <= PLAIN_BYTES) return plain;
  return Buffer.concat([Buffer.of(DEFLATED), deflateRawSync(plain.subarray(1), DEFLATE)]);
}

/** The block of `packBlock`'s bytes; throws when they are not such bytes. */
export function unpackBlock(bytes: Uint8Array): Block {
  const format = bytes[0] ?? 0;
  if (!FORMATS.includes(format)) throw new Error(`block: unknown format ${bytes[0]}`);
  const packed = bytes.subarray(1);
  const r = new Reader(format === PLAIN ? Buffer.from(packed) : inflateRawSync(packed));
  const start = r.uint();
  const names = Array.from({ length: r.uint() }, () => r.text());
  const shapes = Array.from({ length: r.uint() }, () => Array.from({ length: r.uint() }, () => r.uint()));
  const records = Array.from({ length: r.uint() }, (): BlockRecord => {
    const [mn, outlet, kind, ...channels] = shapes[r.uint()] ?? [];
    const at = r.int() + start;
    const receivedAt = r.int() + at;
    const since = r.uint();
    const qn = since === 0 ? null : receivedAt - unzigzag(since - 1);
    return {
      mn: names[mn ?? -1] ?? "",
      outlet: names[outlet ?? -1] ?? "",
      kind: KINDS[kind ?? -1] ?? "minute",
      at,
      qn,
      receivedAt,
      values: channels.map((c) => ({ channel: names[c] ?? "", ...readValue(r) })),
    };
  });
  const digests = Array.from({ length: r.uint() }, () => r.raw(4).toString("hex"));
  return { start, records, digests, live: readLive(r, names, start, format) };
}
