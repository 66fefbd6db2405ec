/** What of the cost stands in the template. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readDefinition } from "../../infra/local/definition.ts";
import { readAssembly } from "../../infra/local/template.ts";

export interface TemplateFacts {
  memoryMb: Record<string, number>;
  /** Batching window of the telemetry stream, ms. */
  windowMs: number;
  /** Most messages of a batch. */
  batchSize: number;
  streamMode: "ON_DEMAND" | "PROVISIONED";
  /** Of a provisioned stream. */
  shards: number | null;
  retentionHours: number;
  /** Use of the blocks' capacity that auto-scaling aims at (0–1). */
  blocksTarget: { read: number; write: number };
  /** Alarms are billed by the metrics they watch. */
  alarms: number;
}

interface Properties {
  StreamModeDetails?: { StreamMode: TemplateFacts["streamMode"] };
  ShardCount?: number;
  RetentionPeriodHours?: number;
  TargetTrackingScalingPolicyConfiguration?: {
    PredefinedMetricSpecification?: { PredefinedMetricType: string };
    TargetValue: number;
  };
  Metrics?: { MetricStat?: unknown }[];
}

export function templateFacts(assembly: string): TemplateFacts {
  const { functions, sources, streams } = readDefinition(readAssembly(assembly));
  const resources = globSync("*.template.json", { cwd: assembly }).flatMap((file) =>
    Object.values(
      (
        JSON.parse(readFileSync(join(assembly, file), "utf8")) as {
          Resources: Record<string, { Type: string; Properties?: Properties }>;
        }
      ).Resources,
    ),
  );
  const of = (type: string): Properties[] => resources.filter((r) => r.Type === type).map((r) => r.Properties ?? {});
  const targetOf = (what: "Read" | "Write"): number => {
    const found = of("AWS::ApplicationAutoScaling::ScalingPolicy")
      .map((policy) => policy.TargetTrackingScalingPolicyConfiguration)
      .filter((p) => p?.PredefinedMetricSpecification?.PredefinedMetricType === `DynamoDB${what}CapacityUtilization`);
    if (found.length !== 1)
      throw new Error(`${assembly} scales ${what.toLowerCase()}s of ${found.length} tables, not of one`);
    return (found[0]?.TargetValue ?? NaN) / 100;
  };
  const [stream] = of("AWS::Kinesis::Stream");
  const source = sources.find((s) => streams.some((each) => each.arn === s.sourceArn));
  if (!stream || !source) throw new Error(`${assembly} holds no stream with a function behind it`);
  return {
    memoryMb: Object.fromEntries(functions.map((f) => [f.label, f.memoryMb])),
    windowMs: source.windowMs,
    batchSize: source.batchSize,
    streamMode: stream.StreamModeDetails?.StreamMode ?? "PROVISIONED",
    shards: stream.ShardCount ?? null,
    retentionHours: stream.RetentionPeriodHours ?? 24,
    blocksTarget: { read: targetOf("Read"), write: targetOf("Write") },
    alarms: of("AWS::CloudWatch::Alarm").reduce(
      (sum, { Metrics }) => sum + (Metrics?.filter((each) => each.MetricStat !== undefined).length ?? 1),
      0,
    ),
  };
}
