/** The API for people with an account, behind the JWT authorizer. Each feature brings its operations; this file lists them. */
import type { APIGatewayProxyEventV2, Context } from "aws-lambda";
import * as z from "zod/mini";
import { peopleRepository } from "../people/repository.ts";
import { selfOperations } from "../people/self-operations.ts";
import { registerRepository } from "../register/repository.ts";
import { documentClient } from "../shared/clients.ts";
import { HouseEnv, once, readEnv } from "../shared/env.ts";
import { house } from "../shared/handler.ts";
import { answer, type ApiServices } from "./answer.ts";
import { apiRouter } from "./router.ts";
import { operationRoutes } from "./serve-operations.ts";

const Env = z.extend(HouseEnv, {
  REGISTER_TABLE: z.string(),
  BLOCKS_TABLE: z.string(),
  LEDGER_TABLE: z.string(),
  PEOPLE_TABLE: z.string(),
  /** Separated by commas: the present secret, and the former one while it is being changed. */
  ORIGIN_SECRETS: z.string().check(z.minLength(32)),
});

// Once per cold start.
const services = once((): ApiServices => {
  const env = readEnv(Env);
  const db = documentClient();
  const now = (): number => Date.now();
  const register = registerRepository({ db, table: env.REGISTER_TABLE });
  const people = peopleRepository({ db, table: env.PEOPLE_TABLE });
  const operations = [...selfOperations()];
  return {
    router: apiRouter([operationRoutes(operations, { people, register, now })]),
    originSecrets: env.ORIGIN_SECRETS.split(","),
  };
});

// Once per event.
export const handler = house((event: APIGatewayProxyEventV2, context: Context) => answer(event, context, services()));
