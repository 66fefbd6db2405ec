/** Rules of notices that are not urgent: which kinds there are, and when a digest of them may come; in dated versions. */
import type * as z from "zod/mini";
import { floorDay, parseIso } from "../functions/shared/shanghai.ts";
import type { NoticeVersions } from "./rule-data-schema.ts";

export type NoticeRules = z.output<typeof NoticeVersions>[number];
export type QuietKind = NoticeRules["kinds"][number]["kind"];

/** The version in force at a moment, before the first the first; throws when they are not in order. */
export function noticeRules(versions: readonly NoticeRules[]): (t: number) => NoticeRules {
  const all = versions.map((rules) => ({ from: floorDay(parseIso(rules.effectiveFrom)!), rules }));
  if (all.some(({ from }, i) => i > 0 && from <= all[i - 1]!.from))
    throw new Error("rule data: notices.json: a version must be later than the one before it");
  return (t) => (all.findLast((v) => v.from <= t) ?? all[0]!).rules;
}
