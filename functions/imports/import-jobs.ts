/** The jobs of an import: check what was uploaded, and apply what was checked. */
import { createHash } from "node:crypto";
import * as z from "zod/mini";
import type { RuleData } from "../../layers/rule-data.ts";
import type { Job } from "../jobs/domain/job.ts";
import type { Jobs } from "../jobs/job-repository.ts";
import { Cancelled, JobProblem, runJob, type Progress } from "../jobs/run-job.ts";
import { applyPermits } from "../register/apply-permits.ts";
import type { Permit } from "../register/domain/permit.ts";
import { readPlants, type RegisterTable } from "../register/register-table.ts";
import type { Bucket } from "../shared/bucket.ts";
import { inParallel } from "../shared/in-parallel.ts";
import { logger } from "../shared/logger.ts";
import { parseInput } from "../shared/problems.ts";
import { formatIso } from "../shared/shanghai.ts";
import { isDeepStrictEqual } from "node:util";
import { FILE_REASONS } from "./domain/file-reasons.ts";
import { ApplyInput, CheckInput, headKey, ImportHead, pageKey, uploadKey, type PreviewPlant } from "./import-schema.ts";
import { previewPermits } from "./preview-permits.ts";
import { readFile, type FileProblem } from "./read-file.ts";

export interface ImportJobServices {
  jobs: Jobs;
  bucket: Bucket;
  register: RegisterTable;
  ruleData: RuleData;
  newCode: () => string;
  now(): number;
}

/** A wrong export has the same mistake in every plant: the first ones show it. */
const MOST_PROBLEMS = 1_000;
const MOST_NOTES = 100;
/** Plants of a page of the preview, and its size as JSON: an answer of the API is bounded. */
const PAGE_PLANTS = 50;
const PAGE_CHARACTERS = 1_000_000;
/** Plants that are applied before anybody asks whether to go on. */
const STEP = 100;

export const runImportJob = (event: unknown, services: ImportJobServices): Promise<void> =>
  runJob(event, services, (job, progress) =>
    job.kind === "apply-permits" ? applyImport(job, progress, services) : checkImport(job, progress, services),
  );

async function checkImport(job: Job, progress: Progress, services: ImportJobServices): Promise<unknown> {
  const { bucket, ruleData, register } = services;
  const input = inputOf(CheckInput, job);
  const checkedAt = formatIso(services.now());
  const bytes = await readUpload(bucket, input);
  const read = bytes && readFile(bytes, ruleData);
  const problems: FileProblem[] = read
    ? [...read.problems]
    : [{ path: "", sheet: null, line: null, column: null, ...FILE_REASONS.notWhole() }];
  const permits = read?.permits ?? [];
  await progress(0, permits.length);
  const preview = await previewPermits(register, permits, checkedAt, (done) => progress(done, permits.length));
  const places = read?.placesOf([
    ...permits.map((_, i) => `permits[${i}]`),
    ...preview.problems.map(({ path }) => path),
  ]);
  const placeOf = (path: string) => places?.get(path) ?? { sheet: null, line: null, column: null };
  for (const { path, reason, zh } of preview.problems) problems.push({ path, ...placeOf(path), en: reason, zh });
  const ok = problems.length === 0;
  const plants = preview.plants.map((plant, i): PreviewPlant => {
    const { sheet, line } = placeOf(`permits[${i}]`);
    return { ...plant, sheet, line };
  });
  const changes = ({ outcome }: PreviewPlant): boolean => outcome === "created" || outcome === "revised";
  const changed = pagesOf(plants.filter(changes));
  const pages = ok ? [...changed, ...pagesOf(plants.filter((plant) => !changes(plant)))] : [];
  const count = (wanted: PreviewPlant["outcome"]): number =>
    ok ? plants.filter(({ outcome }) => outcome === wanted).length : 0;
  const counts = {
    plants: permits.length,
    created: count("created"),
    revised: count("revised"),
    unchanged: count("unchanged"),
    outdated: count("outdated"),
  };
  const seen = createHash("sha256").update(JSON.stringify(preview.seen)).digest("hex");
  const head: ImportHead = {
    ...input,
    ...counts,
    id: job.id,
    bytes: bytes?.length ?? 0,
    checkedAt,
    ruleData: ruleData.version,
    format: read?.format ?? null,
    encoding: read?.encoding ?? null,
    ok,
    problemCount: problems.length,
    problems: problems.slice(0, MOST_PROBLEMS),
    notes: (read?.notes ?? []).slice(0, MOST_NOTES),
    revision: `${input.sha256.slice(0, 32)}-${seen.slice(0, 32)}`,
    seen: preview.seen,
    changedPages: ok ? changed.length : 0,
    pages: pages.length,
  };
  const write = (key: string, value: unknown): Promise<void> =>
    bucket.put(key, JSON.stringify(value), "application/json; charset=utf-8");
  await inParallel(pages, 4, (page, i) => write(pageKey(job.id, i), page));
  // Behind the pages: who reads the head finds all of them.
  await write(headKey(job.id), head);
  logger.info("permits checked", { import: job.id, ok, ...counts, problems: problems.length });
  return { ok, ...counts, problems: problems.length };
}

