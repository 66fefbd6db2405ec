/**
 * `npm run openapi`: writes the API's description and the web's types, both made from the operations and committed;
 * tests/features/openapi.test.ts says when they are out of date.
 */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { allOperations, type AllServices } from "../functions/api/all-operations.ts";
import { servicesOf } from "../functions/api/operations.ts";
import type { IotRegistry } from "../functions/devices/iot-registry.ts";
import { loadRuleData } from "../layers/rule-data.ts";
import { openApiDocument } from "./openapi-document.ts";
import { clientTypes } from "./openapi-types.ts";

const ROOT = join(import.meta.dirname, "..");
/** Served as /api-docs/openapi.json of the site. */
export const DOCUMENT = join(ROOT, "web/api-docs/openapi.json");
export const TYPES = join(ROOT, "web/shared/api-types.gen.ts");

/** Services of which none can be called: for the operations as such. */
export function noServices(): AllServices {
  const table = "none";
  return {
    identities: { registry: {} as IotRegistry, ca: "" },
    ...servicesOf({
      db: DynamoDBDocumentClient.from(new DynamoDBClient({ region: "none" })),
      tables: { register: table, blocks: table, ledger: table, people: table, jobs: table },
      ruleData: loadRuleData(join(ROOT, "layers/rule-data")),
      accounts: { page: null, pool: null, sms: async () => ({ state: "unknown", id: null }) },
      archive: { list: async () => [], lines: async () => [] },
      bucket: { put: async () => undefined, get: async () => null },
      senders: {
        push: { publicKey: "", endpointProblem: () => null, send: async () => ({ state: "failed" }) },
        mail: null,
        portal: null,
        language: "zh",
      },
      now: () => 0,
    }),
  };
}

/** Both files as they ought to be. */
export function generated(): { document: string; types: string } {
  const document = openApiDocument(allOperations(noServices()));
  return { document: formatted(DOCUMENT, JSON.stringify(document)), types: formatted(TYPES, clientTypes(document)) };
}

/** As `npm run check` wants it. */
function formatted(path: string, source: string): string {
  const oxfmt = join(ROOT, "node_modules/.bin/oxfmt");
  const done = spawnSync(oxfmt, ["--stdin-filepath", path], { cwd: ROOT, input: source, encoding: "utf8" });
  if (done.status !== 0) throw new Error(`${path} could not be formatted: ${done.stderr}`);
  return done.stdout;
}

if (import.meta.main) {
  const { document, types } = generated();
  writeFileSync(DOCUMENT, document);
  writeFileSync(TYPES, types);
}
