import { RemovalPolicy } from "aws-cdk-lib";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import { acknowledge } from "../acknowledge.ts";
import type { HouseStack } from "./house-stack.ts";

/**
 * What the sender's key for web push is made from (functions/notices/web-push.ts). Kept with the data: browsers subscribe to
 * messages of this one key, and another would void every subscription.
 */
export function pushSecret(stack: HouseStack): Secret {
  const secret = new Secret(stack, "push-secret", {
    description: "Permit Watch: the sender of web push messages",
    generateSecretString: { passwordLength: 64, excludePunctuation: true },
    removalPolicy: RemovalPolicy.RETAIN,
  });
  acknowledge(secret, { SMG4: "another secret is another sender: everybody would have to subscribe anew" });
  return secret;
}
