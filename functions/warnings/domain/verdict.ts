/** Verdicts of closed periods (warning-rules, "Verdict of the hour", "Water"; validity: HJ 212-2017 D.2, HJ 76 App. B). */
import type { WarningNumbers } from "../../../layers/rule-data.ts";
import { above, round6 } from "../../shared/round.ts";
import { DAY, HOUR } from "../../shared/shanghai.ts";
import type { SlotRow } from "../../telemetry/domain/slots.ts";
import { between, validInHour, valuesOf } from "./gas-hour.ts";
import { mean } from "./statistics.ts";
import { hasFlow, validHours, weightedMean, weightedSlots } from "./water-day.ts";

export type Judgement = "met" | "exceeded" | "insufficient" | "marked";

export interface Verdict {
  valid: number;
  mean: number | null;
  verdict: Judgement;
}
export interface DayVerdict {
  validHours: number;
  mean: number | null;
  weighted: boolean;
  verdict: Judgement;
}

const judge = (enough: boolean, m: number | null, limit: number): Judgement =>
  !enough || m === null ? "insufficient" : above(m, limit) ? "exceeded" : "met";

/** With lawful marks: judged without them (v0) and with them (v1); v0 exceeded and v1 not → marked; else v1. */
function withMarks<V extends { verdict: Judgement }>(v0: V, v1: V): V {
  return v0.verdict === "exceeded" && v1.verdict !== "exceeded" ? { ...v1, verdict: "marked" } : v1;
}

/** The hour that begins at `start`; `marked` is the same row with the marked slots taken out, when there are marks. */
export function judgeHour(
  row: SlotRow,
  marked: SlotRow | null,
  start: number,
  limit: number,
  numbers: WarningNumbers["hour"],
): Verdict {
  const of = (r: SlotRow): Verdict => {
    const values = valuesOf(between(r, start, start + HOUR).map(({ slot }) => slot));
    const m = values.length === 0 ? null : mean(values);
    return {
      valid: values.length,
      mean: m === null ? null : round6(m),
      verdict: judge(values.length >= numbers.validSlots, m, limit),
    };
  };
  return marked ? withMarks(of(row), of(marked)) : of(row);
}

/** A water day: flow-weighted over its valid slots, valid with enough valid hours. */
export function judgeWaterDay(
  rows: { concentration: SlotRow; flow: SlotRow },
  marked: { concentration: SlotRow; flow: SlotRow } | null,
  start: number,
  limit: number,
  numbers: WarningNumbers["water"],
): DayVerdict {
  const of = ({ concentration, flow }: { concentration: SlotRow; flow: SlotRow }): DayVerdict => {
    const weighted = hasFlow(flow, start, start + DAY);
    const slots = weightedSlots(concentration, flow, weighted, start + DAY).filter((s) => s.end > start);
    const hours = validHours(slots, start, numbers.hourValidSlots);
    const m = weightedMean(slots);
    return {
      validHours: hours,
      mean: m === null ? null : round6(m),
      weighted,
      verdict: judge(hours >= numbers.validHours, m, limit),
    };
  };
  return marked ? withMarks(of(rows), of(marked)) : of(rows);
}

/** A gas day: arithmetic over its valid hours; a verdict only, nothing warns of it. */
export function judgeGasDay(
  row: SlotRow,
  marked: SlotRow | null,
  start: number,
  limit: number,
  numbers: WarningNumbers["hour"],
): DayVerdict {
  const of = (r: SlotRow): DayVerdict => {
    const hours = Array.from({ length: 24 }, (_, i) => start + i * HOUR)
      .filter((hour) => validInHour(r, hour) >= numbers.validSlots)
      .map((hour) => mean(valuesOf(between(r, hour, hour + HOUR).map(({ slot }) => slot))));
    const m = hours.length === 0 ? null : mean(hours);
    return {
      validHours: hours.length,
      mean: m === null ? null : round6(m),
      weighted: false,
      verdict: judge(hours.length >= numbers.dayValidHours, m, limit),
    };
  };
  return marked ? withMarks(of(row), of(marked)) : of(row);
}
