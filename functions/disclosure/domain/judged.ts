/** The newest closed period of a pollutant that was judged, in words. */
import type { RuleData } from "../../../layers/rule-data.ts";
import type { Medium } from "../../register/domain/permit.ts";
import { round6 } from "../../shared/round.ts";
import { HOUR, formatDay } from "../../shared/shanghai.ts";
import type { DayFact, HourFact, HourVerdict } from "./facts.ts";
import { figure, span } from "./figures.ts";
import { say, type Text } from "./text.ts";

export interface JudgedView {
  verdict: HourVerdict;
  mean: number | null;
  /** The verdict was made again because data came later. */
  revised: boolean;
  text: Text;
}

const newest = <T>(items: readonly T[], time: (item: T) => number): T | undefined =>
  items.toSorted((a, b) => time(b) - time(a))[0];

const words = (rules: RuleData, fact: HourFact | DayFact, period: Text, decimals: number): JudgedView => {
  const mean = fact.mean === null || fact.verdict === "insufficient" ? "none" : "mean";
  return {
    verdict: fact.verdict,
    mean: fact.mean === null ? null : round6(fact.mean),
    revised: fact.revision > 0,
    text: say(rules, `disclosure.judged.${mean}`, {
      period,
      mean: fact.mean === null ? "—" : figure(fact.mean, decimals, fact.limit),
      verdict: say(rules, `disclosure.verdict.${fact.verdict}`),
      revised: fact.revision > 0 ? say(rules, "disclosure.revised") : "",
    }),
  };
};

export function judgedHour(
  hours: readonly HourFact[],
  rules: RuleData,
  decimals: number,
  asOf: number,
): JudgedView | null {
  const fact = newest(hours, (h) => h.hour);
  if (fact === undefined) return null;
  const time = span(fact.hour, fact.hour + HOUR, asOf);
  return words(rules, fact, say(rules, "disclosure.judged.hour", { time }), decimals);
}

/** Only a water day is weighted; the day of a gas is arithmetic by law. */
export function judgedDay(
  days: readonly DayFact[],
  medium: Medium,
  rules: RuleData,
  decimals: number,
): JudgedView | null {
  const fact = newest(days, (d) => d.day);
  if (fact === undefined) return null;
  const how = medium !== "water" ? "plain" : fact.weighted ? "weighted" : "unweighted";
  return words(rules, fact, say(rules, `disclosure.judged.day-${how}`, { day: formatDay(fact.day) }), decimals);
}
