/** From a year to a minute: what the chart asks for at every step, and where a click leads. Shanghai time, epoch ms. */
import { DAY, floorDay, floorHour, formatIso, HOUR, MINUTE } from "../../../functions/shared/shanghai.ts";

export const LEVELS = ["year", "month", "day", "hour"] as const;
export type Level = (typeof LEVELS)[number];
export type Step = "day" | "hour" | "minute";

/** A stretch of time at a level; `from` is its start. */
export interface View {
  level: Level;
  from: number;
}

const SPAN: Readonly<Record<Level, number>> = { year: 366 * DAY, month: 31 * DAY, day: DAY, hour: HOUR };
const STEP: Readonly<Record<Level, Step>> = { year: "day", month: "hour", day: "minute", hour: "minute" };
/** A view begins on the start of a day, but for the hour. */
const floorOf = (level: Level, at: number): number => (level === "hour" ? floorHour(at) : floorDay(at));

export const stepOf = ({ level }: View): Step => STEP[level];
export const endOf = ({ level, from }: View): number => from + SPAN[level];

/** The newest stretch of this length that holds `now`. */
export function latest(level: Level, now: number): View {
  if (level === "hour" || level === "day") return { level, from: floorOf(level, now) };
  return { level, from: floorDay(now) + DAY - SPAN[level] };
}

/** Query of the operation; the end is exclusive. */
export const asked = (view: View): { from: string; to: string; step: Step } => ({
  from: formatIso(view.from),
  to: formatIso(endOf(view)),
  step: stepOf(view),
});

/** One stretch further; not beyond the one that holds `now`. */
export function moved(view: View, by: 1 | -1, now: number): View {
  const from = view.from + by * SPAN[view.level];
  const newest = latest(view.level, now);
  return from >= newest.from ? newest : { level: view.level, from };
}
export const isLatest = (view: View, now: number): boolean => view.from >= latest(view.level, now).from;

/** Another length around the middle of what is shown; not beyond now. */
export function zoomed(view: View, level: Level, now: number): View {
  const middle = Math.min((view.from + Math.min(endOf(view), now)) / 2, now);
  const from = level === "day" || level === "hour" ? floorOf(level, middle) : floorDay(middle - SPAN[level] / 2);
  const newest = latest(level, now);
  return from >= newest.from ? newest : { level, from };
}

/** What a click on the value of `at` opens: a day its minutes, an hour its minutes, a minute its frame. */
export function opened(view: View, at: number): View | { minute: number } {
  const step = stepOf(view);
  if (step === "day") return { level: "day", from: floorDay(at) };
  if (step === "hour") return { level: "hour", from: floorHour(at) };
  return { minute: Math.floor(at / MINUTE) * MINUTE };
}

/** In the address, so that a view can be passed on: `day@1790784000000`. */
export const viewText = ({ level, from }: View): string => `${level}@${from}`;
export function parseView(text: string | null): View | null {
  const [level, from = ""] = (text ?? "").split("@");
  const known = LEVELS.find((each) => each === level);
  return known && /^\d{12,14}$/.test(from) ? { level: known, from: Number(from) } : null;
}
