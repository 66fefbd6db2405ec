/** The ledger changed: writes the public page of every plant whose shown facts changed, once per plant and batch. */
import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { MetricUnit } from "@aws-lambda-powertools/metrics";
import type { DynamoDBBatchResponse } from "aws-lambda";
import * as z from "zod/mini";
import { loadRuleData, type RuleData } from "../../layers/rule-data.ts";
import { documentClient, s3Client } from "../shared/clients.ts";
import { HouseEnv, once, readEnv } from "../shared/env.ts";
import { house } from "../shared/handler.ts";
import { inParallel } from "../shared/in-parallel.ts";
import { logger, metrics } from "../shared/logger.ts";
import { parseEvent } from "../shared/problems.ts";
import { plantToRewrite } from "./domain/rewrite.ts";
import { page } from "./page.ts";
import { publicViews, type PublicViews } from "./public-views.ts";

const Env = z.extend(HouseEnv, {
  REGISTER_TABLE: z.string(),
  BLOCKS_TABLE: z.string(),
  LEDGER_TABLE: z.string(),
  SITE_BUCKET: z.string(),
});

const Text = z.object({ S: z.string() });
const Image = z.optional(z.object({ state: z.optional(Text) }));
const StreamEvent = z.object({
  Records: z.array(
    z.object({
      eventName: z.enum(["INSERT", "MODIFY", "REMOVE"]),
      dynamodb: z.object({
        SequenceNumber: z.string(),
        Keys: z.object({ pk: Text, sk: Text }),
        NewImage: Image,
        OldImage: Image,
      }),
    }),
  ),
});

export interface Services {
  views: Pick<PublicViews, "viewByPermit">;
  rules: RuleData;
  s3: S3Client;
  bucket: string;
}

/** Plants drawn at a time: each reads a day of blocks. */
const AT_ONCE = 8;

export async function run(event: unknown, services: Services): Promise<DynamoDBBatchResponse> {
  const { Records } = parseEvent(StreamEvent, event, "ledger stream event");
  /** Plant → the first of its records: what Lambda has to come back to when its page cannot be written. */
  const plants = new Map<string, string>();
  for (const { eventName, dynamodb } of Records) {
    const permitNo = plantToRewrite({
      pk: dynamodb.Keys.pk.S,
      sk: dynamodb.Keys.sk.S,
      exists: eventName !== "REMOVE",
      before: dynamodb.OldImage?.state?.S ?? null,
      after: dynamodb.NewImage?.state?.S ?? null,
    });
    if (permitNo !== null && !plants.has(permitNo)) plants.set(permitNo, dynamodb.SequenceNumber);
  }
  const failed = await inParallel([...plants], AT_ONCE, async ([permitNo, sequence]) => {
    try {
      await publish(permitNo, services);
      return [];
    } catch (error) {
      logger.error("page not written", { permitNo, error });
      return [{ itemIdentifier: sequence }];
    }
  });
  const again = failed.flat();
  metrics.addMetric("PagesWritten", MetricUnit.Count, plants.size - again.length);
  // The batch as a whole succeeds: Lambda counts no error for these.
  metrics.addMetric("PagesFailed", MetricUnit.Count, again.length);
  return { batchItemFailures: again };
}

async function publish(permitNo: string, { views, rules, s3, bucket }: Services): Promise<void> {
  const view = await views.viewByPermit(permitNo);
  if (view === null) return logger.warn("ledger of a plant that the register does not know", { permitNo });
  await s3.send(
    new PutObjectCommand({
      Bucket: bucket,
      Key: `p/${view.code}`,
      Body: page(view, rules),
      ContentType: "text/html; charset=utf-8",
      CacheControl: "public, max-age=60",
    }),
  );
}

// Once per cold start.
const services = once((): Services => {
  const env = readEnv(Env);
  const rules = loadRuleData(env.RULE_DATA_DIR);
  // The page says what is known when it is written, so a batch that is tried again never brings back an older state.
  const views = publicViews({ db: documentClient(), tables: env, rules, now: () => Date.now() }); // asked each time: one machine may set another clock
  return { views, rules, s3: s3Client(), bucket: env.SITE_BUCKET };
});

// Once per event.
export const handler = house((event: unknown) => run(event, services()));
