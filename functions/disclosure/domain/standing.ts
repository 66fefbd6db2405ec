/** How a pollutant stands in the period that still runs. Nothing here is a verdict: that comes when the period is over. */
import type { RuleData, WarningNumbers } from "../../../layers/rule-data.ts";
import type { Limit, Medium } from "../../register/domain/permit.ts";
import { round6 } from "../../shared/round.ts";
import { MINUTE, floorDay, floorHour, formatClock, formatIso } from "../../shared/shanghai.ts";
import type { SlotRow } from "../../telemetry/domain/slots.ts";
import { governs, outside } from "../../warnings/domain/conditions.ts";
import { mean } from "../../warnings/domain/statistics.ts";
import { hasFlow, weightedMean, weightedSlots } from "../../warnings/domain/water-day.ts";
import type { Slot } from "./facts.ts";
import { figure } from "./figures.ts";
import type { LatestView } from "./latest.ts";
import { countingValues } from "./series-view.ts";
import { say, type Text } from "./text.ts";

export type Standing =
  | "none"
  | "stale"
  | "invalid"
  | "no-limit" // nothing to compare
  | "few"
  | "within"
  | "above" // mean of the running hour or day
  | "in-range"
  | "out-of-range"
  | "level-below"
  | "level-above"; // a single reading

export interface SoFarView {
  statistic: "hour" | "day";
  from: string;
  valid: number;
  mean: number | null;
  /** False: no flow meter, every minute weighs the same; null: not weighted by law. */
  weighted: boolean | null;
  text: Text;
}

const ORDER = ["hour", "day", "instant", "period"];

/** The limit by which the standing is told: hour before day before instant; of a noise limit the part of the day. */
export function primaryLimit(limits: readonly Limit[], numbers: WarningNumbers, asOf: number): Limit | null {
  const usable = limits.filter((l) => governs(l, asOf, numbers.noise));
  return usable.toSorted((a, b) => ORDER.indexOf(a.statistic) - ORDER.indexOf(b.statistic))[0] ?? null;
}

/** Mean of the running hour or day; null for limits that know no mean. */
export function soFarView(
  slots: readonly Slot[],
  flow: readonly Slot[],
  medium: Medium,
  limit: Limit | null,
  asOf: number,
  rules: RuleData,
  decimals: number,
): SoFarView | null {
  if (limit === null || (limit.statistic !== "hour" && limit.statistic !== "day")) return null;
  const { statistic } = limit;
  const from = statistic === "day" ? floorDay(asOf) : floorHour(asOf);
  const byFlow = statistic === "day" && medium === "water";
  const soFar = byFlow ? weightedSince(slots, flow, from) : meanSince(slots, from);
  const how = soFar.weighted === null ? "plain" : soFar.weighted ? "weighted" : "unweighted";
  const time = formatClock(from);
  const text =
    soFar.mean === null
      ? say(rules, "disclosure.so-far.none", { from: time })
      : say(rules, `disclosure.so-far.${how}`, {
          from: time,
          valid: soFar.valid,
          mean: figure(soFar.mean, decimals, limit.max),
        });
  return { statistic, from: formatIso(from), ...soFar, mean: soFar.mean === null ? null : round6(soFar.mean), text };
}

/** `few` below the number of minutes from which the warning rules themselves look at a period. */
export function standingOf(
  latest: LatestView | null,
  limit: Limit | null,
  soFar: SoFarView | null,
  numbers: WarningNumbers,
): Standing {
  if (latest === null) return "none";
  if (!latest.current) return "stale";
  if (soFar !== null && limit !== null) {
    const enough = soFar.statistic === "hour" ? numbers.hour.earlyValid : numbers.water.validSlots;
    if (soFar.mean === null || soFar.valid < enough) return latest.value === null ? "invalid" : "few";
    return outside(soFar.mean, limit) ? "above" : "within";
  }
  if (latest.value === null) return "invalid";
  if (limit === null) return "no-limit";
  if (limit.statistic === "period") return outside(latest.value, limit) ? "level-above" : "level-below";
  return outside(latest.value, limit) ? "out-of-range" : "in-range";
}

interface Mean {
  valid: number;
  mean: number | null;
  weighted: boolean | null;
}

/** Arithmetic mean over the counting minutes since `from`. */
export function meanSince(slots: readonly Slot[], from: number): Mean {
  const values = countingValues(slots, from);
  return { valid: values.length, mean: values.length === 0 ? null : mean(values), weighted: null };
}

/** Flow-weighted mean since `from`, by the same steps as the verdict of the day (warning-rules, "Water"). */
export function weightedSince(slots: readonly Slot[], flow: readonly Slot[], from: number): Mean {
  const to = Math.max(from, slots.at(-1)?.t ?? 0, flow.at(-1)?.t ?? 0) + MINUTE;
  const flowRow = row(flow, from, to);
  const weighted = hasFlow(flowRow, from, to);
  const used = weightedSlots(row(slots, from, to), flowRow, weighted, to);
  return { valid: used.length, mean: weightedMean(used), weighted };
}

/** Every minute of [from, to), as the judges read them. */
function row(slots: readonly Slot[], from: number, to: number): SlotRow {
  const byTime = new Map(slots.map((s) => [s.t, s]));
  const minutes = Array.from({ length: Math.round((to - from) / MINUTE) }, (_, i) => byTime.get(from + i * MINUTE));
  return {
    from,
    slots: minutes.map((s) => ({
      value: s?.quality === "counts" ? s.value : null,
      received: s !== undefined,
      shown: s?.value ?? null,
      flag: s?.flag ?? null,
    })),
  };
}
