/** The dashboard of both partitions: what it shows is counted, and what is counted is shown or written down. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { ROOT, type FunctionName } from "../../infra/build.ts";
import { bothTemplates, PARTITIONS, type Partition } from "./assembly.ts";
import { countedMetrics } from "./own-metrics.ts";
import { shortName, type Templates } from "./templates.ts";

interface Widget {
  type: string;
  properties: { title?: string; metrics?: unknown[][]; alarms?: string[] };
}
interface Shown {
  title: string;
  namespace: string;
  name: string;
  dimensions: Record<string, string>;
}

/** Metrics of services: by namespace the names, the dimensions, and the kinds of resource that the values name. */
const NATIVE: Readonly<Record<string, { names: readonly string[]; dimensions: Record<string, string | RegExp> }[]>> = {
  "AWS/IoT": [
    {
      names: ["Success", "Failure"],
      dimensions: { RuleName: "AWS::IoT::TopicRule", ActionType: /^Kinesis$/ },
    },
    { names: ["ErrorActionFailure"], dimensions: { RuleName: "AWS::IoT::TopicRule", ActionType: /^S3$/ } },
  ],
  "AWS/Kinesis": [
    {
      names: ["IncomingRecords", "IncomingBytes", "WriteProvisionedThroughputExceeded"],
      dimensions: { StreamName: "AWS::Kinesis::Stream" },
    },
  ],
  "AWS/Lambda": [
    {
      names: ["Errors", "Throttles", "Duration", "Invocations", "IteratorAge"],
      dimensions: { FunctionName: "AWS::Lambda::Function" },
    },
    {
      names: ["OnFailureDestinationDeliveredEventCount", "DroppedEventCount"],
      dimensions: { EventSourceMappingUUID: "AWS::Lambda::EventSourceMapping" },
    },
  ],
  "AWS/DynamoDB": [
    {
      names: ["ReadThrottleEvents", "WriteThrottleEvents", "ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"],
      dimensions: { TableName: "AWS::DynamoDB::Table" },
    },
  ],
  "AWS/SQS": [{ names: ["ApproximateNumberOfMessagesVisible"], dimensions: { QueueName: "AWS::SQS::Queue" } }],
  "AWS/ApiGateway": [{ names: ["Count", "5xx"], dimensions: { ApiId: "AWS::ApiGatewayV2::Api" } }],
  "AWS/Logs": [{ names: ["IncomingBytes"], dimensions: { LogGroupName: "AWS::Logs::LogGroup" } }],
};

let templates: Record<Partition, Templates>;
beforeAll(async () => {
  templates = await bothTemplates();
});

function widgets(of: Templates): Widget[] {
  const dashboards = of.ofType("AWS::CloudWatch::Dashboard");
  expect(dashboards.map((r) => r.props.DashboardName)).toEqual(["permit-watch"]);
  return (JSON.parse(of.text(dashboards[0]?.props.DashboardBody)) as { widgets: Widget[] }).widgets;
}

const shownBy = (of: Templates): Shown[] =>
  widgets(of).flatMap(({ properties: { title = "", metrics = [] } }) =>
    metrics.map((metric) => {
      const [namespace = "", name = "", ...rest] = metric.filter((part) => typeof part === "string");
      const pairs = rest.flatMap((part, i) => (i % 2 === 0 ? [[part, rest[i + 1] ?? ""] as const] : []));
      return { title, namespace, name, dimensions: Object.fromEntries(pairs) };
    }),
  );

interface MetricOf {
  Namespace: string;
  MetricName: string;
  Dimensions?: { Name: string; Value: unknown }[];
}

/** What the alarms look at, metrics of expressions among it. */
const watchedBy = (of: Templates): Shown[] =>
  of.ofType("AWS::CloudWatch::Alarm").flatMap(({ props }) => {
    const parts = (props.Metrics ?? []) as { MetricStat?: { Metric: MetricOf } }[];
    const metrics = props.MetricName ? [props as MetricOf] : parts.flatMap((p) => p.MetricStat?.Metric ?? []);
    expect(metrics.length, props.AlarmName).toBeGreaterThan(0);
    return metrics.map((m) => ({
      title: String(props.AlarmName),
      namespace: m.Namespace,
      name: m.MetricName,
      dimensions: Object.fromEntries((m.Dimensions ?? []).map((d) => [d.Name, of.text(d.Value)])),
    }));
  });

