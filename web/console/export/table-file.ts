/** A table as a file: CSV that spreadsheets open in Chinese, or XLSX. Texts stay texts: nothing in them is run as a formula. */

export type Cell = string | number | null;
export interface Column<Row> {
  title: string;
  value(row: Row): Cell;
  /** Characters, for XLSX. */
  width?: number;
}

/** Where a spreadsheet would take a text for a formula. */
const FORMULA = /^'*[=+\-@\t\r]/;

function csvCell(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell === "number") return String(cell);
  const text = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** RFC 4180 with a byte order mark, which tells spreadsheets that it is UTF-8. */
export const csvOf = <Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string =>
  `\uFEFF${[columns.map((c) => csvCell(c.title)), ...rows.map((row) => columns.map((c) => csvCell(c.value(row))))]
    .map((line) => line.join(","))
    .join("\r\n")}\r\n`;

/** The longest text a cell holds. */
const LONGEST = 32_767;

/** A sheet of a workbook: its titles stay in sight and are bold. */
export interface WorkbookSheet {
  title: string;
  columns: readonly { title: string; width?: number | undefined }[];
  rows: readonly (readonly Cell[])[];
}

/** `_x0041_` would be read as the character that it names; by its own names the library finds members of every object. */
const literal = (text: string): string =>
  (text in {} ? `_x${text.charCodeAt(0).toString(16).padStart(4, "0")}_${text.slice(1)}` : text.replaceAll(/_(?=x[0-9A-Fa-f]{4}_)/g, "_x005F_")).slice(0, LONGEST); // prettier-ignore

/** Loaded when it is needed: it is not part of the first load. */
export async function workbookOf(sheets: readonly WorkbookSheet[]): Promise<Blob> {
  const { default: write } = await import("write-excel-file/universal");
  const cellOf = (cell: Cell) =>
    cell === null
      ? null
      : typeof cell === "number"
        ? { value: cell, type: Number }
        : { value: literal(cell), type: String };
  return write(
    sheets.map(({ title, columns, rows }) => ({
      data: [
        columns.map((c) => ({ value: literal(c.title), type: String, fontWeight: "bold" as const })),
        ...rows.map((row) => row.map(cellOf)),
      ],
      sheet: title,
      columns: columns.map(({ width = 16 }) => ({ width })),
      stickyRowsCount: 1,
    })),
  ).toBlob();
}

export const xlsxOf = <Row>(rows: readonly Row[], columns: readonly Column<Row>[], sheet: string): Promise<Blob> =>
  workbookOf([{ title: sheet, columns, rows: rows.map((row) => columns.map((c) => c.value(row))) }]);

/** Hands a file to the browser's downloads. */
export function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
