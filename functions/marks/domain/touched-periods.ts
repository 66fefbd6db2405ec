/** Which closed periods a mark touches: those are judged again, in rows. */
import type { RuleData } from "../../../layers/rule-data.ts";
import { floorDay, floorHour, MINUTE } from "../../shared/shanghai.ts";
import { closesAt } from "../../warnings/close.ts";
import { LENGTH, type Kind } from "../../warnings/domain/judge-limit.ts";

export interface Row {
  kind: Kind;
  /** Start of the first period and end of the last. */
  start: number;
  until: number;
}

/**
 * Rows of the hours and days of [from, to) that are closed at `at`. What closes within the next minute is among them: its
 * closing may just have read the marks. Everything later sees the mark when it is closed.
 */
export function touchedPeriods(from: number, to: number, at: number, ruleData: RuleData): Row[] {
  return (["HOUR", "DAY"] as const).flatMap((kind) => {
    const start = kind === "HOUR" ? floorHour(from) : floorDay(from);
    let until = start;
    while (until < to && closesAt(kind, until, ruleData) <= at + MINUTE) until += LENGTH[kind];
    return until > start ? [{ kind, start, until }] : [];
  });
}
