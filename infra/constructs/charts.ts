/** The charts of the dashboard, row by row. Every metric is one that a function counts, or its service's own. */
import { Duration } from "aws-cdk-lib";
import { Metric, type IMetric } from "aws-cdk-lib/aws-cloudwatch";
import type { ITable } from "aws-cdk-lib/aws-dynamodb";
import { RULES } from "../../events/rules.ts";
import type { FunctionName } from "../build.ts";
import type { DataStack } from "../stacks/data.ts";
import type { ServicesStack } from "../stacks/services.ts";
import type { SiteStack } from "../stacks/site.ts";
import type { TelemetryStack } from "../stacks/telemetry.ts";
import { houseMetric } from "./alarm.ts";
import type { HouseFunction } from "./house-function.ts";

export interface Watched {
  data: DataStack;
  telemetry: TelemetryStack;
  services: ServicesStack;
  site: SiteStack;
}

export interface Chart {
  title: string;
  unit: string;
  left: readonly IMetric[];
  right?: readonly IMetric[];
}

const period = Duration.minutes(5);

/** From the device to the text message, in the order of the way. */
export function line({ telemetry }: Watched): Chart[] {
  const { stream } = telemetry;
  const ingest = functionsOf({ telemetry }).filter((fn) => fn.label === "ingest-telemetry");
  return [
    {
      title: "IoT rules: messages, and those that did not reach the stream",
      unit: "messages",
      left: RULES.map(({ name }) => iot("Success", { RuleName: name, ActionType: "Kinesis" }, name)),
      right: RULES.map(({ name }) => iot("Failure", { RuleName: name, ActionType: "Kinesis" }, `${name}, failed`)),
    },
    {
      title: "Stream: records in, and age of the oldest not yet read",
      unit: "records",
      left: [stream.metricIncomingRecords({ period, statistic: "Sum", label: "records" })],
      right: ingest.map((fn) =>
        fn.metric("IteratorAge", { period, statistic: "Maximum", label: "age of the oldest, ms" }),
      ),
    },
    {
      title: "Lag from receipt to stored",
      unit: "ms",
      left: ["p50", "p95", "Maximum"].map((s) => own("ingest-telemetry", "IngestLag", s, s)),
    },
    {
      title: "Frames and blocks",
      unit: "count",
      left: [
        own("ingest-telemetry", "FramesAccepted", "accepted"),
        own("ingest-telemetry", "FramesDuplicate", "duplicate"),
        own("ingest-telemetry", "FramesQuarantined", "quarantined"),
        own("ingest-telemetry", "BlocksWritten", "blocks written"),
      ],
    },
    {
      title: "Tick: lateness and duration",
      unit: "ms",
      left: [
        own("warn-plants", "TickLateness", "lateness", "Maximum"),
        own("warn-plants", "TickDuration", "duration", "Maximum"),
      ],
      right: [own("warn-plants", "PlantsVisited", "plants visited", "Maximum")],
    },
    { title: "Text messages by outcome", unit: "messages", left: sms() },
  ];
}

/** All zero on a good day. */
export function health(watched: Watched): Chart[] {
  const { data, services } = watched;
  const all = functionsOf(watched);
  const queues = [watched.telemetry, services, watched.site].flatMap((stack) => stack.failedQueues);
  return [
    {
      title: "Errors of the functions",
      unit: "errors",
      left: all.map((fn) => fn.metricErrors({ period, label: fn.label })),
    },
    {
      title: "Throttled invocations",
      unit: "invocations",
      left: all.map((fn) => fn.metricThrottles({ period, label: fn.label })),
    },
    {
      title: "Events that nobody could process, in their queues",
      unit: "events",
      left: queues.map((queue) =>
        queue.metricApproximateNumberOfMessagesVisible({ period, statistic: "Maximum", label: queue.node.id }),
      ),
    },
    {
      title: "Kept back: messages to try again, pages not written",
      unit: "count",
      left: [
        own("ingest-telemetry", "MessagesRetried", "messages"),
        own("publish-pages", "PagesFailed", "pages"),
        own("import-permits", "PermitsRefused", "permits files refused"),
      ],
    },
    {
      title: "Throttled requests of the tables",
      unit: "requests",
      left: tablesOf(data).flatMap(([name, table]) =>
        ["Read", "Write"].map((what) => dynamo(table, `${what}ThrottleEvents`, `${name}, ${what.toLowerCase()}`)),
      ),
    },
    {
      title: "API: requests, errors of the server",
      unit: "requests",
      left: [services.api.api.metricCount({ period, statistic: "Sum", label: "requests" })],
      right: [
        services.api.api.metricServerError({ period, statistic: "Sum", label: "server errors" }),
        own("serve-api", "RequestsNotThroughSite", "not through the site"),
      ],
    },
    {
      title: "Telemetry that was lost: error actions that failed",
      unit: "messages",
      left: RULES.map(({ name }) => iot("ErrorActionFailure", { RuleName: name, ActionType: "S3" }, name)),
    },
  ];
}

