/** `GET /api/quarantine`: what was refused on a day, newest first, with its bytes; and how much of it for which reason. */
import * as z from "zod/mini";
import { fromCursor, toCursor } from "../api/cursor.ts";
import { moment } from "../api/moment.ts";
import { overReach, type Operation } from "../api/operation.ts";
import { formatDay } from "../shared/shanghai.ts";
import { Replayed, type Quarantine, type QuarantineItem } from "./quarantine.ts";

/** `2026-10-01`; today unless said. */
const Day = z.optional(z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/)));
/** Of an MN or a topic. */
const Prefix = z.optional(z.string().check(z.minLength(1), z.maxLength(200)));
const Query = z.object({
  day: Day,
  reason: z.optional(z.string().check(z.maxLength(40))),
  prefix: Prefix,
  /** `open`: not taken in; `in`: taken in by a replay. */
  state: z.optional(z.enum(["open", "in"])),
  cursor: z.optional(z.string().check(z.maxLength(1000))),
  limit: z.optional(z.string().check(z.regex(/^[1-9]\d{0,2}$/))),
});
const Answer = z.object({
  day: z.string(),
  items: z.array(
    z.object({
      /** What a replay is asked for by. */
      key: z.string(),
      at: z.string(),
      topic: z.string(),
      mn: z.nullable(z.string()),
      reason: z.string(),
      detail: z.string(),
      /** Of the bytes as received. */
      sha256: z.string(),
      /** Bytes as received; `base64` has at most the first 8 KB of them, `text` the same as far as it is text. */
      size: z.int(),
      base64: z.string(),
      text: z.string(),
      /** What became of it when it was run through ingest again; null: it was not. */
      replayed: z.nullable(Replayed),
    }),
  ),
  next: z.nullable(z.string()),
});
const Counts = z.object({
  day: z.string(),
  /** By reason: how many, and how many of them a replay let in. */
  reasons: z.record(z.string(), z.object({ items: z.int(), in: z.int() })),
  /** There are more: the first of the day are counted. */
  more: z.boolean(),
});
const MOST = 200;
const USUAL = 50;
/** Requests of a page whose filter names few. */
const MOST_REQUESTS = 10;
/** Looked at by one request with a filter: about a megabyte. */
const LOOKED_AT = 1_000;

export const quarantineOperations = ({ quarantine }: { quarantine: Quarantine }): Operation[] => [
  overReach({
    id: "listQuarantine",
    method: "GET",
    path: "/api/quarantine",
    summary: "Messages that were refused on a day, newest first",
    action: "quarantine.read",
    query: Query,
    answer: Answer,
    async handle({ query: { day: asked, cursor, limit, ...filter }, at }) {
      const day = formatDay(asked === undefined ? at : moment("day", asked));
      const list = ["quarantine", day, filter.reason, filter.prefix, filter.state];
      const most = Math.min(MOST, Number(limit ?? USUAL));
      const narrow = Object.values(filter).some((value) => value !== undefined);
      const items: QuarantineItem[] = [];
      let from = fromCursor(list, cursor);
      for (let request = 0; request < MOST_REQUESTS && items.length < most; request++) {
        const page = await quarantine.page(day, {
          filter,
          limit: narrow ? LOOKED_AT : most,
          from,
          newestFirst: true,
        });
        items.push(...page.items);
        from = page.next;
        if (from === null) break;
      }
      // A filter may name more than a page: the next one begins behind the last that is shown.
      const shown = items.slice(0, most);
      const last = shown.length < items.length ? shown.at(-1)!.key.slice("2026-10-01#".length) : from;
      return { body: { day, items: shown.map(viewOf), next: toCursor(list, last) } };
    },
  }),
  overReach({
    id: "countQuarantine",
    method: "GET",
    path: "/api/quarantine/counts",
    summary: "How much was refused on a day, for which reasons, and how much of it a replay let in",
    action: "quarantine.read",
    query: z.object({ day: Day, prefix: Prefix }),
    answer: Counts,
    async handle({ query: { day: asked, prefix }, at }) {
      const day = formatDay(asked === undefined ? at : moment("day", asked));
      const reasons: z.output<typeof Counts>["reasons"] = {};
      let from: string | null = null;
      for (let request = 0; request < MOST_REQUESTS; request++) {
        const of = { filter: { prefix }, limit: LOOKED_AT, from, newestFirst: true };
        const page: Awaited<ReturnType<Quarantine["page"]>> = await quarantine.page(day, of);
        for (const { reason, replayed } of page.items) {
          const counted = (reasons[reason] ??= { items: 0, in: 0 });
          counted.items += 1;
          if (replayed && replayed.outcome !== "refused") counted.in += 1;
        }
        from = page.next;
        if (from === null) break;
      }
      return { body: { day, reasons, more: from !== null } };
    },
  }),
];

function viewOf({
  bytes,
  clientId: _client,
  place: _place,
  replayed,
  ...rest
}: QuarantineItem): z.output<typeof Answer>["items"][number] {
  const base64 = Buffer.from(bytes).toString("base64");
  return { ...rest, base64, text: textOf(bytes), replayed: replayed ?? null };
}

/** As text; control characters, which a damaged frame may hold, become visible. */
export const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes)
    .toString("utf8")
    .replaceAll(/(?![\n\r\t])\p{Cc}/gu, "\ufffd");
