/** What can be set per deployment: CDK context, `-c permit-watch:smsChannel=webhook` or the same key in cdk.json. */
import type { App } from "aws-cdk-lib";
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import * as z from "zod/mini";

/** A whole number; the command line's `-c` gives texts. */
const whole = (least: number, most: number) => z.coerce.number().check(z.int(), z.minimum(least), z.maximum(most));

/** One of the periods that CloudWatch knows. */
const retention = z
  .pipe(
    z.coerce.number(),
    z.enum(RetentionDays, { error: "not a period that CloudWatch Logs knows (180, 365, 731, …)" }),
  )
  .check(z.refine((d) => d >= RetentionDays.SIX_MONTHS, { error: "logs are kept six months at least" }));

const ConfigSchema = z
  .strictObject({
    /** How warnings leave: Amazon SNS, or a carrier's HTTPS gateway. */
    smsChannel: z._default(z.enum(["sns", "webhook"]), "sns"),
    smsWebhookUrl: z.optional(z.url({ protocol: /^https$/ })),
    /** Name of the SecureString parameter with the carrier's secret; the secret itself is never in a template. */
    smsWebhookSecretParameter: z.optional(z.string().check(z.regex(/^\/[\w./-]+$/))),
    /** Language of the messages to the plants. */
    smsLanguage: z._default(z.enum(["zh", "en"]), "zh"),
    /** Receives the alarms. */
    operatorsEmail: z.optional(z.email()),
    /** Printed before `#alarm-name` in every alarm. */
    runbookUrl: z._default(z.string().check(z.minLength(1)), "docs/runbook.md"),
    logLevel: z._default(z.enum(["DEBUG", "INFO", "WARN", "ERROR"]), "INFO"),
    /** Network logs are kept six months at least (网络安全法, graded protection duties). */
    logRetentionDays: z._default(retention, RetentionDays.SIX_MONTHS),
    /** Original monitoring records are kept five years (排污许可管理条例 Art. 19). */
    archiveLockDays: z._default(whole(1, 36_500), 1826),
    /** `compliance` cannot be shortened by anyone, ever: choose it once the retention is settled. */
    archiveLockMode: z._default(z.enum(["governance", "compliance"]), "governance"),
    /** How long telemetry waits for a broken ingest: a weekend. 24–8760. */
    streamRetentionHours: z._default(whole(24, 8760), 72),
    /** Capacity of the blocks table, units a second. One plant costs about 1/60 unit of each. */
    blocksMinRead: z._default(whole(1, 40_000), 25),
    blocksMaxRead: z._default(whole(1, 40_000), 2000),
    blocksMinWrite: z._default(whole(1, 40_000), 25),
    blocksMaxWrite: z._default(whole(1, 40_000), 2000),
    /** Domain of the public site and its certificate (us-east-1); both or neither. */
    domainName: z.optional(z.string().check(z.regex(/^[a-z0-9.-]+\.[a-z]+$/))),
    certificateArn: z.optional(z.string().check(z.regex(/^arn:aws[\w-]*:acm:us-east-1:\d{12}:certificate\/[\w-]+$/))),
  })
  .check(
    z.refine((c) => c.smsChannel === "sns" || (c.smsWebhookUrl && c.smsWebhookSecretParameter), {
      error: "smsChannel webhook needs smsWebhookUrl and smsWebhookSecretParameter",
    }),
    z.refine((c) => (c.domainName === undefined) === (c.certificateArn === undefined), {
      error: "domainName and certificateArn go together",
    }),
    z.refine((c) => c.blocksMinRead <= c.blocksMaxRead && c.blocksMinWrite <= c.blocksMaxWrite, {
      error: "the minimum capacity of the blocks table is above its maximum",
    }),
  );

export type Config = z.output<typeof ConfigSchema>;

z.config(z.locales.en()); // zod/mini alone says "Invalid input" to everything

export const CONTEXT_PREFIX = "permit-watch:";

/** The checked configuration; throws naming each key that is unknown, wrong or missing. */
export function readConfig(app: App): Config {
  const given = Object.entries(app.node.getAllContext() as Record<string, unknown>)
    .filter(([key]) => key.startsWith(CONTEXT_PREFIX))
    .map(([key, value]) => [key.slice(CONTEXT_PREFIX.length), value]);
  const parsed = ConfigSchema.safeParse(Object.fromEntries(given));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) =>
    path.length > 0 ? `${CONTEXT_PREFIX}${path.join(".")}: ${message}` : message,
  );
  throw new Error(
    `CDK context: ${problems.join("; ")}. The keys begin with ${CONTEXT_PREFIX} and are described in infra/config.ts.`,
  );
}
