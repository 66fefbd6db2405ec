import { Duration, type App } from "aws-cdk-lib";
import { MathExpression, Metric, type IMetric } from "aws-cdk-lib/aws-cloudwatch";
import { Stream, StreamEncryption, StreamMode } from "aws-cdk-lib/aws-kinesis";
import { StartingPosition } from "aws-cdk-lib/aws-lambda";
import { KinesisEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import { RULES } from "../../events/rules.ts";
import type { Config } from "../config.ts";
import { houseAlarm, houseMetric, sumOf } from "../constructs/alarm.ts";
import { devicePolicies } from "../constructs/device-policies.ts";
import { putObjects, readParameters, useTable } from "../constructs/grants.ts";
import { HouseFunction } from "../constructs/house-function.ts";
import { WorkStack } from "../constructs/house-stack.ts";
import { telemetryRule } from "../constructs/telemetry-rule.ts";
import { batchesGivenUp, EVENT_COUNT, undeliveredBatches } from "../constructs/undelivered.ts";
import type { DataStack } from "./data.ts";

/** SSM folder of the devices' SM4 keys; a binding's `secretRef` is the name within it (docs/deploy.md). */
export const DEVICE_KEYS = "/permit-watch/device-keys";

/** From the devices to the tables: rules, stream, ingest. */
export class TelemetryStack extends WorkStack {
  readonly stream: Stream;

  constructor(app: App, config: Config, data: DataStack) {
    super(app, "PermitWatchTelemetry", "Permit Watch: IoT rules, stream, ingest", config, data.operators);
    const stream = new Stream(this, "telemetry", {
      // On demand costs five times as much at this even load (docs/cost.md); more plants are a setting.
      streamMode: StreamMode.PROVISIONED,
      shardCount: config.streamShards,
      encryption: StreamEncryption.MANAGED,
      retentionPeriod: Duration.hours(config.streamRetentionHours),
    });
    this.stream = stream;
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
    useTable(data.blocks, ingest.ownRole, "BatchGetItem", "Query", "PutItem", "PartiQLInsert", "PartiQLUpdate");
    useTable(data.ledger, ingest.ownRole, "GetItem", "Query", "PutItem", "UpdateItem", "BatchWriteItem");
    putObjects(data.archive, "raw/", ingest.ownRole);
    readParameters(DEVICE_KEYS, ingest.ownRole);
    const source = new KinesisEventSource(stream, {
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 500,
      maxBatchingWindow: Duration.seconds(config.batchSeconds),
      bisectBatchOnError: true,
      retryAttempts: 5,
      reportBatchItemFailures: true,
      onFailure: undeliveredBatches(this, data.undelivered, ingest),
      ...(!this.inChina && { metricsConfig: EVENT_COUNT }),
    });
    ingest.addEventSource(source);
    batchesGivenUp(this, ingest, source.eventSourceMappingId);
    this.lagAlarms(ingest);
    houseAlarm(this, {
      name: "telemetry-stream-throttled",
      impact:
        "More telemetry arrives than the stream takes: messages wait at the rules or end in the undelivered bucket.",
      metric: stream.metricWriteProvisionedThroughputExceeded({ period: Duration.minutes(5), statistic: "Sum" }),
      threshold: 10,
      periods: 2,
    });
    this.qualityAlarms(data);
  }

  /** Late, held back, or lost on the way. */
  private lagAlarms(ingest: HouseFunction): void {
    houseAlarm(this, {
      name: "ingest-telemetry-behind",
      impact:
        "Readings reach the tables more than four minutes late: the five-minute warnings do not see them in time.",
      metric: ingest.metric("IteratorAge", { statistic: "Maximum", period: Duration.minutes(1) }),
      threshold: Duration.minutes(4).toMilliseconds(),
      periods: 3,
    });
    houseAlarm(this, {
      name: "ingest-telemetry-lag",
      impact: "One reading in twenty is stored more than two minutes after it arrived: warnings judge old values.",
      metric: houseMetric("ingest-telemetry", "IngestLag", "p95"),
      threshold: Duration.minutes(2).toMilliseconds(),
      periods: 3,
    });
    houseAlarm(this, {
      name: "ingest-telemetry-throttles",
      impact: "Ingest may not run as often as the stream asks for: readings are late.",
      metric: ingest.metricThrottles({ period: Duration.minutes(5) }),
      periods: 2,
    });
    houseAlarm(this, {
      name: "telemetry-lost",
      impact: "Telemetry reached neither the stream nor the undelivered bucket: only who sent it still has it.",
      metric: sumOf(
        "error actions that failed",
        Object.fromEntries(
          RULES.map(({ name }) => [
            name,
            new Metric({
              namespace: "AWS/IoT",
              metricName: "ErrorActionFailure",
              dimensionsMap: { RuleName: name, ActionType: "S3" },
              statistic: "Sum",
              period: Duration.minutes(5),
            }),
          ]),
        ),
      ),
    });
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
