/** One hour of one limit, tick by tick, as it was known then: where it was heading by the numbers in force and by the draft. */
import type { RuleData, WarningNumbers } from "../../layers/rule-data.ts";
import type { PlantRecord } from "../register/stored-items.ts";
import { inForce, type Limit, type Outlet } from "../register/domain/permit.ts";
import { round6 } from "../shared/round.ts";
import { scaleOf } from "../shared/scale.ts";
import { DAY, formatIso, HOUR, MINUTE } from "../shared/shanghai.ts";
import { channelOf, type BlockRecord } from "../telemetry/domain/block.ts";
import { buildSlots, type MarkSpan } from "../telemetry/domain/slots.ts";
import { FLOW_CHANNEL } from "../warnings/domain/evaluate-plant.ts";
import { assessHour, hourOfTick, type Assessment } from "../warnings/domain/gas-hour.ts";
import { assessDay, dayOfTick } from "../warnings/domain/water-day.ts";
import { Known } from "./domain/known.ts";
import { TICK } from "./domain/replay-plant.ts";
import { longestInterval } from "./domain/trial.ts";
import { pastOf, type SimulationReads } from "./simulate-plant.ts";

export interface HourQuery {
  outlet: string;
  pollutant: string;
  statistic: "hour" | "day";
  /** Start of the clock hour, epoch ms. */
  hour: number;
}

/** Null where the permit has no such limit in that hour. Figures in the unit in which people read the pollutant. */
export async function hourView(
  plant: PlantRecord,
  { outlet: code, pollutant, statistic, hour }: HourQuery,
  rules: { force: RuleData; draft: WarningNumbers },
  reads: SimulationReads,
) {
  const outlet = plant.permit.outlets.find((o) => o.code === code);
  const begin = hour - (statistic === "day" ? DAY : 2 * HOUR) - (longestInterval(plant.permit) + 1) * MINUTE;
  const period = statistic === "day" ? dayOfTick(hour + TICK) : hour;
  const limit = outlet?.limits.find(
    (l) => l.pollutant === pollutant && l.statistic === statistic && l.max !== null && inForce(l, period),
  );
  if (!outlet || !limit) return null;
  const { permitNo } = plant.permit;
  const [past, blocks] = await Promise.all([
    pastOf(plant, begin, hour + HOUR, reads),
    reads.blocks.range(permitNo, begin, hour + 2 * HOUR, false),
  ]);
  const known = new Known(begin, past.heads, past.first);
  known.add(blocks.map(({ block }) => block));
  const { unit, factor, decimals } = scaleOf(rules.force, pollutant, limit.max ?? 0);
  const shown = (a: Assessment) => ({
    level: a.level,
    valid: a.valid,
    mean: scaled(a.mean, factor),
    current: scaled(a.current, factor),
    projected: scaled(a.projected, factor),
    required: scaled(a.required, factor),
  });
  const ticks = [];
  for (let t = hour + TICK; t <= hour + HOUR; t += TICK) {
    known.advance(t);
    const records = known.records(begin, t + 1);
    const marks = past.marks.filter((m) => m.outlet === code && m.made < t && (m.over === null || m.over >= t));
    const assess = (numbers: WarningNumbers): Assessment => assessAt(outlet, limit, records, marks, t, numbers);
    ticks.push({ at: formatIso(t), force: shown(assess(rules.force.warning(t))), draft: shown(assess(rules.draft)) });
  }
  const final = past.marks.filter((m) => m.outlet === code && m.over === null);
  const channel = channelOf(limit.pollutant, limit.basis, limit.referenceO2);
  const { slots } = buildSlots(outlet, channel, known.all(begin, hour + HOUR), hour, hour + HOUR, final);
  return {
    unit,
    decimals,
    limit: round6((limit.max ?? 0) * factor),
    minutes: slots.map((s) => scaled(s.value, factor)),
    ticks,
  };
}

const scaled = (x: number | null, factor: number): number | null => (x === null ? null : round6(x * factor));

function assessAt(
  outlet: Outlet,
  limit: Limit,
  records: readonly BlockRecord[],
  marks: readonly MarkSpan[],
  t: number,
  numbers: WarningNumbers,
): Assessment {
  const channel = channelOf(limit.pollutant, limit.basis, limit.referenceO2);
  const max = limit.max ?? 0;
  if (limit.statistic === "day") {
    const rows = [channel, FLOW_CHANNEL].map((c) => buildSlots(outlet, c, records, t - DAY, t, marks));
    return assessDay(rows[0]!, rows[1]!, t, max, numbers.water);
  }
  const from = Math.min(hourOfTick(t), t - numbers.hour.newestWindow * MINUTE);
  return assessHour(buildSlots(outlet, channel, records, from, t, marks), t, max, numbers.hour);
}
