/** Devices' identities for people with an account: `/api/plants/{permitNo}/devices…`, behind the JWT authorizer. */
import { IoTClient } from "@aws-sdk/client-iot";
import type { APIGatewayProxyEventV2, Context } from "aws-lambda";
import { readFileSync } from "node:fs";
import * as z from "zod/mini";
import { loadRuleData } from "../../layers/rule-data.ts";
import { amazonRoots } from "../devices/amazon-roots.ts";
import { deviceOperations } from "../devices/device-operations.ts";
import type { DeviceServices } from "../devices/device-services.ts";
import { iotRegistry } from "../devices/iot-registry.ts";
import { peopleRepository } from "../people/repository.ts";
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
  /** Set on one machine, whose broker has an authority of its own. */
  DEVICE_CA_FILE: z.optional(z.string()),
  /** Separated by commas: the present secret, and the former one while it is being changed. */
  ORIGIN_SECRETS: z.string().check(z.minLength(32)),
});

// Once per cold start.
const services = once((): ApiServices => {
  const env = readEnv(Env);
  const db = documentClient();
  const { REGISTER_TABLE: register, BLOCKS_TABLE: blocks, LEDGER_TABLE: ledger, PEOPLE_TABLE: people } = env;
  const backends: DeviceServices = {
    db,
    tables: { register, blocks, ledger },
    ruleData: loadRuleData(env.RULE_DATA_DIR),
    register: registerRepository({ db, table: register }),
    identities: {
      // AWS IoT takes ten of most calls a second and account; the client waits when it is told to.
      registry: iotRegistry(
        new IoTClient({
          requestHandler: { connectionTimeout: 5_000, requestTimeout: 10_000 },
          maxAttempts: 6,
          retryMode: "adaptive",
        }),
      ),
      ca: env.DEVICE_CA_FILE === undefined ? amazonRoots() : readFileSync(env.DEVICE_CA_FILE, "utf8"),
    },
  };
  const operations = deviceOperations(backends);
  const rights = {
    people: peopleRepository({ db, table: people }),
    register: backends.register,
    now: () => Date.now(),
  };
  return { router: apiRouter([operationRoutes(operations, rights)]), originSecrets: env.ORIGIN_SECRETS.split(",") };
});

// Once per event.
export const handler = house((event: APIGatewayProxyEventV2, context: Context) => answer(event, context, services()));
