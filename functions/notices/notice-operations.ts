/** What a digest says, as it stands now: the page that digests point to. */
import * as z from "zod/mini";
import { fromCursor, toCursor } from "../api/cursor.ts";
import { overReach, type Operation } from "../api/operation.ts";
import type { Services } from "../api/operations.ts";
import { markRepository } from "../marks/mark-repository.ts";
import { covers } from "../people/domain/rights.ts";
import { DAY, formatIso } from "../shared/shanghai.ts";
import { blockRepository } from "../telemetry/block-repository.ts";
import { warningLedger } from "../warnings/repository.ts";
import { DIGEST_STATES, digestRepository, Receipt } from "./digest-repository.ts";
import { personNotices } from "./person-notices.ts";

const moment = z.nullable(z.string());
const Answer = z.object({
  /** From when on it is told. */
  since: z.string(),
  /** The last digest; null: there was none. */
  last: z.nullable(z.object({ at: z.string(), state: z.enum(DIGEST_STATES), receipts: z.array(Receipt) })),
  notices: z.array(
    z.object({
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

/** Plants of one answer: each reads two days of minutes. */
const PLANTS = 10;

export function noticeOperations({ db, tables, ruleData, register }: Services): Operation[] {
  const ledger = { db, table: tables.ledger };
  const digests = digestRepository(ledger);
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
        const found = await personNotices(some, since, at, services);
        const notices = found.map((n) => ({
          ...n,
          at: formatIso(n.at),
          deadline: iso(n.deadline),
          from: iso(n.from),
          to: iso(n.to),
        }));
        const next = left.length > some.length ? toCursor(list, some.at(-1) ?? null) : null;
        const told = last && { at: formatIso(last.at), state: last.state, receipts: last.receipts };
        return { body: { since: formatIso(since), last: told, notices, next } };
      },
    }),
  ];
}

const iso = (t: number | null): string | null => (t === null ? null : formatIso(t));
