/**
 * The day's indicators in the terms of Tongxiang's article, each from stored facts by a formula that is shown beside it.
 * What the system does not know yet is null, never a guess. Pure.
 */
import type { EpisodeRow } from "../../warnings/city-reader.ts";
import type { ToldPeriod } from "../../warnings/told-periods.ts";
import type { CityState } from "./city-state.ts";
import { judgedByData, savedPlants } from "./conditions.ts";

export interface Indicators {
  /** 通知: episodes of today of which the plant was told; done: answered by the plant, or recovered. */
  notices: { sent: number; done: number };
  /** Periods (hours, water days) that closed today and of which the plant was warned, by their verdict. */
  warnedPeriods: { closed: number; met: number; exceeded: number; undecided: number };
  /** Plants with such a period that was met and none that was exceeded. */
  plantsSaved: number;
  /**
   * 非现场监管占比 = off-site checks / (off-site + on-site checks) of key plants. Off-site: key plants whose data are judged
   * against their permit now. On-site checks come with patrols: until these are kept here, the share is not known.
   */
  offSite: { keyPlants: number; judgedByData: number; onSite: number | null; share: number | null };
}

const done = ({ ended, answered }: EpisodeRow): boolean => ended === "recovered" || answered === true;

export function indicators(
  episodes: readonly EpisodeRow[],
  told: readonly ToldPeriod[],
  plants: readonly { management: string; state: CityState; heard: boolean }[],
): Indicators {
  const notices = episodes.filter(({ messages }) => messages > 0);
  const count = (verdict: ToldPeriod["verdict"]): number => told.filter((p) => p.verdict === verdict).length;
  const [met, exceeded] = [count("met"), count("exceeded")];
  const key = plants.filter(({ management }) => management === "key");
  return {
    notices: { sent: notices.length, done: notices.filter(done).length },
    warnedPeriods: { closed: told.length, met, exceeded, undecided: told.length - met - exceeded },
    plantsSaved: savedPlants(told).size,
    offSite: {
      keyPlants: key.length,
      judgedByData: key.filter(judgedByData).length,
      onSite: null,
      share: null,
    },
  };
}
