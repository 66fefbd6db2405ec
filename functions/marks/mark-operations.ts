/** Marks for people with an account: list, make, end or withdraw, judge; and the city's contradictions. */
import * as z from "zod/mini";
import { fromCursor, toCursor } from "../api/cursor.ts";
import { Moment } from "../api/moment-form.ts";
import { atPlant, overReach, Refusal, type Operation } from "../api/operation.ts";
import type { Services } from "../api/operations.ts";
import { covers } from "../people/domain/rights.ts";
import { DAY, parseIso } from "../shared/shanghai.ts";
import { blockRepository } from "../telemetry/block-repository.ts";
import { ledgerHints } from "../telemetry/ledger-hints.ts";
import { hasEffect, isLate, problemsOf, step, yearlyUse, yearOf, type Mark } from "./domain/mark.ts";
import { JUDGEABLE, keepMark, type MarkServices } from "./keep-mark.ts";
import { markId, markRepository } from "./mark-repository.ts";
import { Range, rangeOf } from "./mark-range.ts";
import { MarkView, viewOf } from "./mark-view.ts";
import { unmarkedList } from "./unmarked-repository.ts";

const reason = z.string().check(z.trim(), z.minLength(1), z.maxLength(500));
/** Days of marks in one answer. */
const LISTED = 400 * DAY;
const PAGE = 100;

const NewMark = z.object({
  outlet: z.string(),
  pollutants: z._default(z.nullable(z.array(z.string()).check(z.minLength(1), z.maxLength(50))), null),
  kind: z.string(),
  from: Moment,
  to: Moment,
  reason,
  /** Made by the client: the same request again is the same mark. */
  key: z.string().check(z.minLength(8), z.maxLength(100)),
});
const Ending = z.object({
  /** Another end; not beside `withdraw`. */
  to: z.optional(Moment),
  withdraw: z.optional(z.literal(true)),
  reason,
});
const KindView = z.object({
  kind: z.string(),
  family: z.string(),
  zh: z.string(),
  en: z.string(),
  maxHours: z.nullable(z.number()),
});
const Listed = z.object({
  marks: z.array(MarkView),
  /** What a mark may be of. */
  kinds: z.array(KindView),
  /** Hours of the year of `to` under kinds that have a cap. */
  yearly: z.array(
    z.object({
      outlet: z.string(),
      kinds: z.array(z.string()),
      year: z.int(),
      hours: z.number(),
      limit: z.number(),
      source: z.string(),
    }),
  ),
});
const Contradicted = z.object({
  marks: z.array(z.object({ permitNo: z.string(), name: z.string(), town: z.string(), mark: MarkView })),
  next: z.nullable(z.string()),
});

export const markServices = ({ db, tables, ruleData }: Services): MarkServices => ({
  marks: markRepository({ db, table: tables.ledger }),
  blocks: blockRepository({ db, table: tables.blocks }),
  hints: ledgerHints({ db, table: tables.ledger }),
  unmarked: unmarkedList({ db, table: tables.ledger }),
  ruleData,
});

