/**
 * What the machine runs, read from the resolved template: typed, with every nested property known. A property that is
 * not named here is refused with the path of its resource, so that the template never says something the machine does not do.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod/mini";
import {
  Bucket,
  EventRule,
  InvokeConfig,
  LambdaFunction,
  IotPolicy,
  Layer,
  Schedule,
  Source,
  Table,
  TopicRule,
} from "./definition-schemas.ts";
import type { PolicyDocument } from "./identity/iot-policy.ts";
import { TemplateError, type Assembly, type Resource } from "./template.ts";

export interface TableDefinition {
  name: string;
  arn: string;
  streamArn: string;
  keySchema: { AttributeName: string; KeyType: string }[];
  attributes: { AttributeName: string; AttributeType: string }[];
  indexes: unknown[];
  streamView: string | null;
  ttlAttribute: string | null;
}
export interface BucketDefinition {
  name: string;
  arn: string;
  versioned: boolean;
  /** Default retention of new versions, in days; null without object lock. */
  lockDays: number | null;
  events: boolean;
}
export interface FunctionDefinition {
  name: string;
  /** The short name people use: its service name in the logs, else the physical name. */
  label: string;
  arn: string;
  handler: string;
  codeDir: string;
  environment: Record<string, string>;
  memoryMb: number;
  timeoutMs: number;
  /** Reserved concurrency, or null. */
  concurrency: number | null;
  async: { retries: number; maxAgeMs: number; deadLetterArn: string | null };
}
export interface SourceDefinition {
  name: string;
  /** Label of its function. */
  label: string;
  sourceArn: string;
  functionName: string;
  batchSize: number;
  windowMs: number;
  bisect: boolean;
  /** -1 is for ever. */
  retries: number;
  partialFailures: boolean;
  onFailureArn: string | null;
  /** Filter patterns (any of them); empty takes everything. */
  filters: Record<string, unknown>[];
}
export interface ScheduleDefinition {
  name: string;
  /** The name people fire it by: `schedule` of its input, else its own name. */
  label: string;
  cron: string;
  timezone: string;
  functionName: string;
  input: string;
  retries: number;
  maxAgeMs: number;
  deadLetterArn: string | null;
}
export interface EventRuleDefinition {
  name: string;
  pattern: Record<string, unknown>;
  functionNames: string[];
}
export interface TopicRuleDefinition {
  name: string;
  sql: string;
  streamArn: string;
  partitionKey: string;
  errorBucket: string;
  errorKey: string;
}
export interface MachineDefinition {
  tables: TableDefinition[];
  buckets: BucketDefinition[];
  streams: { name: string; arn: string }[];
  functions: FunctionDefinition[];
  sources: SourceDefinition[];
  schedules: ScheduleDefinition[];
  eventRules: EventRuleDefinition[];
  topicRules: TopicRuleDefinition[];
  /** Documents by policy name. */
  iotPolicies: ReadonlyMap<string, PolicyDocument>;
}

