/**
 * CloudFormation's dynamic references on one machine: the value of a generated secret is made here from the machine's key,
 * the same for every reference to it.
 */
import { createHmac, randomBytes } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";

/** The key in `file`, made at the first start and readable by its owner alone: browsers subscribe to messages by a secret. */
export function openSecretKey(file: string): Buffer {
  if (!existsSync(file)) {
    writeFileSync(`${file}.part`, randomBytes(32), { mode: 0o600, flush: true });
    renameSync(`${file}.part`, file);
  }
  const key = readFileSync(file);
  if (key.length === 32) return key;
  throw new Error(`${file} must have 32 bytes: put the old one back, or remove it and let browsers subscribe anew`);
}
/** `{{resolve:secretsmanager:ARN:SecretString:::}}`: the whole of a secret, its present version. */
const WHOLE_SECRET = /^secretsmanager:(.+):SecretString:::$/;

/** `value` with every dynamic reference in its texts replaced; `refuse` throws on one of another kind. */
export function withSecrets(value: unknown, key: Buffer, refuse: (reference: string) => never): unknown {
  if (Array.isArray(value)) return value.map((each) => withSecrets(each, key, refuse));
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withSecrets(each, key, refuse)]));
  if (typeof value !== "string") return value;
  return value.replaceAll(/\{\{resolve:([^}]*)\}\}/g, (_, reference: string) => {
    const secret = WHOLE_SECRET.exec(reference)?.[1] ?? refuse(reference);
    return createHmac("sha256", key).update(secret).digest("hex");
  });
}
