// oxlint-disable-next-line typescript/triple-slash-reference -- the web's own configuration does not see it otherwise
/// <reference path="./saxen.d.ts" />
/**
 * The sheets of an XLSX file as rows of cells. Our own over a SAX parser: the libraries we found fill every row up to the
 * last one and column, so that one cell at the far corner takes gigabytes, and leave cells with an error empty without a word.
 */
import { Parser } from "saxen";
import { formatDay, formatIso } from "../shared/shanghai.ts";
import type { Cell, SheetRow, SheetTable } from "./domain/read-sheets.ts";
import { readZip, type Zip } from "./read-zip.ts";

/** What the parts of a workbook may have unpacked: some forty times the rows of a city's register. */
const MOST_UNPACKED = 400 * 2 ** 20;
const MOST_CELLS = 5_000_000;
/** A workbook of such a size is no register. */
export class WorkbookTooLarge extends Error {
  override name = "WorkbookTooLarge";
}
/** A ZIP file that is no workbook. */
export class NoWorkbook extends Error {
  override name = "NoWorkbook";
}

/** Throws ZipRefused, WorkbookTooLarge or NoWorkbook. Rows and columns without content are left out. */
export function readXlsx(bytes: Uint8Array): SheetTable[] {
  const zip = readZip(bytes, MOST_UNPACKED);
  const book = zip.read("xl/workbook.xml");
  if (!book) throw new NoWorkbook();
  const sheets: { name: string; id: string }[] = [];
  let since1904 = false;
  parse(book, {
    open(name, attributes) {
      const { name: title = "", date1904 = "", ...rest } = attributes;
      if (name === "workbookPr") since1904 = date1904 === "1" || date1904 === "true";
      // The relation's name space goes by any prefix.
      const id = Object.entries(rest).find(([key]) => key.endsWith(":id"))?.[1];
      if (name === "sheet" && id !== undefined) sheets.push({ name: title, id });
    },
  });
  const targets = relations(zip);
  const strings = sharedStrings(zip);
  const dates = dateStyles(zip);
  let left = MOST_CELLS;
  return sheets.flatMap(({ name, id }) => {
    const xml = zip.read(targets.get(id) ?? "");
    if (!xml) return []; // a sheet that is a chart
    const rows = rowsOf(xml, strings, dates, since1904, () => {
      if (--left < 0) throw new WorkbookTooLarge();
    });
    return [{ name, rows }];
  });
}

interface Handlers {
  open?(name: string, attributes: Record<string, string>): void;
  close?(name: string): void;
  text?(text: string): void;
}

function parse(xml: Buffer, { open, close, text }: Handlers): void {
  const parser = new Parser();
  let wrong: Error | null = null;
  const plain = (name: string): string => name.slice(name.indexOf(":") + 1);
  parser.on("openTag", (name: string, attributes: () => Record<string, string>, decode: (text: string) => string) =>
    open?.(plain(name), Object.fromEntries(Object.entries(attributes()).map(([key, value]) => [key, decode(value)]))),
  );
  parser.on("closeTag", (name: string) => close?.(plain(name)));
  parser.on("text", (value: string, decode: (text: string) => string) => text?.(decode(value)));
  parser.on("cdata", (value: string) => text?.(value));
  parser.on("error", (error: Error) => (wrong ??= error));
  parser.parse(xml.toString("utf8"));
  if (wrong) throw new NoWorkbook("the workbook is damaged", { cause: wrong });
}

/** Id → part of the file. */
function relations(zip: Zip): Map<string, string> {
  const found = new Map<string, string>();
  const xml = zip.read("xl/_rels/workbook.xml.rels");
  if (xml)
    parse(xml, {
      open(name, { Id: id, Target: target }) {
        if (name !== "Relationship" || id === undefined || target === undefined) return;
        found.set(id, target.startsWith("/") ? target.slice(1) : `xl/${target}`);
      },
    });
  return found;
}

function sharedStrings(zip: Zip): string[] {
  const strings: string[] = [];
  const xml = zip.read("xl/sharedStrings.xml");
  let value = "";
  // Text of runs counts; what is said of its pronunciation (rPh) does not.
  const inside: string[] = [];
  if (xml)
    parse(xml, {
      open(name) {
        if (name === "si") value = "";
        inside.push(name);
      },
      close(name) {
        inside.pop();
        if (name === "si") strings.push(unescaped(value));
      },
      text(text) {
        if (inside.at(-1) === "t" && !inside.includes("rPh")) value += text;
      },
    });
  return strings;
}

