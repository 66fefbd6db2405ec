/** What somebody wants to be told beside text messages: which kinds by which channel. */
import type { NoticeRules, QuietKind } from "../../../layers/notices.ts";
import type { SaidProblem } from "../../shared/problems.ts";
import type { LineKind } from "../../warnings/domain/line.ts";

/** Warnings; that they are over; missing data and silent devices. */
export const KINDS = ["warning", "recovery", "data"] as const;
export type NoticeKind = (typeof KINDS)[number];

/** What a digest tells of. */
export const QUIET_KINDS = [
  "unmarked",
  "contradicted",
  "judged",
  "revised",
  "expiring",
] as const satisfies readonly QuietKind[];

export const CHANNELS = ["push", "email"] as const;
export type Channel = (typeof CHANNELS)[number];

export interface NoticeSettings {
  /** Recoveries: as warnings, where nothing is said of them (chosen before they had a switch of their own). */
  kinds: Record<Exclude<NoticeKind, "recovery">, Channel[]> & { recovery?: Channel[] | undefined };
  /** What is not urgent, once a day at the hour by these channels, none: never; absent: nothing was chosen, so never. */
  digest?: Digest | undefined;
}
export interface Digest {
  /** Of the day, Shanghai. */
  hour: number;
  channels: Channel[];
  /** Kinds that do not come by all of these channels; one that is not named does. */
  kinds?: Partial<Record<QuietKind, Channel[] | undefined>> | undefined;
}

/** By which channels somebody is told of a kind at once. */
export const channelsOf = ({ kinds }: NoticeSettings, kind: NoticeKind): Channel[] => kinds[kind] ?? kinds.warning;

/** Whether the digest by this channel tells of a kind. */
export const digestTells = ({ channels, kinds }: Digest, kind: QuietKind, channel: Channel): boolean =>
  channels.includes(channel) && (kinds?.[kind] ?? CHANNELS).includes(channel);

/** Of who has chosen nothing: whoever lets a device take messages gets them there, and nothing by e-mail. */
export const usualSettings = (): NoticeSettings => ({ kinds: { warning: ["push"], data: ["push"] } });

/** What is wrong with settings, each with what to do; empty: nothing. `email`: whether the person has an address. */
export function settingsProblems(
  { kinds, digest }: NoticeSettings,
  { earliestHour, latestHour }: NoticeRules["digest"],
  has: { email: boolean },
): SaidProblem[] {
  const problems: SaidProblem[] = [];
  if (digest && (digest.hour < earliestHour || digest.hour > latestHour))
    problems.push({
      path: "digest.hour",
      reason: `must be from ${earliestHour} to ${latestHour}: nobody is told at night`,
      zh: `应在 ${earliestHour} 点到 ${latestHour} 点之间：夜间不发`,
    });
  if (has.email) return problems;
  const byEmail: string[] = KINDS.filter((kind) => kinds[kind]?.includes("email")).map((kind) => `kinds.${kind}`);
  for (const path of [...byEmail, ...(digest?.channels.includes("email") ? ["digest.channels"] : [])])
    problems.push({
      path,
      reason: "your account has no e-mail address: ask your bureau to add it",
      zh: "您的账号没有电子邮件地址，请监管部门添加",
    });
  return problems;
}

/** Which kind a line of a warning is; null: nothing for the plant's people. */
export function kindOfLine(kind: LineKind): NoticeKind | null {
  if (kind === "warning") return "warning";
  if (kind === "recovered") return "recovery";
  return kind === "data" || kind === "offline" ? "data" : null;
}
