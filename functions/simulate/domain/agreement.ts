/** Does the replay with the numbers in force say what really happened? Episodes and lines of messages, one by one. */
import { round6 } from "../../shared/round.ts";
import { formatMinute } from "../../shared/shanghai.ts";
import { episodeKeyText } from "../../warnings/domain/episode-id.ts";
import type { EpisodeKey } from "../../warnings/domain/episode.ts";
import type { PastEpisode, SentMessage } from "./replay-plant.ts";

/** What the ledger keeps of an episode and of a message. */
export interface RealEpisode extends EpisodeKey {
  openedAt: number;
  closedAt: number | null;
  ended: string | null;
  highest: number;
}
export interface RealMessage {
  tick: number;
  to: string;
  lines: readonly object[];
}

/** Of what really was: how many, how many of them the replay has just so, and what it has besides. */
export interface Agreement {
  real: number;
  same: number;
  extra: number;
}
export interface PlantAgreement {
  episodes: Agreement;
  messages: Agreement;
}

const LINE_FIELDS = [
  "kind",
  "level",
  "outlet",
  "pollutant",
  "statistic",
  "facility",
  "valid",
  "mean",
  "projected",
  "required",
  "limit",
  "min",
  "value",
  "until",
] as const;

const textOfLine = (line: object): string =>
  JSON.stringify(
    LINE_FIELDS.map((name) => {
      const value = (line as Record<string, unknown>)[name] ?? null;
      return typeof value === "number" ? round6(value) : value;
    }),
  );
const textOfMessage = (t: number, to: string, lines: readonly object[]): string =>
  `${formatMinute(t)} ${to} ${lines.map(textOfLine).join(" ")}`;

/** What ended behind `to` is open for both. */
const textOfEpisode = (e: RealEpisode, to: number): string => {
  const closed = e.closedAt !== null && e.closedAt <= to;
  return `${episodeKeyText(e)} ${closed ? `${e.closedAt} ${e.ended} ${e.highest}` : "open"}`;
};

const compare = (real: readonly string[], replayed: readonly string[]): Agreement => {
  const [a, b] = [new Set(real), new Set(replayed)];
  const same = [...a].filter((x) => b.has(x)).length;
  return { real: a.size, same, extra: b.size - same };
};

export const agreementOf = (
  real: { episodes: readonly RealEpisode[]; messages: readonly RealMessage[] },
  replayed: { episodes: readonly PastEpisode[]; sent: readonly SentMessage[] },
  { from, to }: { from: number; to: number },
): PlantAgreement => {
  const inside = (t: number): boolean => t > from && t <= to;
  const episodes = (list: readonly RealEpisode[]): string[] =>
    list.filter((e) => inside(e.openedAt)).map((e) => textOfEpisode(e, to));
  return {
    episodes: compare(episodes(real.episodes), episodes(replayed.episodes)),
    messages: compare(
      real.messages.filter((m) => inside(m.tick)).map((m) => textOfMessage(m.tick, m.to, m.lines)),
      replayed.sent.filter((m) => inside(m.t)).map((m) => textOfMessage(m.t, m.to, m.lines)),
    ),
  };
};

export const agrees = ({ episodes, messages }: PlantAgreement): boolean =>
  [episodes, messages].every(({ real, same, extra }) => real === same && extra === 0);
