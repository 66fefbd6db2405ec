/** Times and numbers as people read them. All times are Shanghai's, wherever the device is. */
import type { Language } from "./language.ts";

const zone = "Asia/Shanghai";
const formats = new Map<string, Intl.DateTimeFormat>();

function format(language: Language, kind: "minute" | "day" | "clock"): Intl.DateTimeFormat {
  const key = language + kind;
  const known = formats.get(key);
  if (known) return known;
  const date = { year: "numeric", month: "2-digit", day: "2-digit" } as const;
  const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  const options = { day: date, clock, minute: { ...date, ...clock } }[kind];
  // English as ISO 8601 writes it (sv-SE): 03/04 would be read as two different days.
  const made = new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "sv-SE", { timeZone: zone, ...options });
  formats.set(key, made);
  return made;
}

/** `2026/10/01 09:15`; `at`: ISO 8601 with zone, or epoch ms. */
export const minuteText = (at: string | number, language: Language): string =>
  format(language, "minute").format(new Date(at));
export const dayText = (at: string | number, language: Language): string =>
  format(language, "day").format(new Date(at));
/** `09:15`. */
export const clockText = (at: string | number, language: Language): string =>
  format(language, "clock").format(new Date(at));

/** `2026-10-01T09:15` of Shanghai, as `<input type="datetime-local">` holds it. */
export const inputOf = (at: number): string => new Date(at + 8 * 3_600_000).toISOString().slice(0, 16);
/** ISO 8601 with Shanghai's zone of such an input's value; null when it is empty or no time. */
export const fromInput = (value: string): string | null =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(value) ? `${value}:00+08:00` : null;

/** With the decimals that the pollutant's unit has; null is a dash. */
export const numberText = (value: number | null | undefined, decimals: number): string =>
  value === null || value === undefined ? "—" : value.toFixed(decimals);
