/** The API for people with an account, behind the JWT authorizer. What it can do is listed in operations.ts. */
import type { APIGatewayProxyEventV2, Context } from "aws-lambda";
import * as z from "zod/mini";
import { loadRuleData } from "../../layers/rule-data.ts";
import { SenderEnv, sendersOf } from "../notices/channels.ts";
import { invitationCarrier } from "../people/invitation-carrier.ts";
import { userPool } from "../people/user-pool.ts";
import { s3Bucket } from "../shared/bucket.ts";
import { documentClient, s3Client } from "../shared/clients.ts";
import { HouseEnv, once, readEnv } from "../shared/env.ts";
import { house } from "../shared/handler.ts";
import { CarrierEnv } from "../warnings/carrier.ts";
import { archiveReader } from "../telemetry/archive-reader.ts";
import { answer, type ApiServices } from "./answer.ts";
import { peopleOperations, servicesOf } from "./operations.ts";
import { apiRouter } from "./router.ts";
import { operationRoutes } from "./serve-operations.ts";

const Env = z.extend(SenderEnv, {
  ...CarrierEnv.shape,
  ...HouseEnv.shape,
  REGISTER_TABLE: z.string(),
  BLOCKS_TABLE: z.string(),
  LEDGER_TABLE: z.string(),
  PEOPLE_TABLE: z.string(),
  JOBS_TABLE: z.string(),
  ARCHIVE_BUCKET: z.string(),
  IMPORTS_BUCKET: z.string(),
  /** Where the accounts are our own. */
  USER_POOL_ID: z.optional(z.string()),
  /** Set on one machine, whose issuer has a page for them. */
  INVITATION_PAGE: z.optional(z.string()),
  AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: z.optional(z.string()),
  AWS_ENDPOINT_URL_SNS: z.optional(z.string()),
  /** Separated by commas: the present secret, and the former one while it is being changed. */
  ORIGIN_SECRETS: z.string().check(z.minLength(32)),
});

// Once per cold start.
const services = once((): ApiServices => {
  const env = readEnv(Env);
  const db = documentClient();
  const s3 = s3Client();
  const backends = servicesOf({
    db,
    tables: {
      register: env.REGISTER_TABLE,
      blocks: env.BLOCKS_TABLE,
      ledger: env.LEDGER_TABLE,
      people: env.PEOPLE_TABLE,
      jobs: env.JOBS_TABLE,
    },
    ruleData: loadRuleData(env.RULE_DATA_DIR),
    archive: archiveReader(s3, env.ARCHIVE_BUCKET),
    bucket: s3Bucket(s3, env.IMPORTS_BUCKET),
    accounts: {
      page: env.INVITATION_PAGE ?? null,
      pool:
        env.USER_POOL_ID === undefined
          ? null
          : userPool(env.USER_POOL_ID, db.config, env.AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER),
      sms: invitationCarrier(env, db.config, () => Date.now()),
    },
    senders: sendersOf(env, db.config, () => Date.now()),
    now: () => Date.now(),
  });
  return {
    router: apiRouter([operationRoutes(peopleOperations(backends), backends)]),
    originSecrets: env.ORIGIN_SECRETS.split(","),
  };
});

// Once per event.
export const handler = house((event: APIGatewayProxyEventV2, context: Context) => answer(event, context, services()));
