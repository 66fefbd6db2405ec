/** Names of episodes: how they are stored, and what the API calls them. */
import { formatMinute } from "../../shared/shanghai.ts";
import type { EpisodeKey } from "./episode.ts";

/** What stands behind `EPISODE#` in the ledger: `2026-10-01T08:30#DA001#a21002#hour`. */
export const episodeKeyText = (e: EpisodeKey & { openedAt: number }): string =>
  `${formatMinute(e.openedAt)}#${e.outlet ?? ""}#${e.facility ?? e.pollutant ?? ""}#${e.statistic}`;

/** The same as an address carries it. */
export const episodeIdOf = (e: EpisodeKey & { openedAt: number }): string =>
  Buffer.from(episodeKeyText(e)).toString("base64url");

const KEY = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}#[^#]*#[^#]*#(?:hour|day|instant|period|facility)$/;

/** What stands behind `EPISODE#` for an id of the API; null when it is none. */
export function keyTextOfId(id: string): string | null {
  const text = Buffer.from(id, "base64url").toString("utf8");
  return KEY.test(text) && Buffer.from(text).toString("base64url") === id ? text : null;
}
