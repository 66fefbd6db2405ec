/** The telemetry stream arrives: see ingest.ts. */
import * as z from "zod/mini";
import { loadRuleData } from "../../layers/rule-data.ts";
import { cachedRegister } from "../register/cached-register.ts";
import { registerRepository } from "../register/repository.ts";
import { documentClient, s3Client, ssmClient } from "../shared/clients.ts";
import { HouseEnv, once, readEnv } from "../shared/env.ts";
import { house } from "../shared/handler.ts";
import { parseEvent } from "../shared/problems.ts";
import { archiveWriter } from "./archive-writer.ts";
import { blockRepository } from "./block-repository.ts";
import { deviceKeys, ssmKeys } from "./device-keys.ts";
import { ingest, type IngestServices } from "./ingest.ts";
import { countBatch } from "./ingest-metrics.ts";
import { ledgerHints } from "./ledger-hints.ts";
import { plantBlocks } from "./plant-blocks.ts";
import { StreamEvent, type BatchResponse } from "./schema.ts";

const Env = z.extend(HouseEnv, {
  REGISTER_TABLE: z.string(),
  BLOCKS_TABLE: z.string(),
  LEDGER_TABLE: z.string(),
  ARCHIVE_BUCKET: z.string(),
  /** SSM folder of the devices' SM4 keys, "/…" without a slash at its end. */
  DEVICE_KEYS_PATH: z.string().check(z.regex(/^\/[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*$/)),
});

export async function run(event: unknown, services: IngestServices): Promise<BatchResponse> {
  const { Records } = parseEvent(StreamEvent, event, "stream event");
  const done = await ingest(Records, services);
  countBatch(Records, done, services.now());
  return done.response;
}

// Once per cold start.
const services = once((): IngestServices => {
  const env = readEnv(Env);
  const db = documentClient();
  const archive = archiveWriter(s3Client(), env.ARCHIVE_BUCKET);
  const now = (): number => Date.now();
  const hints = ledgerHints({ db, table: env.LEDGER_TABLE });
  const register = cachedRegister(registerRepository({ db, table: env.REGISTER_TABLE }), {
    seconds: 3_600,
    now,
    size: 20_000,
  });
  return {
    register,
    keysOf: deviceKeys(register, ssmKeys(ssmClient(), env.DEVICE_KEYS_PATH, now)),
    blocks: plantBlocks(blockRepository({ db, table: env.BLOCKS_TABLE }), hints.lastHeads),
    hints,
    ruleData: loadRuleData(env.RULE_DATA_DIR),
    known: new Map(),
    sites: new Map(),
    now,
    archive: async (...batch) => void (await archive(...batch)),
  };
});

// Once per event.
export const handler = house((event: unknown) => run(event, services()));
