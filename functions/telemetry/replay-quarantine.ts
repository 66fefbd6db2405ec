/** A replay of the quarantine was asked for: see run-replay.ts. */
import * as z from "zod/mini";
import { loadRuleData } from "../../layers/rule-data.ts";
import { jobRepository } from "../jobs/job-repository.ts";
import { runJob } from "../jobs/run-job.ts";
import { cachedRegister } from "../register/cached-register.ts";
import { registerRepository } from "../register/repository.ts";
import { documentClient, s3Client, ssmClient } from "../shared/clients.ts";
import { HouseEnv, once, readEnv } from "../shared/env.ts";
import { house } from "../shared/handler.ts";
import { archiveReader } from "./archive-reader.ts";
import { archiveWriter } from "./archive-writer.ts";
import { blockRepository } from "./block-repository.ts";
import { deviceKeys, ssmKeys } from "./device-keys.ts";
import { ledgerHints } from "./ledger-hints.ts";
import { plantBlocks } from "./plant-blocks.ts";
import { quarantine } from "./quarantine.ts";
import type { ReplayServices } from "./replay.ts";
import { runReplay } from "./run-replay.ts";

const Env = z.extend(HouseEnv, {
  REGISTER_TABLE: z.string(),
  BLOCKS_TABLE: z.string(),
  LEDGER_TABLE: z.string(),
  JOBS_TABLE: z.string(),
  ARCHIVE_BUCKET: z.string(),
  /** SSM folder of the devices' SM4 keys, "/…" without a slash at its end. */
  DEVICE_KEYS_PATH: z.string().check(z.regex(/^\/[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*$/)),
});

// Once per cold start.
const services = once(() => {
  const env = readEnv(Env);
  const db = documentClient();
  const s3 = s3Client();
  const now = (): number => Date.now();
  const ledger = { db, table: env.LEDGER_TABLE };
  const hints = ledgerHints(ledger);
  const register = cachedRegister(registerRepository({ db, table: env.REGISTER_TABLE }), { seconds: 600, now });
  const replay = (): ReplayServices => ({
    ingest: {
      register,
      // A key may have been set a moment ago: none is kept from one job to the next.
      keysOf: deviceKeys(register, ssmKeys(ssmClient(), env.DEVICE_KEYS_PATH, now)),
      blocks: plantBlocks(blockRepository({ db, table: env.BLOCKS_TABLE }), hints.lastHeads),
      hints,
      ruleData: loadRuleData(env.RULE_DATA_DIR),
      known: new Map(),
      sites: new Map(),
      now,
    },
    quarantine: quarantine(ledger),
    archive: archiveReader(s3, env.ARCHIVE_BUCKET),
    keep: archiveWriter(s3, env.ARCHIVE_BUCKET),
  });
  return { jobs: jobRepository({ db, table: env.JOBS_TABLE }), now, replay };
});

// Once per event.
export const handler = house((event: unknown) =>
  runJob(event, services(), (job, progress) => runReplay(job, progress, services().replay())),
);
