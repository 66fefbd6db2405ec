/** A CSV file as rows of cells, in the encodings that spreadsheets save it in. */
import { CsvError, parse } from "csv-parse/sync";
import type { SheetTable } from "./domain/read-sheets.ts";

export type Encoding = "utf-8" | "utf-16" | "gb18030";

/** Excel in China saves CSV in GBK; GB 18030 holds it whole. Null: the bytes are no text of any of these. */
export function decodeText(bytes: Uint8Array): { text: string; encoding: Encoding } | null {
  const [a, b] = bytes;
  const wide = a === 0xff && b === 0xfe ? "utf-16le" : a === 0xfe && b === 0xff ? "utf-16be" : null;
  const decode = (label: string): string | null => {
    try {
      const text = new TextDecoder(label, { fatal: true }).decode(bytes);
      // No text has these: a picture that happens to decode does.
      return /[\u0000-\u0008\u000E-\u001A]/.test(text) ? null : text; // oxlint-disable-line no-control-regex
    } catch {
      return null;
    }
  };
  if (wide) {
    const text = decode(wide);
    return text === null ? null : { text, encoding: "utf-16" };
  }
  for (const encoding of ["utf-8", "gb18030"] as const) {
    const text = decode(encoding);
    if (text !== null) return { text, encoding };
  }
  return null;
}

/** Where it is no CSV: an unclosed quote, as a rule. */
export class CsvRefused extends Error {
  override name = "CsvRefused";
  readonly line: number;
  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

/** Separated by commas, semicolons or tabs, as the first line is. Throws CsvRefused. */
export function readCsv(text: string): SheetTable {
  const [first = ""] = text.split(/\r?\n/, 1);
  const times = (separator: string): number => first.split(separator).length;
  const delimiter = [",", "\t", ";"].reduce((best, each) => (times(each) > times(best) ? each : best));
  try {
    const records = parse(text, {
      bom: true,
      delimiter,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      // Where a row begins: a text in quotes may go over several lines.
      raw: true,
    }) as unknown as { record: string[]; info: { lines: number }; raw: string }[];
    return {
      name: null,
      rows: records.map(({ record, info, raw }) => ({
        line: info.lines - (raw.replace(/\r?\n$/, "").match(/\n/g)?.length ?? 0),
        cells: record.map(unquoted),
      })),
    };
  } catch (error) {
    if (error instanceof CsvError) throw new CsvRefused(Number(error["lines"] ?? 1), error.message);
    throw error;
  }
}

/** What the export put before a text that a spreadsheet would run (web/console/export/table-file.ts). */
const unquoted = (cell: string): string => (/^'+[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell);
