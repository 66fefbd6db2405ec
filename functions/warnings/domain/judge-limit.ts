/** One limit of a closed hour or day: the verdict that a closing writes, and that a replay of the past computes again. */
import type { RuleData } from "../../../layers/rule-data.ts";
import { inForce, type Limit, type Outlet } from "../../register/domain/permit.ts";
import { DAY, floorDay, floorHour, HOUR } from "../../shared/shanghai.ts";
import { channelOf, type BlockRecord } from "../../telemetry/domain/block.ts";
import { buildSlots, type MarkSpan, type SlotRow } from "../../telemetry/domain/slots.ts";
import { FLOW_CHANNEL } from "./evaluate-plant.ts";
import { suspicions } from "./suspicious.ts";
import { judgeGasDay, judgeHour, judgeWaterDay, type Judgement } from "./verdict.ts";

export type Kind = "HOUR" | "DAY";
export const LENGTH = { HOUR, DAY } as const;
export const STATISTIC = { HOUR: "hour", DAY: "day" } as const;

export interface Judged {
  outlet: string;
  pollutant: string;
  limit: number;
  /** Valid minutes of an hour, valid hours of a day. */
  valid: number;
  mean: number | null;
  verdict: Judgement;
  weighted: boolean;
  notes: string[];
}

/** Limits of the outlet that a period beginning at `start` is judged by. */
export const limitsToJudge = (
  outlet: Outlet,
  kind: Kind,
  start: number,
  first: Readonly<Record<string, number>>,
): Limit[] =>
  outlet.limits.filter(
    (l) =>
      l.statistic === STATISTIC[kind] && l.max !== null && inForce(l, start) && reported(first, outlet, l, kind, start),
  );

/** Judges with the numbers in force at `start`; `records` of at least the period and one interval before it. */
export function judgeLimit(
  outlet: Outlet,
  limit: Limit,
  kind: Kind,
  { start, end }: { start: number; end: number },
  records: readonly BlockRecord[],
  marks: readonly MarkSpan[],
  ruleData: RuleData,
): Judged {
  const numbers = ruleData.warning(start);
  const max = limit.max ?? 0;
  const channel = channelOf(limit.pollutant, limit.basis, limit.referenceO2);
  const rows = (spans: readonly MarkSpan[]): { concentration: SlotRow; flow: SlotRow } => ({
    concentration: buildSlots(outlet, channel, records, start, end, spans),
    flow: buildSlots(outlet, FLOW_CHANNEL, records, start, end, spans),
  });
  const plain = rows([]);
  const marked = marks.some((m) => m.from < end && m.to > start) ? rows(marks) : null;
  const what = { outlet: outlet.code, pollutant: limit.pollutant, limit: max };
  if (kind === "HOUR") {
    const v = judgeHour(plain.concentration, marked?.concentration ?? null, start, max, numbers.hour);
    return {
      ...what,
      valid: v.valid,
      mean: v.mean,
      verdict: v.verdict,
      weighted: false,
      notes: suspicions(plain.concentration, max, numbers.suspicious),
    };
  }
  const v =
    outlet.medium === "water"
      ? judgeWaterDay(plain, marked, start, max, numbers.water)
      : judgeGasDay(plain.concentration, marked?.concentration ?? null, start, max, numbers.hour);
  return { ...what, valid: v.validHours, mean: v.mean, verdict: v.verdict, weighted: v.weighted, notes: [] };
}

/** From the period of the first accepted frame that carries the pollutant on. */
function reported(
  first: Readonly<Record<string, number>>,
  outlet: Outlet,
  limit: Limit,
  kind: Kind,
  start: number,
): boolean {
  const t = first[`${outlet.code}/${limit.pollutant}`];
  return t !== undefined && (kind === "HOUR" ? floorHour(t) : floorDay(t)) <= start;
}
