/**
 * The ladder of an episode: when it opens, when a message is due, when it is escalated, how it ends
 * (warning-rules, "An episode belongs to …"). One pure step per tick; the caller keeps the state.
 */
import type { WarningNumbers } from "../../../layers/rule-data.ts";
import type { Role, Statistic } from "../../register/domain/permit.ts";
import { above, round6 } from "../../shared/round.ts";
import { MINUTE } from "../../shared/shanghai.ts";
import type { Assessment, Level } from "./gas-hour.ts";
import type { Condition } from "./conditions.ts";

/** What an episode is of: an outlet's pollutant and statistic, or a facility. */
export interface EpisodeKey {
  outlet: string | null;
  pollutant: string | null;
  statistic: Statistic | "facility";
  facility: string | null;
}

export interface Episode extends EpisodeKey {
  openedAt: number;
  /** Level at the last tick that could set one. */
  level: Level;
  highest: Level;
  /** Last message that was sent, epoch ms; null: none yet. */
  lastMessage: number | null;
  messages: number;
  /** Roles that had a message: they hear of the recovery. */
  roles: Role[];
  /** Counted ticks in a row at level ≥ 2, unacknowledged (water: repeats in a row). */
  streak: number;
  escalatedAt: number | null;
  /** Ticks with enough data and no level since the last level. */
  quietTicks: number;
  /** Ticks in a row with next to no data. */
  emptyTicks: number;
  /** Repeats pause until here after an acknowledgement with an action. */
  pausedUntil: number | null;
}

/** What one tick does to an episode. */
export interface Step {
  /** null: none is open (never was, or it ended now). */
  episode: Episode | null;
  opened: boolean;
  /** Level of the warning that is due now, 0: none. */
  warn: Level;
  escalated: boolean;
  ended: "recovered" | "lapsed" | null;
}

export const episodeId = (k: EpisodeKey): string =>
  `${k.outlet ?? ""}|${k.facility ?? k.pollutant ?? ""}|${k.statistic}`;

const NOTHING: Step = { episode: null, opened: false, warn: 0, escalated: false, ended: null };

const open = (key: EpisodeKey, t: number): Episode => ({
  ...key,
  openedAt: t,
  level: 0,
  highest: 0,
  lastMessage: null,
  messages: 0,
  roles: [],
  streak: 0,
  escalatedAt: null,
  quietTicks: 0,
  emptyTicks: 0,
  pausedUntil: null,
});

const minutesSince = (then: number | null, t: number): number => (then === null ? Infinity : (t - then) / MINUTE);
const paused = (e: Episode, t: number): boolean => e.pausedUntil !== null && t < e.pausedUntil;

/** One tick of an hourly limit. At hh:00 (`a.left` = 0) no level is set and the level of the tick before stands. */
export function stepHour(
  held: Episode | null,
  key: EpisodeKey,
  a: Assessment,
  t: number,
  numbers: WarningNumbers["hour"],
): Step {
  if (!held && a.level === 0) return NOTHING;
  const e = held ? { ...held } : open(key, t);
  const rise = a.level > e.level;
  const due =
    a.level > 0 &&
    (rise || (a.level === e.level && !paused(e, t) && repeatDue(e, a, minutesSince(e.lastMessage, t), numbers)));

  let escalated = false;
  if (a.left > 0 && a.ended >= numbers.lateMinutes) {
    e.streak = a.level >= 2 && !paused(e, t) ? e.streak + 1 : 0;
    escalated = e.streak >= numbers.escalateTicks && e.escalatedAt === null;
    if (escalated) e.escalatedAt = t;
  }
  if (a.left > 0) e.level = a.level;
  if (a.level > e.highest) e.highest = a.level;

  if (a.level > 0) e.quietTicks = 0;
  else if (a.valid >= numbers.recoveredTickValid) e.quietTicks += 1;
  e.emptyTicks = a.valid < numbers.recoveredTickValid ? e.emptyTicks + 1 : 0;
  const low =
    a.level === 0 &&
    a.ended >= numbers.lateMinutes &&
    a.valid >= numbers.lateValid &&
    a.projected !== null &&
    round6(a.projected) <= round6(numbers.recoveredShare * a.limit);
  const ended =
    a.level > 0
      ? null
      : low || e.quietTicks >= numbers.recoveredTicks
        ? "recovered"
        : e.emptyTicks >= numbers.lapsedTicks
          ? "lapsed"
          : null;
  return { episode: e, opened: !held, warn: due ? a.level : 0, escalated, ended };
}

