/**
 * The smaller second part: the flow-weighted day mean of a water outlet (COD), nobody answering. A day to run in, a day that
 * counts. Shock loads of hours, an analyser that measures on, flow by the hour of the day.
 */
import type { Permit } from "../../functions/register/domain/permit.ts";
import { DAY, HOUR, MINUTE } from "../../functions/shared/shanghai.ts";
import type { Slot } from "../../functions/telemetry/domain/slots.ts";
import { judgeWaterDay } from "../../functions/warnings/domain/verdict.ts";
import type { RuleData } from "../../layers/rule-data.ts";
import { ratio, type Estimate } from "./bootstrap.ts";
import { chanceOf } from "./chance.ts";
import { plantDay } from "./process.ts";
import { product } from "./product.ts";
import { TICK, type Arrival } from "./run.ts";
import { REFERENCE } from "./settings.ts";

/** GB 18918 class 1A, COD; the day's mean. */
const LIMIT = 50;
const COD = "w01018";
const FLOW = "w00000";
/** Shock loads per outlet and day, in limits and minutes; noise of the logarithm with four hours of memory. */
const SHOCK = { perDay: 0.35, peak: [1.1, 2.6], rise: [30, 90], hold: [60, 420], fall: [120, 240] } as const;
const WATER_NOISE = { sigma: 0.08, minutes: 240, white: 0.02 };
const LEVEL = [0.45, 0.85] as const;

interface WaterDay {
  exceeded: number;
  ahead: Record<1 | 2 | 4, number>;
  episodes: number;
  trueEpisodes: number;
  sms: number;
  began: number;
}

export interface WaterReport {
  plantDays: number;
  exceeded: number;
  shocksPerDay: number;
  /** Share of exceeded days told this many hours before midnight. */
  ahead1: Estimate | null;
  ahead2: Estimate | null;
  ahead4: Estimate | null;
  precision: Estimate | null;
  smsPerDay: Estimate | null;
}

export function water(plantDays: number, seed: number, ruleData: RuleData): WaterReport {
  const days = Array.from({ length: plantDays }, (_, i) => waterDay(seed, i, ruleData));
  const of = (part: (d: WaterDay) => number, whole: (d: WaterDay) => number): Estimate | null =>
    ratio(days, part, whole, seed);
  const exceeded = (d: WaterDay): number => d.exceeded;
  return {
    plantDays,
    exceeded: days.reduce((n, d) => n + d.exceeded, 0),
    shocksPerDay: days.reduce((n, d) => n + d.began, 0) / (2 * plantDays),
    ahead1: of((d) => d.ahead[1], exceeded),
    ahead2: of((d) => d.ahead[2], exceeded),
    ahead4: of((d) => d.ahead[4], exceeded),
    precision: of(
      (d) => d.trueEpisodes,
      (d) => d.episodes,
    ),
    smsPerDay: of((d) => d.sms, exceeded),
  };
}

