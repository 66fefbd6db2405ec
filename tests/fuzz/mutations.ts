/** What the fuzzer does to a frame. All chance comes from the dice, so that seed and index make the same bytes again. */
import { crc212, formatCrc } from "../../functions/telemetry/domain/hj212/crc.ts";
import { chance, int, pick, type Dice } from "../rules/dice.ts";

export interface Mutated {
  bytes: Uint8Array;
  /** At most one byte differs and the CRC was not made to fit: nothing new may be read from it. */
  oneByte: boolean;
}
/** `other` is a second frame, `behind` the bytes that will follow. Both are left as they are. */
type Mutation = (d: Dice, frame: Uint8Array, other: Uint8Array, behind: number) => Mutated;

const many = (bytes: Uint8Array): Mutated => ({ bytes, oneByte: false });
const replace = (bytes: Uint8Array, from: number, to: number, by: Uint8Array): Uint8Array =>
  Buffer.concat([bytes.subarray(0, from), by, bytes.subarray(to)]);
const noise = (d: Dice, size: number): Uint8Array => Uint8Array.from({ length: size }, () => int(d, 0, 255));
const textOf = (d: Dice, alphabet: string, size: number): Uint8Array =>
  Buffer.from(Array.from({ length: size }, () => alphabet[int(d, 0, alphabet.length - 1)]!).join(""));

/** A data segment as a frame whose length and CRC fit. */
const framed = (segment: Uint8Array): Uint8Array =>
  Buffer.concat([
    Buffer.from(`##${String(segment.length).padStart(4, "0")}`),
    segment,
    Buffer.from(`${formatCrc(crc212(segment))}\r\n`),
  ]);
/** The data segment of a frame as the corpus has them: between length and CRC. */
const segmentOf = (frame: Uint8Array): Uint8Array => frame.subarray(6, -6);
/** Where the content of CP lies in a segment; the whole segment when there is none. */
function contentOf(segment: Uint8Array): [from: number, to: number] {
  const cp = Buffer.from(segment.buffer, segment.byteOffset, segment.length).indexOf("CP=&&");
  return cp < 0 || segment.length - 2 < cp + 5 ? [0, segment.length] : [cp + 5, segment.length - 2];
}
/** The frame with a stretch of its CP replaced and length and CRC made to fit. */
function inContent(d: Dice, frame: Uint8Array, by: Uint8Array): Mutated {
  const segment = segmentOf(frame);
  const [from, to] = contentOf(segment);
  const at = int(d, from, to);
  return many(framed(replace(segment, at, Math.min(to, at + int(d, 0, 6)), by)));
}

const LENGTHS = ["0000", "0001", "0999", "1024", "8180", "8181", "9999", "-001", "1e10", " 158", "0x10", "#158"];
const NUMBERS = [
  "1e999",
  "-1e999",
  "9".repeat(400),
  `0.${"0".repeat(300)}1`,
  "1e-400",
  "١٢",
  "1,5",
  "+-1",
  "0x7fffffff",
  "1e12",
  "-1e13",
];
const TIMES = [
  "00000000000000",
  "99999999999999",
  "20260230000000",
  "20261001250000",
  "2026100108300",
  "202610010830000000",
];

