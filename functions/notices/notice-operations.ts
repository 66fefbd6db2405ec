/** What a digest says, as it stands now: the page that digests point to. */
import * as z from "zod/mini";
import { fromCursor, toCursor } from "../api/cursor.ts";
import { Moment } from "../api/moment-form.ts";
import { overReach, Refusal, type Operation } from "../api/operation.ts";
import type { Services } from "../api/operations.ts";
import { markRepository } from "../marks/mark-repository.ts";
import { covers } from "../people/domain/rights.ts";
import { DAY, formatIso, parseIso } from "../shared/shanghai.ts";
import { blockRepository } from "../telemetry/block-repository.ts";
import { warningLedger } from "../warnings/repository.ts";
import { DIGEST_STATES, digestRepository, Receipt } from "./digest-repository.ts";
import { isRead, noticeId, withRead } from "./domain/read.ts";
import { personNotices } from "./person-notices.ts";
import { readRepository } from "./read-repository.ts";

const moment = z.nullable(z.string());
const Answer = z.object({
  /** What is listed came up until then. */
  asOf: z.string(),
  /** From when on it is told. */
  since: z.string(),
  /** The last digest; null: there was none. */
  last: z.nullable(z.object({ at: z.string(), state: z.enum(DIGEST_STATES), receipts: z.array(Receipt) })),
  notices: z.array(
    z.object({
      id: z.string(),
      read: z.boolean(),
      kind: z.enum(["unmarked", "contradicted", "judged", "revised", "expiring"]),
      permitNo: z.string(),
      plant: z.string(),
      at: z.string(),
      deadline: moment,
      outlet: z.nullable(z.string()),
      from: moment,
      to: moment,
      decision: z.nullable(z.enum(["valid", "invalid"])),
      reason: z.nullable(z.string()),
    }),
  ),
  /** Of the person's next plants; null: these were the last. */
  next: z.nullable(z.string()),
});

const ReadBody = z.strictObject({
  /** Notices that were opened. */
  ids: z.optional(z.array(z.string().check(z.minLength(1), z.maxLength(40))).check(z.maxLength(100))),
  /** Everything that came up until then. */
  upTo: z.optional(Moment),
});
/** Two devices may read at the same time. */
const ATTEMPTS = 4;

/** Plants of one answer: each reads two days of minutes. */
const PLANTS = 10;

export function noticeOperations({ db, tables, ruleData, register }: Services): Operation[] {
  const ledger = { db, table: tables.ledger };
  const digests = digestRepository(ledger);
  const reads = readRepository(ledger);
  const services = {
    register,
    registerTable: { db, table: tables.register },
    marks: markRepository(ledger),
    ledger: warningLedger(ledger),
    blocks: blockRepository({ db, table: tables.blocks }),
    ruleData,
  };
  return [
    overReach({
      id: "listNotices",
      method: "GET",
      path: "/api/self/notices",
      summary: "What is not urgent, since what the last digest tells of: ten of the person's plants at a time",
      action: "notice.read",
      query: z.object({ cursor: z.optional(z.string()) }),
      answer: Answer,
      async handle({ person, reach, query, at }) {
        const list = ["listNotices", person.sub];
        const after = fromCursor(list, query.cursor);
        const [last = null] = await digests.last(person.sub, 1);
        const longest = at - ruleData.notices(at).digest.longestDays * DAY;
        const since = Math.max(last?.since ?? longest, longest);
        const plants = person.plants.filter((permitNo) => covers(reach, { permitNo, town: "" })).toSorted();
        const left = plants.filter((permitNo) => after === null || permitNo > after);
        const some = left.slice(0, PLANTS);
        const [found, read] = await Promise.all([personNotices(some, since, at, services), reads.of(person.sub)]);
        const notices = found.map((n) => ({
          ...n,
          id: noticeId(n),
          read: isRead(n, read),
          at: formatIso(n.at),
          deadline: iso(n.deadline),
          from: iso(n.from),
          to: iso(n.to),
        }));
        const next = left.length > some.length ? toCursor(list, some.at(-1) ?? null) : null;
        const told = last && { at: formatIso(last.at), state: last.state, receipts: last.receipts };
        return { body: { asOf: formatIso(at), since: formatIso(since), last: told, notices, next } };
      },
    }),
    overReach({
      id: "readNotices",
      method: "POST",
      path: "/api/self/notices/read",
      summary: "Notices that I have read: some by their ids, or all that came up until a moment",
      action: "notice.write",
      body: ReadBody,
      answer: z.object({ upTo: z.nullable(z.string()), ids: z.int() }),
      async handle({ person, body, at, change }) {
        const upTo = Math.min(at, body.upTo === undefined ? 0 : (parseIso(body.upTo) ?? 0));
        for (let attempt = 1; ; attempt++) {
          const before = await reads.of(person.sub);
          const after = withRead(before, { ids: body.ids ?? [], upTo }, at);
          try {
            await change(reads.writes(person.sub, after), {
              permitNo: null,
              target: "notices read",
              before: before.v === 0 ? null : iso(before.upTo),
              after: { upTo: iso(after.upTo), ids: body.ids ?? [] },
            });
            return { body: { upTo: after.upTo === 0 ? null : iso(after.upTo), ids: Object.keys(after.ids).length } };
          } catch (error) {
            if (!(error instanceof Refusal) || error.status !== 409 || attempt === ATTEMPTS) throw error;
          }
        }
      },
    }),
  ];
}

const iso = (t: number | null): string | null => (t === null ? null : formatIso(t));
