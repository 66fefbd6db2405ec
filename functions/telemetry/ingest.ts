/**
 * A batch of the stream: every frame decoded and admitted or quarantined, the raw bytes archived and chained, one
 * conditional write per plant and ten minutes. The archive comes first, then hints, then blocks: a crash in between
 * repeats work and changes nothing (`live.applied` knows what is merged).
 */
import type { Hj212Rules } from "../../layers/hj212.ts";
import type { RuleData } from "../../layers/rule-data.ts";
import type { cachedRegister } from "../register/cached-register.ts";
import { inParallel } from "../shared/in-parallel.ts";
import { formatIso } from "../shared/shanghai.ts";
import { isAfter } from "./block-repository.ts";
import type { ArchiveLine } from "./domain/archive-line.ts";
import { nextLink, sha256 } from "./domain/archive-line.ts";
import { floorBlock, type Block, type LiveHead } from "./domain/block.ts";
import { filedAt, mergeFrames, type AcceptedFrame, type MergeResult } from "./domain/merge-plant.ts";
import type { FirstSeen, LedgerHints, QuarantineEntry } from "./ledger-hints.ts";
import { placePresent, type PlantBlocks, type PlantPresent } from "./plant-blocks.ts";
import type { DeviceKeys } from "./device-keys.ts";
import { parseTopic } from "./domain/read-payload.ts";
import type { QuarantineReason } from "./domain/reading.ts";
import { readMessage, type Frame, type Message } from "./read-message.ts";
import type { BatchResponse } from "./schema.ts";

export interface IngestServices {
  register: ReturnType<typeof cachedRegister>;
  blocks: PlantBlocks;
  hints: LedgerHints;
  /** Lines of one batch, named by the place of its first message. */
  archive(shard: string, sequence: string, lines: readonly ArchiveLine[]): Promise<void>;
  /** SM4 keys of devices that encrypt. */
  keysOf: DeviceKeys;
  ruleData: RuleData;
  now(): number;
  /**
   * A replay's: now, epoch ms. Frames of the past hang on their device's chain where it stands, as a branch of it, and the
   * plant's present, which the stream's own function writes, stays as it is.
   */
  present?: () => number;
  /** First-seen facts by plant, kept between batches. */
  known: Map<string, FirstSeen>;
  /** What the city's list of sites was last told by this function: `permitNo/code` → state. */
  sites: Map<string, number | null>;
}

export interface IngestCounts {
  messages: number;
  frames: number;
  accepted: number;
  duplicates: number;
  quarantined: number;
  blocks: number;
  /** What was quarantined, by reason. */
  reasons: Partial<Record<QuarantineReason, number>>;
}

interface Own {
  message: Message;
  frame: Frame;
  accepted: AcceptedFrame;
}

interface Work {
  permitNo: string;
  own: Own[];
  merged: MergeResult;
  present: PlantPresent;
  /** Until when the plant stood in the risk partition before this batch. */
  riskKnown: number;
  lines: Map<Frame, Pick<ArchiveLine, "disposition" | "previous" | "link">>;
}

type StreamRecord = Parameters<typeof readMessage>[0];

/** Takes a batch in; a plant that another writer got ahead of is merged anew, at last reported for a retry. */
export async function ingest(records: readonly StreamRecord[], services: IngestServices): Promise<Taken> {
  await services.register.refresh();
  const messages = await readMessages(records, services);
  await services.hints.quarantine(messages.flatMap((message) => quarantined(message, messages[0]!.sequence)));
  return takeIn(messages, services);
}

/** Decoded, and admitted or refused by the register as it stands. Writes nothing. */
export function readMessages(
  records: readonly StreamRecord[],
  { register, keysOf, ruleData }: Pick<IngestServices, "register" | "keysOf" | "ruleData">,
): Promise<Message[]> {
  const reader = { bindings: register.bindings, keysOf, ruleData };
  return inParallel(records, WIDTH, (r) => readMessage(r, reader));
}

type Taken = { response: BatchResponse; counts: IngestCounts; receivedAt: number[] };

