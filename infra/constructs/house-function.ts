import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { Grant, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Architecture, Code, Function, LayerVersion, LoggingFormat, Runtime } from "aws-cdk-lib/aws-lambda";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { bundleDir, LAYER_DIR, type FunctionName } from "../build.ts";
import { acknowledge } from "../acknowledge.ts";
import { houseAlarm, METRICS_NAMESPACE } from "./alarm.ts";
import type { WorkStack } from "./house-stack.ts";

export interface HouseFunctionProps {
  name: FunctionName;
  environment: Record<string, string>;
  timeout: Duration;
  /** MB; a full core is at 1769. */
  memory: number;
  /** At most so many at a time; leave out where the event source bounds it. */
  reservedConcurrency?: number;
  /** What an error means for people, one ASCII sentence; it is the text of the alarms. */
  errorImpact: string;
  /** For functions that are invoked by events and schedules: how long and how often Lambda tries again. */
  asynchronous?: { maxEventAge: Duration; retryAttempts: 0 | 1 | 2 };
}

/**
 * A function as the house runs it: Node 24 on the configured processor, the bundle of infra/build.ts, rule data mounted at /opt/rule-data,
 * JSON logs with a retention, its own role that may write those logs, an alarm on errors, and for
 * asynchronous ones a queue with an alarm that keeps the events that failed.
 */
export class HouseFunction extends Function {
  /** Bundle name: in logs, metrics, alarms. */
  readonly label: FunctionName;
  /** Events that could not be processed; only for asynchronous functions. */
  readonly failed: Queue | undefined;
  readonly logGroupName: string;
  /** Its execution role, never imported. */
  readonly ownRole: Role;

  constructor(stack: WorkStack, props: HouseFunctionProps) {
    const { name } = props;
    const logGroup = new LogGroup(stack, `${name}-log`, {
      retention: stack.config.logRetentionDays,
      removalPolicy: RemovalPolicy.RETAIN, // a log is asked for after something went wrong
    });
    const role = new Role(stack, `${name}-role`, { assumedBy: new ServicePrincipal("lambda.amazonaws.com") });
    logGroup.grantWrite(role);
    const failed = props.asynchronous && failedEvents(stack, name);
    // All that Lambda needs to send there; the CDK's own destination would add two actions more.
    if (failed) Grant.addToPrincipal({ grantee: role, actions: ["sqs:SendMessage"], resourceArns: [failed.queueArn] });
    super(stack, name, {
      description: `${name}: see docs/architecture.md`,
      runtime: Runtime.NODEJS_24_X,
      architecture: architectureOf(stack),
      code: Code.fromAsset(bundleDir(name)),
      handler: "index.handler",
      role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      timeout: props.timeout,
      memorySize: props.memory,
      ...(props.reservedConcurrency !== undefined && { reservedConcurrentExecutions: props.reservedConcurrency }),
      layers: [ruleData(stack)],
      environment: {
        RULE_DATA_DIR: "/opt/rule-data",
        LOG_LEVEL: stack.config.logLevel,
        POWERTOOLS_SERVICE_NAME: name,
        POWERTOOLS_METRICS_NAMESPACE: METRICS_NAMESPACE,
        ...props.environment,
      },
      ...(failed && { onFailure: { bind: () => ({ destination: failed.queueArn }) }, ...props.asynchronous }),
    });
    this.label = name;
    this.failed = failed;
    this.ownRole = role;
    this.logGroupName = logGroup.logGroupName;
    stack.functions.push(this);
    this.addAlarms(stack, props);
    acknowledge(this, {
      LambdaDLQ: failed
        ? "the on-failure destination keeps the event and the error; a dead-letter queue would keep the event alone"
        : "invoked synchronously (stream or HTTP): the caller has the error, nothing is dropped",
      LambdaTracing:
        "latency and errors are measured by metrics and logs; X-Ray would add a wildcard permission and cost",
    });
  }

  private addAlarms(stack: WorkStack, { name, errorImpact: impact }: HouseFunctionProps): void {
    const period = Duration.minutes(5);
    houseAlarm(stack, { name: `${name}-errors`, impact, metric: this.metricErrors({ period }) });
    if (this.failed)
      houseAlarm(stack, {
        name: `${name}-failed-events`,
        impact,
        metric: this.failed.metricApproximateNumberOfMessagesVisible({ period, statistic: "Maximum" }),
      });
  }
}

const architectureOf = ({ config }: WorkStack): Architecture =>
  config.architecture === "arm64" ? Architecture.ARM_64 : Architecture.X86_64;

/** Where the events of a function end that nobody could process: two weeks to look at them. */
export function failedEvents(stack: WorkStack, name: FunctionName): Queue {
  const queue = new Queue(stack, `${name}-failed`, {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  });
  const end = "this queue is itself the dead-letter queue; people read it (docs/runbook.md)";
  acknowledge(queue, { SQSRedrivePolicy: end, SQS3: end });
  stack.failedQueues.push(queue);
  return queue;
}

/** One layer version per stack: no stack then depends on a resource that changes with every edit of the rules. */
function ruleData(stack: WorkStack): LayerVersion {
  const existing = stack.node.tryFindChild("rule-data");
  if (existing) return existing as LayerVersion;
  return new LayerVersion(stack, "rule-data", {
    description: "Pollutants, limits, warning numbers, labels: data with effective dates (layers/rule-data)",
    code: Code.fromAsset(LAYER_DIR),
    compatibleRuntimes: [Runtime.NODEJS_24_X],
    compatibleArchitectures: [architectureOf(stack)],
  });
}
