/**
 * CloudFormation's dynamic references on one machine: the value of a generated secret is made here, the same for every
 * reference to it and another at each start. It is in no file.
 */
import { createHmac, randomBytes } from "node:crypto";

const KEY = randomBytes(32);
/** `{{resolve:secretsmanager:ARN:SecretString:::}}`: the whole of a secret, its present version. */
const WHOLE_SECRET = /^secretsmanager:(.+):SecretString:::$/;

/** `value` with every dynamic reference in its texts replaced; `refuse` throws on one of another kind. */
export function withSecrets(value: unknown, refuse: (reference: string) => never): unknown {
  if (Array.isArray(value)) return value.map((each) => withSecrets(each, refuse));
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withSecrets(each, refuse)]));
  if (typeof value !== "string") return value;
  return value.replaceAll(/\{\{resolve:([^}]*)\}\}/g, (_, reference: string) => {
    const secret = WHOLE_SECRET.exec(reference)?.[1] ?? refuse(reference);
    return createHmac("sha256", KEY).update(secret).digest("hex");
  });
}
