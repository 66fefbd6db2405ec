import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { createHash } from "node:crypto";
import type { RuleData } from "../../layers/rule-data.ts";
import type { Problem } from "../shared/problems.ts";
import { parsePermits } from "./domain/parse-permits.ts";
import { readPermitsFile } from "./domain/read-permits-file.ts";
import type { Register } from "./repository.ts";

const MAX_BYTES = 50 * 1024 * 1024;
/** A wrong export has the same mistake in every plant: the first ones show it. */
const MAX_PROBLEMS = 1_000;

export interface Services {
  s3: S3Client;
  bucket: string;
  register: Pick<Register, "applyPermits">;
  ruleData: RuleData;
  newCode: () => string;
}

export interface ImportResult {
  ok: boolean;
  source: string;
  sha256: string | null;
  importedAt: string;
  ruleData: string;
  plants: number;
  created: number;
  revised: number;
  unchanged: number;
  outdated: number;
  problemCount: number;
  problems: Problem[];
}

/** Reads, checks and applies one permits file; what is wrong with the file is in the result, what is wrong with the system throws. */
export async function importFile(
  { source, importedAt, size }: { source: string; importedAt: string; size: number },
  { s3, bucket, register, ruleData, newCode }: Services,
): Promise<ImportResult> {
  let sha256: string | null = null;
  const answer = (
    ok: boolean,
    problems: Problem[],
    counts = { plants: 0, created: 0, revised: 0, unchanged: 0, outdated: 0 },
  ): ImportResult => ({
    ok,
    source,
    sha256,
    importedAt,
    ruleData: ruleData.version,
    ...counts,
    problemCount: problems.length,
    problems: problems.slice(0, MAX_PROBLEMS),
  });
  if (size > MAX_BYTES)
    return answer(false, [
      { path: "", reason: `the file has ${size} bytes, at most ${MAX_BYTES} are taken: split it` },
    ]);
  const object = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: source }));
  const bytes = (await object.Body?.transformToByteArray()) ?? new Uint8Array();
  sha256 = createHash("sha256").update(bytes).digest("hex");
  const json = readPermitsFile(bytes);
  if (!json.ok) return answer(false, json.problems);
  const parsed = parsePermits(json.data, ruleData);
  if (!parsed.ok) return answer(false, parsed.problems);
  const applied = await register.applyPermits(parsed.permits, { importedAt, source, newCode });
  if (!applied.ok)
    return answer(
      false,
      applied.problems.map(({ path, reason }) => ({ path, reason })),
    );
  const { ok: _, ...counts } = applied;
  return answer(true, [], { plants: parsed.permits.length, ...counts });
}
