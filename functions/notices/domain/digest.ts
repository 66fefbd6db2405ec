/**
 * Notices that are not urgent, and the one message a day about them: what there is to say of a plant since a moment, when a
 * person's digest is due, and its words. Computed from what is stored anyway; nothing is written per notice.
 */
import type { NoticeRules, QuietKind } from "../../../layers/notices.ts";
import type { RuleData } from "../../../layers/rule-data.ts";
import type { Mark } from "../../marks/domain/mark.ts";
import type { Unmarked } from "../../marks/domain/unmarked.ts";
import type { Permit } from "../../register/domain/permit.ts";
import { DAY, floorDay, formatMinute, HOUR, hourOfDay, MINUTE, parseIso } from "../../shared/shanghai.ts";
import { clip, type Words } from "./message-text.ts";
import type { Digest } from "./settings.ts";

export interface Notice {
  kind: QuietKind;
  permitNo: string;
  /** Name of the plant. */
  plant: string;
  /** Since when there is something to say, epoch ms. */
  at: number;
  /** Until when something is to be done, epoch ms; null: nothing is. */
  deadline: number | null;
  /** Of a mark or a period to mark; null: it is about the permit. */
  outlet: string | null;
  from: number | null;
  to: number | null;
  /** Of a judgement. */
  decision: "valid" | "invalid" | null;
  /** As a person gave it: for the judgement or the revision. */
  reason: string | null;
}

export interface NoticeFacts {
  permit: Permit;
  marks: readonly Mark[];
  unmarked: readonly Unmarked[];
  /** `at`: epoch ms. */
  revisions: readonly { revision: number; at: number; reason: string | null }[];
}

/** What came up in (since, at], and what is still to be marked at `at`; the nearest deadline first, then the newest. */
export function noticesOf(facts: NoticeFacts, since: number, at: number, ruleData: RuleData): Notice[] {
  const rules = ruleData.notices(at);
  const told = new Set(rules.kinds.filter(({ on }) => on).map(({ kind }) => kind));
  const within = (t: number): boolean => since < t && t <= at;
  return [
    ...unmarkedNotices(facts, at, ruleData),
    ...markNotices(facts).filter((n) => within(n.at)),
    ...revisionNotices(facts).filter((n) => within(n.at)),
    ...expiryNotices(facts.permit, at, rules).filter((n) => within(n.at)),
  ]
    .filter(({ kind }) => told.has(kind))
    .sort(moreUrgent);
}

const moreUrgent = (a: Notice, b: Notice): number =>
  (a.deadline ?? Infinity) === (b.deadline ?? Infinity)
    ? b.at - a.at
    : (a.deadline ?? Infinity) - (b.deadline ?? Infinity);

const blank = (permit: Permit): Omit<Notice, "kind" | "at"> => ({
  permitNo: permit.permitNo,
  plant: permit.name,
  deadline: null,
  outlet: null,
  from: null,
  to: null,
  decision: null,
  reason: null,
});

function unmarkedNotices({ permit, unmarked }: NoticeFacts, at: number, ruleData: RuleData): Notice[] {
  return unmarked.flatMap(({ outlet, from, to }): Notice[] => {
    const deadline = ruleData.marks(from).deadlineOf(from);
    return deadline > at ? [{ ...blank(permit), kind: "unmarked", at: to, deadline, outlet, from, to }] : [];
  });
}

function markNotices({ permit, marks }: NoticeFacts): Notice[] {
  return marks.flatMap(({ outlet, from, to, state, contradictedAt, judgement }): Notice[] => {
    const about = { ...blank(permit), outlet, from, to };
    if (state === "contradicted" && contradictedAt !== undefined)
      return [{ ...about, kind: "contradicted", at: contradictedAt }];
    if (!judgement) return [];
    const { at, decision, reason } = judgement;
    return [{ ...about, kind: "judged", at, decision, reason }];
  });
}

/** The first revision is the permit itself. */
const revisionNotices = ({ permit, revisions }: NoticeFacts): Notice[] =>
  revisions
    .filter(({ revision }) => revision > 1)
    .map(({ at, reason }) => ({ ...blank(permit), kind: "revised", at, reason }));

/** One at most: of the last of the steps that has been reached. */
function expiryNotices(permit: Permit, at: number, { expiryDays }: NoticeRules): Notice[] {
  const lastDay = parseIso(permit.validTo);
  if (lastDay === null) return [];
  const reached = expiryDays.map((days) => lastDay - days * DAY).filter((t) => t <= at);
  if (reached.length === 0) return [];
  return [{ ...blank(permit), kind: "expiring", at: Math.max(...reached), deadline: lastDay + DAY }];
}

/**
 * Whether a digest that nobody has had today may be sent at `now`: from its hour on, while it is not too late, on its own
 * day, and never at night.
 */
export function digestDue(
  digest: Digest | undefined,
  now: number,
  { earliestHour, latestHour, lateMinutes }: NoticeRules["digest"],
): boolean {
  if (!digest || digest.channels.length === 0) return false;
  const hour = hourOfDay(now);
  if (hour < earliestHour || hour > latestHour) return false;
  const due = floorDay(now) + digest.hour * HOUR;
  return due <= now && now <= due + lateMinutes * MINUTE;
}

/** From when on a digest at `now` tells. `last`: when the last one told of everything; null: there was none. */
export function digestSince(last: number | null, now: number, { digest }: NoticeRules): number {
  return Math.max(last ?? now - digest.firstHours * HOUR, now - digest.longestDays * DAY);
}

/** The one message: how much of what, the nearest deadline, and whose. Null: there is nothing to say. */
export function digestWords(notices: readonly Notice[], { kinds }: NoticeRules, language: "zh" | "en"): Words | null {
  const [first] = notices;
  if (!first) return null;
  const zh = language === "zh";
  const plants = new Set(notices.map((n) => n.permitNo)).size;
  const others = zh ? `等${plants}家` : ` and ${plants - 1} more`;
  const lines = kinds.flatMap((kind) => {
    const n = notices.filter((notice) => notice.kind === kind.kind).length;
    return n === 0 ? [] : [zh ? `${kind.zh}：${n}` : `${kind.en}: ${n}`];
  });
  const urgent = notices.find((n) => n.deadline !== null);
  const until = urgent?.deadline ? formatMinute(urgent.deadline).replace("T", " ") : null;
  return {
    title: zh ? "每日通知" : "Daily digest",
    body: clip(
      [
        `${clip(first.plant, 60)}${plants > 1 ? others : ""}`,
        ...lines,
        ...(until === null ? [] : [zh ? `最近的截止时间：${until}` : `Nearest deadline: ${until}`]),
      ].join("\n"),
      900,
    ),
    page: "/notices",
    tag: "digest",
  };
}
