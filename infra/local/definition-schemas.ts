/** Properties of the resources that the machine runs, every nested one named: an unknown one is refused. */
import * as z from "zod/mini";
import { PolicyDocument } from "./identity/iot-policy.ts";

const text = z.string();
const whole = z.coerce.number().check(z.int());
const keys = z.array(z.strictObject({ AttributeName: text, KeyType: text }));
const onFailure = z.strictObject({ OnFailure: z.optional(z.strictObject({ Destination: text })) });

export const Table = z.strictObject({
  KeySchema: keys,
  AttributeDefinitions: z.array(z.strictObject({ AttributeName: text, AttributeType: text })),
  GlobalSecondaryIndexes: z.optional(
    z.array(
      z.object({
        IndexName: text,
        KeySchema: keys,
        Projection: z.strictObject({ ProjectionType: text, NonKeyAttributes: z.optional(z.array(text)) }),
      }),
    ),
  ),
  StreamSpecification: z.optional(z.strictObject({ StreamViewType: text })),
  TimeToLiveSpecification: z.optional(z.strictObject({ AttributeName: text, Enabled: z.boolean() })),
});
export const Bucket = z.strictObject({
  VersioningConfiguration: z.optional(z.strictObject({ Status: z.enum(["Enabled", "Suspended"]) })),
  ObjectLockEnabled: z.optional(z.boolean()),
  ObjectLockConfiguration: z.optional(
    z.strictObject({
      ObjectLockEnabled: z.literal("Enabled"),
      Rule: z.optional(
        z.strictObject({
          DefaultRetention: z.strictObject({ Mode: text, Days: z.optional(whole), Years: z.optional(whole) }),
        }),
      ),
    }),
  ),
  NotificationConfiguration: z.optional(
    z.strictObject({
      EventBridgeConfiguration: z.optional(z.strictObject({ EventBridgeEnabled: z.optional(z.boolean()) })),
    }),
  ),
});
export const LambdaFunction = z.strictObject({
  Code: z.strictObject({ S3Bucket: text, S3Key: text }),
  Handler: text,
  Role: text, // iam/roles.ts
  Runtime: z.literal("nodejs24.x"),
  Environment: z.optional(z.strictObject({ Variables: z.record(text, z.coerce.string()) })),
  Layers: z.optional(z.array(text)),
  MemorySize: z._default(whole, 128),
  Timeout: z._default(whole, 3),
  ReservedConcurrentExecutions: z.optional(whole),
  DeadLetterConfig: z.optional(z.strictObject({ TargetArn: text })),
});
export const Layer = z.strictObject({ Content: z.strictObject({ S3Bucket: text, S3Key: text }) });
export const Source = z.strictObject({
  EventSourceArn: text,
  FunctionName: text,
  BatchSize: z._default(whole, 100),
  MaximumBatchingWindowInSeconds: z._default(whole, 0),
  BisectBatchOnFunctionError: z._default(z.boolean(), false),
  MaximumRetryAttempts: z._default(whole, -1),
  FunctionResponseTypes: z._default(z.array(z.literal("ReportBatchItemFailures")), []),
  DestinationConfig: z.optional(onFailure),
  FilterCriteria: z.optional(z.strictObject({ Filters: z.array(z.strictObject({ Pattern: text })) })),
  Enabled: z._default(z.literal(true), true),
});
export const InvokeConfig = z.strictObject({
  FunctionName: text,
  MaximumRetryAttempts: z._default(whole, 2),
  MaximumEventAgeInSeconds: z._default(whole, 21_600),
  DestinationConfig: z.optional(onFailure),
});
export const Schedule = z.strictObject({
  Name: z.optional(text),
  ScheduleExpression: text,
  ScheduleExpressionTimezone: z._default(text, "UTC"),
  State: z._default(z.enum(["ENABLED", "DISABLED"]), "ENABLED"),
  FlexibleTimeWindow: z.strictObject({ Mode: z.literal("OFF") }),
  Target: z.strictObject({
    Arn: text,
    RoleArn: text,
    Input: z._default(text, "{}"),
    RetryPolicy: z.optional(
      z.strictObject({
        MaximumEventAgeInSeconds: z._default(whole, 86_400),
        MaximumRetryAttempts: z._default(whole, 185),
      }),
    ),
    DeadLetterConfig: z.optional(z.strictObject({ Arn: text })),
  }),
});
export const EventRule = z.strictObject({
  EventPattern: z.record(text, z.unknown()),
  State: z._default(z.literal("ENABLED"), "ENABLED"),
  Targets: z.array(
    z.strictObject({
      Arn: text,
      Id: text,
      RetryPolicy: z.optional(z.unknown()),
      DeadLetterConfig: z.optional(z.strictObject({ Arn: text })),
    }),
  ),
});
export const TopicRule = z.strictObject({
  RuleName: z.optional(text),
  TopicRulePayload: z.strictObject({
    Sql: text,
    AwsIotSqlVersion: z.literal("2016-03-23"),
    Description: z.optional(text),
    RuleDisabled: z._default(z.literal(false), false),
    Actions: z
      .array(z.strictObject({ Kinesis: z.strictObject({ StreamName: text, PartitionKey: text, RoleArn: text }) }))
      .check(z.length(1)),
    ErrorAction: z.strictObject({
      S3: z.strictObject({ BucketName: text, Key: text, RoleArn: text, CannedAcl: z.optional(text) }),
    }),
  }),
});
export const IotPolicy = z.strictObject({ PolicyName: z.optional(text), PolicyDocument });
