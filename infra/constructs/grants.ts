/** Grants narrower than those of the CDK: what our functions do, and nothing beside it. */
import { Stack } from "aws-cdk-lib";
import type { ITable } from "aws-cdk-lib/aws-dynamodb";
import { Grant, type IGrantable, type Role } from "aws-cdk-lib/aws-iam";
import type { CfnBucket, IBucket } from "aws-cdk-lib/aws-s3";
import { acknowledge } from "../acknowledge.ts";

const READ = ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"];
const WRITE = ["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem"];

/** Reads by key and by partition; nobody scans, nobody describes. */
export const readTable = (table: ITable, grantee: IGrantable): Grant => table.grant(grantee, ...READ);

/** Reads and writes; a transaction needs the actions of its parts and ConditionCheckItem. */
export const writeTable = (table: ITable, grantee: IGrantable): Grant =>
  table.grant(grantee, ...READ, ...WRITE, "dynamodb:ConditionCheckItem");

/** Puts objects under `prefix` (`raw/`). Never deletes. */
export const putObjects = (bucket: IBucket, prefix: string, role: Role): void =>
  grantObjects(bucket, prefix, role, "s3:PutObject");

/** Gets objects under `prefix`. */
export const getObjects = (bucket: IBucket, prefix: string, role: Role): void =>
  grantObjects(bucket, prefix, role, "s3:GetObject");

function grantObjects(bucket: IBucket, prefix: string, role: Role, action: string): void {
  Grant.addToPrincipal({ grantee: role, actions: [action], resourceArns: [bucket.arnForObjects(`${prefix}*`)] });
  acknowledge(role, {
    [`IAM5[Resource::${arnInFindings(bucket, Stack.of(role))}/${prefix}*]`]: `the objects under ${prefix}, and no others`,
  });
}

/** How cdk-nag writes the bucket's ARN: by logical id in its own stack, by the name of the export in another. */
function arnInFindings(bucket: IBucket, consumer: Stack): string {
  const owner = Stack.of(bucket);
  if (owner === consumer) return `<${owner.getLogicalId(bucket.node.defaultChild as CfnBucket)}.Arn>`;
  const imported = owner.resolve(owner.exportValue(bucket.bucketArn)) as { "Fn::ImportValue": string };
  return imported["Fn::ImportValue"];
}
