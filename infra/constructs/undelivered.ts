import { Grant } from "aws-cdk-lib/aws-iam";
import type { DlqDestinationConfig, IEventSourceDlq } from "aws-cdk-lib/aws-lambda";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import { putObjects } from "./grants.ts";
import type { HouseFunction } from "./house-function.ts";

/**
 * On-failure destination of a stream: the bucket gets the whole batch (a queue would get metadata only). Lambda
 * chooses the key itself: `aws/lambda/{mapping}/{shard}/{time}`. The CDK's own class would let the function delete.
 */
export function undeliveredBatches(bucket: IBucket, fn: HouseFunction): IEventSourceDlq {
  return {
    bind(): DlqDestinationConfig {
      putObjects(bucket, "aws/lambda/", fn.ownRole);
      Grant.addToPrincipal({ grantee: fn, actions: ["s3:ListBucket"], resourceArns: [bucket.bucketArn] });
      return { destination: bucket.bucketArn };
    },
  };
}