describe.each(PARTITIONS)("%s", (partition) => {
  test("each metric of ours is one that this very function counts", () => {
    const counted = countedMetrics();
    const ours = shownBy(templates[partition]).filter((m) => m.namespace === "PermitWatch");
    expect(ours.length).toBeGreaterThan(30);
    for (const { title, name, dimensions } of ours) {
      expect(Object.keys(dimensions), title).toEqual(["service"]);
      expect([...(counted.get(dimensions.service as FunctionName) ?? [])], title).toContain(name);
    }
  });

  test("each other, also of alarms, is a metric of its service, of a resource that the templates make", () => {
    const of = templates[partition];
    const made = new Map(
      of.resources.map((r) => [r.type === "AWS::IoT::TopicRule" ? r.props.RuleName : r.name, r.type]),
    );
    const native = [...shownBy(of), ...watchedBy(of)].filter((m) => m.namespace !== "PermitWatch");
    expect(new Set(native.map((m) => m.namespace))).toEqual(new Set(Object.keys(NATIVE)));
    for (const { title, namespace, name, dimensions } of native) {
      const known = NATIVE[namespace]?.find(({ names }) => names.includes(name));
      expect(Object.keys(dimensions).toSorted(), `${title}: ${name}`).toEqual(
        Object.keys(known?.dimensions ?? {}).toSorted(),
      );
      for (const [dimension, want] of Object.entries(known?.dimensions ?? {})) {
        const value = dimensions[dimension] ?? "";
        if (want instanceof RegExp) expect(value).toMatch(want);
        else expect(made.get(value.split(".")[0] ?? ""), `${title}: ${value}`).toBe(want);
      }
    }
  });

  test("every function's errors and throttles, every queue, every table and every alarm are on it", () => {
    const of = templates[partition];
    const shown = shownBy(of);
    const all = (type: string): string[] => of.ofType(type).map((r) => r.name);
    const values = (name: string, dimension: string): string[] =>
      shown.filter((m) => m.name === name).map((m) => (m.dimensions[dimension] ?? "").split(".")[0] ?? "");
    for (const metric of ["Errors", "Throttles", "Duration"])
      expect(values(metric, "FunctionName").toSorted(), metric).toEqual(all("AWS::Lambda::Function").toSorted());
    expect(values("ApproximateNumberOfMessagesVisible", "QueueName").toSorted()).toEqual(
      all("AWS::SQS::Queue").toSorted(),
    );
    for (const metric of ["ConsumedWriteCapacityUnits", "WriteThrottleEvents"])
      expect(values(metric, "TableName").toSorted(), metric).toEqual(all("AWS::DynamoDB::Table").toSorted());
    const alarms = widgets(of).flatMap(({ properties }) => properties.alarms ?? []);
    expect(alarms.map((arn) => arn.slice(arn.indexOf(":alarm:") + ":alarm:".length)).toSorted()).toEqual(
      of
        .ofType("AWS::CloudWatch::Alarm")
        .map((r) => r.props.AlarmName as string)
        .toSorted(),
    );
  });

  test("nothing depends on it", () => {
    for (const [stack, source] of templates[partition].sources)
      if (stack !== "PermitWatchDashboard") expect(source, stack).not.toContain("PermitWatchDashboard");
    expect(templates[partition].resources.filter((r) => r.stack === "PermitWatchDashboard")).toHaveLength(1);
    expect(shortName("dashboard01234567")).toBe("dashboard");
  });
});

test("docs/observability.md lists what each function counts, no more and no less", () => {
  const rows = readFileSync(join(ROOT, "docs/observability.md"), "utf8")
    .split("\n")
    .flatMap((row) => {
      const [, service = "", names = "", unit = ""] = row.split("|").map((cell) => cell.trim());
      return [...names.matchAll(/`(\w+)`/g)].map(([, name]) => ({ service, name, unit }));
    });
  const listed = rows.map(({ service, name }) => `${service} ${name}`);
  const counted = [...countedMetrics()].flatMap(([service, names]) => [...names].map((name) => `${service} ${name}`));
  expect(listed.toSorted()).toEqual(counted.toSorted());
  for (const { name, unit } of rows) expect(["count", "ms"], name).toContain(unit);
});
