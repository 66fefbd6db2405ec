/** The HTTP API (payload 2.0). Each feature brings its routes; this file only lists them. */
import type { Router } from "@aws-lambda-powertools/event-handler/http";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from "aws-lambda";
import * as z from "zod/mini";
import { ORIGIN_HEADER } from "../../events/origin-header.ts";
import { loadRuleData } from "../../layers/rule-data.ts";
import { publicViews } from "../disclosure/public-views.ts";
import { plantRoutes } from "../disclosure/plant-route.ts";
import { documentClient } from "../shared/clients.ts";
import { HouseEnv, once, readEnv } from "../shared/env.ts";
import { house } from "../shared/handler.ts";
import { metrics } from "../shared/logger.ts";
import { comesThroughSite } from "./origin-check.ts";
import { notThroughSite } from "./problem.ts";
import { apiRouter } from "./router.ts";
import { SECURITY_HEADERS } from "./security-headers.ts";
import { signInRoutes } from "./sign-in-route.ts";

const Env = z.extend(HouseEnv, {
  REGISTER_TABLE: z.string(),
  BLOCKS_TABLE: z.string(),
  LEDGER_TABLE: z.string(),
  /** Separated by commas: the present secret, and the former one while it is being changed. */
  ORIGIN_SECRETS: z.string().check(z.minLength(32)),
  /** Issuer of the tokens, and the public client of the web applications. */
  OIDC_ISSUER: z.url(),
  OIDC_CLIENT_ID: z.string().check(z.minLength(1)),
});

interface Services {
  router: Router;
  originSecrets: readonly string[];
}

export async function run(
  event: APIGatewayProxyEventV2,
  context: Context,
  { router, originSecrets }: Services,
): Promise<APIGatewayProxyStructuredResultV2> {
  const known = comesThroughSite(event.headers[ORIGIN_HEADER], originSecrets);
  if (!known) metrics.addMetric("RequestsNotThroughSite", "Count", 1);
  const answer = known ? await router.resolve(event, context) : notThroughSite();
  return { ...answer, headers: { ...SECURITY_HEADERS, ...answer.headers } };
}

// Once per cold start.
const services = once((): Services => {
  const env = readEnv(Env);
  const db = documentClient();
  const rules = loadRuleData(env.RULE_DATA_DIR);
  const views = publicViews({ db, tables: env, rules, now: Date.now });
  const signIn = signInRoutes({ issuer: env.OIDC_ISSUER, clientId: env.OIDC_CLIENT_ID });
  return { router: apiRouter([plantRoutes(views), signIn]), originSecrets: env.ORIGIN_SECRETS.split(",") };
});

// Once per event.
export const handler = house((event: APIGatewayProxyEventV2, context: Context) => run(event, context, services()));
