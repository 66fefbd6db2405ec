// oxlint-disable no-new -- a construct registers itself with its scope
import { Duration } from "aws-cdk-lib";
import { Grant } from "aws-cdk-lib/aws-iam";
import { Topic } from "aws-cdk-lib/aws-sns";
import { LambdaSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import type { DataStack } from "../stacks/data.ts";
import { houseAlarm, houseMetric } from "./alarm.ts";
import { useTable } from "./grants.ts";
import { HouseFunction } from "./house-function.ts";
import { houseSchedule } from "./house-schedule.ts";
import type { WorkStack } from "./house-stack.ts";

/** What functions that send by web push and e-mail are told (functions/notices/channels.ts). */
export function senderEnvironment({ config }: WorkStack, data: DataStack): Record<string, string> {
  const site = config.domainName ? `https://${config.domainName}` : config.siteUrl;
  return {
    WEB_PUSH_SECRET: data.pushSecret.secretValue.unsafeUnwrap(),
    ...(config.operatorsEmail && { WEB_PUSH_SUBJECT: `mailto:${config.operatorsEmail}` }),
    MAIL_CHANNEL: config.mailChannel,
    ...(config.mailChannel === "ses" && { MAIL_SENDER: config.mailSender ?? "" }),
    ...(config.mailChannel === "webhook" && {
      MAIL_WEBHOOK_URL: config.mailWebhookUrl ?? "",
      MAIL_WEBHOOK_SECRET_PARAMETER: config.mailWebhookSecretParameter ?? "",
    }),
    ...(site && { SITE_URL: site }),
    SMS_LANGUAGE: config.smsLanguage,
  };
}

/** E-mail from the one sender, or the secret of the gateway; nothing while e-mail is off. */
export function allowMail(stack: WorkStack, fn: HouseFunction): void {
  const { mailChannel, mailSender = "", mailWebhookSecretParameter = "" } = stack.config;
  if (mailChannel === "ses") {
    // An address is sent from under its own identity or under its domain's, whichever is verified.
    const identities = [mailSender, mailSender.split("@").at(-1) ?? ""];
    const resourceArns = identities.map((name) =>
      stack.formatArn({ service: "ses", resource: "identity", resourceName: name }),
    );
    Grant.addToPrincipal({ grantee: fn, actions: ["ses:SendEmail"], resourceArns });
  }
  if (mailChannel === "webhook") {
    const resourceName = mailWebhookSecretParameter.replace(/^\//, "");
    const parameter = stack.formatArn({ service: "ssm", resource: "parameter", resourceName });
    Grant.addToPrincipal({ grantee: fn, actions: ["ssm:GetParameter"], resourceArns: [parameter] });
  }
}

/**
 * Who sends what ticks owe by web push and e-mail. Fed by a topic and not by the ledger's stream: two functions read that
 * already, and a third would be one more than its shards take.
 */
export function deliverNotices(stack: WorkStack, data: DataStack): Topic {
  const { register, ledger, people } = data;
  const fn = new HouseFunction(stack, {
    name: "deliver-notices",
    environment: {
      REGISTER_TABLE: register.tableName,
      LEDGER_TABLE: ledger.tableName,
      PEOPLE_TABLE: people.tableName,
      ...senderEnvironment(stack, data),
    },
    timeout: Duration.minutes(2),
    memory: 1024,
    reservedConcurrency: 5,
    errorImpact: "Warnings do not reach the devices and mailboxes that people chose; text messages are not affected.",
    asynchronous: { maxEventAge: Duration.minutes(5), retryAttempts: 2 }, // later, a warning is not sent any more
  });
  useTable(register, fn.ownRole, "GetItem");
  useTable(ledger, fn.ownRole, "Query", "PutItem", "UpdateItem", "DeleteItem");
  useTable(people, fn.ownRole, "GetItem", "Query");
  allowMail(stack, fn);
  houseAlarm(stack, {
    name: "notices-failed",
    impact: "Push services or the mail service refuse what is sent: people who chose them are not told that way.",
    metric: houseMetric("deliver-notices", "Messages_failed"),
    threshold: 10,
  });
  const topic = new Topic(stack, "owed", { displayName: "Permit Watch owed messages", enforceSSL: true });
  if (fn.failed) topic.addSubscription(new LambdaSubscription(fn, { deadLetterQueue: fn.failed }));
  return topic;
}

/** Who sends digests, every hour to those who chose it: see functions/notices/digest.ts. */
export function sendDigest(stack: WorkStack, data: DataStack): void {
  const { register, blocks, ledger, people } = data;
  const maxEventAge = Duration.hours(2); // later, nobody's digest is due any more
  const fn = new HouseFunction(stack, {
    name: "send-digest",
    environment: {
      REGISTER_TABLE: register.tableName,
      BLOCKS_TABLE: blocks.tableName,
      LEDGER_TABLE: ledger.tableName,
      PEOPLE_TABLE: people.tableName,
      ...senderEnvironment(stack, data),
    },
    timeout: Duration.minutes(10),
    memory: 1024,
    reservedConcurrency: 1, // a second run finds what the first has claimed
    errorImpact: "Daily digests are missing: what is still to be marked is in the portal only.",
    asynchronous: { maxEventAge, retryAttempts: 2 },
  });
  useTable(register, fn.ownRole, "GetItem", "Query");
  useTable(blocks, fn.ownRole, "Query");
  useTable(ledger, fn.ownRole, "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem");
  useTable(people, fn.ownRole, "GetItem");
  allowMail(stack, fn);
  houseSchedule(stack, { name: "digest", cron: "0 * * * ? *", target: fn, maxEventAge });
}
