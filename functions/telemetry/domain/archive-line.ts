/**
 * The archive's lines and the hash chain per device: link = SHA-256(previous link ‖ receipt ‖ SHA-256 of the kept bytes).
 * Anyone who holds the lines of a device can check that none was changed, dropped or put in later.
 */
import { createHash } from "node:crypto";
import type { Grade } from "../../../layers/hj212.ts";
import type { QuarantineReason } from "./reading.ts";

export interface ArchiveLine {
  /** When the line was written, and which try of its batch wrote it: the last try of a frame is what stands. */
  archivedAt: string;
  attempt: number;
  receivedAt: string;
  topic: string;
  clientId: string;
  shard: string;
  sequence: string;
  /** Which piece of the message. */
  piece: number;
  permitNo: string | null;
  mn: string | null;
  disposition: "accepted" | "duplicate" | "quarantined";
  reason: QuarantineReason | null;
  notes: string[];
  /** Grade of the notes by the rule data; null for what is quarantined. */
  grade: Grade | null;
  /** SHA-256 of `bytes` below, which has the value of PW covered. */
  sha256: string;
  /** Chain of the device; null for what is quarantined. */
  previous: string | null;
  link: string | null;
  /** Base64. */
  bytes: string;
}

/** Where lines of a replay stand: not on the stream, whose shards have other names. */
export const REPLAY_SHARD = "replay";

export const sha256 = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex");

/** The next link of a device's chain; hex in, hex out. */
export const nextLink = (previous: string, receivedAt: string, digest: string): string =>
  sha256(`${previous}\n${receivedAt}\n${digest}`);

/**
 * What stands of archived lines: of every frame (shard, sequence, piece) the last try. A batch that was cut off, or that
 * another writer got ahead of, is archived again with the links it finally got.
 */
export function standing(lines: Iterable<ArchiveLine>): ArchiveLine[] {
  const last = new Map<string, ArchiveLine>();
  for (const l of lines) {
    const key = `${l.shard}:${l.sequence}:${l.piece}`;
    const held = last.get(key);
    const later =
      !held || l.archivedAt > held.archivedAt || (l.archivedAt === held.archivedAt && l.attempt >= held.attempt);
    if (later) last.set(key, l);
  }
  return [...last.values()];
}

/** Checks lines of one device in the order of their links; returns the first that does not fit, or null. */
export function verifyChain(lines: readonly ArchiveLine[]): { index: number; reason: string } | null {
  let previous: string | null = null;
  for (const [index, l] of lines.entries()) {
    if (sha256(Buffer.from(l.bytes, "base64")) !== l.sha256)
      return { index, reason: "the bytes are not those of their hash" };
    if (l.previous === null || l.link !== nextLink(l.previous, l.receivedAt, l.sha256))
      return { index, reason: "the link is not that of the bytes" };
    if (previous !== null && l.previous !== previous)
      return { index, reason: "a line before this one is missing or was changed" };
    previous = l.link;
  }
  return null;
}

/** Checks all lines of one device, `inOrder`; the index in a reason is that of the line's branch. */
export const verifyDevice = (lines: readonly ArchiveLine[]): ReturnType<typeof verifyChain> =>
  branchesOf(lines).flatMap((branch) => verifyChain(branch) ?? [])[0] ?? null;

/** What the stream brought is one chain; each batch of a replay hangs on it as a branch of its own. */
const branchesOf = (lines: readonly ArchiveLine[]): ArchiveLine[][] => [
  ...Map.groupBy(lines, (line) => (line.shard === REPLAY_SHARD ? line.archivedAt : "")).values(),
];

/** As they came: by shard, place on the stream, piece. */
export function inOrder(a: ArchiveLine, b: ArchiveLine): number {
  if (a.shard !== b.shard) {
    // Refused at its receipt, and let in by a replay: in the order of the archive.
    const [x, y] = [a.receivedAt + a.archivedAt, b.receivedAt + b.archivedAt];
    return x < y ? -1 : x > y ? 1 : a.shard < b.shard ? -1 : 1;
  }
  const [x, y] = [BigInt(a.sequence), BigInt(b.sequence)];
  return x === y ? a.piece - b.piece : x < y ? -1 : 1;
}
