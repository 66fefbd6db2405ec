/**
 * A mark (标记): what an enterprise says of a period in which its values are not to be judged. The device's flags and
 * values are kept beside it; who says it, and when, is part of it. Pure: what a mark may be and how it goes on.
 */
import type { MarkRules } from "../../../layers/marks.ts";
import type { SaidProblem } from "../../shared/problems.ts";
import { DAY, formatDay, formatIso, HOUR, MINUTE, parseIso } from "../../shared/shanghai.ts";
import { inForce, type Permit } from "../../register/domain/permit.ts";
import type { MarkState } from "../../warnings/stored-items.ts";
import type { MarkTest } from "./test-mark.ts";

export interface Author {
  sub: string;
  name: string;
}

export interface Mark {
  id: string;
  permitNo: string;
  outlet: string;
  /** null: all of the outlet. */
  pollutants: string[] | null;
  /** A kind of the rule data. */
  kind: string;
  /** Whole minutes, epoch ms; `from` ≤ slot < `to`. */
  from: number;
  to: number;
  reason: string;
  /** When it was made, epoch ms. */
  at: number;
  by: Author;
  /** Made after the deadline of the day it begins on: visible as such for ever. */
  late: boolean;
  /** What the client named it by: the same request again is the same mark. */
  key: string;
  tests: MarkTest[];
  state: MarkState;
  judgement: { decision: "valid" | "invalid"; reason: string; at: number; by: Author } | null;
  /** The last that its maker changed: another end, or its withdrawal. */
  changed: { at: number; by: Author; reason: string; to: number } | null;
  /** Since when facts speak against it, epoch ms; absent: they never did, or before this was kept. */
  contradictedAt?: number | undefined;
  /** Counts its changes. */
  v: number;
}

export type NewMark = Pick<Mark, "outlet" | "pollutants" | "kind" | "from" | "to">;

/** Does the mark take its slots out of the judgement? A contradiction is decided by people, not by a test. */
export const hasEffect = ({ state }: Pick<Mark, "state">): boolean =>
  state !== "withdrawn" && state !== "judged-invalid";

export const isLate = (from: number, at: number, rules: MarkRules): boolean => at > rules.deadlineOf(from);

/** What is wrong with a mark made at `at`; each says what to do. Empty: nothing. */
export function problemsOf(mark: NewMark, permit: Permit, at: number, rules: MarkRules): SaidProblem[] {
  const problems: SaidProblem[] = [];
  const wrong = (path: string, reason: string, zh: string): unknown => problems.push({ path, reason, zh });
  const outlet = permit.outlets.find((o) => o.code === mark.outlet);
  const kind = rules.kind(mark.kind);
  const { days, backDays, aheadDays } = rules.bounds;
  if (!outlet)
    wrong(
      "outlet",
      `must be an outlet of the permit: ${permit.outlets.map((o) => o.code).join(", ")}`,
      `应为许可证上的排放口：${permit.outlets.map((o) => o.code).join("、")}`,
    );
  for (const pollutant of mark.pollutants ?? [])
    if (outlet && !outlet.limits.some((l) => l.pollutant === pollutant && inForce(l, mark.from)))
      wrong(
        "pollutants",
        `${pollutant} has no limit at ${outlet.code} then: leave it out, or name none for all`,
        `${pollutant} 当时在 ${outlet.code} 没有限值：请去掉，或都不选（即全部）`,
      );
  if (!kind)
    wrong(
      "kind",
      `must be one of ${rules.kinds.map((k) => k.kind).join(", ")}`,
      `应为 ${rules.kinds.map((k) => k.kind).join("、")} 之一`,
    );
  for (const end of ["from", "to"] as const)
    if (mark[end] % MINUTE !== 0) wrong(end, "must be a whole minute", "应为整分钟");
  if (mark.to <= mark.from) wrong("to", "must be later than from", "应晚于起始时间");
  const hours = Math.min(days * 24, kind?.maxHours ?? Infinity);
  if (mark.to - mark.from > hours * HOUR)
    wrong(
      "to",
      `a mark of this kind is at most ${hours} hours long: make another`,
      `这种标记一次最长 ${hours} 小时：超出的另做一条`,
    );
  if (mark.from < at - backDays * DAY)
    wrong(
      "from",
      `must not be more than ${backDays} days back: ask your bureau`,
      `不能早于 ${backDays} 天前：请联系监管部门`,
    );
  if (mark.to > at + aheadDays * DAY)
    wrong("to", `must not be more than ${aheadDays} days ahead`, `不能晚于 ${aheadDays} 天后`);
  return problems;
}

