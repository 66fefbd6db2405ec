import { DAY, floorDay, formatIso } from "../../../functions/shared/shanghai.ts";

/** The usual moment for a change: the next day's begin. */
export const nextMidnight = (now: number): string => formatIso(floorDay(now) + DAY);
