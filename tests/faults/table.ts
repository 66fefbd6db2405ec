/** The ledger of the trials as a table for the terminal. */
import { DUE_ENDS, type TrialLedger, type TrialReport } from "./trial.ts";

/** A trial as it ended; without a ledger when it did not come to its end. */
export interface Outcome extends Omit<TrialReport, "ledger"> {
  ledger: TrialLedger | null;
  seconds: number;
}

const COLUMNS: readonly (readonly [string, (ledger: TrialLedger) => number])[] = [
  ["messages", (l) => l.messages],
  ["frames acked", (l) => l.acknowledged],
  ["accepted", (l) => l.accepted],
  ["duplicate", (l) => l.duplicate],
  ["quarantined", (l) => l.quarantined],
  ["lost", (l) => l.lost],
  ["sms doubled", (l) => l.doubled],
  ...DUE_ENDS.map((end) => [`sms ${end}`, (l: TrialLedger) => l.due[end]] as const),
  ["undelivered", (l) => l.undelivered],
  ["shards standing", (l) => l.standing],
];

export function ledgerTable(outcomes: readonly Outcome[]): string {
  const sum = COLUMNS.map(([, of]) => outcomes.reduce((n, { ledger }) => n + (ledger ? of(ledger) : 0), 0));
  const rows = [
    ["trial", ...COLUMNS.map(([name]) => name), "seconds", "violations"],
    ...outcomes.map(({ name, ledger, seconds, violations }) => [
      name,
      ...COLUMNS.map(([, of]) => (ledger ? String(of(ledger)) : "–")),
      String(seconds),
      String(violations.length),
    ]),
    [
      "together",
      ...sum.map(String),
      String(outcomes.reduce((n, { seconds }) => n + seconds, 0)),
      String(outcomes.reduce((n, { violations }) => n + violations.length, 0)),
    ],
  ];
  // 17 columns do not fit a terminal: a trial is a column, a figure is a row.
  const turned = rows[0]!.map((_, i) => rows.map((row) => row[i]!));
  const widths = turned[0]!.map((_, i) => Math.max(...turned.map((row) => row[i]!.length)));
  return turned
    .map((row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join("  "))
    .join("\n");
}
