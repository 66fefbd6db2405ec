/** Answers of the values as points of the chart. Pure. */
import { DAY, HOUR, MINUTE, parseIso } from "../../../functions/shared/shanghai.ts";
import type { Answer } from "../answers.ts";
import type { ChartPoint, Standing } from "./chart-option.ts";
import type { Step } from "./zoom.ts";

export type Value = Answer<"getValues">["values"][number];

export const EVERY: Readonly<Record<Step, number>> = { minute: MINUTE, hour: HOUR, day: DAY };

/** A minute counts or does not; an hour or a day has its verdict, or counts so far. */
export function standingOf({ quality, verdict }: Pick<Value, "quality" | "verdict">): Standing {
  if (quality !== undefined) return quality === "counts" ? "counted" : quality === "marked" ? "marked" : "flagged";
  return verdict === "exceeded" || verdict === "insufficient" || verdict === "marked" ? verdict : "counted";
}

export const pointsOf = (values: readonly Value[]): ChartPoint[] =>
  values.flatMap((value) => {
    const at = parseIso(value.at);
    return at === null ? [] : [{ at, value: value.value, standing: standingOf(value) }];
  });
