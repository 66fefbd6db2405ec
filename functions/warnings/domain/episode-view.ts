/** An episode as people see it. */
import { formatIso, MINUTE } from "../../shared/shanghai.ts";
import type { EpisodeFacts } from "../list-items.ts";
import type { Episode, EpisodeKey } from "./episode.ts";
import { episodeIdOf } from "./episode-id.ts";
import type { Level } from "./gas-hour.ts";

/** What it is about: a mean that will be too high, a value out of its range, noise, or a facility that stands still. */
export const EPISODE_KINDS = ["limit", "range", "noise", "facility"] as const;
export type EpisodeKind = (typeof EPISODE_KINDS)[number];

const KIND_OF: Readonly<Record<EpisodeKey["statistic"], EpisodeKind>> = {
  hour: "limit",
  day: "limit",
  instant: "range",
  period: "noise",
  facility: "facility",
};
export const kindOf = ({ statistic }: Pick<EpisodeKey, "statistic">): EpisodeKind => KIND_OF[statistic];

export interface EpisodeView extends EpisodeKey {
  id: string;
  kind: EpisodeKind;
  openedAt: string;
  closedAt: string | null;
  durationMinutes: number;
  /** Now, or while it is over 0. */
  level: Level;
  highest: Level;
  messages: number;
  escalatedAt: string | null;
  /** Repeats pause until here after somebody said what is being done. */
  pausedUntil: string | null;
  closedHow: "recovered" | "lapsed" | null;
}

const iso = (t: number | null): string | null => (t === null ? null : formatIso(t));

/** `open`: the episode as the warnings hold it now; null: over, or not known to be open. */
export function episodeView(facts: EpisodeFacts, open: Episode | null, now: number): EpisodeView {
  const { outlet, pollutant, statistic, facility, openedAt, closedAt, ended } = facts;
  const key = { outlet, pollutant, statistic, facility };
  const { highest, messages, escalatedAt } = open ?? facts;
  return {
    id: episodeIdOf({ ...key, openedAt }),
    ...key,
    kind: kindOf(facts),
    openedAt: formatIso(openedAt),
    closedAt: iso(closedAt),
    durationMinutes: Math.max(0, Math.round(((closedAt ?? now) - openedAt) / MINUTE)),
    level: open?.level ?? 0,
    highest,
    messages,
    escalatedAt: iso(escalatedAt),
    pausedUntil: iso(open?.pausedUntil ?? null),
    closedHow: ended,
  };
}

/** An open episode, of which the list says nothing else. */
export const openEpisodeView = (permitNo: string, episode: Episode, now: number): EpisodeView =>
  episodeView({ permitNo, ...episode, closedAt: null, ended: null }, episode, now);