function pagesOf(plants: readonly PreviewPlant[]): PreviewPlant[][] {
  const pages: PreviewPlant[][] = [];
  let size = Infinity;
  for (const plant of plants) {
    const own = JSON.stringify(plant).length;
    if ((pages.at(-1)?.length ?? PAGE_PLANTS) >= PAGE_PLANTS || size + own > PAGE_CHARACTERS) {
      pages.push([]);
      size = 0;
    }
    pages.at(-1)!.push(plant);
    size += own;
  }
  return pages;
}

async function applyImport(job: Job, progress: Progress, services: ImportJobServices): Promise<unknown> {
  const { bucket, register, ruleData, newCode } = services;
  const input = inputOf(ApplyInput, job);
  const head = await readHead(bucket, input.import);
  if (head?.revision !== input.revision || !head.ok) throw new JobProblem(CHECK_AGAIN);
  const bytes = await readUpload(bucket, head);
  // With other rule data than at the check the file may mean something else.
  const permits = bytes && ruleData.version === head.ruleData ? readFile(bytes, ruleData).permits : null;
  if (!permits) throw new JobProblem(CHECK_AGAIN);
  const seen = new Map(head.seen);
  await refuseChanged(register, permits, seen);
  const importedAt = formatIso(job.askedAt);
  const inFile = new Set(permits.map((p) => p.permitNo));
  const options = { importedAt, source: `import ${input.import}`, by: job.by, newCode, inFile, seen };
  const total = { created: 0, revised: 0, unchanged: 0, outdated: 0 };
  const summary = (): object => ({ ...total, applied: total.created + total.revised, plants: permits.length });
  await progress(0, permits.length);
  for (let i = 0; i < permits.length; i += STEP) {
    const applied = await applyPermits(register, permits.slice(i, i + STEP), options);
    if (!applied.ok) throw new JobProblem(CHECK_AGAIN);
    for (const outcome of ["created", "revised", "unchanged", "outdated"] as const) total[outcome] += applied[outcome];
    try {
      await progress(Math.min(i + STEP, permits.length), permits.length);
    } catch (error) {
      // What was applied stays, and is said.
      if (error instanceof Cancelled && i + STEP < permits.length) {
        error.result = summary();
        throw error;
      }
      if (!(error instanceof Cancelled)) throw error;
    }
  }
  logger.info("permits applied", { import: input.import, ...summary() });
  return summary();
}

const CHECK_AGAIN =
  "检查之后，文件或名册有了变化，没有应用任何内容：请重新检查。 The file or the register changed since the check and nothing was applied: check it again.";

/** A plant that somebody changed since: then nothing is applied. What this very import applied before it broke off is no change. */
async function refuseChanged(
  register: RegisterTable,
  permits: readonly Permit[],
  seen: ReadonlyMap<string, number>,
): Promise<void> {
  const changed: string[] = [];
  for (let i = 0; i < permits.length; i += STEP) {
    const group = permits.slice(i, i + STEP);
    const plants = await readPlants(
      register,
      group.map((p) => p.permitNo),
      true,
    );
    for (const permit of group) {
      const current = plants.get(permit.permitNo);
      if ((current?.revision ?? 0) === seen.get(permit.permitNo)) continue;
      if (current && isDeepStrictEqual(current.permit, permit)) continue;
      changed.push(permit.name);
    }
  }
  if (changed.length === 0) return;
  const names = changed.slice(0, 5).join("、");
  const [n, more] = [changed.length, changed.length > 5 ? "…" : ""];
  throw new JobProblem(
    `检查之后有 ${n} 家企业被改过（${names}${more}），没有应用任何内容：请重新检查。 ${n} plants were changed since the check and nothing was applied: check it again.`,
  );
}

function inputOf<T>(schema: z.ZodMiniType<T>, job: Job): T {
  const parsed = parseInput(schema, job.input);
  if (parsed.ok) return parsed.data;
  const [first] = parsed.problems;
  throw new Error(`job ${job.id}: input ${first?.path} ${first?.reason}`);
}

/** The head of a check; null when there is none. */
export async function readHead(bucket: Pick<Bucket, "get">, id: string): Promise<ImportHead | null> {
  const bytes = await bucket.get(headKey(id));
  if (!bytes) return null;
  const parsed = parseInput(ImportHead, JSON.parse(Buffer.from(bytes).toString("utf8")));
  if (parsed.ok) return parsed.data;
  const [first] = parsed.problems;
  throw new Error(`results of import ${id}: ${first?.path} ${first?.reason}`);
}

/** The file whose parts were uploaded; null when they are not the file that was announced. */
async function readUpload(
  bucket: Bucket,
  { upload, parts, sha256 }: { upload: string; parts: number; sha256: string },
): Promise<Uint8Array | null> {
  const found = await inParallel(
    Array.from({ length: parts }, (_, i) => i),
    4,
    (i) => bucket.get(uploadKey(upload, i)).catch(whenMissing),
  );
  if (found.some((part) => part === null)) return null;
  const bytes = Buffer.concat(found.filter((part) => part !== null));
  return createHash("sha256").update(bytes).digest("hex") === sha256 ? bytes : null;
}

/** Who may not list is not told by S3 that an object is missing: of a part, which may be read, this means just that. */
function whenMissing(error: unknown): null {
  if (error instanceof Error && error.name === "AccessDenied") return null;
  throw error;
}