function waterDay(seed: number, index: number, ruleData: RuleData): WaterDay {
  // The model plant lends its permit; its outlet becomes one of water.
  const gas = plantDay({ ...REFERENCE, seed }, index);
  const [outlet] = gas.permit.outlets;
  const [limit] = outlet?.limits ?? [];
  const [device] = gas.devices;
  if (!outlet || !limit || !device) throw new Error("the model plant has no outlet");
  const cod = {
    ...limit,
    pollutant: COD,
    statistic: "day" as const,
    basis: "measured" as const,
    referenceO2: null,
    max: LIMIT,
  };
  const permit: Permit = { ...gas.permit, outlets: [{ ...outlet, code: "DW001", medium: "water", limits: [cod] }] };
  const mn = outlet.devices[0]?.mn ?? "";
  const from = Date.parse("2026-10-01T00:00:00+08:00");
  const { level, flow, began } = processOf(seed, index);
  const warner = product({ ...gas, permit }, ruleData);
  const day = { from: from + DAY, to: from + 2 * DAY };
  const told: { t: number; until: number }[] = [];
  let sms = 0;
  let next = 0;
  for (let t = from + TICK; t <= day.to; t += TICK) {
    const arrivals: Arrival[] = [];
    // A record arrives 30 seconds after its minute.
    for (; next < level.length && from + (next + 1) * MINUTE + 30_000 < t; next++)
      arrivals.push({
        device,
        receivedAt: from + (next + 1) * MINUTE + 30_000,
        readings: [],
        record: {
          mn,
          command: "json",
          kind: "minute",
          dataTime: from + next * MINUTE,
          qn: null,
          items: [
            { pollutant: COD, value: level[next] ?? 0, converted: null, flag: "N" },
            { pollutant: FLOW, value: flow[next] ?? 0, converted: null, flag: "N" },
          ],
          facilities: [],
          notes: [],
        },
      });
    const sent = warner.tick(t, arrivals);
    if (!sent || t <= day.from) continue;
    if (sent.notices.length > 0 || sent.recovered) sms += 1;
    for (const n of sent.notices) told.push({ t, until: n.until });
  }
  const slots = (values: readonly number[]): { from: number; slots: Slot[] } => ({
    from,
    slots: values.map((value) => ({ value, received: true, shown: value, flag: "N" })),
  });
  const rows = { concentration: slots(level), flow: slots(flow) };
  const { verdict } = judgeWaterDay(rows, null, day.from, LIMIT, ruleData.warning(day.from).water);
  const exceeded = verdict === "exceeded" ? 1 : 0;
  const own = told.filter((x) => x.until === day.to);
  const ahead = (hours: number): number => (exceeded && own.some((x) => day.to - x.t >= hours * HOUR) ? 1 : 0);
  const episodes = warner.episodes().filter((e) => e.hours.some((h) => h >= day.from)).length;
  return {
    exceeded,
    ahead: { 1: ahead(1), 2: ahead(2), 4: ahead(4) },
    episodes,
    trueEpisodes: exceeded * episodes,
    sms,
    began,
  };
}

/** Two days of minutes: COD in mg/L and flow in L/s. */
function processOf(seed: number, index: number): { level: number[]; flow: number[]; began: number } {
  const c = chanceOf(seed, `${index}/water`);
  const base = c.between(...LEVEL);
  const full = c.between(3, 60);
  const shocks = Array.from({ length: c.count(SHOCK.perDay * 2) }, () => ({
    start: c.between(0, 2 * 1440),
    peak: c.between(...SHOCK.peak),
    rise: c.between(...SHOCK.rise),
    hold: c.between(...SHOCK.hold),
    fall: c.between(...SHOCK.fall),
  }));
  const rho = Math.exp(-1 / WATER_NOISE.minutes);
  let noise = WATER_NOISE.sigma * c.normal();
  const level: number[] = [];
  const flow: number[] = [];
  for (let m = 0; m < 2 * 1440; m++) {
    noise = rho * noise + WATER_NOISE.sigma * Math.sqrt(1 - rho * rho) * c.normal();
    let x = base;
    for (const { start, peak, rise, hold, fall } of shocks) {
      const since = m - start;
      const share =
        since < 0
          ? 0
          : since < rise
            ? since / rise
            : since < rise + hold
              ? 1
              : Math.max(0, 1 - (since - rise - hold) / fall);
      x = Math.max(x, base + (peak - base) * share);
    }
    level.push(Math.round(x * LIMIT * Math.exp(noise + WATER_NOISE.white * c.normal()) * 10) / 10);
    // More by day than by night.
    const swing = 0.6 + 0.4 * Math.sin(((m - 540) / 1440) * 2 * Math.PI);
    flow.push(Math.round(full * Math.max(0.1, swing) * 100) / 100);
  }
  return { level, flow, began: shocks.length };
}
