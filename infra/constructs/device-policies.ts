// oxlint-disable no-new -- a construct registers itself with its scope
import type { Stack } from "aws-cdk-lib";
import { CfnPolicy } from "aws-cdk-lib/aws-iot";
import { DEVICE_POLICIES } from "../../events/device-policies.ts";

/** The two IoT policies that `npm run provision` attaches to certificates. */
export function devicePolicies(stack: Stack): void {
  for (const { name, statements } of DEVICE_POLICIES)
    new CfnPolicy(stack, `${name}-policy`, {
      policyName: name,
      policyDocument: {
        Version: "2012-10-17",
        Statement: statements.map(({ actions, resources, condition }) => ({
          Effect: "Allow",
          Action: actions,
          Resource: resources.map((path) => {
            const [resource = "", resourceName = ""] = path.split(/\/(.*)/s);
            return stack.formatArn({ service: "iot", resource, resourceName });
          }),
          ...(condition ? { Condition: condition } : {}),
        })),
      },
    });
}
