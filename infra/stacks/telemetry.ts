import { Duration, type App } from "aws-cdk-lib";
import { MathExpression, Metric, type IMetric } from "aws-cdk-lib/aws-cloudwatch";
import { Stream, StreamEncryption, StreamMode } from "aws-cdk-lib/aws-kinesis";
import { StartingPosition } from "aws-cdk-lib/aws-lambda";
import { KinesisEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import { RULES } from "../../events/rules.ts";
import type { Config } from "../config.ts";
import { houseAlarm, houseMetric } from "../constructs/alarm.ts";
import { devicePolicies } from "../constructs/device-policies.ts";
import { putObjects, readParameters, useTable } from "../constructs/grants.ts";
import { HouseFunction } from "../constructs/house-function.ts";
import { WorkStack } from "../constructs/house-stack.ts";
import { telemetryRule } from "../constructs/telemetry-rule.ts";
import { undeliveredBatches } from "../constructs/undelivered.ts";
import type { DataStack } from "./data.ts";

/** SSM folder of the devices' SM4 keys; a binding's `secretRef` is the name within it (docs/deploy.md). */
const DEVICE_KEYS = "/permit-watch/device-keys";

/** From the devices to the tables: rules, stream, ingest. */
export class TelemetryStack extends WorkStack {
  constructor(app: App, config: Config, data: DataStack) {
    super(app, "PermitWatchTelemetry", "Permit Watch: IoT rules, stream, ingest", config, data.operators);
    const stream = new Stream(this, "telemetry", {
      streamMode: StreamMode.ON_DEMAND,
      encryption: StreamEncryption.MANAGED,
      retentionPeriod: Duration.hours(config.streamRetentionHours),
    });
    for (const rule of RULES) telemetryRule(this, rule, stream, data.undelivered);
    devicePolicies(this);

    const ingest = new HouseFunction(this, {
      name: "ingest-telemetry",
      environment: {
        REGISTER_TABLE: data.register.tableName,
        BLOCKS_TABLE: data.blocks.tableName,
        LEDGER_TABLE: data.ledger.tableName,
        ARCHIVE_BUCKET: data.archive.bucketName,
        DEVICE_KEYS_PATH: DEVICE_KEYS,
      },
      timeout: Duration.minutes(2),
      memory: 1024,
      errorImpact: "Readings of the plants are late or kept aside: warnings may miss them and pages show old values.",
    });
    useTable(data.register, ingest.ownRole, "GetItem");
    useTable(data.blocks, ingest.ownRole, "BatchGetItem", "Query", "PutItem");
    useTable(data.ledger, ingest.ownRole, "GetItem", "Query", "PutItem", "UpdateItem", "BatchWriteItem");
    putObjects(data.archive, "raw/", ingest.ownRole);
    readParameters(DEVICE_KEYS, ingest.ownRole);
    ingest.addEventSource(
      new KinesisEventSource(stream, {
        startingPosition: StartingPosition.TRIM_HORIZON,
        batchSize: 500,
        maxBatchingWindow: Duration.seconds(2),
        bisectBatchOnError: true,
        retryAttempts: 5,
        reportBatchItemFailures: true,
        onFailure: undeliveredBatches(this, data.undelivered, ingest),
      }),
    );
    houseAlarm(this, {
      name: "ingest-telemetry-behind",
      impact:
        "Readings reach the tables more than four minutes late: the five-minute warnings do not see them in time.",
      metric: ingest.metric("IteratorAge", { statistic: "Maximum", period: Duration.minutes(1) }),
      threshold: Duration.minutes(4).toMilliseconds(),
      periods: 3,
    });
    this.qualityAlarms(data);
  }

  private qualityAlarms(data: DataStack): void {
    const count = (name: string): IMetric => houseMetric("ingest-telemetry", name);
    houseAlarm(this, {
      name: "telemetry-quarantined",
      impact: "More than one frame in twenty cannot be used: a device, a gateway or the register is wrong.",
      metric: new MathExpression({
        expression: "100 * q / (a + d + q)",
        label: "quarantined frames, percent",
        usingMetrics: {
          a: count("FramesAccepted"),
          d: count("FramesDuplicate"),
          q: count("FramesQuarantined"),
        },
        period: Duration.minutes(5),
      }),
      threshold: 5,
      periods: 3,
    });
    houseAlarm(this, {
      name: "telemetry-silent",
      impact: "Not one message arrived for fifteen minutes: either every device is offline or the way here is broken.",
      metric: count("MessagesIngested"),
      below: true,
      periods: 3,
    });
    houseAlarm(this, {
      name: "blocks-throttled",
      impact: "The table of readings has less capacity than the plants need: readings and warnings are late.",
      metric: new Metric({
        namespace: "AWS/DynamoDB",
        metricName: "WriteThrottleEvents",
        dimensionsMap: { TableName: data.blocks.tableName },
        statistic: "Sum",
        period: Duration.minutes(5),
      }),
      threshold: 100,
      periods: 2,
    });
  }
}
