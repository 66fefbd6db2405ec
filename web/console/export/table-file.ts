/** A table as a file: CSV that spreadsheets open in Chinese, or XLSX. Texts stay texts: nothing in them is run as a formula. */

export type Cell = string | number | null;
export interface Column<Row> {
  title: string;
  value(row: Row): Cell;
  /** Characters, for XLSX. */
  width?: number;
}

/** Where a spreadsheet would take a text for a formula. */
const FORMULA = /^[=+\-@\t\r]/;

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

/** Loaded when it is needed: it is not part of the first load. */
export async function xlsxOf<Row>(rows: readonly Row[], columns: readonly Column<Row>[], sheet: string): Promise<Blob> {
  const { default: write } = await import("write-excel-file/universal");
  const cellOf = (cell: Cell) =>
    cell === null
      ? null
      : typeof cell === "number"
        ? { value: cell, type: Number }
        : { value: cell.slice(0, LONGEST), type: String };
  const data = [
    columns.map((c) => ({ value: c.title, type: String, fontWeight: "bold" as const })),
    ...rows.map((row) => columns.map((c) => cellOf(c.value(row)))),
  ];
  const widths = columns.map(({ width = 16 }) => ({ width }));
  return write(data, { sheet, columns: widths, stickyRowsCount: 1 }).toBlob();
}

/** Hands a file to the browser's downloads. */
export function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