/** A format of dates and times has d, h, m, s or y outside of quotes, brackets and escapes. */
const isDateFormat = (format: string): boolean =>
  /[dhmsy]/i.test(format.replaceAll(/"[^"]*"|\[(?!h+\]|m+\]|s+\])[^\]]*\]|\\./gi, "")) && !/^general$/i.test(format);
const BUILT_IN_DATES = (id: number): boolean => (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 58); // prettier-ignore

/** Styles of cells that show a moment. */
function dateStyles(zip: Zip): ReadonlySet<number> {
  const custom = new Map<number, boolean>();
  const dates = new Set<number>();
  const xml = zip.read("xl/styles.xml");
  let styles = 0;
  let cellStyles = false;
  if (xml)
    parse(xml, {
      open(name, { numFmtId = "0", formatCode = "" }) {
        const id = Number(numFmtId);
        if (name === "numFmt") custom.set(id, isDateFormat(formatCode));
        if (name === "cellXfs") cellStyles = true;
        if (name !== "xf" || !cellStyles) return;
        if (custom.get(id) ?? BUILT_IN_DATES(id)) dates.add(styles);
        styles += 1;
      },
      close(name) {
        if (name === "cellXfs") cellStyles = false;
      },
    });
  return dates;
}

function rowsOf(
  xml: Buffer,
  strings: readonly string[],
  dates: ReadonlySet<number>,
  since1904: boolean,
  count: () => void,
): SheetRow[] {
  const rows: SheetRow[] = [];
  let row = { line: 0, cells: [] as Cell[] };
  let line = 0;
  let cell: { column: number; type: string; style: number; value: string } | null = null;
  let inside = "";
  parse(xml, {
    open(name, { r = "", t = "n", s = "0" }) {
      if (name === "row") {
        line = r === "" ? line + 1 : Number(r);
        row = { line, cells: [] };
      } else if (name === "c") {
        count();
        cell = { column: r === "" ? row.cells.length : columnOf(r), type: t, style: Number(s), value: "" };
      } else if (name === "v" || name === "t") inside = name;
      else if (name === "rPh") inside = "rPh";
    },
    close(name) {
      if (name === "c" && cell) {
        const value = valueOf(cell, strings, dates, since1904);
        if (value !== null) {
          while (row.cells.length < cell.column) row.cells.push(null);
          row.cells[cell.column] = value;
        }
        cell = null;
      } else if (name === "row" && row.cells.length > 0) rows.push(row);
      if (name === "v" || name === "t" || name === "rPh") inside = "";
    },
    text(text) {
      if (cell && (inside === "v" || inside === "t")) cell.value += text;
    },
  });
  return rows;
}

/** `AB12` → 27. The sheet has 16,384 columns, a register's row has some twenty. */
function columnOf(reference: string): number {
  let column = 0;
  for (const letter of /^[A-Z]{1,3}/.exec(reference)?.[0] ?? "A") column = column * 26 + letter.charCodeAt(0) - 64;
  return Math.min(column - 1, MOST_COLUMNS);
}
const MOST_COLUMNS = 500;

function valueOf(
  { type, style, value }: { type: string; style: number; value: string },
  strings: readonly string[],
  dates: ReadonlySet<number>,
  since1904: boolean,
): Cell {
  if (value === "") return null;
  switch (type) {
    case "s":
      return strings[Number(value)] ?? null;
    case "b":
      return value === "1";
    case "n":
      return dates.has(style) ? momentOf(Number(value), since1904) : Number(value);
    default:
      // Texts, texts that a formula gave, and errors by their name: `#N/A`.
      return unescaped(value);
  }
}

/** Days since 1900 (with its leap day that was none) or 1904, as a civil time: `2024-01-01` or `2024-01-01T08:00:00`. */
function momentOf(days: number, since1904: boolean): string {
  const utc = Math.round((days + (since1904 ? 1_462 : 0) - 25_569) * 86_400) * 1_000;
  if (!Number.isFinite(utc) || Math.abs(utc) > 8e15) return String(days);
  const shown = utc - 8 * 3_600_000; // formatted in Shanghai's clock it shows the civil time again
  const day = formatDay(shown);
  const iso = formatIso(shown).slice(0, 19);
  return iso.endsWith("T00:00:00") ? day : iso;
}

/** `_x000D_` stands for a character that XML cannot hold. */
const unescaped = (text: string): string =>
  text.replaceAll(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
