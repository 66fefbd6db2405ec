/** Keeps docs/warning-quality.md and its plots with what the backtest found. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { RuleData } from "../../layers/rule-data.ts";
import { plots } from "./plots.ts";
import type { Report } from "./report.ts";
import { tables } from "./tables.ts";

export const DOCUMENT = "docs/warning-quality.md";
/** The figures behind the document: what the tests compare it and the code with. */
export const FIGURES = "docs/img/warning-quality.json";
const BEGIN = "<!-- backtest: begin -->";
const END = "<!-- backtest: end -->";

/** The document with the tables of `report` between its markers. */
export function withTables(text: string, report: Report): string {
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`${DOCUMENT} has lost its markers ${BEGIN} … ${END}`);
  return `${text.slice(0, from + BEGIN.length)}\n\n${tables(report)}\n\n${text.slice(to)}`;
}

/** Writes tables, figures and plots; returns the files. */
export function writeDocument(root: string, report: Report, ruleData: RuleData): string[] {
  const files = new Map([
    [DOCUMENT, withTables(readFileSync(join(root, DOCUMENT), "utf8"), report)],
    [FIGURES, `${JSON.stringify(report, null, 2)}\n`],
    ...plots(report, ruleData),
  ]);
  for (const [file, text] of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  return [...files.keys()];
}