/** Archives what was read and merges what was admitted; of refused frames the caller has told the quarantine. */
export async function takeIn(messages: readonly Message[], services: IngestServices): Promise<Taken> {
  const { ruleData } = services;
  const byPlant = admitted(messages);
  const counts: IngestCounts = {
    messages: messages.length,
    frames: 0,
    accepted: 0,
    duplicates: 0,
    quarantined: 0,
    blocks: 0,
    reasons: {},
  };
  let open = [...byPlant];
  for (let attempt = 0; attempt === 0 || (open.length > 0 && attempt < ATTEMPTS); attempt++) {
    const works = await inParallel(open, WIDTH, ([permitNo, own]) => mergePlant(permitNo, own, services));
    const lines = archiveLines(messages, works, { attempt, at: services.now(), gradeOf: ruleData.hj212.gradeOf });
    const [first] = messages;
    if (first && lines.length > 0) await services.archive(first.shard, first.sequence, lines);
    const stored = await storePlants(works, services);
    open = open.filter((_, i) => !stored[i]);
    const lost = new Set(open.map(([permitNo]) => permitNo));
    for (const l of lines) if (l.permitNo === null || !lost.has(l.permitNo)) tally(counts, l);
    counts.blocks += works.reduce((n, w, i) => n + (stored[i] ? w.merged.touched.size : 0), 0);
  }
  const failed = new Set(open.flatMap(([, own]) => own.map((o) => o.message.sequence)));
  return {
    response: {
      batchItemFailures: messages.filter((m) => failed.has(m.sequence)).map((m) => ({ itemIdentifier: m.sequence })),
    },
    counts,
    // Of the messages that are done, for the lag.
    receivedAt: messages.filter((m) => !failed.has(m.sequence)).map((m) => m.receivedAt),
  };
}

/** What was admitted, by plant. */
function admitted(messages: readonly Message[]): Map<string, Own[]> {
  const byPlant = new Map<string, Own[]>();
  for (const message of messages)
    for (const frame of message.frames)
      if (frame.result.ok) {
        const list = byPlant.get(frame.result.permitNo) ?? [];
        byPlant.set(frame.result.permitNo, list);
        list.push({ message, frame, accepted: frame.result.accepted });
      }
  return byPlant;
}

/** What `takeIn` would make of each admitted frame, by the blocks as they stand. Writes nothing. */
export async function tryOut(
  messages: readonly Message[],
  services: IngestServices,
): Promise<Map<Frame, ArchiveLine["disposition"]>> {
  const works = await inParallel([...admitted(messages)], WIDTH, ([permitNo, own]) =>
    mergePlant(permitNo, own, services),
  );
  return new Map(works.flatMap(({ lines }) => [...lines].map(([frame, { disposition }]) => [frame, disposition])));
}

/** Plants at a time: what the SDK's sockets carry without waiting for each other. */
const WIDTH = 32;
/** How often a plant is merged anew because another shard wrote it in between, before the stream has to try again. */
const ATTEMPTS = 6;

function tally(counts: IngestCounts, { disposition, reason }: ArchiveLine): void {
  counts.frames += 1;
  if (disposition === "accepted") counts.accepted += 1;
  else if (disposition === "duplicate") counts.duplicates += 1;
  else counts.quarantined += 1;
  if (reason !== null) counts.reasons[reason] = (counts.reasons[reason] ?? 0) + 1;
}

