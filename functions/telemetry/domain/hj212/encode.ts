/** Writes HJ 212 frames: 2005, 2017 and 2025 differ in Flag, the widths of the packet numbers and encryption. */
import { crc212, formatCrc } from "./crc.ts";
import { encryptSegment } from "./encrypted.ts";
import { MAX_SEGMENT } from "./probe-frame.ts";
import { SM4_BLOCK } from "./sm4.ts";

/** What a frame says, in the order it is written; null or absent leaves a field out. Times as the standard writes them. */
export interface FrameToEncode {
  /** yyyyMMddHHmmssSSS; null for devices that send none. */
  qn: string | null;
  st: string;
  cn: string;
  pw: string | null;
  mn: string;
  /** Version bits, D and A: 0–3 2005, 4–7 2017, 8–11 2025; null for devices that send none. */
  flag: number | null;
  pnum?: number | null;
  pno?: number | null;
  /** 2025: sent again. */
  resend?: boolean;
  /** Content of CP without its `&&` (see `buildCp`). */
  cp: string;
}

/** Longest content of CP, bytes (HJ 212-2017, 6.3.1). */
export const MAX_CP = 950;

/**
 * Bytes of a frame with length, CRC of annex A and CRLF; with a `key` the content of CP is encrypted (2025), length and CRC
 * being those of the text. Throws a RangeError when the segment is longer than a reader takes or the key has not 16 bytes.
 */
export function encodeFrame(frame: FrameToEncode, key?: Uint8Array): Uint8Array {
  const fields = [
    ["QN", frame.qn],
    ["ST", frame.st],
    ["CN", frame.cn],
    ["PW", frame.pw],
    ["MN", frame.mn],
    ["Flag", frame.flag],
    ["PNUM", frame.pnum],
    ["PNO", frame.pno],
    ["RF", frame.resend === true ? 1 : null],
  ] as const;
  let header = "";
  for (const [key, value] of fields) if (value !== null && value !== undefined) header += `${key}=${value};`;
  return encodeSegment(Buffer.from(`${header}CP=&&${frame.cp}&&`, "utf8"), key);
}

/** What all packets of a set have in common. */
export type FrameOfPackets = Omit<FrameToEncode, "cp" | "pnum" | "pno" | "flag"> & { flag: number };

/**
 * The frames of a record whose items may be more than one CP holds: cut between groups, `head` (DataTime) in each, bit D and
 * packet numbers where there are several. Throws a RangeError when a group alone is too long.
 */
export function encodePackets(
  frame: FrameOfPackets,
  head: CpGroup,
  groups: readonly CpGroup[],
  key?: Uint8Array,
): Uint8Array[] {
  const contents: CpGroup[][] = [[head]];
  for (const group of groups) {
    const last = contents.at(-1)!;
    if (lengthOf([...last, group]) <= MAX_CP) last.push(group);
    else if (lengthOf([head, group]) <= MAX_CP) contents.push([head, group]);
    else throw new RangeError(`the items of ${group[0]?.[0]} alone are longer than ${MAX_CP} bytes`);
  }
  const pnum = contents.length;
  if (pnum === 1) return [encodeFrame({ ...frame, cp: buildCp(contents[0]!) }, key)];
  const flag = frame.flag | BIT_D;
  return contents.map((content, i) => encodeFrame({ ...frame, flag, pnum, pno: i + 1, cp: buildCp(content) }, key));
}

/** Of Flag: packet numbers follow. */
const BIT_D = 2;
const lengthOf = (groups: readonly CpGroup[]): number => Buffer.byteLength(buildCp(groups));

/** A data segment (bytes, any encoding) as a frame. */
function encodeSegment(segment: Uint8Array, key: Uint8Array | undefined): Uint8Array {
  if (segment.length > MAX_SEGMENT)
    throw new RangeError(`a data segment of ${segment.length} bytes: at most ${MAX_SEGMENT}`);
  if (key && key.length !== SM4_BLOCK) throw new RangeError(`an SM4 key of ${key.length} bytes: it has ${SM4_BLOCK}`);
  const frame = Buffer.alloc(segment.length + 12);
  frame.write(`##${String(segment.length).padStart(4, "0")}`, "latin1");
  frame.set(key ? encryptSegment(segment, key) : segment, 6);
  frame.write(`${formatCrc(crc212(segment))}\r\n`, 6 + segment.length, "latin1");
  return frame;
}

/** Items that belong together, `,` between them; groups are separated by `;`. */
export type CpGroup = readonly (readonly [key: string, value: string | number])[];

/** The content of CP. Keys and values are written as they are: the caller keeps `;`, `,`, `=` and `&` out of them. */
export const buildCp = (groups: readonly CpGroup[]): string =>
  groups.map((group) => group.map(([key, value]) => `${key}=${value}`).join(",")).join(";");

/** One pollutant's group: `readingGroup("a21002", { Avg: 46.2, ZsAvg: 52.1, Flag: "N" })`; null and undefined are left out. */
export function readingGroup(
  code: string,
  values: Readonly<Record<string, string | number | null | undefined>>,
): CpGroup {
  const group: [string, string | number][] = [];
  for (const [suffix, value] of Object.entries(values))
    if (value !== null && value !== undefined) group.push([`${code}-${suffix}`, value]);
  return group;
}
