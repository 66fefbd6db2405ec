/** Answers by SMS arrive on the replies topic (two-way SMS of AWS End User Messaging; other carriers post the same words). */
import { MetricUnit } from "@aws-lambda-powertools/metrics";
import * as z from "zod/mini";
import { loadRuleData } from "../../layers/rule-data.ts";
import { registerRepository } from "../register/repository.ts";
import { documentClient } from "../shared/clients.ts";
import { HouseEnv, once, readEnv } from "../shared/env.ts";
import { house } from "../shared/handler.ts";
import { logger, maskPhone, metrics } from "../shared/logger.ts";
import { parseEvent } from "../shared/problems.ts";
import { parseIso } from "../shared/shanghai.ts";
import { acknowledge, type AcknowledgeServices } from "./acknowledge.ts";
import { warningLedger } from "./repository.ts";

const Env = z.extend(HouseEnv, { REGISTER_TABLE: z.string(), LEDGER_TABLE: z.string() });

const SnsEvent = z.object({
  Records: z.array(z.object({ Sns: z.object({ Message: z.string(), Timestamp: z.string() }) })),
});
const TwoWay = z.object({ originationNumber: z.string().check(z.regex(/^\+\d{6,15}$/)), messageBody: z.string() });

export async function run(event: unknown, services: AcknowledgeServices): Promise<{ acknowledged: number }> {
  let acknowledged = 0;
  for (const { Sns } of parseEvent(SnsEvent, event, "reply event").Records) {
    const { originationNumber: from, messageBody: text } = parseEvent(TwoWay, json(Sns.Message), "reply");
    const at = parseIso(Sns.Timestamp);
    if (at === null) throw new Error(`reply: Timestamp is not a moment (${Sns.Timestamp})`);
    const plants = await acknowledge({ from, text, at }, services);
    logger.info("reply", { from: maskPhone(from), plants });
    acknowledged += plants.length;
  }
  metrics.addMetric("WarningsAcknowledged", MetricUnit.Count, acknowledged);
  return { acknowledged };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error("reply: the message is not JSON with originationNumber and messageBody");
  }
}

// Once per cold start.
const services = once((): AcknowledgeServices => {
  const env = readEnv(Env);
  const db = documentClient();
  return {
    ledger: warningLedger({ db, table: env.LEDGER_TABLE }),
    register: registerRepository({ db, table: env.REGISTER_TABLE }),
    ruleData: loadRuleData(env.RULE_DATA_DIR),
  };
});

// Once per event.
export const handler = house((event: unknown) => run(event, services()));