async function mergePlant(permitNo: string, all: readonly Own[], services: IngestServices): Promise<Work> {
  const plant = await services.register.getPlant(permitNo);
  if (!plant) throw new Error(`permit ${permitNo} has device bindings but is not in the register`);
  const receivedAt = services.present?.() ?? Math.max(...all.map((o) => o.message.receivedAt));
  const starts = all.map((o) => filedAt(o.accepted.record, o.accepted.receivedAt));
  const present = await services.blocks.load(permitNo, starts, receivedAt);
  const { live, blocks } = present;
  const riskKnown = live.riskUntil;
  const asRead = services.present ? structuredClone(live) : null;
  // What an earlier try of this batch has merged already is not merged, counted or chained again.
  const own = all.filter(({ message }) => {
    if (services.present) return true; // from no shard: blocks know each frame by its digest
    const applied = live.applied[message.shard];
    return applied === undefined || isAfter(message.sequence, applied);
  });
  const merged = mergeFrames(
    own.map((o) => o.accepted),
    plant.permit,
    blocks,
    live,
    services.ruleData,
    services.now(),
  );
  const lines: Work["lines"] = new Map();
  for (const [i, { message, frame, accepted }] of own.entries()) {
    const { mn } = accepted.record;
    // A first frame that is a duplicate: a try that was cut off has merged it, so the device did speak.
    const head = live.devices[mn] ?? { link: "0".repeat(64), links: 0, seen: message.receivedAt, via: accepted.via };
    const link = nextLink(head.link, formatIso(message.receivedAt), sha256(frame.bytes));
    lines.set(frame, { disposition: merged.dispositions[i] ?? "accepted", previous: head.link, link });
    live.devices[mn] = { ...head, link, links: head.links + 1 };
    if (!services.present) live.applied[message.shard] = message.sequence;
  }
  live.riskUntil = merged.riskUntil;
  if (own.length > 0 && !services.present) placePresent(present, floorBlock(receivedAt), merged.touched);
  if (asRead) carryPresent(asRead, blocks, merged.touched);
  return { permitNo, own, merged, present, riskKnown, lines };
}

/** The plant's present is read from its newest blocks: those that a replay adds behind them have to tell it as well. */
function carryPresent(live: LiveHead, blocks: ReadonlyMap<number, Block>, touched: Iterable<number>): void {
  const newest = Math.max(...[...blocks.values()].map((block) => (block.live ? block.start : -Infinity)));
  for (const start of touched) if (start > newest) blocks.get(start)!.live = live;
}

/** True where a plant is stored, false where another writer was faster. */
async function storePlants(works: readonly Work[], services: IngestServices): Promise<boolean[]> {
  const after = await inParallel(works, WIDTH, (work) => hintsOf(work, services));
  const changed = works.flatMap((work, index) => (work.own.length > 0 ? [{ work, index }] : []));
  const stored = await services.blocks.store(
    changed.map(({ work: { permitNo, present, merged } }) => ({ permitNo, present, touched: merged.touched })),
  );
  const done = works.map(() => true);
  for (const [i, { index }] of changed.entries()) done[index] = stored[i] ?? false;
  await inParallel(
    after.filter((_, i) => done[i]),
    WIDTH,
    (hint) => hint(),
  );
  return done;
}

/**
 * Tells the ledger what it has to know, and returns what has to be said once more after the blocks. Before, because a crash
 * must not lose it; after, because a tick in between may have taken it for done without having seen the blocks. That tick
 * may still clear what it read, not what came after.
 */
async function hintsOf(work: Work, services: IngestServices): Promise<() => Promise<unknown>> {
  const { permitNo, merged, own, riskKnown } = work;
  if (own.length === 0) return () => Promise.resolve();
  const { hints, known } = services;
  const seen = known.get(permitNo) ?? (await hints.firstSeen(permitNo));
  const fresh: FirstSeen = {
    carried: Object.fromEntries(Object.entries(merged.carried).filter(([k]) => seen.carried[k] === undefined)),
    devices: Object.fromEntries(
      own.flatMap(({ accepted }) =>
        seen.devices[accepted.record.mn] === undefined ? [[accepted.record.mn, accepted.via]] : [],
      ),
    ),
  };
  const news = Object.keys(fresh.carried).length + Object.keys(fresh.devices).length > 0;
  // Who was refused and is taken in later began when he first spoke: the periods from then on are judged.
  const earlier = services.present
    ? Object.entries(merged.carried).filter(([k, t]) => t < (seen.carried[k] ?? -Infinity))
    : [];
  if (earlier.length > 0) await hints.beganEarlier(permitNo, Object.fromEntries(earlier));
  known.set(permitNo, news ? await hints.addFirstSeen(permitNo, fresh) : seen);
  if (known.size > 20_000) known.delete(known.keys().next().value!);
  const closed = merged.hours.size + merged.days.size > 0;
  const hint = (when: "before" | "after"): Promise<unknown> =>
    Promise.all([
      ...(news ? [hints.due(permitNo, Math.min(...own.map((o) => o.message.receivedAt)))] : []),
      ...(closed ? [hints.rejudge(permitNo, [...merged.hours], [...merged.days], `${stampOf(own)} ${when}`)] : []),
    ]);
  await hint("before");
  if (merged.riskUntil > riskKnown) await hints.risk(permitNo, merged.riskUntil);
  return async () => {
    await hint("after");
    // A replay's past is not how things stand now.
    if (!services.present) await tellSite(permitNo, merged.site, services);
  };
}

