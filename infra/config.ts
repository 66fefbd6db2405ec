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

/** A day that names a secret: a later one is a new secret. */
const day = z.iso.date({ error: "a day such as 2026-12-31" });

/**
 * Defaults that differ by partition. `aws-cn` (Beijing, Ningxia): no text messages by SNS; arm64 functions are not
 * documented there, x86_64 exists everywhere; failed batches are read from the stream itself (constructs/undelivered.ts).
 */
const DEFAULTS = {
  aws: { region: undefined, smsChannel: "sns", architecture: "arm64", streamRetentionHours: 24 },
  "aws-cn": { region: "cn-north-1", smsChannel: "webhook", architecture: "x86_64", streamRetentionHours: 168 },
} as const;

const Given = z.strictObject({
  /** `aws`, or `aws-cn`: China (docs/deploy.md). */
  partition: z._default(z.enum(["aws", "aws-cn"]), "aws"),
  /** Of all stacks. Without it, `aws` goes to the region of the command line's credentials. */
  region: z.optional(z.string().check(z.regex(/^[a-z]{2}(-[a-z]+)+-\d$/))),
  /** Processor of the functions; the bundles are the same. */
  architecture: z.optional(z.enum(["arm64", "x86_64"])),
  /** How warnings leave: Amazon SNS, or a carrier's HTTPS gateway. */
  smsChannel: z.optional(z.enum(["sns", "webhook"])),
  smsWebhookUrl: z.optional(z.url({ protocol: /^https$/ })),
  /** Name of the SecureString parameter with the carrier's secret; the secret itself is never in a template. */
  smsWebhookSecretParameter: z.optional(z.string().check(z.regex(/^\/[\w./-]+$/))),
  /** Language of the messages to the plants. */
  smsLanguage: z._default(z.enum(["zh", "en"]), "zh"),
  /** How e-mail to people leaves: not at all, by Amazon SES, or by an HTTPS gateway. */
  mailChannel: z._default(z.enum(["off", "ses", "webhook"]), "off"),
  /** Sender with SES: an address that SES has verified, or of a domain that it has. */
  mailSender: z.optional(z.email()),
  mailWebhookUrl: z.optional(z.url({ protocol: /^https$/ })),
  mailWebhookSecretParameter: z.optional(z.string().check(z.regex(/^\/[\w./-]+$/))),
  /** Receives the alarms. Push services turn to it too, when something is wrong with what we send. */
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
  /** Shards of the telemetry stream, 1 MB and 1,000 messages a second each: 4 carry 10,250 plants that all report on the minute. */
  streamShards: z._default(whole(1, 10_000), 4),
  /**
   * How long ingest gathers a batch, seconds (at most 500 messages). Longer batches are fewer objects and invocations, and a
   * reading is merged so much later: docs/cost.md has what each gives.
   */
  batchSeconds: z._default(whole(1, 300), 2),
  /**
   * How long telemetry waits for a broken ingest. In `aws` a day: what fails again and again is kept in a bucket. In
   * `aws-cn` a week: there the stream is the only place that has it. 24–8760.
   */
  streamRetentionHours: z.optional(whole(24, 8760)),
  /** Capacity of the blocks table, units a second. One plant costs about 1/60 unit of each. */
  blocksMinRead: z._default(whole(1, 40_000), 25),
  blocksMaxRead: z._default(whole(1, 40_000), 2000),
  blocksMinWrite: z._default(whole(1, 40_000), 25),
  blocksMaxWrite: z._default(whole(1, 40_000), 2000),
  /** Domain of the public site. `aws-cn` always needs one: its CloudFront serves nothing under its own name. */
  domainName: z.optional(z.string().check(z.regex(/^[a-z0-9.-]+\.[a-z]+$/))),
  /** Its certificate in `aws`: ACM, us-east-1. */
  certificateArn: z.optional(z.string().check(z.regex(/^arn:aws:acm:us-east-1:\d{12}:certificate\/[\w-]+$/))),
  /** Its certificate in `aws-cn`: the id (not the name) of an IAM server certificate, the only kind CloudFront takes there. */
  iamCertificateId: z.optional(z.string().check(z.regex(/^[A-Z0-9]{16,128}$/))),
  /** Address of the site when it has no domain of its own: the output SiteUrl of the first deployment. People sign in there. */
  siteUrl: z.optional(
    z.string().check(z.regex(/^https:\/\/[a-z0-9.-]+$/, "like https://d111.cloudfront.net, without a path")),
  ),
  /** The sign-in page is at this name below amazoncognito.com; unique in the region. Default `permit-watch-` and the account. */
  signInDomainPrefix: z.optional(
    z.string().check(
      z.regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/),
      z.refine((p) => !/aws|amazon|cognito/.test(p), { error: "must not contain aws, amazon or cognito" }),
    ),
  ),
  /** An OpenID Connect issuer in place of a Cognito user pool, which `aws-cn` does not have: `iss` of its tokens, letter by letter. */
  oidcIssuer: z.optional(z.url({ protocol: /^https$/ })),
  /** Its public client (code flow with PKCE): `aud` or `client_id` of the access tokens. */
  oidcClientId: z.optional(z.string().check(z.regex(/^[\x21-\x7e]{1,200}$/))),
  /** Names the secret that the distribution shows to the API; another day makes another secret (docs/deploy.md). */
  originSecret: z._default(day, "2026-11-23"),
  /** The secret before it, still accepted while the distribution changes. */
  formerOriginSecret: z.optional(day),
});

