/** A case of the corpus: parts in the order of their bytes, each a frame, a refused stretch or bytes of no concern. */
import { build, type FrameSpec } from "./build.ts";

/** What a case rests on, and how sure that is. */
export interface Source {
  basis: "standard" | "implementers" | "field" | "constructed";
  standard?: string;
  clause?: string;
  sure: "text-read" | "secondary" | "common-knowledge" | "by-construction";
}

export const HJ2005: Source = { basis: "implementers", standard: "HJ/T 212-2005", sure: "secondary" };
export const HJ2017: Source = { basis: "standard", standard: "HJ 212-2017", sure: "text-read" };
export const HJ2025: Source = { basis: "implementers", standard: "HJ 212-2025", sure: "secondary" };
/** Met in real packets or libraries. */
export const FIELD: Source = { basis: "field", sure: "secondary" };
/** Said of old devices, no packet of it at hand. */
export const HEARSAY: Source = { basis: "field", sure: "common-knowledge" };
export const MADE: Source = { basis: "constructed", sure: "by-construction" };
export const clause = (source: Source, clause: string): Source => ({ ...source, clause });

/** Why bytes give no reading; the words of corpus.schema.json. */
export type Reason = "noise" | "length" | "crc" | "content" | "edition" | "time" | "key" | "too-large";

export type Part =
  | { frame: FrameSpec }
  /** A whole frame that must not be read: the first reason is the best one, the others will do. */
  | { refuse: FrameSpec; reasons: Reason[] }
  /** Bytes that are no frame; a tolerant reader may give `or` instead. */
  | { raw: string | Uint8Array; reasons: Reason[]; or?: FrameSpec }
  /** Line ends between frames: of no concern. */
  | { pass: string };

export interface CorpusCase {
  id: string;
  edition: 2005 | 2017 | 2025 | null;
  shows: { zh: string; en: string };
  source: Source;
  input: { base64: string; text?: string; chunks?: number[] };
  /** Keys of devices by MN, hex, the newest first. */
  keys?: Record<string, string[]>;
  expect: { pieces: Piece[]; joined?: unknown[] };
  /** Where readers of the field rightly differ. */
  differs?: { zh: string; en: string };
}
export type Piece = Record<string, unknown> & { kind: "frame" | "refused"; offset: number; size: number };

interface More {
  chunks?: number[];
  keys?: Record<string, string[]>;
  joined?: unknown[];
  differs?: [zh: string, en: string];
}

/** Puts a case together. */
export function make(
  id: string,
  edition: CorpusCase["edition"],
  [zh, en]: readonly [string, string],
  source: Source,
  parts: readonly Part[],
  { chunks, keys, joined, differs }: More = {},
): CorpusCase {
  const bytes: Uint8Array[] = [];
  const pieces: Piece[] = [];
  let offset = 0;
  const add = (part: Uint8Array): void => {
    bytes.push(part);
    offset += part.length;
  };
  for (const part of parts) {
    if ("pass" in part) {
      add(Buffer.from(part.pass));
      continue;
    }
    if ("raw" in part) {
      const raw = Buffer.from(part.raw);
      const or = part.or && { or: build(part.or).says };
      pieces.push({ kind: "refused", offset, size: raw.length, reasons: part.reasons, ...or });
      add(raw);
      continue;
    }
    const { bytes: wire, closing, says } = build("frame" in part ? part.frame : part.refuse);
    const place = { offset, size: wire.length };
    if ("frame" in part) pieces.push({ ...place, ...says });
    else pieces.push({ kind: "refused", ...place, reasons: part.reasons });
    add(Buffer.concat([wire, Buffer.from(closing)]));
  }
  const input = Buffer.concat(bytes);
  if (chunks !== undefined && chunks.reduce((sum, n) => sum + n, 0) > input.length)
    throw new RangeError(`${id}: the chunks are longer than the input of ${input.length} bytes`);
  const rest = chunks && input.length - chunks.reduce((sum, n) => sum + n, 0);
  return {
    id,
    edition,
    shows: { zh, en },
    source,
    input: {
      base64: input.toString("base64"),
      ...(input.every((b) => (b >= 0x20 && b < 0x7f) || b === 13 || b === 10) && { text: input.toString("latin1") }),
      ...(chunks && { chunks: rest ? [...chunks, rest] : chunks }),
    },
    ...(keys && { keys }),
    expect: { pieces, ...(joined && { joined }) },
    ...(differs && { differs: { zh: differs[0], en: differs[1] } }),
  };
}

/** The most frequent case: one frame, accepted. */
export const one = (
  id: string,
  edition: CorpusCase["edition"],
  shows: readonly [string, string],
  source: Source,
  frame: FrameSpec,
  more?: More,
): CorpusCase => make(id, edition, shows, source, [{ frame }], more);
