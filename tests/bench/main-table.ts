/** What `npm run bench` prints: a table per section; pure. */
import type { Figure, Section } from "./section.ts";

/** A section as it is kept in bench.json: measured, or failed with the reason. */
export type Outcome = (Section & { seconds: number }) | { name: string; failed: string; seconds: number };

/** Whether the figure keeps its bound; null where it has none. A value that is no number keeps none. */
export const met = ({ value, target }: Figure): boolean | null =>
  target === undefined ? null : target.at === "most" ? value <= target.value : value >= target.value;

/** Three significant digits, at least the whole number; thousands apart. */
export function readable(value: number): string {
  if (!Number.isFinite(value)) return "—";
  const digits = value === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toLocaleString("en-US", { maximumFractionDigits: Math.min(digits, 6) });
}

const bound = ({ target }: Figure): string =>
  target === undefined ? "" : `${target.at === "most" ? "≤" : "≥"} ${readable(target.value)}`;
const mark = (figure: Figure): string => ({ true: "✓", false: "✗", null: " " })[`${met(figure)}`];

/** Columns as wide as they must be; the note last, since it may be long. */
export function table(figures: readonly Figure[]): string {
  const rows = figures.map((f) => [f.what, readable(f.value), f.unit, bound(f), mark(f), f.note ?? ""]);
  const width = [0, 1, 2, 3].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map(([what = "", value = "", unit = "", target = "", sign = "", note = ""]) =>
      `  ${what.padEnd(width[0] ?? 0)}  ${value.padStart(width[1] ?? 0)} ${unit.padEnd(width[2] ?? 0)}  ${target.padEnd(width[3] ?? 0)} ${sign}  ${note}`.trimEnd(),
    )
    .join("\n");
}

export function sectionText(outcome: Outcome): string {
  const seconds = `${outcome.seconds.toFixed(1)} s`;
  if ("failed" in outcome) return `\n${outcome.name} — FAILED after ${seconds}: ${outcome.failed}`;
  const notes = outcome.notes.map((note) => `  · ${note}`);
  return [`\n${outcome.title} (${outcome.name}, ${seconds})`, table(outcome.figures), ...notes].join("\n");
}

/** The last line: how many bounds are kept, which are missed, what failed. */
export function summary(outcomes: readonly Outcome[]): string {
  const figures = outcomes.flatMap((outcome) => ("failed" in outcome ? [] : outcome.figures));
  const bounded = figures.filter((figure) => figure.target !== undefined);
  const missed = bounded.filter((figure) => met(figure) === false).map((figure) => figure.what);
  const failed = outcomes.filter((outcome) => "failed" in outcome).map((outcome) => outcome.name);
  return [
    `${bounded.length - missed.length} of ${bounded.length} targets met`,
    ...(missed.length > 0 ? [`missed: ${missed.join("; ")}`] : []),
    ...(failed.length > 0 ? [`failed sections: ${failed.join(", ")}`] : []),
  ].join(" · ");
}