/** The mark with effect that leaves no room for `mark`: one of its own or of an exclusive kind, over some of its time and pollutants. */
export function inTheWay(mark: NewMark & { id?: string }, others: readonly Mark[], rules: MarkRules): Mark | null {
  const rivals = new Set([mark.kind, ...rules.exclusive.flatMap((e) => (e.kinds.includes(mark.kind) ? e.kinds : []))]);
  const shared = (a: string[] | null, b: string[] | null): boolean => !a || !b || a.some((p) => b.includes(p));
  return (
    others.find(
      (o) =>
        o.id !== mark.id &&
        hasEffect(o) &&
        o.outlet === mark.outlet &&
        rivals.has(o.kind) &&
        o.from < mark.to &&
        mark.from < o.to &&
        shared(o.pollutants, mark.pollutants),
    ) ?? null
  );
}

export type MarkEvent =
  /** The facts were looked at. */
  | { type: "tested"; tests: MarkTest[]; at: number }
  | { type: "moved"; to: number; at: number; by: Author; reason: string }
  | { type: "withdrawn"; at: number; by: Author; reason: string }
  | { type: "judged"; decision: "valid" | "invalid"; at: number; by: Author; reason: string };

/**
 * The next of a mark; null where it may not go that way. Its maker may move or withdraw it until it is judged; a
 * contradiction once seen stays until then, whatever later facts say; a judgement may be judged anew; a withdrawal is the end.
 */
export function step(mark: Mark, event: MarkEvent): Mark | null {
  const { state } = mark;
  const open = state === "standing" || state === "contradicted";
  const v = mark.v + 1;
  if (event.type === "tested") {
    if (!open) return null;
    const tests = event.tests.map((t) =>
      stronger(
        t,
        mark.tests.find((held) => held.test === t.test),
      ),
    );
    const against = tests.some((t) => t.result === "contradicts");
    const since = against && state !== "contradicted" ? { contradictedAt: event.at } : {};
    return { ...mark, ...since, tests, state: against ? "contradicted" : state, v };
  }
  const { at, by, reason } = event;
  if (event.type === "judged") {
    if (state === "withdrawn") return null;
    const { decision } = event;
    return { ...mark, state: `judged-${decision}`, judgement: { decision, at, by, reason }, v };
  }
  if (!open) return null;
  if (event.type === "withdrawn") return { ...mark, state: "withdrawn", changed: { at, by, reason, to: mark.to }, v };
  return { ...mark, to: event.to, changed: { at, by, reason, to: event.to }, v };
}

const SAYS: readonly MarkTest["result"][] = ["no-data", "agrees", "contradicts"];
/** Later facts are of a later part of the mark: what an earlier part contradicted stays, what said nothing gives way. */
const stronger = (now: MarkTest, held: MarkTest | undefined): MarkTest =>
  held && SAYS.indexOf(held.result) > SAYS.indexOf(now.result) ? held : now;

export interface YearlyUse {
  outlet: string;
  kinds: string[];
  year: number;
  hours: number;
  limit: number;
  source: string;
}

/** Hours of `year` (Shanghai) under marks whose kinds have a cap, by outlet; an hour under two marks counts once. */
export function yearlyUse(marks: readonly Mark[], year: number, rules: MarkRules): YearlyUse[] {
  const [begin, end] = [parseIso(`${year}-01-01`)!, parseIso(`${year + 1}-01-01`)!];
  return rules.yearly.flatMap(({ kinds, hours: limit, source }) =>
    [
      ...Map.groupBy(
        marks.filter((m) => hasEffect(m) && kinds.includes(m.kind)),
        (m) => m.outlet,
      ),
    ].map(([outlet, own]) => ({ outlet, kinds, year, limit, source, hours: covered(own, begin, end) / HOUR })),
  );
}

/** Time of [begin, end) that some of the spans cover, ms. */
function covered(spans: readonly { from: number; to: number }[], begin: number, end: number): number {
  let [sum, reached] = [0, begin];
  for (const { from, to } of spans.toSorted((a, b) => a.from - b.from)) {
    const [a, b] = [Math.max(from, reached), Math.min(to, end)];
    if (b <= a) continue;
    sum += b - a;
    reached = b;
  }
  return sum;
}

export const yearOf = (t: number): number => Number(formatDay(t).slice(0, 4));
export const spanText = ({ from, to }: { from: number; to: number }): string => `${formatIso(from)} – ${formatIso(to)}`;