/** Typed parts of the assembly. Throws TemplateError naming the resource and the property it does not understand. */
export function readDefinition(assembly: Assembly): MachineDefinition {
  const all = <S extends z.ZodMiniType>(type: string, schema: S): { resource: Resource; properties: z.output<S> }[] =>
    assembly.ofType(type).map((resource) => ({ resource, properties: parse(resource, schema) }));
  const functionName = (reference: string, by: Resource): string => {
    const found = assembly.find("AWS::Lambda::Function", reference);
    if (!found) throw new TemplateError(`${by.path}: ${reference} is not a function of the template`);
    return found.name;
  };
  const asyncOf = new Map(
    all("AWS::Lambda::EventInvokeConfig", InvokeConfig).map(({ resource, properties }) => [
      functionName(properties.FunctionName, resource),
      properties,
    ]),
  );

  const functions = all("AWS::Lambda::Function", LambdaFunction).map(({ resource, properties }) => {
    const layers = (properties.Layers ?? []).map((reference) => {
      const layer = assembly.find("AWS::Lambda::LayerVersion", reference);
      if (!layer) throw new TemplateError(`${resource.path}: ${reference} is not a layer of the template`);
      return assembly.asset(parse(layer, Layer).Content.S3Key);
    });
    const own = asyncOf.get(resource.name);
    return {
      name: resource.name,
      label: properties.Environment?.Variables["POWERTOOLS_SERVICE_NAME"] ?? resource.name,
      arn: resource.arn ?? "",
      handler: properties.Handler,
      codeDir: assembly.asset(properties.Code.S3Key),
      environment: Object.fromEntries(
        Object.entries(properties.Environment?.Variables ?? {}).map(([key, value]) => [
          key,
          mounted(value, layers, `${resource.path}: ${key}`),
        ]),
      ),
      memoryMb: properties.MemorySize,
      timeoutMs: properties.Timeout * 1000,
      concurrency: properties.ReservedConcurrentExecutions ?? null,
      async: {
        retries: own?.MaximumRetryAttempts ?? 2,
        maxAgeMs: (own?.MaximumEventAgeInSeconds ?? 21_600) * 1000,
        deadLetterArn: own?.DestinationConfig?.OnFailure?.Destination ?? properties.DeadLetterConfig?.TargetArn ?? null,
      },
    };
  });

  const labelOfFunction = (name: string): string => functions.find((each) => each.name === name)?.label ?? name;

  return {
    tables: ["AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"].flatMap((type) =>
      all(type, Table).map(({ resource, properties }) => ({
        name: resource.name,
        arn: resource.arn ?? "",
        streamArn: `${resource.arn}/stream/local`,
        keySchema: properties.KeySchema,
        attributes: properties.AttributeDefinitions,
        indexes: properties.GlobalSecondaryIndexes ?? [],
        streamView: properties.StreamSpecification?.StreamViewType ?? null,
        ttlAttribute: properties.TimeToLiveSpecification?.Enabled
          ? properties.TimeToLiveSpecification.AttributeName
          : null,
      })),
    ),
    buckets: all("AWS::S3::Bucket", Bucket).map(({ resource, properties }) => {
      const retention = properties.ObjectLockConfiguration?.Rule?.DefaultRetention;
      return {
        name: resource.name,
        arn: resource.arn ?? "",
        versioned: properties.VersioningConfiguration?.Status === "Enabled",
        lockDays: retention ? (retention.Days ?? (retention.Years ?? 0) * 365) : null,
        events:
          properties.NotificationConfiguration?.EventBridgeConfiguration?.EventBridgeEnabled ??
          properties.NotificationConfiguration?.EventBridgeConfiguration !== undefined,
      };
    }),
    streams: assembly
      .ofType("AWS::Kinesis::Stream")
      .map((resource) => ({ name: resource.name, arn: resource.arn ?? "" })),
    functions,
    sources: all("AWS::Lambda::EventSourceMapping", Source).map(({ resource, properties }) => ({
      name: resource.name,
      label: labelOfFunction(functionName(properties.FunctionName, resource)),
      sourceArn: properties.EventSourceArn,
      functionName: functionName(properties.FunctionName, resource),
      batchSize: properties.BatchSize,
      windowMs: properties.MaximumBatchingWindowInSeconds * 1000,
      bisect: properties.BisectBatchOnFunctionError,
      retries: properties.MaximumRetryAttempts,
      partialFailures: properties.FunctionResponseTypes.length > 0,
      onFailureArn: properties.DestinationConfig?.OnFailure?.Destination ?? null,
      filters: (properties.FilterCriteria?.Filters ?? []).map(
        (filter) => JSON.parse(filter.Pattern) as Record<string, unknown>,
      ),
    })),
    schedules: all("AWS::Scheduler::Schedule", Schedule)
      .filter(({ properties }) => properties.State === "ENABLED")
      .map(({ resource, properties }) => {
        const cron = /^cron\((.+)\)$/.exec(properties.ScheduleExpression)?.[1];
        if (!cron)
          throw new TemplateError(
            `${resource.path}: ${properties.ScheduleExpression}: only cron(…) schedules are known to the one-machine target`,
          );
        return {
          name: resource.name,
          label: labelOf(properties.Target.Input) ?? resource.name,
          cron,
          timezone: properties.ScheduleExpressionTimezone,
          functionName: functionName(properties.Target.Arn, resource),
          input: properties.Target.Input,
          retries: properties.Target.RetryPolicy?.MaximumRetryAttempts ?? 185,
          maxAgeMs: (properties.Target.RetryPolicy?.MaximumEventAgeInSeconds ?? 86_400) * 1000,
          deadLetterArn: properties.Target.DeadLetterConfig?.Arn ?? null,
        };
      }),
    eventRules: all("AWS::Events::Rule", EventRule).map(({ resource, properties }) => ({
      name: resource.name,
      pattern: properties.EventPattern,
      functionNames: properties.Targets.map((target) => functionName(target.Arn, resource)),
    })),
    topicRules: all("AWS::IoT::TopicRule", TopicRule).map(({ resource, properties: { TopicRulePayload: rule } }) => {
      const kinesis = rule.Actions[0]?.Kinesis;
      const stream = assembly.find("AWS::Kinesis::Stream", kinesis?.StreamName);
      if (!stream) throw new TemplateError(`${resource.path}: stream ${kinesis?.StreamName} is not in the template`);
      return {
        name: resource.name,
        sql: rule.Sql,
        streamArn: stream.arn ?? "",
        partitionKey: kinesis?.PartitionKey ?? "",
        errorBucket: rule.ErrorAction.S3.BucketName,
        errorKey: rule.ErrorAction.S3.Key,
      };
    }),
    iotPolicies: new Map(
      all("AWS::IoT::Policy", IotPolicy).map(({ resource, properties }) => [resource.name, properties.PolicyDocument]),
    ),
  };
}

/** Parses a resource's used properties; the message names resource and property. */
export function parse<S extends z.ZodMiniType>(resource: Resource, schema: S): z.output<S> {
  const parsed = schema.safeParse(resource.properties);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const more = issue?.code === "unrecognized_keys" ? `: ${issue.keys.join(", ")}` : "";
  throw new TemplateError(
    `${resource.path}: ${issue?.path.join(".")}: ${issue?.message}${more} (the one-machine target, infra/local/definition.ts)`,
  );
}

/** `/opt/…` is where Lambda mounts layers; here it is the layer's own folder. */
function mounted(value: string, layers: readonly string[], where: string): string {
  if (!value.startsWith("/opt/")) return value;
  const found = layers.map((folder) => join(folder, value.slice("/opt/".length))).find((path) => existsSync(path));
  if (!found) throw new TemplateError(`${where}: ${value} is in none of the function's layers`);
  return found;
}

function labelOf(input: string): string | null {
  try {
    const { schedule } = JSON.parse(input) as { schedule?: unknown };
    return typeof schedule === "string" ? schedule : null;
  } catch {
    return null;
  }
}
