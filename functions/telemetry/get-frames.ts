/** `GET /api/plants/{permitNo}/frames`: the raw frames behind a minute of a device, with hash and chain. */
import * as z from "zod/mini";
import { moment } from "../api/moment.ts";
import { atPlant, Refusal, type Operation } from "../api/operation.ts";
import type { Permit } from "../register/domain/permit.ts";
import { floorMinute, formatIso, MINUTE } from "../shared/shanghai.ts";
import type { ArchiveReader } from "./archive-reader.ts";
import type { BlockRepository } from "./block-repository.ts";
import type { ArchiveLine } from "./domain/archive-line.ts";
import { framesOfMinute } from "./domain/frames-of-minute.ts";
import { findFrames } from "./find-frames.ts";
import { textOf } from "./list-quarantine.ts";
import type { Quarantine } from "./quarantine.ts";

export interface FrameServices {
  archive: ArchiveReader;
  blocks: Pick<BlockRepository, "records" | "range" | "latest">;
  quarantine: Pick<Quarantine, "receivedAt">;
}

const text = z.nullable(z.string());
const Query = z.object({
  mn: z.string().check(z.minLength(1), z.maxLength(50)),
  /** Any moment of the minute (DataTime). */
  at: z.string(),
});
const Answer = z.object({
  mn: z.string(),
  /** Start of the minute. */
  at: z.string(),
  /** Why there is nothing: no record of that minute is kept (35 days), or its frames were not found in the archive. */
  missing: z.nullable(z.enum(["no-record", "not-found"])),
  /** As they came; the neighbours in the device's chain are among them. */
  frames: z.array(
    z.object({
      ofMinute: z.boolean(),
      receivedAt: z.string(),
      archivedAt: z.string(),
      topic: z.string(),
      clientId: z.string(),
      /** Where it stood on the stream. */
      shard: z.string(),
      sequence: z.string(),
      piece: z.int(),
      disposition: z.enum(["accepted", "duplicate", "quarantined"]),
      reason: text,
      notes: z.array(z.string()),
      grade: text,
      /** Of the bytes. */
      sha256: z.string(),
      /** link = SHA-256(previous, receivedAt, sha256, separated by line feeds). */
      previous: text,
      link: text,
      text: z.string(),
      base64: z.string(),
    }),
  ),
  /** Computed from the bytes just now: they have these hashes, and none is missing between them. Null: nothing is chained. */
  verified: z.nullable(z.boolean()),
  reason: text,
});

/** Distinct receipts of one minute that are looked up. */
const MOST_RECEIPTS = 6;

export const getFramesOperation = ({ archive, blocks, quarantine }: FrameServices): Operation =>
  atPlant({
    id: "getFrames",
    method: "GET",
    path: "/api/plants/:permitNo/frames",
    summary: "The raw frames behind a minute of a device, with hash and chain",
    action: "frame.read",
    query: Query,
    answer: Answer,
    async handle({ plant: { permit }, query: { mn, at } }) {
      const { permitNo } = permit;
      const minute = floorMinute(moment("at", at));
      const from = minute - (intervalOf(permit, mn) - 1) * MINUTE;
      const records = (await blocks.records(permitNo, from, minute + MINUTE, false)).filter((r) => r.mn === mn);
      const receipts = [...new Set(records.map((r) => r.receivedAt))].sort((a, b) => b - a).slice(0, MOST_RECEIPTS);
      const lines = new Map<string, ArchiveLine>();
      for (const receivedAt of receipts) {
        const known = [...lines.values()].some((line) => line.receivedAt === formatIso(receivedAt));
        if (known) continue;
        const found = await findFrames({ permitNo, mn, receivedAt }, { archive, blocks, quarantine });
        for (const line of found.lines) lines.set(`${line.shard}:${line.sequence}:${line.piece}`, line);
      }
      const { shown, verified, reason } = framesOfMinute(
        [...lines.values()],
        new Set(receipts.map(formatIso)),
        new Set(records.map((r) => floorMinute(r.at))),
      );
      return {
        body: {
          mn,
          at: formatIso(minute),
          missing: records.length === 0 ? "no-record" : shown.length === 0 ? "not-found" : null,
          frames: shown.map(({ line, ofMinute }) => frameOf(line, ofMinute)),
          verified,
          reason,
        },
      };
    },
  });

function frameOf(line: ArchiveLine, ofMinute: boolean): z.output<typeof Answer>["frames"][number] {
  const { attempt: _attempt, permitNo: _permitNo, mn: _mn, bytes, ...rest } = line;
  return { ofMinute, ...rest, text: textOf(Buffer.from(bytes, "base64")), base64: bytes };
}

/** Minutes that one record of this device may cover; throws for a device that is not of the plant. */
function intervalOf({ outlets, facilities }: Permit, mn: string): number {
  const bound = outlets.flatMap((outlet) => outlet.devices).filter((device) => device.mn === mn);
  if (bound.length === 0 && !facilities.some((facility) => facility.mn === mn))
    throw new Refusal(422, "not as expected", `${mn} is no device of this plant; choose one from its permit`, {
      zh: `${mn} 不是这家企业的设备，请从许可证上选`,
    });
  return Math.max(1, ...bound.map((device) => device.minuteInterval));
}
