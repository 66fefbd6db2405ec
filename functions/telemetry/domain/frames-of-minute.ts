/** Archived lines of a device, chosen by the minute they speak of, and whether their chain holds. Pure. */
import { floorMinute, parseCompact, parseIso } from "../../shared/shanghai.ts";
import { inOrder, verifyDevice, type ArchiveLine } from "./archive-line.ts";

/** Minute of DataTime as the bytes say it; null when they do not (encrypted, damaged, or without one). */
export function minuteOf(bytes: string): number | null {
  const compact = /DataTime=(\d{14})/.exec(bytes)?.[1];
  const iso = compact === undefined ? /"at"\s*:\s*"([^"]{10,35})"/.exec(bytes)?.[1] : undefined;
  const t = compact !== undefined ? parseCompact(compact) : iso === undefined ? null : parseIso(iso);
  return t === null ? null : floorMinute(t);
}

export interface ShownLine {
  line: ArchiveLine;
  /** It speaks of the minute; else it is a neighbour in the device's chain. */
  ofMinute: boolean;
}
export interface FramesOfMinute {
  shown: ShownLine[];
  /** Whether the lines shown are an unbroken part of the device's chain; null: none of them is chained. */
  verified: boolean | null;
  reason: string | null;
}

/**
 * Lines with one of `receipts` (ISO) that speak of `minutes`, or do not say of what; with their neighbours in the chain as
 * far as they are among `lines`. `lines` are of one device.
 */
export function framesOfMinute(
  lines: readonly ArchiveLine[],
  receipts: ReadonlySet<string>,
  minutes: ReadonlySet<number>,
): FramesOfMinute {
  const ordered = lines.toSorted(inOrder);
  const hit = (line: ArchiveLine): boolean => {
    if (!receipts.has(line.receivedAt)) return false;
    const minute = minuteOf(Buffer.from(line.bytes, "base64").toString("latin1"));
    return minute === null || minutes.has(minute);
  };
  const hits = new Set(ordered.filter(hit));
  const first = ordered.findIndex((line) => hits.has(line));
  if (first < 0) return { shown: [], verified: null, reason: null };
  const last = ordered.findLastIndex((line) => hits.has(line));
  const shown = ordered.slice(Math.max(0, first - 1), last + 2).map((line) => ({ line, ofMinute: hits.has(line) }));
  const chained = shown.map(({ line }) => line).filter((line) => line.link !== null);
  if (chained.length === 0) return { shown, verified: null, reason: null };
  const broken = verifyDevice(chained);
  return { shown, verified: broken === null, reason: broken && `${broken.reason} (line ${broken.index + 1})` };
}
