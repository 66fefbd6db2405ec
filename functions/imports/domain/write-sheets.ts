/** Permits as the rows of sheets, to be read again by read-sheets.ts: what is exported can be corrected and imported. */
import type { PermitForm } from "../../register/domain/file-form.ts";
import { KIND_TITLES, NOTES_TITLE, SEPARATOR, SHEETS, type Language, type SheetColumn } from "./sheet-columns.ts";

export type WrittenCell = string | number | null;
export interface WrittenSheet {
  title: string;
  columns: string[];
  rows: WrittenCell[][];
}

/** A sheet of each kind; their words in `language`. `nameOf`: of a pollutant, told beside its code. */
export function writeSheets(
  permits: readonly PermitForm[],
  language: Language,
  nameOf: (pollutant: string) => string,
): WrittenSheet[] {
  return SHEETS.map(({ kind, title, columns }) => {
    const rows = permits.flatMap((permit) => objectsOf(permit, nameOf)[kind]);
    return {
      title: title[language],
      columns: columns.map((column) => column.title[language]),
      rows: rows.map((row) => columns.map((column) => cellOf(column, row[column.field], language))),
    };
  });
}

/** The sheets one below the other, as a file without sheets holds them: what a row is stands in its first column. */
export function writeTable(sheets: readonly WrittenSheet[], language: Language): WrittenSheet {
  const kind = KIND_TITLES[language === "zh" ? 0 : 1]!;
  const columns = [...new Set([kind, ...sheets.flatMap((sheet) => sheet.columns)])];
  const rows = sheets.flatMap((sheet) => {
    const at = columns.map((column) => sheet.columns.indexOf(column));
    return sheet.rows.map((row) => at.map((i, n) => (n === 0 ? sheet.title : (row[i] ?? null))));
  });
  return { title: "", columns, rows };
}

/** What stands in each column, with an example; put before the empty sheets of the template. */
export function notesSheet(
  language: Language,
  units: readonly (readonly [name: string, unit: string])[],
): WrittenSheet {
  const words =
    language === "zh"
      ? { columns: ["工作表", "列", "必填", "怎么填", "示例"], yes: "是", units: "污染物单位" }
      : { columns: ["sheet", "column", "needed", "what to write", "example"], yes: "yes", units: "unit of" };
  return {
    title: NOTES_TITLE[language],
    columns: words.columns,
    rows: [
      ...SHEETS.flatMap((sheet) =>
        sheet.columns.map((column) => [
          sheet.title[language],
          column.title[language],
          column.required ? words.yes : null,
          column.note[language],
          column.example[language] || null,
        ]),
      ),
      ...units.map(([name, unit]) => [words.units, name, null, unit, null]),
    ],
  };
}

function objectsOf(
  { outlets, facilities, contacts, location, ...plant }: PermitForm,
  nameOf: (pollutant: string) => string,
): Record<(typeof SHEETS)[number]["kind"], Record<string, unknown>[]> {
  const { permitNo } = plant;
  return {
    permits: [{ ...plant, ...location }],
    contacts: contacts.map((contact) => ({ permitNo, ...contact })),
    facilities: facilities.map((facility) => ({ permitNo, ...facility })),
    outlets: outlets.map((outlet) => ({ permitNo, ...outlet })),
    devices: outlets.flatMap(({ code, devices }) => devices.map((device) => ({ permitNo, outlet: code, ...device }))),
    limits: outlets.flatMap(({ code, limits }) =>
      limits.map((limit) => ({ permitNo, outlet: code, ...limit, pollutantName: nameOf(limit.pollutant) })),
    ),
  };
}

function cellOf({ choices, form }: SheetColumn, value: unknown, language: Language): WrittenCell {
  if (form === "outlets") return (value as string[]).join(SEPARATOR) || null;
  if (form === "units")
    return (
      Object.entries(value as Record<string, string>)
        .map(([code, unit]) => `${code}=${unit}`)
        .join(SEPARATOR) || null
    );
  if (typeof value === "number") return value;
  if (typeof value !== "string") return null;
  return choices?.[value]?.[language === "zh" ? 0 : 1] ?? value;
}