/** Only what changed since this function told it last; what is lost by a crash is told with the next report. */
async function tellSite(
  permitNo: string,
  site: MergeResult["site"],
  { hints, sites }: Pick<IngestServices, "hints" | "sites">,
): Promise<void> {
  const news = new Map([...site].filter(([code, { state }]) => sites.get(`${permitNo}/${code}`) !== state));
  if (news.size === 0) return;
  await hints.site(permitNo, news);
  for (const [code, { state }] of news) sites.set(`${permitNo}/${code}`, state);
  while (sites.size > SITES) sites.delete(sites.keys().next().value!);
}
const SITES = 100_000;

const stampOf = (own: readonly Own[]): string =>
  own.map((o) => `${o.message.shard}:${o.message.sequence}`).at(-1) ?? "";

/** One line a frame, in the order of the stream; messages that an earlier try has archived and merged are left out. */
function archiveLines(
  messages: readonly Message[],
  works: readonly Work[],
  { attempt, at, gradeOf }: { attempt: number; at: number; gradeOf: Hj212Rules["gradeOf"] },
): ArchiveLine[] {
  const chained = new Map(works.flatMap((w) => [...w.lines]));
  return messages.flatMap((message) =>
    message.frames.flatMap((frame, piece): ArchiveLine[] => {
      const { result } = frame;
      const link = chained.get(frame);
      if (result.ok ? !link : attempt > 0) return [];
      return [
        {
          archivedAt: formatIso(at),
          attempt,
          receivedAt: formatIso(message.receivedAt),
          topic: message.topic,
          clientId: message.clientId,
          shard: message.shard,
          sequence: message.sequence,
          piece,
          permitNo: result.ok ? result.permitNo : null,
          mn: result.ok ? result.accepted.record.mn : result.mn,
          disposition: link?.disposition ?? "quarantined",
          reason: result.ok ? null : result.reason,
          notes: frame.notes,
          grade: result.ok ? gradeOf(frame.notes) : null,
          sha256: sha256(frame.bytes),
          previous: link?.previous ?? null,
          link: link?.link ?? null,
          bytes: Buffer.from(frame.bytes).toString("base64"),
        },
      ];
    }),
  );
}

const quarantined = (message: Message, batch: string): QuarantineEntry[] =>
  message.frames.flatMap(({ bytes, received, result }, piece) =>
    result.ok
      ? []
      : [
          {
            receivedAt: message.receivedAt,
            topic: message.topic,
            clientId: message.clientId,
            mn: result.mn ?? namedDevice(message.topic, bytes),
            reason: result.reason,
            detail: result.detail,
            bytes,
            sha256: received,
            place: { shard: message.shard, sequence: message.sequence, piece, batch },
          },
        ],
  );

/** Whom refused bytes are about: the topic's device, or the MN that a frame names, damaged or not. */
function namedDevice(topic: string, bytes: Uint8Array): string | null {
  const known = parseTopic(topic);
  if (known?.kind === "device") return known.mn;
  return /(?:^|;|#{2}\d{4})MN=([A-Za-z0-9_-]{1,64});/.exec(Buffer.from(bytes).toString("latin1"))?.[1] ?? null;
}
