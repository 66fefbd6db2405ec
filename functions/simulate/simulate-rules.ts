/** Works on the jobs `simulate-rules`: see simulate.ts. */
import * as z from "zod/mini";
import { loadRuleData } from "../../layers/rule-data.ts";
import { jobRepository, type Jobs } from "../jobs/job-repository.ts";
import { runJob } from "../jobs/run-job.ts";
import { markRepository } from "../marks/mark-repository.ts";
import { registerRepository } from "../register/repository.ts";
import { s3Bucket } from "../shared/bucket.ts";
import { documentClient, s3Client } from "../shared/clients.ts";
import { HouseEnv, once, readEnv } from "../shared/env.ts";
import { house } from "../shared/handler.ts";
import { blockRepository } from "../telemetry/block-repository.ts";
import { cityReader } from "../warnings/city-reader.ts";
import { warningLedger } from "../warnings/repository.ts";
import { simulate, type SimulateServices } from "./simulate.ts";

const Env = z.extend(HouseEnv, {
  REGISTER_TABLE: z.string(),
  BLOCKS_TABLE: z.string(),
  LEDGER_TABLE: z.string(),
  JOBS_TABLE: z.string(),
  IMPORTS_BUCKET: z.string(),
});

export const run = (event: unknown, services: SimulateServices & { jobs: Jobs }): Promise<void> =>
  runJob(event, services, (job, progress) => simulate(job, progress, services));

// Once per cold start.
const services = once((): SimulateServices & { jobs: Jobs } => {
  const env = readEnv(Env);
  const db = documentClient();
  return {
    jobs: jobRepository({ db, table: env.JOBS_TABLE }),
    register: registerRepository({ db, table: env.REGISTER_TABLE }),
    blocks: blockRepository({ db, table: env.BLOCKS_TABLE }),
    ledger: warningLedger({ db, table: env.LEDGER_TABLE }),
    reader: cityReader({ db, table: env.LEDGER_TABLE }),
    marks: markRepository({ db, table: env.LEDGER_TABLE }),
    bucket: s3Bucket(s3Client(), env.IMPORTS_BUCKET),
    ruleData: loadRuleData(env.RULE_DATA_DIR),
    now: () => Date.now(),
  };
});

// Once per event.
export const handler = house((event: unknown) => run(event, services()));
