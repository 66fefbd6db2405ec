/**
 * The SM4 keys of devices (HJ 212-2025). A binding's `secretRef` names a secret that holds one or more keys, separated by
 * blanks or line ends, the newest first: 16 ASCII characters or 32 hex digits each. While a key is being renewed both stand
 * there, for a device that was offline sends what it stored under the old one.
 */
import { GetParameterCommand, ParameterNotFound, type SSMClient } from "@aws-sdk/client-ssm";
import type { CachedRegister } from "../register/cached-register.ts";
import { cached } from "../shared/cached.ts";
import { logger } from "../shared/logger.ts";

/** Keys in the secret of that name; none when there is no such secret. */
export type SecretKeys = (ref: string) => Promise<readonly Uint8Array[]>;

/** Keys of the device `mn` as far as `permitNo` binds it (null: any permit). */
export type DeviceKeys = (mn: string, permitNo: string | null) => Promise<readonly Uint8Array[]>;

/** Parameter names that AWS takes, and none that leaves the folder of the keys. */
const REF = /^(?!.*(?:\/\/|\.\.))[A-Za-z0-9_.-][A-Za-z0-9_./-]{0,199}$/;

export function deviceKeys(register: Pick<CachedRegister, "getPlant" | "bindings">, keysIn: SecretKeys): DeviceKeys {
  return async (mn, permitNo) => {
    const bindings = await register.bindings(mn);
    const permits = new Set(bindings.map((b) => b.permitNo).filter((no) => permitNo === null || no === permitNo));
    const refs = new Set<string>();
    for (const no of permits) {
      const plant = await register.getPlant(no);
      const devices = plant?.permit.outlets.flatMap((outlet) => outlet.devices) ?? [];
      for (const device of devices) if (device.mn === mn && device.secretRef !== null) refs.add(device.secretRef);
    }
    return (await Promise.all([...refs].map(keysIn))).flat();
  };
}

/** Keys in the text of a secret; what is no key is passed over and logged (without its text). */
export function parseKeys(ref: string, text: string | undefined): Uint8Array[] {
  const keys: Uint8Array[] = [];
  for (const [i, word] of (text ?? "").split(/\s+/).filter(Boolean).entries())
    if (/^[0-9a-f]{32}$/i.test(word)) keys.push(Buffer.from(word, "hex"));
    else if (/^[\x21-\x7e]{16}$/.test(word)) keys.push(Buffer.from(word, "latin1"));
    else
      logger.warn("a device's key is neither 16 ASCII characters nor 32 hex digits", { secretRef: ref, word: i + 1 });
  if (keys.length === 0)
    logger.warn("a device's secretRef has no key: its encrypted frames are quarantined", { secretRef: ref });
  return keys;
}

/**
 * Keys from SSM SecureString parameters under `path` (`/permit-watch/device-keys`), kept for ten minutes, "there are none" for
 * one. A call that fails is not kept and fails the batch: the stream brings it again, so that no frame is lost to a throttle.
 */
export const ssmKeys = (client: Pick<SSMClient, "send">, path: string, now: () => number): SecretKeys =>
  cached(
    async (ref) => {
      if (!REF.test(ref)) {
        logger.warn("a secretRef that can name no parameter", { secretRef: ref });
        return [];
      }
      try {
        const { Parameter } = await client.send(
          new GetParameterCommand({ Name: `${path}/${ref}`, WithDecryption: true }),
        );
        return parseKeys(ref, Parameter?.Value);
      } catch (error) {
        if (error instanceof ParameterNotFound) return parseKeys(ref, undefined);
        throw error;
      }
    },
    (keys) => (keys.length > 0 ? 600_000 : 60_000),
    now,
    20_000,
  );
