/** The last 24 hours of a pollutant as hand-written SVG: small, sharp in print, no script. Decorative: the words beside it say the same. */
import { round6 } from "../shared/round.ts";
import { floorDay, formatClock, HOUR, parseIso } from "../shared/shanghai.ts";
import type { QuantityView } from "./domain/quantity-view.ts";
import { STEP, type HourView } from "./domain/series-view.ts";

/** Units per step, and the plot's height; the axis text stands below. */
const DX = 3;
const HIGH = 84;
const STEPS_PER_HOUR = HOUR / STEP;

/** Whole units only: on a phone one unit is about one pixel, and short numbers keep the page small. */
const px = (x: number): number => Math.round(x);

/** The SVG element; an empty text when there is nothing to draw. */
export function chart(quantity: QuantityView): string {
  const { series, hours, limits } = quantity;
  const present = series.values.filter((v) => v !== null);
  if (present.length === 0 && series.invalid.length === 0) return "";
  const noise = limits[0]?.statistic === "period";
  const limited = noise ? limits : limits.slice(0, 1);
  const bounds = [...new Set(limited.flatMap((l) => [l.max, l.min]))].filter((v) => v !== null);
  const all = [...present, ...bounds, ...hours.flatMap((h) => (h.verdict !== null && h.mean !== null ? [h.mean] : []))];
  const range = noise || limits[0]?.statistic === "instant";
  const low = range ? Math.min(...all) - span(all) * 0.1 : Math.min(0, ...all);
  const high = Math.max(...all) + (range ? span(all) * 0.1 : Math.max(...all) * 0.08) || 1;
  const y = (value: number): number => px(HIGH - ((value - low) / (high - low)) * HIGH);

  const width = series.values.length * DX;
  const judged = hours
    .map((h, i) => ({ ...h, x: i * STEPS_PER_HOUR * DX }))
    .filter((h) => h.verdict !== null && h.mean !== null);
  const bar = (h: { x: number; mean: number | null }): string => `M${h.x} ${y(h.mean ?? 0)}h${STEPS_PER_HOUR * DX}`;
  const over = judged.filter((h) => h.verdict === "exceeded");
  const parts = [
    path("l", noise ? steps(hours, y) : bounds.map((b) => `M0 ${y(b)}h${width}`).join("")),
    path("v", line(series.values, y)),
    path(
      "m",
      judged
        .filter((h) => h.verdict !== "exceeded")
        .map(bar)
        .join(""),
    ),
    path("x", over.map(bar).join("")),
    path("t", over.map((h) => `M${h.x + 6} ${Math.max(1, y(h.mean ?? 0) - 11)}l5 8h-10z`).join("")),
    path("i", ticks(series.invalid)),
    path("k", ticks(series.marked)),
    axis(series.from, series.values.length),
    ...bounds.map((b) => `<text class=b x=1 y=${y(b) - 3}>${bound(b)}</text>`),
  ];
  return `<svg viewBox="0 -12 ${width} ${HIGH + 32}" aria-hidden=true>${parts.join("")}</svg>`;
}

const bound = (value: number): string => String(round6(value));
const span = (values: readonly number[]): number => Math.max(...values) - Math.min(...values) || 1;
const path = (kind: string, d: string): string => (d === "" ? "" : `<path class=${kind} d="${d}"/>`);

/** Relative line through the values; a step without a value breaks it, a lone value is a short dash. */
function line(values: readonly (number | null)[], y: (value: number) => number): string {
  let d = "";
  let before: number | null = null;
  let flat = 0;
  const flush = (): void => {
    if (flat > 0) d += `h${flat}`;
    flat = 0;
  };
  for (const [i, value] of values.entries()) {
    if (value === null) {
      flush();
      if (before !== null && values[i - 2] == null) d += `h${DX}`;
      before = null;
      continue;
    }
    const at = y(value);
    if (before === null) d += `M${i * DX} ${at}`;
    else if (at === before) flat += DX;
    else {
      flush();
      d += `l${DX}${at < before ? "" : " "}${at - before}`;
    }
    before = at;
  }
  flush();
  return d;
}

/** Dashes along the bottom, neighbours joined. */
function ticks(steps: readonly number[]): string {
  let d = "";
  for (let i = 0; i < steps.length;) {
    let n = 1;
    while (steps[i + n] === (steps[i] ?? 0) + n) n += 1;
    d += `M${(steps[i] ?? 0) * DX} ${HIGH - 2}h${n * DX}`;
    i += n;
  }
  return d;
}

/** The limit of noise: by day one, by night another; no line over the running hour. */
function steps(hours: readonly HourView[], y: (value: number) => number): string {
  const hour = STEPS_PER_HOUR * DX;
  return hours.map(({ limit }, i) => (limit === null ? "" : `M${i * hour} ${y(limit)}h${hour}`)).join("");
}

/** A tick each hour, a long one with the time each six hours. */
function axis(from: string, steps: number): string {
  const start = parseIso(from) ?? 0;
  let small = "";
  let text = "";
  for (let i = 0; i * STEPS_PER_HOUR <= steps; i += 1) {
    const t = start + i * HOUR;
    const x = i * STEPS_PER_HOUR * DX;
    const long = ((t - floorDay(t)) / HOUR) % 6 === 0;
    small += `M${x} ${HIGH}v${long ? 5 : 3}`;
    if (long && x > 15 && x < steps * DX - 15) text += `<text x=${x} y=${HIGH + 17}>${formatClock(t)}</text>`;
  }
  return `<path class=a d="M0 ${HIGH}h${steps * DX}${small}"/>${text}`;
}
