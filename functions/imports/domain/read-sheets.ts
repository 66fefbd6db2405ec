/** Sheets of permits (sheet-columns.ts) as the JSON of a permits file, and where in the sheets each part of it stands. */
import type { RuleData } from "../../../layers/rule-data.ts";
import type { Said } from "../../register/domain/permit-reasons.ts";
import { readCell, type CellContext } from "./read-cell.ts";
import { columnTitled, isKindTitle, isNotes, sheetNamed, SHEETS, type Sheet, type SheetKind } from "./sheet-columns.ts";
import { SHEET_NOTES, SHEET_REASONS } from "./sheet-reasons.ts";

export type Cell = string | number | boolean | null;
export interface SheetRow {
  /** Row of the sheet or line of the file, from 1. */
  line: number;
  cells: readonly Cell[];
}
export interface SheetTable {
  /** Name of the sheet; null: the file has no sheets (CSV). */
  name: string | null;
  rows: readonly SheetRow[];
}
export interface Place {
  sheet: string | null;
  line: number;
  /** Title of the column; null: the whole row. */
  column: string | null;
}
export interface SheetProblem extends Said {
  path: string;
  place: Place | null;
}
export interface ReadSheets {
  json: { permits: Record<string, unknown>[] };
  /** Where `permits[3].outlets[0].limits[1].max` stands; null: nowhere. */
  placeOf(path: string): Place | null;
  problems: SheetProblem[];
  /** What was not read. */
  notes: Said[];
}

/** A row of a known kind. */
interface Entry {
  sheet: Sheet;
  place: { sheet: string | null; line: number };
  cells: Map<string, Cell>;
  titles: Map<string, string>;
}
type Objects = Record<string, unknown>[];

export function readSheets(tables: readonly SheetTable[], ruleData: RuleData): ReadSheets {
  const problems: SheetProblem[] = [];
  const notes: Said[] = [];
  const entries = tables.flatMap((table) => entriesOf(table, problems, notes));
  const none = problems.length === 0 && entries.length === 0;
  const names = tables.flatMap(({ name }) => (name === null ? [] : [name]));
  if (none && names.length > 0 && !names.some((name) => sheetNamed(name)))
    problems.push({ path: "", place: null, ...SHEET_REASONS.noSheet(names) });
  const permits: Objects = [];
  const places = new Map<string, Entry>();
  const byPermit = new Map<string, { at: string; permit: Record<string, unknown>; outlets: Map<string, number> }>();

  /** The row as an object of the permits file, put behind the others of `list`. */
  const add = (entry: Entry, list: Objects, at: string, more: Partial<CellContext>): Record<string, unknown> => {
    const path = `${at}[${list.length}]`;
    const object: Record<string, unknown> = {};
    for (const column of entry.sheet.columns) {
      const report = (said: Said): unknown =>
        problems.push({ path: `${path}.${column.field}`, place: cellPlace(entry, column.field), ...said });
      const cell = entry.cells.get(column.field) ?? null;
      const value = cell === null ? undefined : readCell(cell, column, { ruleData, report, ...more });
      if (value !== undefined) object[column.field] = value;
    }
    list.push(object);
    places.set(path, entry);
    return object;
  };
  const of = (kind: SheetKind): Entry[] => entries.filter(({ sheet }) => sheet.kind === kind);
  const text = (entry: Entry, field: string): string => String(entry.cells.get(field) ?? "").trim();
  /** The permit that a row of another kind belongs to. */
  const permitOf = (entry: Entry) => {
    const permitNo = text(entry, "permitNo");
    const found = byPermit.get(permitNo);
    if (!found)
      wrong(entry, "permitNo", permitNo === "" ? SHEET_REASONS.missing() : SHEET_REASONS.noPermitRow(permitNo));
    return found;
  };
  const wrong = (entry: Entry, field: string, said: Said): unknown =>
    problems.push({ path: `${entry.sheet.kind}.${field}`, place: cellPlace(entry, field), ...said });

  for (const entry of of("permits")) {
    const at = `permits[${permits.length}]`;
    const { lon, lat, ...rest } = add(entry, permits, "permits", {});
    const permit = { ...rest, location: { lon, lat }, contacts: [], facilities: [], outlets: [] };
    permits[permits.length - 1] = permit;
    // Of a number that stands twice the file is refused; what belongs to it is read with the first.
    const permitNo = text(entry, "permitNo");
    if (permitNo !== "" && !byPermit.has(permitNo)) byPermit.set(permitNo, { at, permit, outlets: new Map() });
  }
  for (const entry of of("outlets")) {
    const found = permitOf(entry);
    if (!found) continue;
    const list = found.permit.outlets as Objects;
    const outlet = add(entry, list, `${found.at}.outlets`, {});
    Object.assign(outlet, { devices: [], limits: [] });
    delete outlet.permitNo;
    const code = text(entry, "code");
    if (!found.outlets.has(code)) found.outlets.set(code, list.length - 1);
  }
  for (const kind of ["contacts", "facilities"] as const)
    for (const entry of of(kind)) {
      const found = permitOf(entry);
      if (!found) continue;
      const context = { outlets: new Set(found.outlets.keys()) };
      delete add(entry, found.permit[kind] as Objects, `${found.at}.${kind}`, context).permitNo;
    }
  for (const kind of ["devices", "limits"] as const)
    for (const entry of of(kind)) {
      const found = permitOf(entry);
      if (!found) continue;
      const code = text(entry, "outlet");
      const i = found.outlets.get(code);
      if (i === undefined) {
        const reason = code === "" ? SHEET_REASONS.missing() : SHEET_REASONS.noOutletRow(code, text(entry, "permitNo"));
        wrong(entry, "outlet", reason);
        continue;
      }
      const outlet = (found.permit.outlets as Objects)[i]!;
      const at = `${found.at}.outlets[${i}].${kind}`;
      const object = add(entry, outlet[kind] as Objects, at, { medium: String(outlet.medium) });
      delete object.permitNo;
      delete object.outlet;
    }
  if (problems.length === 0 && permits.length === 0)
    problems.push({ path: "", place: null, ...SHEET_REASONS.noPermits() });
  return { json: { permits }, placeOf: (path) => placeOf(places, path), problems, notes };
}

