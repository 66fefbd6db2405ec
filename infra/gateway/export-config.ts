/**
 * A gateway's config from a permits file: every device that is bound today, with its plant. Passwords are not in the
 * register; they come from a file `{ "<MN>": "<PW>" }` beside it, and a device without one stops the export.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { bindingsOf } from "../../functions/register/domain/bindings.ts";
import { inForce, type Permit } from "../../functions/register/domain/permit.ts";
import { parsePermits } from "../../functions/register/domain/parse-permits.ts";
import { parseInput } from "../../functions/shared/problems.ts";
import { loadRuleData } from "../../layers/rule-data.ts";
import { ConfigError, parseConfig } from "./config.ts";
import { Secrets, type Secret } from "./secrets.ts";

export interface ExportOptions {
  permits: readonly Permit[];
  secrets: Record<string, Secret>;
  /** Only plants of this town; null for all. */
  town: string | null;
  /** Networks of the site that devices call from. */
  allow: readonly string[];
  id: string;
  uplinkUrl: string;
  /** Epoch ms: bindings in force then are exported. */
  at: number;
}

/** The config as JSON; throws ConfigError with everything that is missing. */
export function exportConfig({ permits, secrets, town, allow, id, uplinkUrl, at }: ExportOptions): unknown {
  const bindings = permits
    .filter((permit) => town === null || permit.town === town)
    .flatMap((permit) => bindingsOf(permit))
    .filter((binding) => inForce(binding, at));
  const missing = bindings.filter(({ mn }) => !Object.hasOwn(secrets, mn)).map(({ mn }) => mn);
  if (missing.length > 0)
    throw new ConfigError(`no password in the secrets file for ${missing.length} devices: ${missing.join(", ")}`);
  const devices = bindings.map(({ mn, permitNo }) => {
    const { password, sm4Keys } = secrets[mn]!;
    return { mn, permitNo, password, ...(sm4Keys.length > 0 && { sm4Keys }), allow: [...allow] };
  });
  const config = {
    id,
    listen: { host: "0.0.0.0", port: 9212 },
    uplink: { url: uplinkUrl, ca: "ca.pem", cert: "certificate.pem", key: "key.pem" },
    devices,
  };
  parseConfig(config, "the exported config");
  return config;
}

const HELP = `node infra/gateway/export-config.ts --permits FILE --secrets FILE --id ID --uplink mqtts://HOST:8883 --allow NETWORK… [--town NAME]
  writes gateway.json to its output; it expects the files of npm run provision -- create --gateway ID beside it`;

function main(): void {
  const { values } = parseArgs({
    options: {
      permits: { type: "string" },
      secrets: { type: "string" },
      id: { type: "string" },
      uplink: { type: "string" },
      allow: { type: "string", multiple: true },
      town: { type: "string" },
    },
  });
  const { permits: permitsFile, secrets: secretsFile, id, uplink, allow } = values;
  if (!permitsFile || !secretsFile || !id || !uplink || !allow) throw new ConfigError(HELP);
  const read = (file: string): unknown => JSON.parse(readFileSync(file, "utf8"));
  const ruleData = loadRuleData(new URL("../../layers/rule-data", import.meta.url).pathname);
  const parsed = parsePermits(read(permitsFile), ruleData);
  const secrets = parseInput(Secrets, read(secretsFile));
  if (!parsed.ok || !secrets.ok) {
    const problems = [...(parsed.ok ? [] : parsed.problems), ...(secrets.ok ? [] : secrets.problems)];
    throw new ConfigError(problems.map(({ path, reason }) => `${path} ${reason}`).join("\n"));
  }
  const { permits } = parsed;
  const at = Date.now();
  const town = values.town ?? null;
  const config = exportConfig({ permits, secrets: secrets.data, town, allow, id, uplinkUrl: uplink, at });
  console.log(JSON.stringify(config, null, 2));
}

if (import.meta.main) {
  try {
    main();
  } catch (error) {
    console.error((error as Error).message);
    process.exit(1);
  }
}
