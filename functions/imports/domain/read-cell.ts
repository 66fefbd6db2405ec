/** One cell of a sheet as the value of the permits file; what it cannot be is left as it is, for the file's own check to refuse. */
import type { RuleData } from "../../../layers/rule-data.ts";
import type { Said } from "../../register/domain/permit-reasons.ts";
import { REASONS } from "../../register/domain/permit-reasons.ts";
import { choiceOf, plainTitle, SEPARATOR, type SheetColumn } from "./sheet-columns.ts";
import { SHEET_REASONS } from "./sheet-reasons.ts";

export interface CellContext {
  ruleData: RuleData;
  report(said: Said): unknown;
  /** Codes of the permit's outlets. */
  outlets?: ReadonlySet<string>;
  /** Of the outlet. */
  medium?: string;
}

const FORMULA_ERROR = /^#(?:N\/A|REF!|VALUE!|DIV\/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!)$/;
/** Digits beyond these are lost in a spreadsheet's number. */
const EXACT = 1e15;

/** `undefined`: nothing stands there, or what stands there was reported. */
export function readCell(cell: string | number | boolean, column: SheetColumn, context: CellContext): unknown {
  if (column.form === "told") return undefined;
  const { report } = context;
  const text = typeof cell === "boolean" ? String(cell).toUpperCase() : String(cell).trim();
  if (FORMULA_ERROR.test(text)) return void report(SHEET_REASONS.formula(text));
  if (column.choices) {
    const code = choiceOf(column.choices, text);
    if (code !== null) return code;
    const words = Object.values(column.choices);
    return void report(
      SHEET_REASONS.notOneOf(text, { zh: words.map(([zh]) => zh), en: words.map(([, en]) => `"${en}"`) }),
    );
  }
  switch (column.form) {
    case "number":
      return typeof cell === "number" ? cell : numberOf(text);
    case "date":
      return timeOf(text).replace(/T00:00(?::00)?$/, "");
    case "time":
      return timeOf(text);
    case "phone":
      return phoneOf(text);
    case "code":
      if ((typeof cell === "number" && Math.abs(cell) >= EXACT) || /^\d(?:\.\d+)?E\+\d+$/i.test(text))
        return void report(SHEET_REASONS.numberForCode(text));
      return text;
    case "outlets":
      return outletsOf(text, context);
    case "units":
      return unitsOf(text, context);
    case "pollutant":
      return pollutantOf(text, context);
    case "text":
      return text;
  }
}

const numberOf = (text: string): number | string =>
  /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : text;

/** What people and spreadsheets write for a moment, as ISO 8601: `2024/1/1 8:00`, `2024年1月1日`. */
function timeOf(text: string): string {
  const match = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T\s]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?$/.exec(text);
  if (!match) return text;
  const [, year, month = "", day = "", hour, minute = "", second] = match;
  const date = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  if (hour === undefined) return date;
  return `${date}T${hour.padStart(2, "0")}:${minute}${second === undefined ? "" : `:${second}`}`;
}

/** A mobile number of China may stand without its country. */
function phoneOf(text: string): string {
  const plain = text.replaceAll(/[\s-]/g, "");
  if (/^1\d{10}$/.test(plain)) return `+86${plain}`;
  return /^861\d{10}$/.test(plain) ? `+${plain}` : plain;
}

const pieces = (text: string): string[] => text.split(SEPARATOR).flatMap((each) => each.trim() || []);

/** Between codes stands `|`; commas are understood too, unless an outlet's code has one. */
const outletsOf = (text: string, { outlets }: CellContext): string[] =>
  pieces(text).flatMap((piece) =>
    outlets?.has(piece) ? [piece] : piece.split(/[,;，；、\s]+/).filter((each) => each !== ""),
  );

function unitsOf(text: string, context: CellContext): Record<string, string> {
  const units: Record<string, string> = {};
  for (const piece of pieces(text)) {
    const [, name, unit] = /^([^=＝]+)[=＝](.*)$/.exec(piece) ?? [];
    if (name === undefined || unit === undefined) {
      context.report(SHEET_REASONS.unitForm(piece));
      continue;
    }
    const code = pollutantOf(name.trim(), context) ?? name.trim();
    if (Object.hasOwn(units, code)) context.report(REASONS.unitTwice(code));
    units[code] = unit.trim();
  }
  return units;
}

/** A code, or the code of what has this name; the outlet's medium decides between several. */
function pollutantOf(text: string, { ruleData, medium, report }: CellContext): string | undefined {
  if (ruleData.resolve(text) !== null) return text;
  const wanted = plainTitle(text);
  const named = [...ruleData.pollutants.values()].filter(({ zh, en }) =>
    [zh, en].some((each) => plainTitle(each) === wanted),
  );
  const [only, ...others] = named.length > 1 ? named.filter((each) => each.medium === medium) : named;
  if (only && others.length === 0) return only.code;
  if (named.length === 0) return text;
  return void report(
    SHEET_REASONS.severalPollutants(
      text,
      named.map(({ code }) => code),
    ),
  );
}
