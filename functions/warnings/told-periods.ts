/**
 * Periods of which a plant was warned, listed with their verdict on the day they closed: how many exceedances the warnings
 * saved the plants from is counted by verdicts, not by warnings that went away.
 */
import * as z from "zod/mini";
import { DAY, formatDay, formatHour, HOUR } from "../shared/shanghai.ts";
import type { Level } from "./domain/gas-hour.ts";
import type { JudgedLimit } from "./stored-items.ts";

export interface ToldPeriod {
  permitNo: string;
  kind: "HOUR" | "DAY";
  start: number;
  outlet: string;
  pollutant: string;
  verdict: JudgedLimit["verdict"];
}

export const toldKey = (closedOn: number): string => `TOLD#${formatDay(closedOn)}`;
const KEEP = 400 * DAY;

export function toldItem(period: ToldPeriod): ToldPeriod & { pk: string; sk: string; ttl: number } {
  const { permitNo, kind, start, outlet, pollutant } = period;
  const end = start + (kind === "HOUR" ? HOUR : DAY);
  const key = kind === "HOUR" ? `HOUR#${formatHour(start)}` : `DAY#${formatDay(start)}`;
  const sk = `${permitNo}#${key}#${outlet}#${pollutant}`;
  return { pk: toldKey(end), sk, ttl: Math.floor((end + KEEP) / 1000), ...period };
}

export const ToldItem = z.object({
  permitNo: z.string(),
  kind: z.enum(["HOUR", "DAY"]),
  start: z.number(),
  outlet: z.string(),
  pollutant: z.string(),
  verdict: z.enum(["met", "exceeded", "insufficient", "marked"]),
});

interface Warned {
  outlet: string | null;
  pollutant: string | null;
  statistic: string;
  openedAt: number;
  closedAt?: number | null;
  highest: Level;
  messages: number;
}

/** Was the plant told, before the period ended, that this mean would exceed its limit? */
export const wasTold = (e: Warned, kind: ToldPeriod["kind"], start: number): boolean =>
  e.statistic === (kind === "HOUR" ? "hour" : "day") &&
  e.messages > 0 &&
  e.openedAt < start + (kind === "HOUR" ? HOUR : DAY) &&
  (e.closedAt ?? Infinity) > start;
