/** The frames of this folder for the table tests. */
import { readFileSync } from "node:fs";
import { formatIso } from "../../functions/shared/shanghai.ts";
import type { KeysOf } from "../../functions/telemetry/domain/hj212/encrypted.ts";
import type { DeviceRecord, ReadPiece } from "../../functions/telemetry/domain/reading.ts";

export interface FrameFixture {
  name: string;
  frame?: string;
  base64?: string;
  /** Key of the device, 16 ASCII characters, where the frame is encrypted. */
  key?: string;
  /** Accepted as this (times as ISO texts, notes in any order) … */
  record?: Omit<DeviceRecord, "dataTime" | "qn"> & { dataTime: string | null; qn: string | null };
  header?: { lastItem?: string } & Record<string, unknown>;
  /** … or refused for this reason. */
  reason?: string;
  detail?: string;
}

const folder = new URL("./", import.meta.url);
const parse = (file: string): unknown => JSON.parse(readFileSync(new URL(file, folder), "utf8"));

export const fixtureFiles = (): string[] =>
  (parse("manifest.json") as { own: { files: { file: string }[] } }).own.files.map((f) => f.file);
export const readFixtures = (file: string): FrameFixture[] => parse(file) as FrameFixture[];

/** Bytes of a fixture's frame, closing included. */
export const fixtureBytes = ({ frame, base64 }: FrameFixture): Uint8Array =>
  base64 === undefined ? Buffer.from(frame ?? "", "utf8") : Buffer.from(base64, "base64");

/** The key of a fixture's device, as the codec asks for it. */
export const fixtureKeys =
  ({ key }: FrameFixture): KeysOf =>
  () =>
    key === undefined ? [] : [Buffer.from(key, "latin1")];

/** A piece's record as fixtures write it. */
export function comparable(piece: ReadPiece | undefined): unknown {
  if (piece === undefined || !piece.ok) return piece;
  const iso = (t: number | null): string | null => (t === null ? null : formatIso(t));
  const { dataTime, qn, notes, ...rest } = piece.record;
  return { ...rest, dataTime: iso(dataTime), qn: iso(qn), notes: notes.toSorted() };
}

/** A fixture's record, its notes in order. */
export const expected = ({ record }: FrameFixture): unknown => record && { ...record, notes: record.notes.toSorted() };
