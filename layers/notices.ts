/** Rules of what people are told beside text messages: kinds, the hour of the digest, reminders before a permit ends. */
import type * as z from "zod/mini";
import { floorDay, parseIso } from "../functions/shared/shanghai.ts";
import type { NoticeVersions } from "./rule-data-schema.ts";

export type NoticeRules = z.output<typeof NoticeVersions>[number];

/** The version in force at a moment. Throws when versions are not in order or a digest falls outside its own hours. */
export function noticeRules(versions: readonly NoticeRules[]): (t: number) => NoticeRules {
  const all = versions.map((rules, i) => {
    const { hour, earliest, latest } = rules.digest;
    if (hour < earliest || hour > latest)
      throw new Error(`rule data: notices.json at [${i}].digest: hour must be from earliest to latest`);
    return { from: floorDay(parseIso(rules.effectiveFrom)!), rules };
  });
  if (all.some(({ from }, i) => i > 0 && from <= all[i - 1]!.from))
    throw new Error("rule data: notices.json: a version must be later than the one before it");
  return (t) => (all.findLast((v) => v.from <= t) ?? all[0]!).rules;
}
