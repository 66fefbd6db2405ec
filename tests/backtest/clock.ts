/** The minutes of a simulated day, by index. */
import { MINUTE, parseIso } from "../../functions/shared/shanghai.ts";

export const DAY_START = parseIso("2026-10-01T00:00:00+08:00")!;
/** Minutes before the day that run in, and after it until its last hour is closed. */
export const RUN_IN = 60;
const RUN_OUT = 10;
export const MINUTES = RUN_IN + 1440 + RUN_OUT;
/** Start of a minute by its index. */
export const timeOf = (minute: number): number => DAY_START + (minute - RUN_IN) * MINUTE;
export const minuteAt = (t: number): number => Math.floor((t - DAY_START) / MINUTE) + RUN_IN;
