/** The telemetry stream arrives: see ingest.ts. */
import { PutObjectCommand, S3ServiceException } from "@aws-sdk/client-s3";
import { gzipSync } from "node:zlib";
import * as z from "zod/mini";
import { loadRuleData } from "../../layers/rule-data.ts";
import { cachedRegister } from "../register/cached-register.ts";
import { registerRepository } from "../register/repository.ts";
import { documentClient, s3Client, ssmClient } from "../shared/clients.ts";
import { HouseEnv, once, readEnv } from "../shared/env.ts";
import { house } from "../shared/handler.ts";
import { parseEvent } from "../shared/problems.ts";
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
  const s3 = s3Client();
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
    async archive(shard, sequence, lines) {
      const Body = gzipSync(lines.map((l) => JSON.stringify(l)).join("\n") + "\n");
      // A batch that is tried again must not stand in the place of what its first try archived.
      for (let attempt = 0; ; attempt++) {
        const Key = `raw/${shard}/${sequence}${attempt === 0 ? "" : `-${attempt}`}.jsonl.gz`;
        try {
          await s3.send(
            new PutObjectCommand({
              Bucket: env.ARCHIVE_BUCKET,
              Key,
              Body,
              IfNoneMatch: "*",
              ContentType: "application/x-ndjson",
              ContentEncoding: "gzip",
            }),
          );
          return;
        } catch (error) {
          if (!(error instanceof S3ServiceException && error.$metadata.httpStatusCode === 412)) throw error;
        }
      }
    },
  };
});

// Once per event.
export const handler = house((event: unknown) => run(event, services()));
