/** What happened in one episode, in order: put together from what is stored of it. Figures in the pollutant's shown unit. */
import { round6 } from "../../shared/round.ts";
import { formatIso } from "../../shared/shanghai.ts";
import type { Answered, SentLines } from "../city-reader.ts";
import type { EpisodeFacts } from "../list-items.ts";
import type { ClosedPeriod, JudgedLimit, SendState } from "../stored-items.ts";
import { episodeIdOf } from "./episode-id.ts";
import type { EpisodeKey } from "./episode.ts";
import type { Level } from "./gas-hour.ts";

/** Where the period headed at a tick, as its messages said it. */
export interface ProjectionEntry {
  type: "projection";
  at: string;
  level: Level;
  valid: number | null;
  mean: number | null;
  projected: number | null;
  required: number | null;
  /** Newest value, where the episode is about no mean. */
  value: number | null;
  limit: number | null;
  min: number | null;
  until: string | null;
}
export interface SmsEntry {
  type: "sms";
  at: string;
  kind: "warning" | "recovered" | "escalated" | "data" | "offline";
  /** Whom it went to: his roles at the plant, and the end of the number. */
  roles: string[];
  phone: string;
  state: SendState;
  text: string;
}
export type TimelineEntry =
  | { type: "opened"; at: string }
  | ProjectionEntry
  | { type: "level"; at: string; from: Level; to: Level }
  | SmsEntry
  | {
      type: "acknowledged";
      at: string;
      action: Answered["action"];
      /** Of an answer in an application: who, and when he expects it to be done. */
      name: string | null;
      expectedAt: string | null;
      text: string;
    }
  | { type: "escalated"; at: string }
  | { type: "recovered" | "lapsed"; at: string }
  | {
      type: "verdict";
      at: string;
      /** Start of the hour or day. */
      period: string;
      statistic: "hour" | "day";
      verdict: JudgedLimit["verdict"];
      mean: number | null;
      valid: number;
      limit: number;
      revision: number;
      cause: string;
    };

export interface TimelineFacts {
  episode: EpisodeFacts;
  sends: readonly SentLines[];
  answers: readonly Answered[];
  /** Closed hours or days that the episode touches, with all their revisions. */
  periods: readonly ClosedPeriod[];
  contacts: readonly { role: string; phone: string }[];
  /** From the limit's unit into the shown one. */
  factor: number;
}

const same = (a: EpisodeKey, b: { [K in keyof EpisodeKey]: string | null }): boolean =>
  a.outlet === b.outlet && a.pollutant === b.pollutant && a.statistic === b.statistic && a.facility === b.facility;

/** `+86139****0001`: enough to know one's own people by. */
const covered = (phone: string): string => `${phone.slice(0, 6)}****${phone.slice(-4)}`;

export function timeline({ episode, sends, answers, periods, contacts, factor }: TimelineFacts): TimelineEntry[] {
  const scaled = (x: number | null): number | null => (x === null ? null : round6(x * factor));
  const entries: [number, TimelineEntry][] = [[episode.openedAt, { type: "opened", at: formatIso(episode.openedAt) }]];
  const add = (t: number, entry: TimelineEntry): unknown => entries.push([t, entry]);
  let level: Level = 0;
  let told = -Infinity;
  for (const { tick, to, text, state, lines } of sends)
    for (const line of lines.filter((l) => same(episode, l))) {
      const at = formatIso(tick);
      // Every phone has the same figures of a tick.
      if (line.kind === "warning" && tick > told) {
        told = tick;
        const { valid, mean, projected, required, value, limit, min, until } = line;
        const figures = {
          mean: scaled(mean),
          projected: scaled(projected),
          required: scaled(required),
          value: scaled(value),
          limit: scaled(limit),
          min: scaled(min),
        };
        const end = until === null ? null : formatIso(until);
        add(tick, { type: "projection", at, level: line.level, valid, ...figures, until: end });
        if (line.level !== level) add(tick, { type: "level", at, from: level, to: line.level });
        ({ level } = line);
      }
      const roles = contacts.filter((c) => c.phone === to).map((c) => c.role);
      add(tick, { type: "sms", at, kind: line.kind, roles, phone: covered(to), state, text });
    }
  const id = episodeIdOf(episode);
  for (const { at, action, by, expectedAt, text } of answers.filter((a) => a.episode === null || a.episode === id)) {
    const expected = expectedAt === null ? null : formatIso(expectedAt);
    add(at, { type: "acknowledged", at: formatIso(at), action, name: by?.name ?? null, expectedAt: expected, text });
  }
  if (episode.escalatedAt !== null) add(episode.escalatedAt, { type: "escalated", at: formatIso(episode.escalatedAt) });
  if (episode.closedAt !== null && episode.ended !== null)
    add(episode.closedAt, { type: episode.ended, at: formatIso(episode.closedAt) });
  const statistic = episode.statistic === "day" ? "day" : "hour";
  for (const { start, at, verdicts } of periods)
    for (const v of verdicts.filter((x) => x.outlet === episode.outlet && x.pollutant === episode.pollutant)) {
      const { verdict, valid, revision, cause } = v;
      const figures = { mean: scaled(v.mean), limit: round6(v.limit * factor) };
      const period = formatIso(start);
      add(at, { type: "verdict", at: formatIso(at), period, statistic, verdict, valid, ...figures, revision, cause });
    }
  return entries.toSorted(([a], [b]) => a - b).map(([, entry]) => entry);
}
