/** Grants narrower than those of the CDK: what our functions do, and nothing beside it. */
import { Stack, Token } from "aws-cdk-lib";
import type { ITable } from "aws-cdk-lib/aws-dynamodb";
import { Grant, type Role } from "aws-cdk-lib/aws-iam";
import type { CfnBucket, IBucket } from "aws-cdk-lib/aws-s3";
import { acknowledge } from "../acknowledge.ts";

/**
 * The calls that the function's code makes, and no others (tests/infra/permission-trial.test.ts); a transaction needs the
 * actions of its parts. Nobody scans, nobody describes.
 */
export const useTable = (table: ITable, role: Role, ...calls: [TableCall, ...TableCall[]]): Grant =>
  table.grant(role, ...calls.map((call) => `dynamodb:${call}`));
type TableCall =
  | "GetItem"
  | "BatchGetItem"
  | "Query"
  | "PutItem"
  | "UpdateItem"
  | "DeleteItem"
  | "ConditionCheckItem"
  | "BatchWriteItem"
  | "PartiQLInsert"
  | "PartiQLUpdate";

/** Puts objects under `prefix` (`raw/`). Never deletes. */
export const putObjects = (bucket: IBucket, prefix: string, role: Role): void =>
  grantObjects(bucket, prefix, role, "s3:PutObject");

/** Gets objects under `prefix`. */
export const getObjects = (bucket: IBucket, prefix: string, role: Role): void =>
  grantObjects(bucket, prefix, role, "s3:GetObject");

/** Lists the bucket's objects; keys only. */
export const listObjects = (bucket: IBucket, role: Role): Grant =>
  Grant.addToPrincipal({ grantee: role, actions: ["s3:ListBucket"], resourceArns: [bucket.bucketArn] });

/** Reads the parameters under `path` (`/permit-watch/…`), one by one by name; nobody lists them. */
export function readParameters(path: string, role: Role): void {
  const stack = Stack.of(role);
  const arn = stack.formatArn({ service: "ssm", resource: "parameter", resourceName: `${path.slice(1)}/*` });
  Grant.addToPrincipal({ grantee: role, actions: ["ssm:GetParameter"], resourceArns: [arn] });
  acknowledge(role, {
    [`IAM5[Resource::arn:${placeInFindings(stack, "ssm")}:parameter${path}/*]`]: `the parameters under ${path}, and no others`,
  });
}

/**
 * Makes things and certificates, attaches them and changes a certificate's status; deletes nothing and makes no policy.
 * As narrow as IAM allows: a certificate's id is not known before it is made, and two of the actions know no resource.
 */
export function issueIdentities(role: Role): void {
  const stack = Stack.of(role);
  const place = placeInFindings(stack, "iot");
  const grant = (resource: string, actions: string[]): void => {
    const arn = stack.formatArn({ service: "iot", resource, resourceName: "*" });
    Grant.addToPrincipal({ grantee: role, actions, resourceArns: [arn] });
  };
  grant("thing", ["iot:CreateThing", "iot:DescribeThing", "iot:ListThingPrincipals"]);
  grant("cert", ["iot:AttachPolicy", "iot:AttachThingPrincipal", "iot:DescribeCertificate", "iot:UpdateCertificate"]);
  Grant.addToPrincipal({
    grantee: role,
    actions: ["iot:CreateCertificateFromCsr", "iot:DescribeEndpoint"],
    resourceArns: ["*"],
  });
  acknowledge(role, {
    [`IAM5[Resource::arn:${place}:thing/*]`]: "a thing is named by its device, and devices come with permits",
    [`IAM5[Resource::arn:${place}:cert/*]`]: "a certificate's id is known only when it was made",
    "IAM5[Resource::*]": "making a certificate from a request and asking for the endpoint know no resource",
  });
}

/** Partition, service, region and account as cdk-nag writes them: what is not known yet by its pseudo parameter. */
function placeInFindings({ partition, region, account }: Stack, service: string): string {
  const known = (value: string, pseudo: string): string => (Token.isUnresolved(value) ? `<AWS::${pseudo}>` : value);
  return `${known(partition, "Partition")}:${service}:${known(region, "Region")}:${known(account, "AccountId")}`;
}

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
