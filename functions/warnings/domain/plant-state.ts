/** What the warning function remembers of a plant from tick to tick: one version-conditional item. */
import type { Episode } from "./episode.ts";
import type { Line } from "./line.ts";

/** What the public may see at the gate. */
export type PublicState = "normal" | "warned" | "lost" | "silent";

export interface OfflineDevice {
  /** Receipt of its last accepted frame, epoch ms. */
  since: number;
  outlet: string;
  lastMessage: number | null;
  /** It is silent together with many: nobody at the plant is told. */
  outage: boolean;
}

/** One SMS that a tick owes: all due lines of the plant for this phone. */
export interface DueMessage {
  to: string;
  lines: Line[];
}

export interface PlantState {
  /** The last tick that was judged, epoch ms. */
  tick: number;
  episodes: Episode[];
  /** `outlet/pollutant` whose data deficit was told, until a tick hh:00 finds enough. */
  deficits: string[];
  offline: Record<string, OfflineDevice>;
  /** Last warning of each range and noise limit (`outlet|pollutant|statistic`), epoch ms: at most hourly across episodes. */
  conditionWarnings: Record<string, number>;
  /** What that tick owes; settled into SEND items. */
  outbox: DueMessage[];
  state: PublicState;
}

export const freshState = (): PlantState => ({
  tick: 0,
  episodes: [],
  deficits: [],
  offline: {},
  conditionWarnings: {},
  outbox: [],
  state: "normal",
});

/** The state with the repeats of its episodes paused until `until`; null where that changes nothing. */
export function pausedState(state: PlantState, at: number, until: number): PlantState | null {
  if (!state.episodes.some((e) => e.openedAt <= at && (e.pausedUntil ?? 0) < until)) return null;
  const episodes = state.episodes.map((e) =>
    e.openedAt <= at ? { ...e, pausedUntil: Math.max(e.pausedUntil ?? 0, until) } : e,
  );
  return { ...state, episodes };
}