export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  "bit flip": (d, frame) => {
    const bytes = new Uint8Array(frame);
    bytes[int(d, 0, bytes.length - 1)]! ^= 1 << int(d, 0, 7);
    return { bytes, oneByte: true };
  },
  "byte change": (d, frame) => {
    const bytes = new Uint8Array(frame);
    bytes[int(d, 0, bytes.length - 1)]! ^= int(d, 1, 255);
    return { bytes, oneByte: true };
  },
  "head byte": (d, frame) => {
    const bytes = new Uint8Array(frame);
    bytes[int(d, 0, 7)] = chance(d, 0.7) ? int(d, 0x30, 0x39) : int(d, 0, 255);
    return { bytes, oneByte: true };
  },
  "several bytes": (d, frame) => {
    const bytes = new Uint8Array(frame);
    for (let n = int(d, 2, 8); n > 0; n--) bytes[int(d, 0, bytes.length - 1)] = int(d, 0, 255);
    return many(bytes);
  },
  insert: (d, frame) => {
    const at = int(d, 0, frame.length);
    return many(replace(frame, at, at, noise(d, int(d, 1, 4))));
  },
  delete: (d, frame) => {
    const at = int(d, 0, frame.length - 1);
    return many(replace(frame, at, at + int(d, 1, 8), new Uint8Array()));
  },
  duplicate: (d, frame) => {
    const at = int(d, 0, frame.length - 1);
    const to = Math.min(frame.length, at + int(d, 1, 40));
    return many(replace(frame, to, to, frame.subarray(at, to)));
  },
  splice: (d, frame, other) =>
    many(Buffer.concat([frame.subarray(0, int(d, 0, frame.length)), other.subarray(int(d, 0, other.length))])),
  truncate: (d, frame) => many(frame.subarray(0, int(d, 0, frame.length - 1))),
  "length edit": (d, frame) =>
    many(
      replace(frame, 2, 6, Buffer.from(chance(d, 0.5) ? pick(d, LENGTHS) : String(int(d, 0, 999)).padStart(4, "0"))),
    ),
  "length reaches on": (_, frame, __, behind) =>
    many(
      replace(
        frame,
        2,
        6,
        Buffer.from(
          String(frame.length - 12 + behind)
            .padStart(4, "0")
            .slice(-4),
        ),
      ),
    ),
  "length and crc": (d, frame) => {
    const segment = segmentOf(frame);
    return many(framed(segment.subarray(0, int(d, 0, segment.length))));
  },
  "bytes, crc made to fit": (d, frame) => {
    const segment = new Uint8Array(segmentOf(frame));
    for (let n = int(d, 1, 4); n > 0; n--) segment[int(d, 0, segment.length - 1)] = int(d, 0, 255);
    return many(framed(segment));
  },
  separators: (d, frame) => inContent(d, frame, textOf(d, ";,=&#-", int(d, 1, 60))),
  "separators in the header": (d, frame) => {
    const segment = segmentOf(frame);
    const at = int(d, 0, Math.min(90, segment.length));
    return many(framed(replace(segment, at, at, textOf(d, ";=&,QNSTCMPWFlag=0123456789", int(d, 1, 30)))));
  },
  "huge numbers": (d, frame) => inContent(d, frame, Buffer.from(`;a21002-Rtd=${pick(d, NUMBERS)},a21002-Flag=N;`)),
  times: (d, frame) => inContent(d, frame, Buffer.from(`;DataTime=${pick(d, TIMES)};`)),
  "broken text": (d, frame) =>
    inContent(
      d,
      frame,
      chance(d, 0.5) ? noise(d, int(d, 1, 12)) : Buffer.from([0xe8, 0xae, 0x81, 0xff, 0xc9].slice(0, int(d, 1, 5))),
    ),
  "many starts": (d) => many(textOf(d, "##########0123456789&&AF", int(d, 10, 600))),
  "overlapping lengths": (d) =>
    many(
      Buffer.from(
        Array.from({ length: int(d, 5, 60) }, () => `##${String(int(d, 1, 600)).padStart(4, "0")}A&&0000`).join(""),
      ),
    ),
  "frames inside frames": (d, frame) => {
    // What reads all of them for each of them takes the square of the time, so deep ones are rare.
    let bytes: Uint8Array = chance(d, 0.5) ? frame : framed(Buffer.from("A&&"));
    for (let n = int(d, 1, chance(d, 0.02) ? 60 : 5); n > 0; n--)
      bytes = framed(Buffer.concat([Buffer.from("A"), bytes, Buffer.from("&&")]));
    return many(bytes);
  },
  noise: (d) => many(noise(d, int(d, 0, 300))),
  none: (_, frame) => ({ bytes: new Uint8Array(frame), oneByte: true }),
};
export const NAMES = Object.keys(MUTATIONS);
