/** How hard a plant works: 0 (stopped) to about 1, by its trade, the hour and the day of the week, Shanghai time. */
import { drift } from "./random.ts";

/** Shift system; which one a trade has is a guess from the words of the permit's industry. */
export type Rhythm = "continuous" | "three-shift" | "two-shift" | "day-shift";

const SHANGHAI_MINUTES = 8 * 60;
/** 1970-01-01 was a Thursday: day number + 4, modulo 7, is 0 on Sundays. */
const weekday = (minute: number): number => (Math.floor((minute + SHANGHAI_MINUTES) / 1440) + 4) % 7;
const minuteOfDay = (minute: number): number => (((minute + SHANGHAI_MINUTES) % 1440) + 1440) % 1440;

export function rhythmOf(industry: string): Rhythm {
  if (/焚烧|发电|热电|热力|供热|污水|电力|水处理|power|incinerat|sewage|heat|cogeneration/i.test(industry))
    return "continuous";
  if (/食品|屠宰|饮料|皮革|造纸|码头|港|food|slaughter|leather|beverage|wharf|port/i.test(industry)) return "two-shift";
  if (/机械|家具|涂装|金属|电镀|设备|汽车|加油|machin|furniture|coating|metal|plating/i.test(industry))
    return "day-shift";
  return "three-shift";
}

/** Rises from 0 to 1 in half an hour from `start`, falls in the half hour before `end` (minutes of the day). */
function shift(at: number, start: number, end: number): number {
  return Math.max(0, Math.min(1, (at - start) / 30, (end - at) / 30));
}

/** Share of full load at a minute (epoch minutes). */
export function loadAt(rhythm: Rhythm, key: number, minute: number): number {
  const at = minuteOfDay(minute);
  const day = weekday(minute);
  const busy = 0.5 - 0.5 * Math.cos(((at - 180) / 1440) * 2 * Math.PI); // least at 03:00, most at 15:00
  const sway = 0.04 * drift(key, minute);
  if (rhythm === "continuous") return clamp(0.76 + 0.14 * busy + sway);
  if (rhythm === "three-shift") return clamp((0.6 + 0.28 * busy + sway) * (day === 0 ? 0.8 : 1));
  if (rhythm === "two-shift") return clamp((0.85 + sway) * shift(at, 345, 1335) * (day === 0 ? 0.85 : 1));
  const works = day === 0 ? 0 : day === 6 ? shift(at, 460, 730) : shift(at, 460, 1105);
  return clamp((0.85 + sway) * works);
}

const clamp = (x: number): number => Math.max(0, Math.min(1, x));
export { minuteOfDay };
