/** The figures of a simulation as rows: in force, draft, and how far apart they are. */
import type { Answer } from "../answers.ts";

export type Simulation = NonNullable<Answer<"getSimulation">["result"]>;
export type Figures = Simulation["figures"]["force"];

export interface FigureRow {
  key: string;
  force: number | null;
  draft: number | null;
  /** Draft less in force; null where one of them is missing. */
  difference: number | null;
  decimals: number;
  /** `%` or nothing. */
  unit: string;
}

const percent = (part: number, whole: number): number | null => (whole === 0 ? null : (100 * part) / whole);

const ROWS: readonly { key: string; of(f: Figures): number | null; decimals?: number; unit?: string }[] = [
  { key: "episodes", of: (f) => f.episodes },
  { key: "level1", of: (f) => f.levels[0] ?? 0 },
  { key: "level2", of: (f) => f.levels[1] ?? 0 },
  { key: "level3", of: (f) => f.levels[2] ?? 0 },
  { key: "escalated", of: (f) => f.escalated },
  { key: "told", of: (f) => f.told },
  { key: "exceededHours", of: (f) => f.exceededHours },
  { key: "ahead10", of: (f) => percent(f.hoursAhead10, f.exceededHours), decimals: 1, unit: " %" },
  { key: "lead", of: (f) => f.lead?.median ?? null },
  { key: "exceededDays", of: (f) => f.exceededDays },
  { key: "daysAhead", of: (f) => percent(f.daysAhead, f.exceededDays), decimals: 1, unit: " %" },
  { key: "dayLead", of: (f) => f.dayLead, decimals: 1 },
  { key: "precision", of: (f) => percent(f.trueEpisodes, f.limitEpisodes), decimals: 1, unit: " %" },
  { key: "messages", of: (f) => f.messages },
  { key: "otherMessages", of: (f) => f.otherMessages },
  { key: "capped", of: (f) => f.capped },
  { key: "messagesPerRiskHour", of: (f) => f.messagesPerRiskHour, decimals: 2 },
  { key: "perPhoneDay", of: (f) => f.perPhoneDay, decimals: 2 },
  { key: "mostPerPhoneDay", of: (f) => f.mostPerPhoneDay },
  { key: "verdictExceeded", of: (f) => f.hours.exceeded },
  { key: "verdictInsufficient", of: (f) => f.hours.insufficient },
];

export const figureRows = ({ force, draft }: Simulation["figures"]): FigureRow[] =>
  ROWS.map(({ key, of, decimals = 0, unit = "" }) => {
    const [a, b] = [of(force), of(draft)];
    return { key, force: a, draft: b, difference: a === null || b === null ? null : b - a, decimals, unit };
  });

/** `42.0 %`, `—` for nothing; a difference with its sign. */
export function figureText(value: number | null, { decimals, unit }: FigureRow, signed = false): string {
  if (value === null) return "—";
  const text = value.toFixed(decimals);
  // What rounds to nothing is none, and has no sign.
  if (signed && Number(text) === 0) return "0";
  return `${signed && value > 0 ? "+" : ""}${text}${unit}`;
}
