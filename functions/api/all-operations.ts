/** Every operation for people with an account, and the function that serves it: the OpenAPI document and the walk of rights are made from this. */
import { deviceOperations } from "../devices/device-operations.ts";
import type { Identities } from "../devices/device-services.ts";
import type { Operation } from "./operation.ts";
import { peopleOperations, type Services } from "./operations.ts";

export type AllServices = Services & { identities: Identities };

/** Which function serves which: the routes of infra/constructs/public-api.ts lead there by path, and a test compares. */
export const SERVED = {
  "serve-people": peopleOperations,
  /** Apart: AWS IoT's client is too heavy for every cold start, and only this role may make identities. */
  "serve-devices": deviceOperations,
} as const satisfies Readonly<Record<string, (services: AllServices) => Operation[]>>;

export const allOperations = (services: AllServices): Operation[] =>
  Object.values(SERVED).flatMap((made) => made(services));
