/** The frames that the fuzzer starts from: those of the conformance corpus, and what each says by itself. */
import { readFileSync } from "node:fs";
import { Cases, type CorpusCase } from "../../events/hj212/make/schema.ts";
import { decodeFrame } from "../../functions/telemetry/domain/hj212/decode.ts";
import type { KeysOf } from "../../functions/telemetry/domain/hj212/encrypted.ts";
import { splitFrames, type FramePiece } from "../../functions/telemetry/domain/hj212/frame.ts";
import { toRecord } from "../../functions/telemetry/domain/hj212/to-record.ts";
import { loadRuleData } from "../../layers/rule-data.ts";

export const ruleData = loadRuleData(new URL("../../layers/rule-data", import.meta.url).pathname);
export const KEY = Buffer.from("0000000000000000");
const KEYS: readonly Uint8Array[] = [KEY];
const NONE: readonly Uint8Array[] = [];
export const withKeys: KeysOf = () => KEYS;
export const withoutKeys: KeysOf = () => NONE;

/** What a whole frame says, notes aside; "" for a frame whose contents are refused. */
export function meaningOf(piece: FramePiece): string {
  if (!piece.ok) return "";
  const decoded = decodeFrame(piece.segment, piece.encrypted);
  if (!decoded.ok) return "";
  const result = toRecord(decoded.frame, ruleData);
  return result.ok ? JSON.stringify({ ...result.record, notes: null }) : "";
}

export interface Known {
  id: string;
  /** With its CRLF. */
  bytes: Uint8Array;
  /** CRC by annex A as the standard prints it: one changed byte cannot pass. */
  annexA: boolean;
  /** What it says under keys, and without any; "" where it is refused. */
  meaning: { keyed: string; bare: string };
  /** A whole frame with a length of four digits, fit to stand beside damage. */
  neighbour: boolean;
}

function known(c: CorpusCase): Known[] {
  const input = Buffer.from(c.input.base64, "base64");
  return c.expect.pieces.flatMap((piece) => {
    if (piece.kind !== "frame") return [];
    const bytes = Buffer.concat([input.subarray(piece.offset, piece.offset + piece.size), Buffer.from("\r\n")]);
    const alone = (keysOf: KeysOf): string => {
      const [only, more] = splitFrames(bytes, keysOf);
      return only !== undefined && more === undefined ? meaningOf(only) : "";
    };
    return [
      {
        id: c.id,
        bytes,
        annexA: piece.crc.formula === "annex-a",
        meaning: { keyed: alone(withKeys), bare: alone(withoutKeys) },
        neighbour: piece.length.text.length === 4,
      },
    ];
  });
}

const folder = new URL("../../events/hj212/", import.meta.url);
const read = (file: string): unknown => JSON.parse(readFileSync(new URL(file, folder), "utf8"));
const files = (read("manifest.json") as { files: { file: string }[] }).files;
const cases = files.flatMap(({ file }) => Cases.parse(read(file)));

export const frames: readonly Known[] = cases.flatMap(known);