export function markOperations(backends: Services): Operation[] {
  const services = markServices(backends);
  const { marks, ruleData } = services;
  const view = (mark: Mark): MarkView => viewOf(mark, ruleData.marks(mark.from).deadlineOf(mark.from));
  const found = async (permitNo: string, id: string): Promise<Mark> => {
    const mark = await marks.get(permitNo, id);
    if (!mark) throw new Refusal(404, "no such mark", "This plant has no such mark. Load the list again.");
    return mark;
  };
  return [
    atPlant({
      id: "listMarks",
      method: "GET",
      path: "/api/plants/:permitNo/marks",
      summary: "Marks of a plant that reach into a period, by default the last 31 days and what is ahead",
      action: "mark.read",
      query: Range,
      answer: Listed,
      async handle({ plant, query, at }) {
        const rules = ruleData.marks(at);
        const [from, to] = rangeOf(query, at - 31 * DAY, at + rules.bounds.aheadDays * DAY, LISTED);
        const year = yearOf(Math.min(to - 1, at));
        const [begin, end] = [parseIso(`${year}-01-01`)!, parseIso(`${year + 1}-01-01`)!];
        const all = await marks.between(plant.permit.permitNo, Math.min(from, begin), Math.max(to, end));
        return {
          body: {
            marks: all.filter((m) => m.from < to && m.to > from).map(view),
            kinds: rules.kinds.map(({ kind, family, zh, en, maxHours }) => ({ kind, family, zh, en, maxHours })),
            yearly: yearlyUse(all, year, rules),
          },
        };
      },
    }),
    atPlant({
      id: "putMark",
      method: "POST",
      path: "/api/plants/:permitNo/marks",
      summary: "Mark a period of an outlet; the same key again answers with the mark that stands",
      action: "mark.write",
      body: NewMark,
      answer: MarkView,
      async handle(call) {
        const { plant, body, at, person } = call;
        const { permitNo } = plant.permit;
        const [from, to] = [parseIso(body.from)!, parseIso(body.to)!];
        const asked = { ...body, from, to, permitNo };
        const rules = ruleData.marks(from);
        const id = markId(asked);
        const held = await marks.get(permitNo, id);
        if (held) return { body: view(sameAs(held, asked)) };
        const problems = problemsOf(asked, plant.permit, at, rules);
        if (problems.length > 0)
          throw new Refusal(422, "not a mark", problems.map((p) => `${p.path} ${p.reason}`).join("; "), { problems });
        const mark: Mark = {
          ...asked,
          id,
          at,
          by: { sub: person.sub, name: person.name },
          late: isLate(from, at, rules),
          tests: [],
          state: "standing",
          judgement: null,
          changed: null,
          v: 0,
        };
        try {
          return { status: 201, body: view(await keepMark(call, null, () => mark, services)) };
        } catch (error) {
          // The same request, twice at once: the other one has made the mark.
          const made = error instanceof Refusal && error.status === 409 ? await marks.get(permitNo, id) : null;
          if (!made) throw error;
          return { body: view(sameAs(made, asked)) };
        }
      },
    }),
    atPlant({
      id: "endMark",
      method: "PUT",
      path: "/api/plants/:permitNo/marks/:id",
      summary: "Give a mark another end, or withdraw it; what it was stays in the audit trail",
      action: "mark.write",
      body: Ending,
      answer: MarkView,
      async handle(call) {
        const { plant, body, at, person, params } = call;
        const mark = await found(plant.permit.permitNo, params.id ?? "");
        expectVersion(mark, call.ifMatch);
        const by = { sub: person.sub, name: person.name };
        const to = body.to === undefined ? null : parseIso(body.to)!;
        if ((to === null) === (body.withdraw === undefined))
          throw new Refusal(422, "not as expected", "Name either another end (to) or withdraw.", {
            zh: "改结束时间和撤销，只能选一样",
          });
        const said = { at, by, reason: body.reason };
        const next = step(mark, to === null ? { type: "withdrawn", ...said } : { type: "moved", to, ...said });
        if (!next) throw new Refusal(409, "decided", `This mark is ${mark.state}: it can no longer be changed.`);
        if (to !== null) {
          // Its begin was in bounds when it was made.
          const problems = problemsOf({ ...mark, to }, plant.permit, at, ruleData.marks(mark.from)).filter(
            (p) => p.path === "to",
          );
          if (problems.length > 0)
            throw new Refusal(422, "not a mark", problems.map((p) => `${p.path} ${p.reason}`).join("; "), { problems });
        }
        judgeable(mark, next, at);
        return { body: view(await keepMark(call, mark, () => next, services)) };
      },
    }),
    atPlant({
      id: "judgeMark",
      method: "POST",
      path: "/api/plants/:permitNo/marks/:id/judgement",
      summary: "Decide whether a mark stands; one judged invalid takes no minute out of the verdicts",
      action: "mark.judge",
      body: z.object({ decision: z.enum(["valid", "invalid"]), reason }),
      answer: MarkView,
      async handle(call) {
        const { plant, body, at, person, params } = call;
        const mark = await found(plant.permit.permitNo, params.id ?? "");
        expectVersion(mark, call.ifMatch);
        const next = step(mark, { type: "judged", ...body, at, by: { sub: person.sub, name: person.name } });
        if (!next) throw new Refusal(409, "withdrawn", "This mark was withdrawn: there is nothing to judge.");
        judgeable(mark, next, at);
        return { body: view(await keepMark(call, mark, () => next, services)) };
      },
    }),
    overReach({
      id: "listContradictedMarks",
      method: "GET",
      path: "/api/marks/contradicted",
      summary: "Marks that facts contradict and nobody has judged yet",
      action: "mark.judge",
      query: z.object({ cursor: z.optional(z.string()) }),
      answer: Contradicted,
      async handle({ query, reach }) {
        const list = ["listContradictedMarks"];
        const after = fromCursor(list, query.cursor) ?? "";
        const keyOf = ({ mark }: { mark: Mark }): string => `${mark.permitNo}#${mark.id}`;
        const own = (await marks.contradictions()).filter(
          (c) => covers(reach, { permitNo: c.mark.permitNo, town: c.town }) && keyOf(c) > after,
        );
        const page = own.slice(0, PAGE);
        const last = own.length > PAGE ? page.at(-1) : undefined;
        return {
          body: {
            marks: page.map(({ mark, name, town }) => ({ permitNo: mark.permitNo, name, town, mark: view(mark) })),
            next: toCursor(list, last ? keyOf(last) : null),
          },
        };
      },
    }),
  ];
}

/** The mark that stands under this key, if it is the one that is asked for. */
function sameAs(held: Mark, asked: Pick<Mark, "kind" | "pollutants" | "reason" | "from" | "to">): Mark {
  const made = held.changed ? { ...held, to: asked.to } : held;
  const same = (["kind", "from", "to", "reason"] as const).every((name) => made[name] === asked[name]);
  if (!same || JSON.stringify(held.pollutants) !== JSON.stringify(asked.pollutants))
    throw new Refusal(409, "key used", "Another mark was made under this key. Take a new key for a new mark.");
  return held;
}

function expectVersion(mark: Mark, ifMatch: string | null): void {
  if (ifMatch !== null && ifMatch !== String(mark.v))
    throw new Refusal(412, "changed meanwhile", "Somebody changed this mark. Load it again and repeat your change.");
}

/** A change of effect is a change of verdicts, and those need their minutes. */
function judgeable(before: Mark, after: Mark, at: number): void {
  if ((hasEffect(before) !== hasEffect(after) || before.to !== after.to) && before.from < at - JUDGEABLE)
    throw new Refusal(
      422,
      "too old",
      `The minute values behind this mark are kept ${JUDGEABLE / DAY + 2} days: its effect can no longer be changed.`,
    );
}
