/** Where each running hour and day of a plant is heading, by the steps that the warnings themselves judge with. */
import type { RuleData } from "../../../layers/rule-data.ts";
import { inForce, type Limit, type Outlet, type Permit } from "../../register/domain/permit.ts";
import { round6 } from "../../shared/round.ts";
import { scaleOf } from "../../shared/scale.ts";
import { DAY, floorMinute, formatIso, HOUR, MINUTE } from "../../shared/shanghai.ts";
import { channelOf, type BlockRecord } from "../../telemetry/domain/block.ts";
import { buildSlots, type MarkSpan, type SlotRow } from "../../telemetry/domain/slots.ts";
import { FLOW_CHANNEL } from "./evaluate-plant.ts";
import { assessHour, hourOfTick, type Assessment, type Level } from "./gas-hour.ts";
import { assessDay, dayOfTick } from "./water-day.ts";

/** Figures in the limit's unit. */
export interface Projection {
  outlet: string;
  pollutant: string;
  statistic: "hour" | "day";
  from: string;
  /** End of the period: until then `required` holds. */
  until: string;
  /** Valid minutes so far, and those that are left. */
  valid: number;
  left: number;
  mean: number | null;
  projected: number | null;
  /** Mean that the rest of the period may have; nothing can save it where this is 0 or less. */
  required: number | null;
  limit: number;
  /** Level that a warning would have now, 0 for none. */
  level: Level;
}

/** In the unit in which people read the pollutant. */
export type ProjectionView = Projection & { unit: string };

/** Of every hourly limit and every daily one of waste water in force. `records` reach a day and an hour back. */
export function projectionsOf(
  permit: Permit,
  records: readonly BlockRecord[],
  marks: Readonly<Record<string, readonly MarkSpan[]>>,
  now: number,
  rules: RuleData,
): Projection[] {
  const t = floorMinute(now);
  const numbers = rules.warning(t);
  return permit.outlets.flatMap((outlet) => {
    const rowOf = (channel: string, from: number): SlotRow =>
      buildSlots(outlet, channel, records, from, t, marks[outlet.code]);
    return outlet.limits.flatMap((limit): Projection[] => {
      if (limit.max === null) return [];
      const channel = channelOf(limit.pollutant, limit.basis, limit.referenceO2);
      if (limit.statistic === "hour") {
        const start = hourOfTick(t);
        if (!inForce(limit, start)) return [];
        const row = rowOf(channel, Math.min(start, t - numbers.hour.newestWindow * MINUTE));
        return [projection(outlet, limit, "hour", start, assessHour(row, t, limit.max, numbers.hour))];
      }
      if (limit.statistic !== "day" || outlet.medium !== "water") return [];
      const start = dayOfTick(t);
      if (!inForce(limit, start)) return [];
      const a = assessDay(rowOf(channel, t - DAY), rowOf(FLOW_CHANNEL, t - DAY), t, limit.max, numbers.water);
      return [projection(outlet, limit, "day", start, a)];
    });
  });
}

function projection(
  { code }: Outlet,
  { pollutant }: Limit,
  statistic: "hour" | "day",
  start: number,
  { valid, left, mean, projected, required, limit, level }: Assessment,
): Projection {
  const rounded = (x: number | null): number | null => (x === null ? null : round6(x));
  return {
    outlet: code,
    pollutant,
    statistic,
    from: formatIso(start),
    until: formatIso(start + (statistic === "hour" ? HOUR : DAY)),
    valid,
    left,
    mean: rounded(mean),
    projected: rounded(projected),
    required: rounded(required),
    limit,
    level,
  };
}

/** What this episode asks the plant to hold; null for one that is about no mean. */
export function holdOf(
  { outlet, pollutant, statistic }: { outlet: string | null; pollutant: string | null; statistic: string },
  projections: readonly Projection[],
  rules: RuleData,
): ProjectionView | null {
  const own = projections.find((p) => p.outlet === outlet && p.pollutant === pollutant && p.statistic === statistic);
  return own ? inUnit(own, scaleOf(rules, own.pollutant, own.limit).unit, rules) : null;
}

/** In the unit in which people read the pollutant. */
export function inUnit(p: Projection, unit: string, rules: RuleData): ProjectionView {
  const factor = rules.unitFactor(rules.pollutants.get(p.pollutant)?.unit ?? "", unit) ?? 1;
  const of = (x: number | null): number | null => (x === null ? null : round6(x * factor));
  return {
    ...p,
    mean: of(p.mean),
    projected: of(p.projected),
    required: of(p.required),
    limit: round6(p.limit * factor),
    unit,
  };
}
