// oxlint-disable no-new -- a construct registers itself with its scope
import { Aws, CfnOutput, Duration, type App } from "aws-cdk-lib";
import { MathExpression, Metric } from "aws-cdk-lib/aws-cloudwatch";
import type { ITable } from "aws-cdk-lib/aws-dynamodb";
import { Rule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import { Grant, PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Topic } from "aws-cdk-lib/aws-sns";
import { LambdaSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import type { FunctionName } from "../build.ts";
import type { Config } from "../config.ts";
import { houseAlarm, houseMetric, sumOf } from "../constructs/alarm.ts";
import {
  getObjects,
  issueIdentities,
  listObjects,
  putObjects,
  readParameters,
  useTable,
} from "../constructs/grants.ts";
import { HouseFunction } from "../constructs/house-function.ts";
import { LiveApi } from "../constructs/live-api.ts";
import { houseSchedule } from "../constructs/house-schedule.ts";
import { WorkStack } from "../constructs/house-stack.ts";
import { allowMail, deliverNotices, sendDigest, senderEnvironment } from "../constructs/notices.ts";
import { originSecrets, type OriginSecrets } from "../constructs/origin-secret.ts";
import { PublicApi } from "../constructs/public-api.ts";
import type { DataStack } from "./data.ts";
import { DEVICE_KEYS } from "./telemetry.ts";

/** What works on the facts: import of permits, warnings, closings, and the API that reads. */
export class ServicesStack extends WorkStack {
  readonly api: PublicApi;
  readonly live: LiveApi;
  readonly originSecrets: OriginSecrets;
  private readonly data: DataStack;

  constructor(app: App, config: Config, data: DataStack) {
    super(app, "PermitWatchServices", "Permit Watch: import, warnings, closings, API", config, data.operators);
    this.data = data;
    this.importPermits();
    this.replayQuarantine();
    this.warnPlants();
    sendDigest(this, data);
    this.receiveReplies();
    this.closing("close-hours", "close-hour", "10 * * * ? *", "Verdicts of the past hour are missing on the pages.");
    this.closing("close-days", "close-day", "30 0 * * ? *", "Verdicts of yesterday are missing on the pages.");
    this.simulateRules();
    this.tableAlarm();
    this.originSecrets = originSecrets(this);
    this.api = new PublicApi(
      this,
      { open: this.serveApi(), people: this.servePeople(), devices: this.serveDevices() },
      data.identity,
    );
    this.live = new LiveApi(this, this.serveLive());
    this.nudgeLive();
  }

  private get tables(): Record<string, string> {
    const { register, blocks, ledger } = this.data;
    return { REGISTER_TABLE: register.tableName, BLOCKS_TABLE: blocks.tableName, LEDGER_TABLE: ledger.tableName };
  }

  /** Which carrier takes text messages. */
  private get carrier(): Record<string, string> {
    const { smsChannel, smsWebhookUrl = "", smsWebhookSecretParameter = "" } = this.config;
    if (smsChannel === "sns") return { SMS_CHANNEL: "sns" };
    return {
      SMS_CHANNEL: smsChannel,
      SMS_WEBHOOK_URL: smsWebhookUrl,
      SMS_WEBHOOK_SECRET_PARAMETER: smsWebhookSecretParameter,
    };
  }

  private importPermits(): void {
    const { register, jobs, imports } = this.data;
    const fn = new HouseFunction(this, {
      name: "import-permits",
      environment: {
        REGISTER_TABLE: register.tableName,
        JOBS_TABLE: jobs.tableName,
        IMPORTS_BUCKET: imports.bucketName,
      },
      timeout: Duration.minutes(15), // a city's whole register in one file
      memory: 3008, // of which one workbook may unpack to 400 MB
      reservedConcurrency: 1, // two imports at once could interleave revisions of one permit
      errorImpact: "A permits file was not applied: plants are judged against their former permit.",
      asynchronous: { maxEventAge: Duration.hours(6), retryAttempts: 2 },
    });
    useTable(register, fn.ownRole, "GetItem", "BatchGetItem", "PutItem", "UpdateItem");
    getObjects(imports, "permits/", fn.ownRole);
    putObjects(imports, "results/", fn.ownRole);
    // What people upload by the console: checked, looked at, applied (functions/imports).
    useTable(jobs, fn.ownRole, "UpdateItem");
    getObjects(imports, "uploads/", fn.ownRole);
    getObjects(imports, "results/imports/", fn.ownRole);
    houseAlarm(this, {
      name: "permits-refused",
      impact: "A permits file was refused as a whole: plants are judged against their former permit.",
      metric: houseMetric("import-permits", "PermitsRefused"),
    });
    this.onObjects(
      fn,
      "permits-arrived",
      "a permits file arrived in the imports bucket, or a person asked for its import",
      ["permits/", "jobs/check-permits/", "jobs/apply-permits/"],
    );
  }

  /** Ingest once more for what was refused, when a person asks for it: the same grants, and no more of the stream. */
  private replayQuarantine(): void {
    const { register, blocks, ledger, jobs, archive } = this.data;
    const fn = new HouseFunction(this, {
      name: "replay-quarantine",
      environment: {
        ...this.tables,
        JOBS_TABLE: jobs.tableName,
        ARCHIVE_BUCKET: archive.bucketName,
        DEVICE_KEYS_PATH: DEVICE_KEYS,
      },
      timeout: Duration.minutes(15),
      memory: 1024,
      reservedConcurrency: 1, // of two replays of the same frames the second finds them taken in
      errorImpact: "A replay of refused messages broke off: readings that could be taken in are still missing.",
      asynchronous: { maxEventAge: Duration.hours(6), retryAttempts: 2 },
    });
    useTable(register, fn.ownRole, "GetItem");
    useTable(blocks, fn.ownRole, "BatchGetItem", "Query", "PutItem", "PartiQLInsert", "PartiQLUpdate");
    useTable(ledger, fn.ownRole, "GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem");
    useTable(jobs, fn.ownRole, "UpdateItem");
    // What is longer than its item is whole in the archive, found by the name of its batch.
    getObjects(archive, "raw/", fn.ownRole);
    listObjects(archive, fn.ownRole);
    putObjects(archive, "raw/replay/", fn.ownRole);
    readParameters(DEVICE_KEYS, fn.ownRole);
    this.onObjects(fn, "replay-asked", "somebody asked for a replay of refused messages", ["jobs/replay-quarantine/"]);
  }

  /** Calls `fn` for each new object of the imports bucket under these prefixes; `jobs/{kind}/` begins a job. */
  private onObjects(fn: HouseFunction, id: string, description: string, prefixes: readonly string[]): void {
    if (!fn.failed) return;
    const bucket = { name: [this.data.imports.bucketName] };
    new Rule(this, id, {
      description,
      eventPattern: {
        source: ["aws.s3"],
        detailType: ["Object Created"],
        detail: { bucket, object: { key: prefixes.map((prefix) => ({ prefix })) } },
      },
      targets: [
        new LambdaFunction(fn, { deadLetterQueue: fn.failed, maxEventAge: Duration.hours(24), retryAttempts: 20 }),
      ],
    });
  }

  private warnPlants(): void {
    const { config, data } = this;
    const owed = deliverNotices(this, data);
    const maxEventAge = Duration.minutes(5); // a tick more than five minutes late sends nothing
    const fn = new HouseFunction(this, {
      name: "warn-plants",
      environment: {
        ...this.tables,
        OPERATORS_TOPIC_ARN: data.operators.topicArn,
        OWED_TOPIC_ARN: owed.topicArn,
        SMS_LANGUAGE: config.smsLanguage,
        ...this.carrier,
      },
      timeout: Duration.minutes(4), // ends before the next tick begins
      memory: 1024,
      reservedConcurrency: 2, // always there, for this tick and one that came late
      errorImpact: "Plants are not warned while there is still time to save the hour.",
      asynchronous: { maxEventAge, retryAttempts: 2 },
    });
    useTable(data.register, fn.ownRole, "GetItem");
    useTable(data.blocks, fn.ownRole, "BatchGetItem", "Query");
    useTable(data.ledger, fn.ownRole, "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem");
    useTable(data.ledger, fn.ownRole, "BatchWriteItem", "PartiQLInsert", "PartiQLUpdate"); // many plants in a call
    data.operators.grantPublish(fn);
    owed.grantPublish(fn);
    this.grantCarrier(fn);
    this.smsAlarms();
    houseSchedule(this, { name: "warn", cron: "0/5 * * * ? *", target: fn, maxEventAge });
    houseAlarm(this, {
      name: "warn-plants-not-running",
      impact: "No warning tick ran for ten minutes: nobody is being warned.",
      metric: fn.metricInvocations({ period: Duration.minutes(5) }),
      below: true,
      periods: 2,
    });
    houseAlarm(this, {
      name: "warn-plants-late",
      impact: "Warnings leave more than three minutes after their tick: after five minutes they are not sent at all.",
      metric: new MathExpression({
        expression: "lateness + duration",
        label: "from the tick's time to its end, ms",
        usingMetrics: {
          lateness: houseMetric("warn-plants", "TickLateness", "Maximum"),
          duration: houseMetric("warn-plants", "TickDuration", "Maximum"),
        },
        period: Duration.minutes(5),
      }),
      threshold: Duration.minutes(3).toMilliseconds(),
      periods: 2,
    });
    houseAlarm(this, {
      name: "warn-plants-throttles",
      impact: "A warning tick had to wait for one that was still running: warnings are late.",
      metric: fn.metricThrottles({ period: Duration.minutes(5) }),
    });
  }

  /** Replays past days with a draft of the warning numbers: reads what the judges read, writes its result and how far it is. */
  private simulateRules(): void {
    const { register, blocks, ledger, jobs, imports } = this.data;
    const fn = new HouseFunction(this, {
      name: "simulate-rules",
      environment: { ...this.tables, JOBS_TABLE: jobs.tableName, IMPORTS_BUCKET: imports.bucketName },
      timeout: Duration.minutes(12),
      memory: 1769, // one whole processor
      reservedConcurrency: 2, // it reads the tables that warnings read
      errorImpact: "Nobody can try changed warning numbers on past days; warnings go on by the numbers in force.",
      asynchronous: { maxEventAge: Duration.hours(6), retryAttempts: 2 },
    });
    useTable(register, fn.ownRole, "BatchGetItem");
    useTable(blocks, fn.ownRole, "Query");
    useTable(ledger, fn.ownRole, "BatchGetItem", "Query");
    useTable(jobs, fn.ownRole, "UpdateItem");
    putObjects(imports, "results/simulations/", fn.ownRole);
    this.onObjects(fn, "simulations-asked", "a simulation of warning numbers was asked for", ["jobs/simulate-rules/"]);
  }

  /** Tables that scale by themselves, and reads of the one that does not: its writes have an alarm of their own. */
  private tableAlarm(): void {
    const { register, blocks, ledger } = this.data;
    const throttled = (table: ITable, what: "Read" | "Write"): Metric =>
      new Metric({
        namespace: "AWS/DynamoDB",
        metricName: `${what}ThrottleEvents`,
        dimensionsMap: { TableName: table.tableName },
        statistic: "Sum",
        period: Duration.minutes(5),
      });
    houseAlarm(this, {
      name: "tables-throttled",
      impact: "Tables answer slower than they are asked: warnings, verdicts and pages are late.",
      metric: sumOf("throttled requests", {
        registerReads: throttled(register, "Read"),
        registerWrites: throttled(register, "Write"),
        ledgerReads: throttled(ledger, "Read"),
        ledgerWrites: throttled(ledger, "Write"),
        blocksReads: throttled(blocks, "Read"),
      }),
      threshold: 100,
      periods: 2,
    });
  }

  /** What the carrier made of the messages, as the function counts it. */
  private smsAlarms(): void {
    houseAlarm(this, {
      name: "sms-failed",
      impact: "Warnings do not reach the plants: the carrier refused them.",
      metric: houseMetric("warn-plants", "Sms_failed"),
      threshold: 3,
    });
    houseAlarm(this, {
      name: "sms-unknown",
      impact: "Nobody knows whether some warnings arrived: the carrier gave no answer, and they are not sent twice.",
      metric: houseMetric("warn-plants", "Sms_unknown"),
      threshold: 3,
    });
    const hourly = (outcome: string): Metric =>
      houseMetric("warn-plants", `Sms_${outcome}`).with({ period: Duration.hours(1) });
    const [bad, all] = ["(FILL(f, 0) + FILL(u, 0))", "(FILL(s, 0) + FILL(f, 0) + FILL(u, 0))"];
    houseAlarm(this, {
      name: "sms-mostly-failing",
      impact: "Half of an hour's warnings or more did not surely reach anybody, however few they were.",
      metric: new MathExpression({
        // Of one message alone nothing can be said: its number may be wrong.
        expression: `IF(${all} > 1, 100 * ${bad} / ${all}, 0)`,
        label: "warnings not surely delivered, percent",
        usingMetrics: {
          s: hourly("sent"),
          f: hourly("failed"),
          u: hourly("unknown"),
        },
        period: Duration.hours(1),
      }),
      threshold: 50,
    });
    houseAlarm(this, {
      name: "sms-expired",
      impact: "Warnings were due and not sent: the tick ran more than five minutes late.",
      metric: houseMetric("warn-plants", "Sms_expired"),
    });
  }

  /**
   * A text message has no ARN, so IAM can only allow Publish to everything that is not a topic: every resource except
   * those that look like one. The operators' topic is granted by its own ARN.
   */
  private grantSms(fn: HouseFunction): void {
    const topics = this.formatArn({ service: "sns", region: "*", account: "*", resource: "*" });
    fn.addToRolePolicy(new PolicyStatement({ sid: "TextMessages", actions: ["sns:Publish"], notResources: [topics] }));
  }

  private grantCarrier(fn: HouseFunction): void {
    if (this.config.smsChannel === "webhook") this.grantSecret(fn);
    else this.grantSms(fn);
  }

  private grantSecret(fn: HouseFunction): void {
    const name = (this.config.smsWebhookSecretParameter ?? "").replace(/^\//, "");
    const parameter = this.formatArn({ service: "ssm", resource: "parameter", resourceName: name });
    Grant.addToPrincipal({ grantee: fn, actions: ["ssm:GetParameter"], resourceArns: [parameter] });
  }

  /** Answers of the plants, by two-way SMS of AWS End User Messaging or of a carrier that posts to the same topic. */
  private receiveReplies(): void {
    const { register, ledger } = this.data;
    const fn = new HouseFunction(this, {
      name: "receive-reply",
      environment: { REGISTER_TABLE: register.tableName, LEDGER_TABLE: ledger.tableName },
      timeout: Duration.seconds(30),
      memory: 1024,
      errorImpact: "A plant answered a warning and is not heard: it keeps getting the repeats.",
      asynchronous: { maxEventAge: Duration.hours(1), retryAttempts: 2 },
    });
    useTable(register, fn.ownRole, "GetItem");
    useTable(ledger, fn.ownRole, "BatchGetItem", "Query", "PutItem");
    const topic = new Topic(this, "replies", { displayName: "Permit Watch replies", enforceSSL: true });
    // AWS End User Messaging is not in China; there a carrier's gateway publishes with an identity of the account.
    if (!this.inChina)
      topic.addToResourcePolicy(
        new PolicyStatement({
          sid: "TwoWayMessages",
          principals: [new ServicePrincipal("sms-voice.amazonaws.com")],
          actions: ["sns:Publish"],
          resources: [topic.topicArn],
          conditions: { StringEquals: { "aws:SourceAccount": Aws.ACCOUNT_ID } },
        }),
      );
    if (fn.failed) topic.addSubscription(new LambdaSubscription(fn, { deadLetterQueue: fn.failed }));
    // The number's two-way setting, or a carrier's gateway, needs it.
    new CfnOutput(this, "RepliesTopic", { value: topic.topicArn });
  }

  private closing(
    name: "close-hours" | "close-days",
    schedule: "close-hour" | "close-day",
    cron: string,
    impact: string,
  ): void {
    const { register, blocks, ledger } = this.data;
    const fn = new HouseFunction(this, {
      name,
      environment: this.tables,
      timeout: Duration.minutes(15), // visits all plants, paced
      memory: 1024,
      reservedConcurrency: 2,
      errorImpact: impact,
      asynchronous: { maxEventAge: Duration.hours(6), retryAttempts: 2 },
    });
    useTable(register, fn.ownRole, "BatchGetItem", "Query");
    useTable(blocks, fn.ownRole, "Query");
    // A verdict is added, never changed or taken away.
    useTable(ledger, fn.ownRole, "BatchGetItem", "Query", "PutItem", "PartiQLInsert");
    houseSchedule(this, { name: schedule, cron, target: fn, maxEventAge: Duration.hours(24) });
    if (name === "close-hours")
      houseAlarm(this, {
        name: "close-hours-not-running",
        impact: "No hour was closed for two hours: verdicts are missing and the pages stand still.",
        metric: finished("close-hours", "HoursClosed", Duration.hours(1)),
        below: true,
        periods: 2,
      });
    else
      houseAlarm(this, {
        name: "close-days-not-running",
        impact: "No day was closed for thirty hours: verdicts of water and noise are missing.",
        metric: finished("close-days", "DaysClosed", Duration.hours(6)),
        below: true,
        periods: 5,
      });
  }

  private serveApi(): HouseFunction {
    const { register, blocks, ledger } = this.data;
    const fn = new HouseFunction(this, {
      name: "serve-api",
      environment: {
        ...this.tables,
        ORIGIN_SECRETS: this.originSecrets.accepted,
        // What the web applications ask before anybody can sign in.
        OIDC_ISSUER: this.data.identity.issuer,
        OIDC_CLIENT_ID: this.data.identity.clientId,
      },
      timeout: Duration.seconds(15),
      memory: 1024,
      reservedConcurrency: 50, // the public side must never take the concurrency of warnings and ingest
      errorImpact: "The public pages cannot refresh their values.",
    });
    useTable(register, fn.ownRole, "GetItem");
    useTable(blocks, fn.ownRole, "Query");
    useTable(ledger, fn.ownRole, "BatchGetItem", "Query");
    return fn;
  }

  /** The same facts for people with an account, and what they may change. */
  private servePeople(): HouseFunction {
    const { register, blocks, ledger, people, jobs, archive, imports, identity } = this.data;
    const fn = new HouseFunction(this, {
      name: "serve-people",
      environment: {
        ...this.tables,
        PEOPLE_TABLE: people.tableName,
        JOBS_TABLE: jobs.tableName,
        ARCHIVE_BUCKET: archive.bucketName,
        IMPORTS_BUCKET: imports.bucketName,
        ORIGIN_SECRETS: this.originSecrets.accepted,
        ...(identity.pool && { USER_POOL_ID: identity.pool.userPoolId }),
        ...senderEnvironment(this, this.data),
        ...this.carrier,
      },
      timeout: Duration.seconds(15),
      memory: 1024,
      reservedConcurrency: 50,
      errorImpact: "Plants and officers cannot use the portal and the console.",
    });
    useTable(register, fn.ownRole, "GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem");
    useTable(blocks, fn.ownRole, "Query", "BatchGetItem");
    useTable(ledger, fn.ownRole, "GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem");
    // Nothing is updated or deleted: the audit trail is there, and an entry is put only where there is none.
    useTable(people, fn.ownRole, "GetItem", "Query", "PutItem", "ConditionCheckItem");
    useTable(jobs, fn.ownRole, "GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem");
    putObjects(imports, "jobs/check-permits/", fn.ownRole);
    putObjects(imports, "jobs/apply-permits/", fn.ownRole);
    putObjects(imports, "uploads/", fn.ownRole);
    getObjects(imports, "results/imports/", fn.ownRole);
    putObjects(imports, "jobs/simulate-rules/", fn.ownRole);
    getObjects(imports, "results/simulations/", fn.ownRole);
    putObjects(imports, "jobs/replay-quarantine/", fn.ownRole);
    // Down to the raw frame: found by its place, so the folder is listed too.
    getObjects(archive, "raw/", fn.ownRole);
    listObjects(archive, fn.ownRole);
    allowMail(this, fn);
    this.grantCarrier(fn); // invitations
    identity.pool?.grant(
      fn.ownRole,
      "cognito-idp:AdminCreateUser",
      "cognito-idp:AdminSetUserPassword",
      "cognito-idp:AdminUserGlobalSignOut",
    );
    return fn;
  }

  /** Identities of devices: apart from the others, because only here a certificate can be made or put out of force. */
  private serveDevices(): HouseFunction {
    const { register, blocks, ledger, people } = this.data;
    const fn = new HouseFunction(this, {
      name: "serve-devices",
      environment: {
        ...this.tables,
        PEOPLE_TABLE: people.tableName,
        ORIGIN_SECRETS: this.originSecrets.accepted,
      },
      timeout: Duration.seconds(25), // AWS IoT takes ten calls a second, and the client waits its turn
      memory: 1024,
      reservedConcurrency: 5,
      errorImpact: "Devices and their certificates cannot be shown or changed in the console.",
    });
    useTable(register, fn.ownRole, "GetItem", "PutItem");
    useTable(blocks, fn.ownRole, "Query");
    useTable(ledger, fn.ownRole, "Query");
    useTable(people, fn.ownRole, "GetItem", "PutItem");
    issueIdentities(fn.ownRole);
    return fn;
  }

  /** The routes of the socket by which open pages hear that there is something new. */
  private serveLive(): HouseFunction {
    const { register, ledger, people } = this.data;
    const fn = new HouseFunction(this, {
      name: "serve-live",
      environment: {
        REGISTER_TABLE: register.tableName,
        LEDGER_TABLE: ledger.tableName,
        PEOPLE_TABLE: people.tableName,
        ORIGIN_SECRETS: this.originSecrets.accepted,
      },
      timeout: Duration.seconds(10),
      memory: 1024,
      reservedConcurrency: 20,
      errorImpact: "Open pages are not told of changes; they ask every half minute instead.",
    });
    useTable(register, fn.ownRole, "GetItem");
    useTable(people, fn.ownRole, "GetItem");
    useTable(ledger, fn.ownRole, "GetItem", "PutItem", "UpdateItem", "DeleteItem");
    return fn;
  }

  private nudgeLive(): void {
    const { ledger } = this.data;
    const fn = new HouseFunction(this, {
      name: "nudge-live",
      environment: { LEDGER_TABLE: ledger.tableName, LIVE_ENDPOINT: this.live.endpoint },
      timeout: Duration.seconds(30),
      memory: 1024,
      errorImpact: "Open pages hear late of changes: they ask again by themselves within a minute.",
    });
    useTable(ledger, fn.ownRole, "Query", "DeleteItem");
    this.live.tellOf(ledger, fn);
  }
}

/** Runs that came to their end: one that was begun and failed is none. */
const finished = (service: FunctionName, metricName: string, period: Duration): Metric =>
  houseMetric(service, metricName, "SampleCount").with({ period });
