/** What somebody wants to be told beside text messages: which kinds by which channel. */
import type { LineKind } from "../../warnings/domain/line.ts";

/** Warnings and recoveries; missing data and silent devices. */
export const KINDS = ["warning", "data"] as const;
export type NoticeKind = (typeof KINDS)[number];

export const CHANNELS = ["push", "email"] as const;
export type Channel = (typeof CHANNELS)[number];

export interface NoticeSettings {
  kinds: Record<NoticeKind, Channel[]>;
}

/** Of who has chosen nothing: whoever lets a device take messages gets them there, and nothing by e-mail. */
export const usualSettings = (): NoticeSettings => ({ kinds: { warning: ["push"], data: ["push"] } });

/** What is wrong with settings, each with what to do; empty: nothing. `email`: whether the person has an address. */
export function settingsProblems(
  { kinds }: NoticeSettings,
  has: { email: boolean },
): { path: string; reason: string }[] {
  if (has.email) return [];
  return KINDS.filter((kind) => kinds[kind].includes("email")).map((kind) => ({
    path: `kinds.${kind}`,
    reason: "your account has no e-mail address: ask your bureau to add it",
  }));
}

/** Which kind a line of a warning is; null: nothing for the plant's people. */
export function kindOfLine(kind: LineKind): NoticeKind | null {
  if (kind === "warning" || kind === "recovered") return "warning";
  return kind === "data" || kind === "offline" ? "data" : null;
}