function repeatDue(e: Episode, a: Assessment, since: number, numbers: WarningNumbers["hour"]): boolean {
  if (e.escalatedAt !== null) return since >= numbers.repeatEscalated;
  if (a.level === 1) return since >= numbers.repeatEarly;
  if (a.level === 2) return true;
  return a.current !== null && above(a.current, a.limit) && since >= numbers.repeatLost;
}

/** One tick of a water outlet's day limit: a rise always, levels 2 and 3 again every `repeat` minutes. */
export function stepDay(
  held: Episode | null,
  key: EpisodeKey,
  a: Assessment,
  t: number,
  numbers: WarningNumbers["water"],
  lapse: { ticks: number; valid: number },
): Step {
  if (!held && a.level === 0) return NOTHING;
  const e = held ? { ...held } : open(key, t);
  const rise = a.level > e.level;
  const repeat =
    a.level >= 2 && a.level === e.level && !paused(e, t) && minutesSince(e.lastMessage, t) >= numbers.repeat;
  if (repeat) e.streak += 1;
  else if ((a.left > 0 && a.level < 2) || paused(e, t)) e.streak = 0;
  const escalated = e.streak >= numbers.escalateRepeats && e.escalatedAt === null;
  if (escalated) e.escalatedAt = t;
  if (a.left > 0) e.level = a.level;
  if (a.level > e.highest) e.highest = a.level;
  e.emptyTicks = a.valid < lapse.valid ? e.emptyTicks + 1 : 0;
  const low =
    a.level === 0 &&
    a.ended >= numbers.earlyMinutes &&
    a.valid >= numbers.validSlots &&
    a.projected !== null &&
    round6(a.projected) <= round6(numbers.recoveredShare * a.limit);
  const ended = a.level > 0 ? null : low ? "recovered" : e.emptyTicks >= lapse.ticks ? "lapsed" : null;
  return { episode: e, opened: !held, warn: rise || repeat ? a.level : 0, escalated, ended };
}

/**
 * One tick of a condition: level 2 while it is out of state. Ranges and noise repeat at most every `repeat` minutes,
 * also across episodes (`lastWarning`), so that a flapping value does not send at every tick; a facility (`repeat`
 * null) follows the general ladder. An undecided tick has no level and leaves the episode open, until it lapses.
 */
export function stepCondition(
  held: Episode | null,
  key: EpisodeKey,
  condition: Condition,
  t: number,
  rules: { repeat: number | null; lastWarning: number | null; counted: boolean; numbers: WarningNumbers["hour"] },
): Step {
  if (!held && condition.out !== true) return NOTHING;
  const e = held ? { ...held } : open(key, t);
  const level: Level = condition.out === true ? 2 : 0;
  const due =
    level === 2 &&
    (rules.repeat !== null
      ? !paused(e, t) && minutesSince(rules.lastWarning, t) >= rules.repeat
      : e.level < 2 ||
        (!paused(e, t) && (e.escalatedAt === null || minutesSince(e.lastMessage, t) >= rules.numbers.repeatEscalated)));
  let escalated = false;
  if (rules.counted) {
    e.streak = level === 2 && !paused(e, t) ? e.streak + 1 : 0;
    escalated = e.streak >= rules.numbers.escalateTicks && e.escalatedAt === null;
    if (escalated) e.escalatedAt = t;
  }
  e.level = level;
  if (level === 2) e.highest = 2;
  e.emptyTicks = condition.stale ? e.emptyTicks + 1 : 0;
  const ended = condition.out === false ? "recovered" : e.emptyTicks >= rules.numbers.lapsedTicks ? "lapsed" : null;
  return { episode: e, opened: !held, warn: due ? 2 : 0, escalated, ended };
}