const cellPlace = ({ place, titles }: Entry, field: string): Place => ({ ...place, column: titles.get(field) ?? null });

/** The part of `path` that is a row, and the column of what follows. */
function placeOf(places: ReadonlyMap<string, Entry>, path: string): Place | null {
  for (let end = path.length; end > 0; end = Math.max(path.lastIndexOf(".", end - 1), path.lastIndexOf("[", end - 1))) {
    const entry = places.get(path.slice(0, end));
    if (!entry) continue;
    const [, field = ""] = /^\.?(?:location\.)?(\w*)/.exec(path.slice(end)) ?? [];
    return cellPlace(entry, field);
  }
  return null;
}

const isEmpty = (cell: Cell | undefined): boolean =>
  cell === undefined || cell === null || (typeof cell === "string" && cell.trim() === "");

/** The rows of one table, each with its kind; what is wrong with the table's head is reported. */
function entriesOf({ name, rows }: SheetTable, problems: SheetProblem[], notes: Said[]): Entry[] {
  const [head, ...body] = rows.filter(({ cells }) => cells.some((cell) => !isEmpty(cell)));
  if (!head || (name !== null && isNotes(name))) return [];
  const titles = head.cells.map((cell) => (isEmpty(cell) ? "" : String(cell).trim()));
  const report = (said: Said, column: string | null): unknown =>
    problems.push({ path: "", place: { sheet: name, line: head.line, column }, ...said });
  const kindAt = titles.findIndex(isKindTitle);
  const own = name === null ? null : sheetNamed(name);
  if (kindAt < 0 && !own) {
    if (name === null) report(SHEET_REASONS.noKind(), null);
    else notes.push(SHEET_NOTES.unknownSheet(name));
    return [];
  }
  const sheets = kindAt < 0 ? [own!] : SHEETS;
  for (const [i, title] of titles.entries()) {
    if (title === "" || i === kindAt || sheets.some((sheet) => columnTitled(sheet, title))) continue;
    notes.push(SHEET_NOTES.unknownColumn(name, title));
  }
  const columns = new Map(sheets.map((sheet) => [sheet.kind, columnsOf(sheet, titles, report)]));
  const entries = body.flatMap(({ line, cells }): Entry[] => {
    const kind = kindAt < 0 ? own : sheetNamed(String(cells[kindAt] ?? ""));
    if (!kind) {
      const place = { sheet: name, line, column: titles[kindAt] ?? null };
      problems.push({ path: "", place, ...SHEET_REASONS.unknownKind(String(cells[kindAt] ?? "")) });
      return [];
    }
    const at = columns.get(kind.kind)!;
    return [
      {
        sheet: kind,
        place: { sheet: name, line },
        titles: new Map([...at].map(([field, i]) => [field, titles[i]!])),
        cells: new Map([...at].flatMap(([field, i]) => (isEmpty(cells[i]) ? [] : [[field, cells[i]!]]))),
      },
    ];
  });
  const used = [...new Set(entries.map(({ sheet }) => sheet))];
  const lacks = new Set(
    used.flatMap((sheet) =>
      sheet.columns.flatMap(({ required, field, title }) =>
        required && !columns.get(sheet.kind)!.has(field) ? [title] : [],
      ),
    ),
  );
  for (const { zh, en } of lacks) report(SHEET_REASONS.noColumn(zh, en), null);
  // Without a column that every row needs, each row would say the same again.
  return lacks.size > 0 ? [] : entries;
}

/** Field → index of its column. */
function columnsOf(
  sheet: Sheet,
  titles: readonly string[],
  report: (said: Said, column: string) => unknown,
): Map<string, number> {
  const found = new Map<string, number>();
  for (const [i, title] of titles.entries()) {
    const column = title === "" ? null : columnTitled(sheet, title);
    if (!column) continue;
    if (found.has(column.field)) report(SHEET_REASONS.titleTwice(title), title);
    else found.set(column.field, i);
  }
  return found;
}
