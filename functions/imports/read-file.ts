/** Whatever somebody chose as a permits file: what it is by its bytes, what it says, and where each part of it stands. */
import type { RuleData } from "../../layers/rule-data.ts";
import type { Permit } from "../register/domain/permit.ts";
import { REASONS, type Said } from "../register/domain/permit-reasons.ts";
import { checkPermits } from "../register/domain/parse-permits.ts";
import { FILE_REASONS } from "./domain/file-reasons.ts";
import { jsonError, jsonPlaces } from "./domain/json-places.ts";
import { readSheets, type SheetTable } from "./domain/read-sheets.ts";
import { CsvRefused, decodeText, readCsv, type Encoding } from "./read-csv.ts";
import { NoWorkbook, readXlsx, WorkbookTooLarge } from "./read-xlsx.ts";
import { ZipRefused } from "./read-zip.ts";

export type FileFormat = "json" | "csv" | "xlsx";

/** What is wrong, where in the file and where in the permits. */
export interface FileProblem extends Said {
  path: string;
  sheet: string | null;
  /** Of the file or, in a workbook, the row of the sheet, from 1; null: the file as a whole. */
  line: number | null;
  /** Character of the line, or title of the column. */
  column: string | null;
}
export interface ReadFile {
  format: FileFormat | null;
  encoding: Encoding | null;
  /** Null exactly when there are problems. */
  permits: Permit[] | null;
  problems: FileProblem[];
  /** What was not read, and is no error. */
  notes: Said[];
  /** Where a part of the permits stands. */
  placesOf(paths: readonly string[]): Map<string, Pick<FileProblem, "sheet" | "line" | "column">>;
}

const nowhere = { sheet: null, line: null, column: null };
const refuse = (format: FileFormat | null, said: Said, place: Partial<FileProblem> = {}): ReadFile => ({
  format,
  encoding: null,
  permits: null,
  problems: [{ path: "", ...nowhere, ...place, ...said }],
  notes: [],
  placesOf: () => new Map(),
});

export function readFile(bytes: Uint8Array, ruleData: RuleData): ReadFile {
  const begins = (...start: number[]): boolean => start.every((byte, i) => bytes[i] === byte);
  if (bytes.length === 0) return refuse(null, FILE_REASONS.empty());
  if (begins(0x50, 0x4b)) return readWorkbook(bytes, ruleData);
  if (begins(0xd0, 0xcf, 0x11, 0xe0)) {
    // Both are compound files; one holds a workbook that a password encrypts, under this name.
    const encrypted = Buffer.from(bytes).includes(Buffer.from("EncryptedPackage", "utf16le"));
    return refuse(null, encrypted ? FILE_REASONS.password() : FILE_REASONS.oldExcel());
  }
  if (begins(0x89, 0x50, 0x4e, 0x47) || begins(0xff, 0xd8, 0xff) || begins(0x47, 0x49, 0x46, 0x38))
    return refuse(null, FILE_REASONS.picture());
  if (begins(0x25, 0x50, 0x44, 0x46)) return refuse(null, FILE_REASONS.pdf());
  const decoded = decodeText(bytes);
  if (!decoded) return refuse(null, FILE_REASONS.noText());
  const text = decoded.text.replace(/^\uFEFF/, "");
  if (text.trim() === "") return refuse(null, FILE_REASONS.empty());
  if (/^\s*[[{]/.test(text))
    return decoded.encoding === "utf-8" ? readJson(text, ruleData) : refuse("json", REASONS.notUtf8());
  try {
    return readTables("csv", decoded.encoding, [readCsv(text)], ruleData);
  } catch (error) {
    if (error instanceof CsvRefused) return refuse("csv", FILE_REASONS.notCsv(error.message), { line: error.line });
    throw error;
  }
}

function readWorkbook(bytes: Uint8Array, ruleData: RuleData): ReadFile {
  let tables: SheetTable[];
  try {
    tables = readXlsx(bytes);
  } catch (error) {
    if (error instanceof WorkbookTooLarge) return refuse("xlsx", FILE_REASONS.unpacksTooLarge());
    if (error instanceof NoWorkbook)
      return refuse(null, error.cause ? FILE_REASONS.damagedWorkbook() : FILE_REASONS.archive());
    if (!(error instanceof ZipRefused)) throw error;
    if (error.why === "encrypted") return refuse(null, FILE_REASONS.password());
    return refuse("xlsx", error.why === "too-large" ? FILE_REASONS.unpacksTooLarge() : FILE_REASONS.damagedWorkbook());
  }
  return readTables("xlsx", null, tables, ruleData);
}

function readTables(
  format: "csv" | "xlsx",
  encoding: Encoding | null,
  tables: readonly SheetTable[],
  ruleData: RuleData,
): ReadFile {
  const { json, placeOf, problems, notes } = readSheets(tables, ruleData);
  const placesOf: ReadFile["placesOf"] = (paths) => new Map(paths.map((path) => [path, placeOf(path) ?? nowhere]));
  const found = problems.map(({ place, ...said }): FileProblem => ({ ...nowhere, ...place, ...said }));
  const checked = checkPermits(json, ruleData);
  const reported = new Set(found.map(({ path }) => path));
  if (!checked.ok)
    // A cell that could not be read was reported as that, and would be missing here once more.
    for (const { path, reason, zh } of checked.problems)
      if (!reported.has(path)) found.push({ path, ...(placeOf(path) ?? nowhere), en: reason, zh });
  const permits = checked.ok && found.length === 0 ? checked.permits : null;
  return { format, encoding, permits, problems: found.toSorted(byPlace), notes, placesOf };
}

/** Sheet by sheet as they came, each from above. */
const byPlace = (a: FileProblem, b: FileProblem): number => (a.sheet === b.sheet ? (a.line ?? 0) - (b.line ?? 0) : 0);

function readJson(text: string, ruleData: RuleData): ReadFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const at = jsonError(text);
    const said = FILE_REASONS.notJson(at?.line ?? null, at?.column ?? null, at?.error ?? String(error));
    return refuse("json", said, at ? { line: at.line, column: String(at.column) } : {});
  }
  const placesOf: ReadFile["placesOf"] = (paths) => {
    const places = jsonPlaces(text, paths);
    return new Map(
      paths.map((path) => {
        const place = places.get(path);
        return [path, place ? { sheet: null, line: place.line, column: String(place.column) } : nowhere];
      }),
    );
  };
  const checked = checkPermits(json, ruleData);
  const common = { format: "json", encoding: "utf-8", placesOf } as const;
  if (checked.ok) return { ...common, notes: [], permits: checked.permits, problems: [] };
  const places = placesOf(checked.problems.map(({ path }) => path));
  const problems = checked.problems.map(({ path, reason, zh }): FileProblem => ({
    path,
    ...(places.get(path) ?? nowhere),
    en: reason,
    zh,
  }));
  return { ...common, notes: [], permits: null, problems };
}
