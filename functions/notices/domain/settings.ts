/** What somebody wants to be told beside text messages: which kinds by which channel, and at which hour the rest. */
import type { NoticeRules } from "../../../layers/notices.ts";
import type { LineKind } from "../../warnings/domain/line.ts";

export const KINDS = ["warning", "data", "unmarked", "mark", "permit"] as const;
export type NoticeKind = (typeof KINDS)[number];

export const CHANNELS = ["push", "email"] as const;
export type Channel = (typeof CHANNELS)[number];

export interface NoticeSettings {
  kinds: Record<NoticeKind, Channel[]>;
  /** Hour of the digest; at half past, as the rule data say. */
  hour: number;
}

/** Of who has chosen nothing: whoever lets a device take messages gets them there, and nothing by e-mail. */
export const usualSettings = ({ digest }: NoticeRules): NoticeSettings => ({
  kinds: { warning: ["push"], data: ["push"], unmarked: ["push"], mark: ["push"], permit: ["push"] },
  hour: digest.hour,
});

/** What is wrong with settings, each with what to do; empty: nothing. `email`: whether the person has an address. */
export function settingsProblems(
  settings: NoticeSettings,
  { digest }: NoticeRules,
  has: { email: boolean },
): { path: string; reason: string }[] {
  const problems: { path: string; reason: string }[] = [];
  if (settings.hour < digest.earliest || settings.hour > digest.latest)
    problems.push({ path: "hour", reason: `must be from ${digest.earliest} to ${digest.latest}: never at night` });
  const byEmail = KINDS.find((kind) => settings.kinds[kind].includes("email"));
  if (byEmail !== undefined && !has.email)
    problems.push({
      path: `kinds.${byEmail}`,
      reason: "your account has no e-mail address: ask your bureau to add it",
    });
  return problems;
}

/** Which kind a line of a warning is; null: nothing for the plant's people. */
export function kindOfLine(kind: LineKind): "warning" | "data" | null {
  if (kind === "warning" || kind === "recovered") return "warning";
  return kind === "data" || kind === "offline" ? "data" : null;
}
