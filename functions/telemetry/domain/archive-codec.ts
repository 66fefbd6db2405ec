/**
 * An object of the archive: lines of a batch as JSON lines under zstd, a heading and then a line a message with its
 * frames as text. What follows from the bytes is not written and comes back computed: a frame's SHA-256, its link, and
 * the link it hangs on where the object holds the device's frame before it. Exact: every line comes back as it was
 * (docs/archive.md is the format for strangers). Format 1, a line a frame under gzip with all hashes, is still read.
 */
import { isUtf8 } from "node:buffer";
import { constants, gunzipSync, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import * as z from "zod/mini";
import { parseInput } from "../../shared/problems.ts";
import type { Grade } from "../../../layers/hj212.ts";
import { nextLink, sha256, type ArchiveLine } from "./archive-line.ts";
import { QUARANTINE_REASONS } from "./reading.ts";

const FORMAT = 2;
export const SUFFIX = ".jsonl.zst";

/**
 * Level 9: a batch of 256 messages of three frames is 312 B a message in 26 µs; level 6 is 340 B in 18 µs, 12 is 309 B in
 * 41 µs; gzip of format 1 was 764 B in 51 µs. The checksum tells a damaged object from a whole one.
 */
const ZSTD = { params: { [constants.ZSTD_c_compressionLevel]: 9, [constants.ZSTD_c_checksumFlag]: 1 } };
const ZSTD_MAGIC = 0xfd2fb528;
const GZIP_MAGIC = 0x8b1f;
const LINK_BYTES = 32;

const text = z.nullable(z.string());
const Heading = z.object({ format: z.literal(FORMAT), shard: z.string(), archivedAt: z.string(), attempt: z.int() });
type Heading = z.output<typeof Heading>;
const FrameShape = z.object({
  mn: z.optional(text),
  piece: z.optional(z.int()),
  permitNo: z.optional(text),
  disposition: z.optional(z.enum(["accepted", "duplicate", "quarantined"])),
  reason: z.optional(z.enum(QUARANTINE_REASONS)),
  notes: z.optional(z.array(z.string())),
  grade: z.optional(z.nullable(z.enum(["A", "B", "C"]))),
  /** Base64url; null: in no chain; absent: the link of the device's frame before it in this object. */
  previous: z.optional(text),
  text: z.optional(z.string()),
  base64: z.optional(z.string()),
});
const MessageShape = z.object({
  sequence: z.string(),
  receivedAt: z.string(),
  topic: z.string(),
  clientId: z.string(),
  permitNo: text,
  frames: z.array(FrameShape),
});
type FrameShape = z.output<typeof FrameShape>;
type MessageShape = z.output<typeof MessageShape>;

/** Bytes of an object. `sha256` and `link` of the lines must be those of their bytes: they are not written. */
export function packLines(lines: readonly ArchiveLine[]): Uint8Array {
  const rows: string[] = [];
  const links = new Links();
  let heading: Heading | null = null;
  let message: MessageShape | null = null;
  const end = (): void => {
    if (message) rows.push(JSON.stringify(message));
    message = null;
  };
  for (const line of lines) {
    if (!heading || !sameBatch(heading, line)) {
      end();
      const { shard, archivedAt, attempt } = line;
      heading = { format: FORMAT, shard, archivedAt, attempt };
      rows.push(JSON.stringify(heading));
    }
    if (!message || !sameMessage(message, line)) {
      end();
      const { sequence, receivedAt, topic, clientId, permitNo } = line;
      message = { sequence, receivedAt, topic, clientId, permitNo, frames: [] };
    }
    message.frames.push(frameOf(line, message, links));
  }
  end();
  return zstdCompressSync(rows.join("\n") + "\n", ZSTD);
}

/** Lines of an object in either format; throws a reason where it is neither. */
export function unpackLines(bytes: Uint8Array): ArchiveLine[] {
  const object = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (object.length > 3 && object.readUInt32LE() === ZSTD_MAGIC) return readRows(rowsOf(zstdDecompressSync(object)));
  if (object.length > 1 && object.readUInt16LE() === GZIP_MAGIC)
    // Our own lines: written by ingest-telemetry before format 2, and locked since.
    return rowsOf(gunzipSync(object)).map((row) => JSON.parse(row) as ArchiveLine);
  throw new Error("archive object: neither zstd nor gzip, so none that ingest-telemetry wrote");
}

const rowsOf = (plain: Buffer): string[] => {
  const rows = plain.toString("utf8").trimEnd();
  return rows === "" ? [] : rows.split("\n");
};

function readRows(rows: readonly string[]): ArchiveLine[] {
  const links = new Links();
  const lines: ArchiveLine[] = [];
  let heading: Heading | null = null;
  for (const [i, row] of rows.entries()) {
    const said = JSON.parse(row) as object;
    if ("format" in said) {
      heading = parsed(Heading, said, i);
      continue;
    }
    if (!heading) throw new Error(`archive object, line ${i + 1}: a message without a heading before it`);
    const message = parsed(MessageShape, said, i);
    for (const [piece, frame] of message.frames.entries())
      lines.push(lineOf(frame, { heading, message, links, piece, row: i }));
  }
  return lines;
}

function parsed<T>(schema: z.ZodMiniType<T>, said: unknown, row: number): T {
  const result = parseInput(schema, said);
  if (result.ok) return result.data;
  const [first] = result.problems;
  throw new Error(
    `archive object, line ${row + 1}: ${first?.path} ${first?.reason} (this version reads format ${FORMAT})`,
  );
}

/** Last link of each device in this object. */
class Links extends Map<string, string> {
  /** The link that follows where nothing says otherwise. */
  before(mn: string | null): string | undefined {
    return mn === null ? undefined : this.get(mn);
  }
  note({ mn, link }: Pick<ArchiveLine, "mn" | "link">): void {
    if (mn !== null && link !== null) this.set(mn, link);
  }
}

const sameBatch = (a: Heading, b: ArchiveLine): boolean =>
  a.shard === b.shard && a.archivedAt === b.archivedAt && a.attempt === b.attempt;
const sameMessage = (a: MessageShape, b: ArchiveLine): boolean =>
  a.sequence === b.sequence && a.receivedAt === b.receivedAt && a.topic === b.topic && a.clientId === b.clientId;

/** A frame's row: what is as usual is left out. */
function frameOf(line: ArchiveLine, { permitNo, frames }: MessageShape, links: Links): FrameShape {
  const { mn, disposition, notes, grade } = line;
  const bytes = Buffer.from(line.bytes, "base64");
  const before = links.before(mn);
  links.note(line);
  const follows =
    disposition === "quarantined" ? line.previous === null : line.previous !== null && line.previous === before;
  return {
    ...(mn !== null && { mn }),
    ...(line.piece !== frames.length && { piece: line.piece }),
    ...(line.permitNo !== permitNo && { permitNo: line.permitNo }),
    ...(disposition !== "accepted" && { disposition }),
    ...(line.reason !== null && { reason: line.reason }),
    ...(notes.length > 0 && { notes }),
    ...(grade !== usualGrade(disposition) && { grade }),
    ...(!follows && { previous: line.previous === null ? null : linkBytes(line.previous).toString("base64url") }),
    ...(isUtf8(bytes) ? { text: bytes.toString("utf8") } : { base64: line.bytes }),
  };
}

const usualGrade = (disposition: ArchiveLine["disposition"]): Grade | null =>
  disposition === "quarantined" ? null : "A";

function linkBytes(hex: string): Buffer {
  const bytes = Buffer.from(hex, "hex");
  if (bytes.length !== LINK_BYTES || hex.length !== 2 * LINK_BYTES) throw new Error(`archive: "${hex}" is no link`);
  return bytes;
}

function lineOf(
  frame: FrameShape,
  {
    heading,
    message,
    links,
    piece,
    row,
  }: { heading: Heading; message: MessageShape; links: Links; piece: number; row: number },
): ArchiveLine {
  const { mn = null, disposition = "accepted", reason = null, notes = [] } = frame;
  const bytes = Buffer.from(frame.text ?? frame.base64 ?? "", frame.text === undefined ? "base64" : "utf8");
  const digest = sha256(bytes);
  const previous = previousOf(frame, disposition, links.before(mn), row);
  const line: ArchiveLine = {
    archivedAt: heading.archivedAt,
    attempt: heading.attempt,
    receivedAt: message.receivedAt,
    topic: message.topic,
    clientId: message.clientId,
    shard: heading.shard,
    sequence: message.sequence,
    piece: frame.piece ?? piece,
    permitNo: frame.permitNo === undefined ? message.permitNo : frame.permitNo,
    mn,
    disposition,
    reason,
    notes,
    grade: frame.grade === undefined ? usualGrade(disposition) : frame.grade,
    sha256: digest,
    previous,
    link: previous === null ? null : nextLink(previous, message.receivedAt, digest),
    bytes: bytes.toString("base64"),
  };
  links.note(line);
  return line;
}

function previousOf(
  { previous, mn }: FrameShape,
  disposition: ArchiveLine["disposition"],
  before: string | undefined,
  row: number,
): string | null {
  if (previous === null || (previous === undefined && disposition === "quarantined")) return null;
  if (previous !== undefined) return Buffer.from(previous, "base64url").toString("hex");
  if (before === undefined)
    throw new Error(`archive object, line ${row + 1}: no link that the frame of ${mn} hangs on`);
  return before;
}
