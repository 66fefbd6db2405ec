/** Grants narrower than those of the CDK: what our functions do, and nothing beside it. */
import { Stack } from "aws-cdk-lib";
import type { ITable } from "aws-cdk-lib/aws-dynamodb";
import { Grant, type Role } from "aws-cdk-lib/aws-iam";
import type { CfnBucket, IBucket } from "aws-cdk-lib/aws-s3";
import { acknowledge } from "../acknowledge.ts";

/** Reads by key and by partition; nobody scans, nobody describes. */
export const readTable = (table: ITable, role: Role): Grant =>
  table.grant(role, "dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query");

/** Reads, and the writes that the function's code makes; a transaction needs the actions of its parts. */
export function writeTable(table: ITable, role: Role, ...writes: Write[]): void {
  readTable(table, role);
  table.grant(role, ...writes.map((write) => `dynamodb:${write}`));
}
type Write = "PutItem" | "UpdateItem" | "DeleteItem" | "BatchWriteItem" | "ConditionCheckItem";

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
