/** Writes HJ 212 frames (2005, 2017 and 2025 differ in Flag and in the widths of the packet numbers only). */
import { crc212, formatCrc } from "./crc.ts";
import { MAX_SEGMENT } from "./frame.ts";

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

/** Bytes of a frame with length, CRC of annex A and CRLF. Throws a RangeError when the segment is longer than a reader takes. */
export function encodeFrame(frame: FrameToEncode): Uint8Array {
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
  return encodeSegment(Buffer.from(`${header}CP=&&${frame.cp}&&`, "utf8"));
}

/** A data segment (bytes, any encoding) as a frame. */
function encodeSegment(segment: Uint8Array): Uint8Array {
  if (segment.length > MAX_SEGMENT)
    throw new RangeError(`a data segment of ${segment.length} bytes: at most ${MAX_SEGMENT}`);
  const frame = Buffer.alloc(segment.length + 12);
  frame.write(`##${String(segment.length).padStart(4, "0")}`, "latin1");
  frame.set(segment, 6);
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
