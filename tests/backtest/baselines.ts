/** What plants have today, and simple rules: each as a way of warning that is driven like the product. */
import { above } from "../../functions/shared/round.ts";
import { floorHour, HOUR, MINUTE } from "../../functions/shared/shanghai.ts";
import { mean } from "../../functions/warnings/domain/statistics.ts";
import { hourOfTick } from "../../functions/warnings/domain/gas-hour.ts";
import { judgeHour } from "../../functions/warnings/domain/verdict.ts";
import type { RuleData } from "../../layers/rule-data.ts";
import type { Notice } from "./operators.ts";
import { minuteAt, timeOf } from "./clock.ts";
import type { Plant, Stream } from "./process.ts";
import type { Reading } from "./readings.ts";
import { Received } from "./received.ts";
import type { Warned, Warner } from "./run.ts";

export const BASELINES = ["instant", "running-mean", "after-the-hour"] as const;
export type Baseline = (typeof BASELINES)[number];

/** Without a hit for this many ticks an episode of a simple rule is over: the hour that the product waits as well. */
const QUIET = 12;
/** A running mean of fewer minutes says nothing. */
const LEAST = 5;

/** Is the stream to be told of at this tick, and of which hour? */
type Rule = (s: Stream, t: number, fresh: readonly Reading[], received: Received) => boolean;

/** Any minute over the limit among those that came since the tick before. No de-bounce: one minute is enough. */
const instant: Rule = (s, _t, fresh) => fresh.some((r) => r.stream === s && r.flag === "N" && above(r.value, s.limit));

/** The mean of the hour so far is over the limit. */
const runningMean: Rule = (s, t, _fresh, received) => {
  const values = received.values(s.key, minuteAt(hourOfTick(t)), minuteAt(t));
  return values.length >= LEAST && above(mean(values), s.limit);
};

/** At hh:10: the hour that was closed is exceeded. */
const afterTheHour =
  (ruleData: RuleData): Rule =>
  (s, t, _fresh, received) => {
    const { closeGrace } = ruleData.warning(t).hour;
    const hour = floorHour(t) - HOUR;
    return t - hour - HOUR === closeGrace * MINUTE && verdictOf(s, hour, received, ruleData) === "exceeded";
  };

/** The legal verdict of an hour from what was received, by the product's own judgement. */
export const verdictOf = (s: Stream, hour: number, received: Received, ruleData: RuleData): string => {
  const from = minuteAt(hour);
  const row = { from: timeOf(from), slots: (received.rows.get(s.key) ?? []).slice(from, from + 60) };
  return judgeHour(row, null, hour, s.limit, ruleData.warning(hour).hour).verdict;
};

export function baseline(name: Baseline, plant: Plant, ruleData: RuleData): Warner {
  const rule = name === "instant" ? instant : name === "running-mean" ? runningMean : afterTheHour(ruleData);
  const received = new Received();
  const episodes: Warned[] = [];
  const open = new Map<string, { own: Warned; last: number }>();
  return {
    answered() {},
    episodes: () => episodes,
    tick(t, arrivals) {
      const fresh = arrivals.flatMap((a) => a.readings);
      for (const r of fresh) received.take(r);
      const notices: Notice[] = [];
      for (const s of plant.streams) {
        const held = open.get(s.key);
        if (held && t - held.last > QUIET * 5 * MINUTE) open.delete(s.key);
        if (!rule(s, t, fresh, received)) continue;
        const hour = name === "after-the-hour" ? floorHour(t) - HOUR : hourOfTick(t);
        let episode = open.get(s.key);
        if (!episode) {
          episode = { own: { stream: s.key, hours: [] }, last: t };
          open.set(s.key, episode);
          episodes.push(episode.own);
        }
        episode.last = t;
        if (!episode.own.hours.includes(hour)) episode.own.hours.push(hour);
        notices.push({ stream: s.key, level: 1, required: null, until: hour + HOUR });
      }
      return notices.length > 0 ? { t, notices, recovered: false } : null;
    },
  };
}
