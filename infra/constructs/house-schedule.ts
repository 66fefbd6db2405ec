// oxlint-disable no-new -- a construct registers itself with its scope
import { Aws, type Duration } from "aws-cdk-lib";
import { EventField, Rule, RuleTargetInput, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import { Grant, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { CfnSchedule } from "aws-cdk-lib/aws-scheduler";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import type { HouseFunction } from "./house-function.ts";
import type { WorkStack } from "./house-stack.ts";

export interface HouseScheduleProps {
  /** Name in the event, and in the local machine's `POST /_local/schedules/{name}`. */
  name: "warn" | "close-hour" | "close-day" | "digest";
  /** Cron expression in Asia/Shanghai, the clock of every period of the law. */
  cron: string;
  target: HouseFunction;
  /** After this it is too late to deliver the event. */
  maxEventAge: Duration;
}

/** Delivery is tried so often within `maxEventAge`. */
const RETRIES = 10;

/**
 * Invokes a function with `{ schedule, at }`, where `at` is the scheduled time: the only clock the function has. What
 * cannot be delivered goes to the function's own queue of failed events.
 */
export function houseSchedule(stack: WorkStack, props: HouseScheduleProps): void {
  const { failed } = props.target;
  if (!failed)
    throw new Error(`the schedule ${props.name} needs an asynchronous function with a queue of failed events`);
  if (stack.inChina) byRule(stack, props, failed);
  else byScheduler(stack, props, failed);
}

/** EventBridge Scheduler. (The CDK's LambdaInvoke target would also allow every version and alias.) */
function byScheduler(stack: WorkStack, { name, cron, target, maxEventAge }: HouseScheduleProps, failed: Queue): void {
  const role = new Role(stack, `${name}-schedule-role`, {
    assumedBy: new ServicePrincipal("scheduler.amazonaws.com", {
      conditions: {
        StringEquals: {
          "aws:SourceAccount": Aws.ACCOUNT_ID,
          "aws:SourceArn": stack.formatArn({
            service: "scheduler",
            resource: "schedule-group",
            resourceName: "default",
          }),
        },
      },
    }),
  });
  Grant.addToPrincipal({ grantee: role, actions: ["lambda:InvokeFunction"], resourceArns: [target.functionArn] });
  Grant.addToPrincipal({ grantee: role, actions: ["sqs:SendMessage"], resourceArns: [failed.queueArn] });
  new CfnSchedule(stack, `${name}-schedule`, {
    description: name,
    scheduleExpression: `cron(${cron})`,
    scheduleExpressionTimezone: "Asia/Shanghai",
    flexibleTimeWindow: { mode: "OFF" },
    target: {
      arn: target.functionArn,
      roleArn: role.roleArn,
      input: JSON.stringify({ schedule: name, at: "<aws.scheduler.scheduled-time>" }),
      retryPolicy: { maximumEventAgeInSeconds: maxEventAge.toSeconds(), maximumRetryAttempts: RETRIES },
      deadLetterConfig: { arn: failed.queueArn },
    },
  });
}

/**
 * A rule of EventBridge, which every region has: in `aws-cn` the Scheduler's availability is not settled by its
 * documentation. A rule knows UTC only, and the event's `time` is the scheduled one.
 */
function byRule(stack: WorkStack, { name, cron, target, maxEventAge }: HouseScheduleProps, failed: Queue): void {
  new Rule(stack, `${name}-schedule`, {
    description: name,
    schedule: Schedule.expression(`cron(${inUtc(cron)})`),
    targets: [
      new LambdaFunction(target, {
        event: RuleTargetInput.fromObject({ schedule: name, at: EventField.time }),
        deadLetterQueue: failed,
        maxEventAge,
        retryAttempts: RETRIES,
      }),
    ],
  });
}

/** Hours by which Asia/Shanghai is ahead of UTC: always, China has had no summer time since 1991. */
const AHEAD = 8;

/**
 * A cron expression of AWS in Shanghai time as the same moments in UTC. Throws when the hour is neither `*` nor one
 * number, or when it fires on certain days only: those would have to move with the hour.
 */
export function inUtc(cron: string): string {
  const [minute, hour = "", ...days] = cron.split(" ");
  if (!/^(\*|\d+)$/.test(hour) || days.some((field) => !/^[*?]$/.test(field)))
    throw new Error(`cron(${cron}) cannot be written in UTC: give one hour or *, and every day`);
  const utc = hour === "*" ? hour : (Number(hour) + 24 - AHEAD) % 24;
  return [minute, utc, ...days].join(" ");
}
