/** Every five minutes: see tick.ts. */
import { PublishCommand } from "@aws-sdk/client-sns";
import { MetricUnit } from "@aws-lambda-powertools/metrics";
import * as z from "zod/mini";
import { loadRuleData } from "../../layers/rule-data.ts";
import { cachedRegister } from "../register/cached-register.ts";
import { registerRepository } from "../register/repository.ts";
import { documentClient, snsClient } from "../shared/clients.ts";
import { HouseEnv, once, readEnv } from "../shared/env.ts";
import { house } from "../shared/handler.ts";
import { inParallel } from "../shared/in-parallel.ts";
import { logger, metrics } from "../shared/logger.ts";
import { gatheredCalls } from "../shared/table-calls.ts";
import { floorMinute, formatIso, MINUTE } from "../shared/shanghai.ts";
import { blockRepository } from "../telemetry/block-repository.ts";
import { logOwed } from "./log-owed.ts";
import { owedMessages } from "./owed-event.ts";
import { warningLedger } from "./repository.ts";
import { carrierOf, CarrierEnv } from "./carrier.ts";
import { scheduledAt } from "./schema.ts";
import { tick, type TickReport, type TickServices } from "./tick.ts";

const Env = z.extend(CarrierEnv, {
  ...HouseEnv.shape,
  REGISTER_TABLE: z.string(),
  BLOCKS_TABLE: z.string(),
  LEDGER_TABLE: z.string(),
  OPERATORS_TOPIC_ARN: z.string(),
  /** Who sends by other ways than text messages listens there. */
  OWED_TOPIC_ARN: z.string(),
});

export async function run(event: unknown, services: TickServices): Promise<TickReport & { at: string }> {
  const at = scheduledAt(event, "warn");
  const t = floorMinute(at);
  if ((t / MINUTE) % 5 !== 0) throw new Error(`a tick falls on a minute divisible by 5, not on ${formatIso(at)}`);
  const began = services.now();
  const report = await tick(t, services);
  const lateness = Math.max(0, began - t);
  const duration = services.now() - began;
  logger.info("tick", { at: formatIso(t), lateness, duration, ...report });
  metrics.addMetric("TickLateness", MetricUnit.Milliseconds, lateness);
  metrics.addMetric("TickDuration", MetricUnit.Milliseconds, duration);
  metrics.addMetric("PlantsVisited", MetricUnit.Count, report.plants);
  metrics.addMetric("PlantsAtRisk", MetricUnit.Count, report.atRisk);
  metrics.addMetric("PlantsSilent", MetricUnit.Count, report.silent);
  metrics.addMetric("PeriodsRejudged", MetricUnit.Count, report.rejudged);
  metrics.addMetric("EpisodesOpened", MetricUnit.Count, report.opened);
  metrics.addMetric("EpisodesClosed", MetricUnit.Count, report.closed);
  for (const [outcome, count] of Object.entries(report.sends))
    metrics.addMetric(`Sms_${outcome}`, MetricUnit.Count, count);
  return { at: formatIso(t), ...report };
}

// Once per cold start.
const services = once((): Promise<TickServices> => build());
async function build(): Promise<TickServices> {
  const env = readEnv(Env);
  const db = documentClient();
  const sns = snsClient();
  const now = (): number => Date.now();
  return {
    register: cachedRegister(registerRepository({ db, table: env.REGISTER_TABLE }), {
      seconds: 3_600,
      now,
      size: 20_000,
    }),
    blocks: blockRepository({ db, table: env.BLOCKS_TABLE, calls: gatheredCalls({ db, table: env.BLOCKS_TABLE }) }),
    ledger: warningLedger({ db, table: env.LEDGER_TABLE, calls: gatheredCalls({ db, table: env.LEDGER_TABLE }) }),
    calm: new Map(),
    ruleData: loadRuleData(env.RULE_DATA_DIR),
    sms: await carrierOf(env, sns, now),
    language: env.SMS_LANGUAGE,
    now,
    onOwed: logOwed,
    async handOn(owed) {
      const publish = (Message: string): Promise<unknown> =>
        sns.send(new PublishCommand({ TopicArn: env.OWED_TOPIC_ARN, Message }));
      await inParallel(owedMessages(owed), 8, publish);
    },
    async alarm(Subject, Message) {
      await sns.send(new PublishCommand({ TopicArn: env.OPERATORS_TOPIC_ARN, Subject, Message }));
    },
  };
}

// Once per event.
export const handler = house(async (event: unknown) => run(event, await services()));
