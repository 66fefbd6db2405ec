/**
 * From a device and a receipt to its lines in the archive. A block knows up to which sequence number of each shard it is
 * merged, and so between which objects the frame lies; among these it is found by halving, since receipts rise with the
 * sequence numbers of a shard. A day's objects cost about as many reads as an hour's.
 */
import { formatIso, parseIso } from "../shared/shanghai.ts";
import { archivePrefix, type ArchiveReader } from "./archive-reader.ts";
import { isAfter, type BlockRepository } from "./block-repository.ts";
import { standing, type ArchiveLine } from "./domain/archive-line.ts";
import { BLOCK, floorBlock } from "./domain/block.ts";
import type { Quarantine } from "./quarantine.ts";

export interface FrameSources {
  archive: ArchiveReader;
  blocks: Pick<BlockRepository, "range" | "latest">;
  quarantine: Pick<Quarantine, "receivedAt">;
}

/** Lines of the device around its receipt: what stands of those that came with it, and what was read beside them. */
export interface FoundFrames {
  lines: ArchiveLine[];
  /** Calls that it took. */
  lists: number;
  objects: number;
}

/** Receipts of neighbouring messages may change places by so much on their way into the stream. */
const SLACK = 5_000;
const PAGE = 1_000;
/** Bounds of one search: halvings of the key space, and objects read on from where the receipt begins. */
const HALVINGS = 40;
const MOST_OBJECTS = 60;

interface Span {
  shard: string;
  /** Sequence numbers: behind `after`, up to `to`. */
  after: bigint;
  to: bigint;
}

export async function findFrames(
  { permitNo, mn, receivedAt }: { permitNo: string; mn: string; receivedAt: number },
  sources: FrameSources,
): Promise<FoundFrames> {
  const counts = { lists: 0, objects: 0 };
  const archive = counting(sources.archive, counts);
  const lines: ArchiveLine[] = [];
  for (const span of await spansOf(permitNo, receivedAt, sources.blocks)) {
    const own = (await linesFrom(span, receivedAt, archive)).filter((line) => line.mn === mn);
    // Another shard of the same plant carries other devices, or what this one sent before the shard was split.
    if (own.some((line) => line.receivedAt === formatIso(receivedAt))) {
      lines.push(...own);
      break;
    }
  }
  const taken = lines.some((l) => l.receivedAt === formatIso(receivedAt) && l.disposition !== "quarantined");
  if (!taken) lines.push(...(await replayedLines({ mn, receivedAt }, sources.quarantine, archive)));
  return { lines: standing(lines), ...counts };
}

/** Of a frame that was refused first and let in by a replay, the quarantine knows where its line stands. */
async function replayedLines(
  { mn, receivedAt }: { mn: string; receivedAt: number },
  quarantine: FrameSources["quarantine"],
  archive: ArchiveReader,
): Promise<ArchiveLine[]> {
  const items = await quarantine.receivedAt(receivedAt);
  const objects = new Set(items.flatMap(({ replayed }) => replayed?.archive ?? []));
  const lines = await Promise.all([...objects].map((key) => archive.lines(key)));
  return lines.flat().filter((line) => line.mn === mn);
}

/** Each object is read once, however often it is looked at. */
function counting(archive: ArchiveReader, counts: { lists: number; objects: number }): ArchiveReader {
  const read = new Map<string, Promise<ArchiveLine[]>>();
  return {
    list(...of) {
      counts.lists += 1;
      return archive.list(...of);
    },
    lines(key) {
      const held = read.get(key);
      if (held) return held;
      counts.objects += 1;
      const lines = archive.lines(key);
      read.set(key, lines);
      return lines;
    },
  };
}

/** By shard: behind what was merged ten minutes before, up to what was merged after the receipt. */
async function spansOf(permitNo: string, receivedAt: number, blocks: FrameSources["blocks"]): Promise<Span[]> {
  const start = floorBlock(receivedAt);
  const [around, before] = await Promise.all([
    // From the block before: where the plant fell silent, it is the one that tells how far the receipt's was merged.
    blocks.range(permitNo, start - BLOCK, start + 3 * BLOCK, false),
    blocks.latest(permitNo, start - 1, 3),
  ]);
  const upper = new Map<string, string>();
  for (const { block } of around)
    for (const [shard, sequence] of Object.entries(block.live?.applied ?? {})) {
      const held = upper.get(shard);
      if (held === undefined || isAfter(sequence, held)) upper.set(shard, sequence);
    }
  // The block before may tell of this receipt already: the one before that surely does not.
  const [, ...older] = before.filter(({ block }) => block.live);
  const lower = older.at(-1)?.block.live?.applied ?? {};
  return [...upper].map(([shard, to]) => ({ shard, after: BigInt(lower[shard] ?? 0), to: BigInt(to) }));
}

/** Sequence number by which an object is named. */
const sequenceOf = (key: string): bigint => BigInt(/(\d+)(?:-\d+)?\.jsonl\.(?:zst|gz)$/.exec(key)?.[1] ?? 0);

/** Lines of the objects that may hold the receipt. */
async function linesFrom(span: Span, receivedAt: number, archive: ArchiveReader): Promise<ArchiveLine[]> {
  const { shard, to } = span;
  const width = String(to).length;
  const keyOf = (sequence: bigint): string => `${archivePrefix(shard)}${String(sequence).padStart(width, "0")}`;
  const early = async (key: string): Promise<boolean> => {
    const newest = receiptsOf(await archive.lines(key)).at(-1);
    return newest !== undefined && newest < receivedAt - SLACK;
  };
  // "~" is behind every try of the batch of this number.
  const listed = async (after: bigint): Promise<{ keys: string[]; whole: boolean }> => {
    const found = await archive.list(shard, after === 0n ? archivePrefix(shard) : `${keyOf(after)}~`, PAGE);
    const keys = found.filter((key) => sequenceOf(key) <= to);
    return { keys, whole: keys.length < found.length || found.length < PAGE };
  };
  // The batch that began at or before `after` may reach beyond it: whoever is before the block before is not it.
  let { after } = span;
  let end = to;
  let page = await listed(after);
  for (let halving = 0; !page.whole && halving < HALVINGS; halving++) {
    const last = page.keys.at(-1)!;
    if (!(await early(last))) break; // it is on this page
    after = sequenceOf(last);
    const middle = after + (end - after) / 2n;
    const half = await listed(middle);
    const [next] = half.keys;
    if (next !== undefined && (await early(next))) {
      after = sequenceOf(next);
      page = half;
    } else {
      end = middle;
      page = await listed(after);
    }
  }
  const begin = await firstWhere(page.keys, async (key) => !(await early(key)));
  const lines: ArchiveLine[] = [];
  // One object more on both sides: a neighbour of the chain on each.
  for (let i = Math.max(0, begin - 1); i < Math.min(page.keys.length, begin + MOST_OBJECTS); i++) {
    const own = await archive.lines(page.keys[i]!);
    lines.push(...own);
    const [oldest] = receiptsOf(own);
    if (oldest !== undefined && oldest > receivedAt + SLACK) break;
  }
  return lines;
}

const receiptsOf = (lines: readonly ArchiveLine[]): number[] =>
  lines.map((line) => parseIso(line.receivedAt) ?? 0).sort((a, b) => a - b);

/** Index of the first for which `test` holds, where it holds for all behind it; the length when for none. */
async function firstWhere(keys: readonly string[], test: (key: string) => Promise<boolean>): Promise<number> {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (await test(keys[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}
