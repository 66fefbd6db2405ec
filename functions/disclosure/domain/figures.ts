/** How figures, limits and times are written for people. */
import type { RuleData } from "../../../layers/rule-data.ts";
import type { Limit } from "../../register/domain/permit.ts";
import { round6 } from "../../shared/round.ts";
import { DAY, HOUR, MINUTE, floorDay, formatClock, formatDay } from "../../shared/shanghai.ts";
import { plain, say, type Text } from "./text.ts";

/**
 * `value` with its decimals; with more of them where the rounded figure would stand on another side of `against`:
 * beside a limit of 50, 50.04 is never printed as 50.0.
 */
export function figure(value: number, decimals: number, against: number | null = null): string {
  const x = round6(value);
  const bar = against === null ? null : round6(against);
  let text = "";
  for (let digits = decimals; digits <= 6; digits += 1) {
    text = x.toFixed(digits).replace(/^-(0\.?0*)$/, "$1");
    if (bar === null || Math.sign(Number(text) - bar) === Math.sign(x - bar)) break;
  }
  return text;
}

/** "50 mg/m³ · hourly mean, converted to 6 % O₂", in both languages. */
export function limitText(rules: RuleData, limit: Limit, unit: string): Text {
  const of = (x: number): string => `${round6(x)}${unit === "" ? "" : ` ${unit}`}`;
  const { min, max, period } = limit;
  const figures =
    min !== null && max !== null
      ? plain(`${round6(min)}–${of(max)}`)
      : max !== null
        ? plain(of(max))
        : say(rules, "disclosure.limit.at-least", { figure: of(min ?? 0) });
  const what = period === null ? say(rules, `statistic.${limit.statistic}`) : say(rules, `period.${period}`);
  if (limit.basis === "converted" && limit.referenceO2 !== null)
    return say(rules, "disclosure.limit.converted", { figures, what, o2: limit.referenceO2 });
  return say(rules, "disclosure.limit.measured", { figures, what });
}

/** `09:10`, with the date before it when it is not of the day of `asOf`. */
export const clock = (t: number, asOf: number): string =>
  floorDay(t) === floorDay(asOf) ? formatClock(t) : `${formatDay(t).slice(5)} ${formatClock(t)}`;

/** `08:50–09:00`; the end of a day is written 24:00. */
export const span = (from: number, to: number, asOf: number): string =>
  `${clock(from, asOf)}–${to === floorDay(to) ? "24:00" : formatClock(to)}`;

/** `2026-10-01 09:10`. */
export const moment = (t: number): string => `${formatDay(t)} ${formatClock(t)}`;

/** "3 min", "2 h 5 min", "4 days": the age of something. */
export function age(rules: RuleData, ms: number): Text {
  if (ms >= 2 * DAY) return say(rules, "disclosure.age.days", { days: Math.floor(ms / DAY) });
  const minutes = Math.max(0, Math.floor(ms / MINUTE));
  if (ms >= HOUR) return say(rules, "disclosure.age.hours", { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
  return say(rules, "disclosure.age.minutes", { minutes });
}
