/** What the check of a permits file leaves behind: its head, the plants in pages, and what the jobs are asked with. */
import * as z from "zod/mini";

export const UPLOAD_PART = 512 * 1024;
export const MOST_PARTS = 100;

/** Of imports, uploads and jobs: made by the client. */
export const ClientId = z
  .string()
  .check(z.regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, "must be a UUID in small letters"));
export const Sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/, "must be 64 hex digits"));

export const CheckInput = z.object({
  /** Whose parts are meant. */
  upload: ClientId,
  fileName: z.string(),
  parts: z.int().check(z.gte(1), z.lte(MOST_PARTS)),
  sha256: Sha256,
});
export const ApplyInput = z.object({
  /** Id of the check whose result was looked at. */
  import: ClientId,
  fileName: z.string(),
  /** The file and the revisions that were seen: `ImportHead.revision`. */
  revision: z.string(),
});

const Said = { en: z.string(), zh: z.string() };
export const Problem = z.object({
  ...Said,
  path: z.string(),
  sheet: z.nullable(z.string()),
  line: z.nullable(z.int()),
  column: z.nullable(z.string()),
});

/** As domain/permit-difference.ts of the register says them. */
const Difference = z.object({
  path: z.string(),
  kind: z.string(),
  where: z.record(z.string(), z.string()),
  before: z.unknown(),
  after: z.unknown(),
});
export const OUTCOMES = ["created", "revised", "unchanged", "outdated"] as const;
export const PreviewPlant = z.object({
  permitNo: z.string(),
  name: z.string(),
  town: z.string(),
  outcome: z.enum(OUTCOMES),
  sheet: z.nullable(z.string()),
  line: z.nullable(z.int()),
  differences: z.array(Difference),
  /** Differences that are not shown: there are too many. */
  more: z.int(),
});
export type PreviewPlant = z.output<typeof PreviewPlant>;

const counts = { plants: z.int(), created: z.int(), revised: z.int(), unchanged: z.int(), outdated: z.int() };
/** What people are told of a check as a whole. */
export const ImportSummary = z.object({
  id: z.string(),
  /** Whose parts it was, and how many: to check the same file again. */
  upload: ClientId,
  parts: z.int(),
  fileName: z.string(),
  bytes: z.int(),
  sha256: z.string(),
  checkedAt: z.string(),
  ruleData: z.string(),
  format: z.nullable(z.enum(["json", "csv", "xlsx"])),
  encoding: z.nullable(z.enum(["utf-8", "utf-16", "gb18030"])),
  ok: z.boolean(),
  ...counts,
  problemCount: z.int(),
  problems: z.array(Problem),
  notes: z.array(z.object(Said)),
});
/** `results/imports/{id}.json`. */
export const ImportHead = z.extend(ImportSummary, {
  /** Of the file and of what was seen of the register: what is applied is what was looked at. */
  revision: z.string(),
  seen: z.array(z.tuple([z.string(), z.int()])),
  /** Pages of plants that change, and of all. */
  changedPages: z.int(),
  pages: z.int(),
});
export type ImportHead = z.output<typeof ImportHead>;
export const ImportPage = z.array(PreviewPlant);

export const uploadKey = (upload: string, part: number): string => `uploads/${upload}/${String(part).padStart(3, "0")}`;
export const headKey = (id: string): string => `results/imports/${id}.json`;
export const pageKey = (id: string, page: number): string =>
  `results/imports/${id}/${String(page).padStart(4, "0")}.json`;
