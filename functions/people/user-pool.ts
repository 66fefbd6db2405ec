/**
 * The user pool's control plane: makes accounts, gives first passwords, ends sessions. Three calls, signed by the SDK's own
 * signer; the whole client would add 40 KB to every cold start.
 */
import * as z from "zod/mini";
import { signedCall, type SigningConfig } from "../shared/signed-call.ts";

export interface UserPool {
  /** Makes an account that must change `password` at its first sign-in. Its subject, or null when the name is taken. */
  create(username: string, name: string, password: string): Promise<string | null>;
  /** Another first password, for who lost his or came too late; false when there is no such account. */
  reset(sub: string, password: string): Promise<boolean>;
  /** Ends every session, so that none is renewed. Nothing when there is no such account. */
  signOut(sub: string): Promise<void>;
}

/** What the pool answered instead; `type` as `UsernameExistsException`. */
export class PoolError extends Error {
  override name = "PoolError";
  readonly type: string;
  constructor(operation: string, type: string, message: string) {
    super(`${operation}: ${type}: ${message}`);
    this.type = type;
  }
}

const Created = z.object({
  User: z.object({ Attributes: z.array(z.object({ Name: z.string(), Value: z.optional(z.string()) })) }),
});
const Failed = z.object({ __type: z.string(), message: z.optional(z.string()) });
const TIMEOUT = 5_000;

/** `config`: of any client, for its credentials and region. `endpoint`: where another than the region's own answers. */
export function userPool(poolId: string, config: SigningConfig, endpoint?: string): UserPool {
  async function call(operation: string, parameters: Record<string, unknown>): Promise<unknown> {
    const answer = await signedCall(config, {
      service: "cognito-idp",
      url: (region) => `https://cognito-idp.${region}.amazonaws.com/`,
      endpoint,
      headers: {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": `AWSCognitoIdentityProviderService.${operation}`,
      },
      body: JSON.stringify({ UserPoolId: poolId, ...parameters }),
      timeout: TIMEOUT,
    });
    const text = await answer.text();
    if (answer.ok) return JSON.parse(text);
    const failed = Failed.safeParse(jsonOf(text));
    if (!failed.success) throw new PoolError(operation, String(answer.status), text.slice(0, 200));
    throw new PoolError(operation, failed.data.__type.split("#").at(-1) ?? "", failed.data.message ?? "");
  }
  /** Null when the pool says `type`. */
  const unless = async (type: string, operation: string, parameters: Record<string, unknown>): Promise<unknown> =>
    call(operation, parameters).catch((error: unknown) => {
      if (error instanceof PoolError && error.type === type) return null;
      throw error;
    });
  return {
    async create(username, name, password) {
      const made = await unless("UsernameExistsException", "AdminCreateUser", {
        Username: username,
        TemporaryPassword: password,
        MessageAction: "SUPPRESS", // what the pool would send knows nothing of our site
        UserAttributes: [{ Name: "name", Value: name }],
      });
      if (made === null) return null;
      const sub = Created.parse(made).User.Attributes.find((each) => each.Name === "sub")?.Value;
      if (sub === undefined) throw new PoolError("AdminCreateUser", "no sub", "the account has no subject");
      return sub;
    },
    reset: async (sub, password) =>
      (await unless("UserNotFoundException", "AdminSetUserPassword", {
        Username: sub,
        Password: password,
        Permanent: false,
      })) !== null,
    signOut: async (sub) => void (await unless("UserNotFoundException", "AdminUserGlobalSignOut", { Username: sub })),
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
