/**
 * Clock arithmetic for Asia/Shanghai (UTC+8, no daylight saving since 1991), over epoch milliseconds.
 * Every period of the law (hour, day) is a period of this clock; pure, never reads a clock itself.
 */

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
const OFFSET = 8 * HOUR;

/** Start of the minute that holds `t`. */
export const floorMinute = (t: number): number => Math.floor(t / MINUTE) * MINUTE;
/** Start of the clock hour that holds `t` (the offset is a whole number of hours). */
export const floorHour = (t: number): number => Math.floor(t / HOUR) * HOUR;
/** Start (00:00 Shanghai) of the day that holds `t`. */
export const floorDay = (t: number): number => Math.floor((t + OFFSET) / DAY) * DAY - OFFSET;
/** Hour of the day, 0–23. */
export const hourOfDay = (t: number): number => Math.floor((t + OFFSET) / HOUR) % 24;

/** `2026-10-01T08:30:00+08:00`; milliseconds only when there are any. */
export function formatIso(t: number): string {
  const s = new Date(t + OFFSET).toISOString();
  return `${s.endsWith(".000Z") ? s.slice(0, 19) : s.slice(0, 23)}+08:00`;
}
/** `2026-10-01`. */
export const formatDay = (t: number): string => new Date(t + OFFSET).toISOString().slice(0, 10);
/** `2026-10-01T08`. */
export const formatHour = (t: number): string => new Date(t + OFFSET).toISOString().slice(0, 13);
/** `08:30`. */
export const formatClock = (t: number): string => new Date(t + OFFSET).toISOString().slice(11, 16);
/** `2026-10-01T08:30`, the sort key of a block. */
export const formatMinute = (t: number): string => new Date(t + OFFSET).toISOString().slice(0, 16);

const ISO = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

/** Epoch milliseconds of an ISO 8601 text; without a zone it is Shanghai time. `null` when it is not a real moment. */
export function parseIso(text: string): number | null {
  const m = ISO.exec(text);
  if (!m) return null;
  const [, y, mo, d, h = "0", mi = "0", s = "0", fraction = "0", zone] = m;
  const utc = civil(Number(y), Number(mo), Number(d), Number(h), Number(mi), Number(s));
  if (utc === null) return null;
  const ms = Math.floor(Number(`0.${fraction}`) * 1000);
  if (zone === undefined) return utc - OFFSET + ms;
  if (zone === "Z") return utc + ms;
  const sign = zone.startsWith("-") ? -1 : 1;
  const digits = zone.slice(1).replace(":", "");
  return utc + ms - sign * (Number(digits.slice(0, 2)) * HOUR + Number(digits.slice(2)) * MINUTE);
}

/** Epoch milliseconds of `yyyyMMddHHmmss` or `yyyyMMddHHmmssSSS` (HJ 212 DataTime and QN). `null` when it is not a real moment. */
export function parseCompact(text: string): number | null {
  const { length } = text;
  if (length !== 14 && length !== 17) return null;
  for (let i = 0; i < length; i++) if (digit(text, i) < 0) return null;
  const two = (at: number): number => digit(text, at) * 10 + digit(text, at + 1);
  const utc = civil(two(0) * 100 + two(2), two(4), two(6), two(8), two(10), two(12));
  return utc === null ? null : utc - OFFSET + (length === 17 ? digit(text, 14) * 100 + two(15) : 0);
}

/** Value of the digit at `at`; -1 for anything else. */
function digit(text: string, at: number): number {
  const value = text.charCodeAt(at) - 0x30;
  return value <= 9 ? value : -1;
}

/** `yyyyMMddHHmmss`, with `SSS` behind it when `millis`. */
export function formatCompact(t: number, millis = false): string {
  const digits = new Date(t + OFFSET).toISOString().replaceAll(/\D/g, "");
  return digits.slice(0, millis ? 17 : 14);
}

/** UTC milliseconds of a civil time, `null` when a part is out of range (31 February, 25:00, second 60). */
function civil(y: number, mo: number, d: number, h: number, mi: number, s: number): number | null {
  if (h > 23 || mi > 59 || s > 59) return null;
  const t = Date.UTC(y, mo - 1, d, h, mi, s);
  const back = new Date(t);
  return back.getUTCFullYear() === y && back.getUTCMonth() === mo - 1 && back.getUTCDate() === d ? t : null;
}