/** What was not given, by partition. */
function complete(given: z.output<typeof Given>) {
  const defaults = DEFAULTS[given.partition];
  return {
    ...given,
    region: given.region ?? defaults.region,
    architecture: given.architecture ?? defaults.architecture,
    smsChannel: given.smsChannel ?? defaults.smsChannel,
    streamRetentionHours: given.streamRetentionHours ?? defaults.streamRetentionHours,
  };
}
type Complete = ReturnType<typeof complete>;
const china = (c: Complete): boolean => c.partition === "aws-cn";

/** What must hold between the settings, each with what to do when it does not. */
const RULES: readonly (readonly [(c: Complete) => boolean, string])[] = [
  [
    (c) => c.region === undefined || c.region.startsWith("cn-") === china(c),
    "region and partition contradict each other: cn-north-1 and cn-northwest-1 are aws-cn, all others aws",
  ],
  [(c) => !china(c) || c.smsChannel !== "sns", "SNS sends no text messages in aws-cn: smsChannel must be webhook"],
  [
    (c) => c.smsChannel === "sns" || Boolean(c.smsWebhookUrl && c.smsWebhookSecretParameter),
    "smsChannel webhook needs smsWebhookUrl and smsWebhookSecretParameter",
  ],
  [(c) => !china(c) || c.mailChannel !== "ses", "aws-cn has no SES: mailChannel must be webhook or off"],
  [(c) => (c.mailChannel === "ses") === (c.mailSender !== undefined), "mailChannel ses and mailSender go together"],
  [
    (c) => (c.mailChannel === "webhook") === Boolean(c.mailWebhookUrl && c.mailWebhookSecretParameter),
    "mailChannel webhook, mailWebhookUrl and mailWebhookSecretParameter go together",
  ],
  [
    (c) => china(c) || (c.domainName === undefined) === (c.certificateArn === undefined),
    "domainName and certificateArn go together",
  ],
  [
    (c) => !china(c) || (c.domainName !== undefined && c.iamCertificateId !== undefined),
    "aws-cn needs domainName (with its ICP filing) and iamCertificateId",
  ],
  [(c) => (c.oidcIssuer === undefined) === (c.oidcClientId === undefined), "oidcIssuer and oidcClientId go together"],
  [
    (c) => !china(c) || c.oidcIssuer !== undefined,
    "aws-cn has no Cognito user pools: name an OpenID Connect issuer by oidcIssuer and oidcClientId",
  ],
  [
    (c) => c.oidcIssuer === undefined || c.signInDomainPrefix === undefined,
    "signInDomainPrefix is for a Cognito user pool, and oidcIssuer takes its place",
  ],
  [(c) => c.domainName === undefined || c.siteUrl === undefined, "siteUrl is for a site without domainName"],
  [
    (c) => (china(c) ? c.certificateArn : c.iamCertificateId) === undefined,
    "certificateArn is for aws, iamCertificateId for aws-cn",
  ],
  [
    (c) => c.blocksMinRead <= c.blocksMaxRead && c.blocksMinWrite <= c.blocksMaxWrite,
    "the minimum capacity of the blocks table is above its maximum",
  ],
  [
    (c) => c.formerOriginSecret === undefined || c.formerOriginSecret < c.originSecret,
    "formerOriginSecret must be the earlier day",
  ],
];

const ConfigSchema = z
  .pipe(Given, z.transform(complete))
  .check(...RULES.map(([holds, error]) => z.refine<Complete>(holds, { error })));

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
