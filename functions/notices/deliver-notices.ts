/** What ticks owe, sent by web push and e-mail: see deliver.ts. Each event is a message of the topic that ticks publish to. */
import { MetricUnit } from "@aws-lambda-powertools/metrics";
import * as z from "zod/mini";
import { loadRuleData } from "../../layers/rule-data.ts";
import { peopleRepository } from "../people/repository.ts";
import { registerRepository } from "../register/repository.ts";
import { documentClient } from "../shared/clients.ts";
import { HouseEnv, once, readEnv } from "../shared/env.ts";
import { house } from "../shared/handler.ts";
import { logger, metrics } from "../shared/logger.ts";
import { parseEvent } from "../shared/problems.ts";
import { OwedEvent, type OwedPlant } from "../warnings/owed-event.ts";
import { SenderEnv, sendersOf } from "./channels.ts";
import { deliverer, type Delivered } from "./deliver.ts";
import { noticeRepository } from "./repository.ts";

const Env = z.extend(SenderEnv, {
  ...HouseEnv.shape,
  REGISTER_TABLE: z.string(),
  LEDGER_TABLE: z.string(),
  PEOPLE_TABLE: z.string(),
});
const SnsEvent = z.object({ Records: z.array(z.object({ Sns: z.object({ Message: z.string() }) })) });

export async function run(
  event: unknown,
  deliver: (owed: readonly OwedPlant[]) => Promise<Delivered>,
): Promise<Delivered> {
  const total: Delivered = {};
  for (const { Sns } of parseEvent(SnsEvent, event, "owed event").Records) {
    const { owed } = parseEvent(OwedEvent, json(Sns.Message), "owed");
    for (const [what, n] of Object.entries(await deliver(owed)) as [keyof Delivered, number][])
      total[what] = (total[what] ?? 0) + n;
  }
  logger.info("delivered", total);
  // None as well: a function that counts nothing cannot be told from one that does not run.
  for (const [what, n] of Object.entries({ sent: 0, ...total }))
    metrics.addMetric(`Messages_${what}`, MetricUnit.Count, n);
  return total;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error("owed: the message is not JSON");
  }
}

// Once per cold start.
const services = once((): ReturnType<typeof deliverer> => {
  const env = readEnv(Env);
  const db = documentClient();
  const now = (): number => Date.now();
  return deliverer({
    notices: noticeRepository({ db, table: env.LEDGER_TABLE }),
    people: peopleRepository({ db, table: env.PEOPLE_TABLE }),
    register: registerRepository({ db, table: env.REGISTER_TABLE }),
    ...sendersOf(env, db.config, now),
    ruleData: loadRuleData(env.RULE_DATA_DIR),
    now,
  });
});

// Once per event.
export const handler = house((event: unknown) => run(event, services()));