/** What the system does for the city. */
export function business(): Chart[] {
  return [
    {
      title: "Plants at risk, and silent",
      unit: "plants",
      left: [
        own("warn-plants", "PlantsAtRisk", "at risk", "Maximum"),
        own("warn-plants", "PlantsSilent", "silent", "Maximum"),
      ],
    },
    {
      title: "Episodes",
      unit: "episodes",
      left: [own("warn-plants", "EpisodesOpened", "opened"), own("warn-plants", "EpisodesClosed", "closed")],
      right: [own("receive-reply", "WarningsAcknowledged", "acknowledged by SMS")],
    },
    { title: "Verdicts of hours", unit: "verdicts", left: verdicts("close-hours") },
    { title: "Verdicts of days", unit: "verdicts", left: verdicts("close-days") },
    {
      title: "Closings: plants, and periods judged again",
      unit: "plants",
      left: [own("close-hours", "HoursClosed", "hour"), own("close-days", "DaysClosed", "day")],
      right: [own("warn-plants", "PeriodsRejudged", "periods judged again")],
    },
    {
      title: "Pages written, permits imported",
      unit: "count",
      left: [own("publish-pages", "PagesWritten", "pages"), own("import-permits", "PermitsImported", "permits")],
    },
  ];
}

/** What is paid for, by what is counted on the bill. */
export function costDrivers(watched: Watched): Chart[] {
  const all = functionsOf(watched);
  const tables = tablesOf(watched.data);
  return [
    {
      title: "Write units of the tables",
      unit: "units",
      left: tables.map(([name, table]) => dynamo(table, "ConsumedWriteCapacityUnits", name)),
    },
    {
      title: "Read units of the tables",
      unit: "units",
      left: tables.map(([name, table]) => dynamo(table, "ConsumedReadCapacityUnits", name)),
    },
    {
      title: "Time of the functions",
      unit: "ms",
      left: all.map((fn) => fn.metricDuration({ period, statistic: "Sum", label: fn.label })),
    },
    {
      title: "Invocations of the functions",
      unit: "invocations",
      left: all.map((fn) => fn.metricInvocations({ period, label: fn.label })),
    },
    {
      title: "Bytes on the stream",
      unit: "bytes",
      left: [watched.telemetry.stream.metricIncomingBytes({ period, statistic: "Sum", label: "in" })],
    },
    {
      title: "Bytes of logs",
      unit: "bytes",
      left: all.map((fn) => native("AWS/Logs", "IncomingBytes", { LogGroupName: fn.logGroupName }, fn.label)),
    },
  ];
}

const functionsOf = (watched: Partial<Watched>): HouseFunction[] =>
  [watched.telemetry, watched.services, watched.site].flatMap((stack) => stack?.functions ?? []);
const tablesOf = ({ register, people, jobs, blocks, ledger }: DataStack): [string, ITable][] =>
  Object.entries({ register, people, jobs, blocks, ledger });

const native = (namespace: string, metricName: string, dimensionsMap: Record<string, string>, label: string): Metric =>
  new Metric({ namespace, metricName, dimensionsMap, label, statistic: "Sum", period });
const iot = (metricName: string, dimensions: Record<string, string>, label: string): Metric =>
  native("AWS/IoT", metricName, dimensions, label);
const dynamo = (table: ITable, metricName: string, label: string): Metric =>
  native("AWS/DynamoDB", metricName, { TableName: table.tableName }, label);
const own = (service: FunctionName, metricName: string, label: string, statistic = "Sum"): Metric =>
  houseMetric(service, metricName, statistic).with({ label });

const sms = (): Metric[] =>
  ["sent", "failed", "unknown", "expired", "capped"].map((outcome) => own("warn-plants", `Sms_${outcome}`, outcome));
const verdicts = (service: "close-hours" | "close-days"): Metric[] =>
  ["met", "exceeded", "insufficient", "marked"].map((verdict) =>
    own(service, `Verdicts_${verdict}`, verdict).with({ period: Duration.hours(1) }),
  );
