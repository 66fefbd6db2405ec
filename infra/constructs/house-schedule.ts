import { Aws, type Duration } from "aws-cdk-lib";
import { Grant, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { CfnSchedule } from "aws-cdk-lib/aws-scheduler";
import type { HouseFunction } from "./house-function.ts";
import type { WorkStack } from "./house-stack.ts";

export interface HouseScheduleProps {
  /** Name in the event, and in the local machine's `POST /_local/schedules/{name}`. */
  name: "warn" | "close-hour" | "close-day";
  /** Cron expression in Asia/Shanghai, the clock of every period of the law. */
  cron: string;
  target: HouseFunction;
  /** After this it is too late to deliver the event. */
  maxEventAge: Duration;
}

/**
 * Invokes a function with `{ schedule, at }`, where `at` is the scheduled time: the only clock the function has. What
 * cannot be delivered goes to the function's own queue of failed events. (The CDK's LambdaInvoke target would also
 * allow every version and alias.)
 */
export function houseSchedule(stack: WorkStack, { name, cron, target, maxEventAge }: HouseScheduleProps): CfnSchedule {
  if (!target.failed)
    throw new Error(`the schedule ${name} needs an asynchronous function with a queue of failed events`);
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
  Grant.addToPrincipal({ grantee: role, actions: ["sqs:SendMessage"], resourceArns: [target.failed.queueArn] });
  return new CfnSchedule(stack, `${name}-schedule`, {
    description: name,
    scheduleExpression: `cron(${cron})`,
    scheduleExpressionTimezone: "Asia/Shanghai",
    flexibleTimeWindow: { mode: "OFF" },
    target: {
      arn: target.functionArn,
      roleArn: role.roleArn,
      input: JSON.stringify({ schedule: name, at: "<aws.scheduler.scheduled-time>" }),
      retryPolicy: { maximumEventAgeInSeconds: maxEventAge.toSeconds(), maximumRetryAttempts: 10 },
      deadLetterConfig: { arn: target.failed.queueArn },
    },
  });
}
