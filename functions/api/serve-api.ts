/** The HTTP API (payload 2.0). Each feature brings its routes; this file only lists them. */
import type { APIGatewayProxyEventV2, Context } from "aws-lambda";
import * as z from "zod/mini";
import { loadRuleData } from "../../layers/rule-data.ts";
import { publicViews } from "../disclosure/public-views.ts";
import { plantRoutes } from "../disclosure/plant-route.ts";
import { documentClient } from "../shared/clients.ts";
import { HouseEnv, once, readEnv } from "../shared/env.ts";
import { house } from "../shared/handler.ts";
import { answer, type ApiServices } from "./answer.ts";
import { apiRouter } from "./router.ts";
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

// Once per cold start.
const services = once((): ApiServices => {
  const env = readEnv(Env);
  const db = documentClient();
  const rules = loadRuleData(env.RULE_DATA_DIR);
  const views = publicViews({ db, tables: env, rules, now: Date.now });
  const signIn = signInRoutes({ issuer: env.OIDC_ISSUER, clientId: env.OIDC_CLIENT_ID });
  return { router: apiRouter([plantRoutes(views), signIn]), originSecrets: env.ORIGIN_SECRETS.split(",") };
});

// Once per event.
export const handler = house((event: APIGatewayProxyEventV2, context: Context) => answer(event, context, services()));
