import { Fn } from "aws-cdk-lib";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import { acknowledge } from "../acknowledge.ts";
import type { WorkStack } from "./house-stack.ts";

/** What the distribution shows to the API, as dynamic references: the values are in no template and no person knows them. */
export interface OriginSecrets {
  /** For the distribution. */
  present: string;
  /** For the function: those it accepts, separated by commas. */
  accepted: string;
}

/**
 * One generated secret per day that the settings name. Rotating is naming a later day and the present one as the former:
 * the function is deployed before the distribution and accepts both. A deployment without the former takes it back.
 */
export function originSecrets(stack: WorkStack): OriginSecrets {
  const { originSecret, formerOriginSecret } = stack.config;
  const present = secretOf(stack, originSecret);
  const former = formerOriginSecret === undefined ? [] : [secretOf(stack, formerOriginSecret)];
  // The distribution's stack still imports the former when this one is deployed.
  for (const secret of former) stack.exportValue(secret.secretArn);
  const reference = (secret: Secret): string => secret.secretValue.unsafeUnwrap();
  return { present: reference(present), accepted: Fn.join(",", [present, ...former].map(reference)) };
}

function secretOf(stack: WorkStack, day: string): Secret {
  const secret = new Secret(stack, `origin-secret-${day}`, {
    description: "Permit Watch: shown by the distribution to the API",
    generateSecretString: { passwordLength: 64, excludePunctuation: true },
  });
  acknowledge(secret, {
    SMG4: "it changes with a deployment, since the distribution holds it; docs/deploy.md says how",
  });
  return secret;
}
