/** A permits file arrived in the imports bucket: checked as a whole, applied as a whole, answered under `results/`. */
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { MetricUnit } from "@aws-lambda-powertools/metrics";
import { randomInt } from "node:crypto";
import * as z from "zod/mini";
import { loadRuleData } from "../../layers/rule-data.ts";
import { runImportJob, type ImportJobServices } from "../imports/import-jobs.ts";
import { jobRepository } from "../jobs/job-repository.ts";
import { isJobEvent } from "../jobs/run-job.ts";
import { s3Bucket } from "../shared/bucket.ts";
import { documentClient, s3Client } from "../shared/clients.ts";
import { HouseEnv, once, readEnv } from "../shared/env.ts";
import { house } from "../shared/handler.ts";
import { logger, metrics } from "../shared/logger.ts";
import { parseEvent } from "../shared/problems.ts";
import { formatIso, parseIso } from "../shared/shanghai.ts";
import { importFile, type ImportResult, type Services } from "./import-file.ts";
import { publicCode } from "./public-code.ts";
import { registerRepository } from "./repository.ts";

const Env = z.extend(HouseEnv, { REGISTER_TABLE: z.string(), JOBS_TABLE: z.string(), IMPORTS_BUCKET: z.string() });

/** EventBridge "Object Created"; keys come as they are, not URL-encoded as in S3's own notifications. */
const ObjectCreated = z.object({
  time: z.string(),
  detail: z.object({
    bucket: z.object({ name: z.string() }),
    object: z.object({ key: z.string().check(z.regex(/^permits\/.+/)), size: z.optional(z.number()) }),
  }),
});

export async function run(event: unknown, services: Services): Promise<ImportResult> {
  const { time, detail } = parseEvent(ObjectCreated, event, "Object Created event");
  const source = detail.object.key;
  if (detail.bucket.name !== services.bucket)
    throw new Error(`object of bucket ${detail.bucket.name}, expected ${services.bucket}`);
  const importedAt = formatIso(parseIso(time) ?? 0);
  const result = await importFile({ source, importedAt, size: detail.object.size ?? 0 }, services);
  await services.s3.send(
    new PutObjectCommand({
      Bucket: services.bucket,
      Key: source.replace(/^permits\//, "results/").replace(/(\.json)?$/i, ".json"),
      Body: JSON.stringify(result, null, 2),
      ContentType: "application/json; charset=utf-8",
    }),
  );
  const { problems: _, ...counts } = result; // problems may quote the file, which holds phone numbers
  if (result.ok) logger.info("permits imported", counts);
  else logger.warn("permits refused", counts);
  metrics.addMetric(result.ok ? "PermitsImported" : "PermitsRefused", MetricUnit.Count, Math.max(1, result.plants));
  return result;
}

// Once per cold start.
const services = once((): { files: Services; jobs: ImportJobServices } => {
  const env = readEnv(Env);
  const [db, s3] = [documentClient(), s3Client()];
  const register = { db, table: env.REGISTER_TABLE };
  const common = { ruleData: loadRuleData(env.RULE_DATA_DIR), newCode: () => publicCode(randomInt) };
  return {
    files: { ...common, s3, bucket: env.IMPORTS_BUCKET, register: registerRepository(register) },
    jobs: {
      ...common,
      register,
      bucket: s3Bucket(s3, env.IMPORTS_BUCKET),
      jobs: jobRepository({ db, table: env.JOBS_TABLE }),
      now: () => Date.now(),
    },
  };
});

// Once per event: a file that arrived by itself, or a job that a person asked for (functions/imports).
export const handler = house(async (event: unknown): Promise<unknown> =>
  isJobEvent(event) ? runImportJob(event, services().jobs) : run(event, services().files),
);
