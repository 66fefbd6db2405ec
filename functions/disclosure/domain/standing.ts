/** How a pollutant stands in the period that still runs. Nothing here is a verdict: that comes when the period is over. */
import type { RuleData, WarningNumbers } from "../../../layers/rule-data.ts";
import type { Limit, Medium } from "../../register/domain/permit.ts";
import { above, round6 } from "../../shared/round.ts";
import { floorDay, floorHour, formatClock, formatIso, hourOfDay } from "../../shared/shanghai.ts";
import type { Slot } from "./facts.ts";
import { figure } from "./figures.ts";
import type { LatestView } from "./latest.ts";
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
  const h = hourOfDay(asOf);
  const part = h >= numbers.noise.dayFromHour && h < numbers.noise.nightFromHour ? "day" : "night";
  const usable = limits.filter((l) => l.period === null || l.period === part);
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
  const { valid, mean, weighted } =
    statistic === "day" && medium === "water" ? weightedSince(slots, flow, from) : meanSince(slots, from);
  const how = weighted === null ? "plain" : weighted ? "weighted" : "unweighted";
  const text =
    mean === null
      ? say(rules, "disclosure.so-far.none", { from: formatClock(from) })
      : say(rules, `disclosure.so-far.${how}`, {
          from: formatClock(from),
          valid,
          mean: figure(mean, decimals, limit.max),
        });
  return { statistic, from: formatIso(from), valid, mean: mean === null ? null : round6(mean), weighted, text };
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

/** Both bounds belong to the allowed range. */
const outside = (value: number, limit: Limit): boolean =>
  (limit.max !== null && above(value, limit.max)) || (limit.min !== null && above(limit.min, value));

interface Mean {
  valid: number;
  mean: number | null;
  weighted: boolean | null;
}

const counting = (slots: readonly Slot[], from: number): Slot[] =>
  slots.filter((s) => s.t >= from && s.quality === "counts" && s.value !== null);

/** Arithmetic mean over the counting minutes since `from`. */
export function meanSince(slots: readonly Slot[], from: number): Mean {
  const used = counting(slots, from);
  const sum = used.reduce((total, s) => total + (s.value ?? 0), 0);
  return { valid: used.length, mean: used.length === 0 ? null : sum / used.length, weighted: null };
}

/**
 * Flow-weighted mean since `from`, Σ(C·v)/Σv over the minutes that have both (HJ 212-2017 Annex D, formulas 12–14).
 * Without any flow since `from` every minute weighs the same and `weighted` is false.
 */
export function weightedSince(slots: readonly Slot[], flow: readonly Slot[], from: number): Mean {
  const flows = new Map(counting(flow, from).map((s) => [s.t, s.value ?? 0]));
  if (flows.size === 0) return { ...meanSince(slots, from), weighted: false };
  let valid = 0;
  let volume = 0;
  let load = 0;
  for (const s of counting(slots, from)) {
    const v = flows.get(s.t);
    if (v === undefined) continue;
    valid += 1;
    volume += v;
    load += v * (s.value ?? 0);
  }
  return { valid, mean: volume > 0 ? load / volume : null, weighted: true };
}
