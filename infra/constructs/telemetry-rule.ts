import { Aws, Duration } from "aws-cdk-lib";
import { Metric } from "aws-cdk-lib/aws-cloudwatch";
import { Grant, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { CfnTopicRule } from "aws-cdk-lib/aws-iot";
import type { IStream } from "aws-cdk-lib/aws-kinesis";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import { renderPartitionKey, renderSql, type TelemetryRule as Rule } from "../../events/rules.ts";
import { houseAlarm } from "./alarm.ts";
import { putObjects } from "./grants.ts";
import type { WorkStack } from "./house-stack.ts";

/**
 * An IoT rule from its data, with everything that belongs to one: the action on the stream, an error action that keeps
 * the message in the undelivered bucket, a role that may do these two things and only for this rule, and an alarm.
 */
export function telemetryRule(stack: WorkStack, rule: Rule, stream: IStream, undelivered: IBucket): CfnTopicRule {
  const prefix = `undelivered/${rule.name}/`;
  const role = new Role(stack, `${rule.name}-role`, {
    assumedBy: new ServicePrincipal("iot.amazonaws.com", {
      conditions: {
        StringEquals: { "aws:SourceAccount": Aws.ACCOUNT_ID },
        ArnEquals: { "aws:SourceArn": stack.formatArn({ service: "iot", resource: "rule", resourceName: rule.name }) },
      },
    }),
  });
  Grant.addToPrincipal({ grantee: role, actions: ["kinesis:PutRecord"], resourceArns: [stream.streamArn] });
  putObjects(undelivered, prefix, role);

  houseAlarm(stack, {
    name: `${rule.name.replaceAll("_", "-")}-failures`,
    impact: "Telemetry does not reach the stream; it is kept under undelivered/ and has to be sent again.",
    metric: new Metric({
      namespace: "AWS/IoT",
      metricName: "Failure",
      dimensionsMap: { RuleName: rule.name, ActionType: "Kinesis" },
      statistic: "Sum",
      period: Duration.minutes(5),
    }),
  });
  return new CfnTopicRule(stack, rule.name, {
    ruleName: rule.name, // part of the Basic Ingest topic, so it cannot be left to CloudFormation
    topicRulePayload: {
      sql: renderSql(rule),
      awsIotSqlVersion: "2016-03-23",
      ruleDisabled: false,
      actions: [
        { kinesis: { streamName: stream.streamName, partitionKey: renderPartitionKey(rule), roleArn: role.roleArn } },
      ],
      errorAction: {
        s3: {
          bucketName: undelivered.bucketName,
          key: `${prefix}\${timestamp()}-\${newuuid()}.json`,
          roleArn: role.roleArn,
        },
      },
    },
  });
}
