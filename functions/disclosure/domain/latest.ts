/** The newest value of a pollutant, with what it is a mean of and until when it may be called current. */
import type { RuleData, WarningNumbers } from "../../../layers/rule-data.ts";
import { round6 } from "../../shared/round.ts";
import { MINUTE, formatIso } from "../../shared/shanghai.ts";
import type { SeriesFact } from "./facts.ts";
import { clock, figure, span } from "./figures.ts";
import { say, type Text } from "./text.ts";

export interface LatestView {
  /** Null when the newest record holds no value or does not count. */
  value: number | null;
  text: string;
  /** Start of the interval of the newest record. */
  at: string;
  /** "mean of 1 minute, 08:59", or why there is no value. */
  what: Text;
  /** After this moment the value must not be shown as current. */
  until: string;
  current: boolean;
}

/** Milliseconds after which a device counts as silent: max(`silence.minutes`, k + `silence.overInterval`). */
export const silentAfter = (numbers: WarningNumbers, k: number): number =>
  Math.max(numbers.silence.minutes, k + numbers.silence.overInterval) * MINUTE;

/** Null when nothing was received in the last 24 hours. `level`: a noise level, not a mean. */
export function latestView(
  series: SeriesFact,
  asOf: number,
  rules: RuleData,
  decimals: number,
  limit: number | null,
  level: boolean,
): LatestView | null {
  const newest = series.slots.at(-1);
  if (newest === undefined) return null;
  const k = series.minutes;
  const end = newest.t + MINUTE;
  const start = end - k * MINUTE;
  const until = end + silentAfter(rules.warning(asOf), k);
  const value = newest.quality === "invalid" || newest.value === null ? null : round6(newest.value);
  const time = k === 1 ? clock(newest.t, asOf) : span(start, end, asOf);
  const key =
    newest.quality !== "counts"
      ? newest.quality
      : level
        ? "counts-level"
        : k === 1
          ? "counts-minute"
          : "counts-minutes";
  return {
    value,
    text: value === null ? "—" : figure(value, decimals, limit),
    at: formatIso(start),
    what: say(rules, `disclosure.latest.${key}`, { k, time, flag: flagText(rules, newest.flag) }),
    until: formatIso(until),
    current: asOf <= until,
  };
}

const FLAGS = "NFMSDCTB";

/** What a data flag of HJ 212-2017 table 5 says, in plain words. */
function flagText(rules: RuleData, flag: string | null): Text {
  const known = flag !== null && flag.length === 1 && FLAGS.includes(flag);
  return say(rules, known ? `disclosure.flag.${flag}` : "disclosure.flag.other");
}
