/** Every hour: one message to each person who chose a digest for this hour; see digest.ts. */
import { MetricUnit } from "@aws-lambda-powertools/metrics";
import * as z from "zod/mini";
import { loadRuleData } from "../../layers/rule-data.ts";
import { markRepository } from "../marks/mark-repository.ts";
import { peopleRepository } from "../people/repository.ts";
import { registerRepository } from "../register/repository.ts";
import { documentClient } from "../shared/clients.ts";
import { HouseEnv, once, readEnv } from "../shared/env.ts";
import { house } from "../shared/handler.ts";
import { logger, metrics } from "../shared/logger.ts";
import { blockRepository } from "../telemetry/block-repository.ts";
import { warningLedger } from "../warnings/repository.ts";
import { scheduledAt } from "../warnings/schema.ts";
import { SenderEnv, sendersOf } from "./channels.ts";
import { digestRepository } from "./digest-repository.ts";
import { sendDigests, type DigestServices, type DigestTally } from "./digest.ts";
import { noticeRepository } from "./repository.ts";

const Env = z.extend(SenderEnv, {
  ...HouseEnv.shape,
  REGISTER_TABLE: z.string(),
  BLOCKS_TABLE: z.string(),
  LEDGER_TABLE: z.string(),
  PEOPLE_TABLE: z.string(),
});

/** Who is due is asked of the clock and not of the event: one that comes late must not send at night. */
export async function run(event: unknown, services: DigestServices): Promise<DigestTally> {
  scheduledAt(event, "digest");
  const tally = await sendDigests(services);
  logger.info("digests", tally);
  for (const [what, n] of Object.entries(tally)) metrics.addMetric(`Digests_${what}`, MetricUnit.Count, n);
  return tally;
}

// Once per cold start.
const services = once((): DigestServices => {
  const env = readEnv(Env);
  const db = documentClient();
  const now = (): number => Date.now();
  const registerTable = { db, table: env.REGISTER_TABLE };
  const ledger = { db, table: env.LEDGER_TABLE };
  return {
    digests: digestRepository(ledger),
    notices: noticeRepository(ledger),
    marks: markRepository(ledger),
    ledger: warningLedger(ledger),
    people: peopleRepository({ db, table: env.PEOPLE_TABLE }),
    register: registerRepository(registerTable),
    registerTable,
    blocks: blockRepository({ db, table: env.BLOCKS_TABLE }),
    ...sendersOf(env, db.config, now),
    ruleData: loadRuleData(env.RULE_DATA_DIR),
    now,
  };
});

// Once per event.
export const handler = house((event: unknown) => run(event, services()));
