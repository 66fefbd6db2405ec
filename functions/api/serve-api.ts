/** The HTTP API (payload 2.0). Each feature brings its routes; this file only lists them. */
import type { Router } from "@aws-lambda-powertools/event-handler/http";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from "aws-lambda";
import * as z from "zod/mini";
import { loadRuleData } from "../../layers/rule-data.ts";
import { publicViews } from "../disclosure/public-views.ts";
import { plantRoutes } from "../disclosure/plant-route.ts";
import { documentClient } from "../shared/clients.ts";
import { HouseEnv, once, readEnv } from "../shared/env.ts";
import { house } from "../shared/handler.ts";
import { apiRouter } from "./router.ts";

const Env = z.extend(HouseEnv, { REGISTER_TABLE: z.string(), BLOCKS_TABLE: z.string(), LEDGER_TABLE: z.string() });

export const run = (
  event: APIGatewayProxyEventV2,
  context: Context,
  router: Router,
): Promise<APIGatewayProxyStructuredResultV2> => router.resolve(event, context);

// Once per cold start.
const router = once((): Router => {
  const env = readEnv(Env);
  const db = documentClient();
  const rules = loadRuleData(env.RULE_DATA_DIR);
  const views = publicViews({ db, tables: env, rules, now: Date.now });
  return apiRouter([plantRoutes(views)]);
});

// Once per event.
export const handler = house((event: APIGatewayProxyEventV2, context: Context) => run(event, context, router()));
