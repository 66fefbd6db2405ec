// oxlint-disable no-new -- a construct registers itself with its scope
import type { Stack } from "aws-cdk-lib";
import { CfnPolicy } from "aws-cdk-lib/aws-iot";
import { DEVICE_POLICIES, renderPolicy } from "../../events/device-policies.ts";

/** The two IoT policies that `npm run provision` attaches to certificates. */
export function devicePolicies(stack: Stack): void {
  const arn = (path: string): string => {
    const [resource = "", resourceName = ""] = path.split(/\/(.*)/s);
    return stack.formatArn({ service: "iot", resource, resourceName });
  };
  for (const policy of DEVICE_POLICIES)
    new CfnPolicy(stack, `${policy.name}-policy`, {
      policyName: policy.name,
      policyDocument: renderPolicy(policy, arn),
    });
}
