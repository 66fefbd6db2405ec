import { Validations } from "aws-cdk-lib";
import type { IConstruct } from "constructs";

/** Packs by the prefix of a rule's id, as cdk-nag composes them. */
const SERVERLESS = /^(Lambda|SQSRedrivePolicy|SNSRedrivePolicy|EventBus|APIGW|CloudWatch|StarPermissions)/;

/**
 * Accepts findings of cdk-nag, or warnings of the CDK itself (`Annotation::…`), on one construct, each with its reason. `findings`: id without its pack (`IAM5[…]`,
 * `LambdaDLQ`) → why it is right here.
 */
export function acknowledge(construct: IConstruct, findings: Record<string, string>): void {
  for (const [id, reason] of Object.entries(findings)) {
    const pack = SERVERLESS.test(id) ? "Serverless" : "AwsSolutions";
    Validations.of(construct).acknowledge({ id: id.startsWith("Annotation::") ? id : `${pack}-${id}`, reason });
  }
}
