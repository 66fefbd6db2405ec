import { Duration } from "aws-cdk-lib";
import { Metric } from "aws-cdk-lib/aws-cloudwatch";
import { Grant } from "aws-cdk-lib/aws-iam";
import {
  MetricType,
  type DlqDestinationConfig,
  type IEventSourceDlq,
  type MetricsConfig,
} from "aws-cdk-lib/aws-lambda";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import { houseAlarm, sumOf } from "./alarm.ts";
import { putObjects } from "./grants.ts";
import { failedEvents, type HouseFunction } from "./house-function.ts";
import type { WorkStack } from "./house-stack.ts";

/**
 * On-failure destination of a stream: the bucket gets the whole batch (a queue would get metadata only). Lambda
 * chooses the key itself: `aws/lambda/{mapping}/{shard}/{time}`. The CDK's own class would let the function delete.
 *
 * In `aws-cn` Lambda knows no buckets here, so it is a queue with an alarm: it gets shard and sequence numbers, with which
 * the batch is read from the stream while that keeps it (`streamRetentionHours`: a week; docs/runbook.md).
 */
export function undeliveredBatches(stack: WorkStack, bucket: IBucket, fn: HouseFunction): IEventSourceDlq {
  return { bind: () => (stack.inChina ? queue(stack, fn) : inBucket(bucket, fn)) };
}

/** Lambda counts the events of a mapping only when asked to; see `batchesGivenUp`. */
export const EVENT_COUNT: MetricsConfig = { metrics: [MetricType.EVENT_COUNT] };

/**
 * The alarm on batches that were given up, where they go to the bucket: a batch whose records were reported one by one is
 * no error of the function. `mappingId` is that of an event source with `EVENT_COUNT`.
 */
export function batchesGivenUp(stack: WorkStack, fn: HouseFunction, mappingId: string): void {
  if (stack.inChina) return; // the queue has the alarm
  const count = (metricName: string): Metric =>
    new Metric({
      namespace: "AWS/Lambda",
      metricName,
      dimensionsMap: { EventSourceMappingUUID: mappingId },
      statistic: "Sum",
      period: Duration.minutes(5),
    });
  houseAlarm(stack, {
    name: `${fn.label}-failed-batches`,
    impact: "A batch was given up; it waits in the undelivered bucket until somebody mends the cause and replays it.",
    metric: sumOf("events given up", {
      kept: count("OnFailureDestinationDeliveredEventCount"),
      dropped: count("DroppedEventCount"),
    }),
  });
}

function inBucket(bucket: IBucket, fn: HouseFunction): DlqDestinationConfig {
  putObjects(bucket, "aws/lambda/", fn.ownRole);
  Grant.addToPrincipal({ grantee: fn, actions: ["s3:ListBucket"], resourceArns: [bucket.bucketArn] });
  return { destination: bucket.bucketArn };
}

function queue(stack: WorkStack, fn: HouseFunction): DlqDestinationConfig {
  const failed = failedEvents(stack, fn.label);
  Grant.addToPrincipal({ grantee: fn, actions: ["sqs:SendMessage"], resourceArns: [failed.queueArn] });
  houseAlarm(stack, {
    name: `${fn.label}-failed-batches`,
    impact: "A batch was given up; it is lost when the stream forgets it, unless it is read from there before.",
    metric: failed.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(5), statistic: "Maximum" }),
  });
  return { destination: failed.queueArn };
}
