/**
 * The control plane of a user pool, as far as our functions use it, over this machine's accounts: AdminCreateUser,
 * AdminSetUserPassword, AdminDisableUser, AdminEnableUser, AdminDeleteUser, AdminUserGlobalSignOut. Loopback only; each call
 * is decided by the caller's role. A parameter that is not known here is refused, never passed over.
 */
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import * as z from "zod/mini";
import { parseInput } from "../../../functions/shared/problems.ts";
import { exceptionOf, type Permissions } from "../iam/permissions.ts";
import type { LocalServer } from "../s3.ts";
import type { Account, Accounts } from "./accounts.ts";
import { weaknesses, type PasswordPolicy } from "./password-policy.ts";

const named = { UserPoolId: z.string(), Username: z.string().check(z.minLength(1), z.maxLength(128)) };
const Named = z.strictObject(named);
const SetPassword = z.strictObject({
  ...named,
  Password: z.string(),
  Permanent: z.literal(true, { error: "must be true: the one-machine target knows no temporary password" }),
});
const Create = z.strictObject({
  ...named,
  UserAttributes: z._default(z.array(z.object({ Name: z.string(), Value: z.string() })), []),
  /** Nothing leaves this machine, so nobody may expect Cognito's own message. */
  MessageAction: z.literal("SUPPRESS", {
    error: "must be SUPPRESS: the one-machine target sends no message of its own; invitations are the system's",
  }),
});

export interface CognitoParts {
  accounts: Accounts;
  /** Ref and ARN of the template's pool. */
  pool: { id: string; arn: string };
  signOutEverywhere(sub: string): void;
  policy: PasswordPolicy;
  permissions: Permissions;
  now(): number;
}

const TARGET = "AWSCognitoIdentityProviderService.";

class Fault extends Error {
  override name = "Fault";
  readonly type: string;
  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

export async function startCognito(parts: CognitoParts): Promise<LocalServer> {
  const server = createServer((request, response) => {
    const send = (status: number, body: object): void => {
      response.writeHead(status, { "content-type": "application/x-amz-json-1.1" });
      response.end(JSON.stringify(body));
    };
    answer(parts, request).then(
      (body) => send(200, body),
      (error: Error) =>
        error instanceof Fault
          ? send(400, { __type: error.type, message: error.message })
          : send(500, { __type: "InternalErrorException", message: error.message }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return {
    endpoint: `http://127.0.0.1:${port}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(parts: CognitoParts, request: IncomingMessage): Promise<object> {
  const target = String(request.headers["x-amz-target"]);
  const operation = target.startsWith(TARGET) ? target.slice(TARGET.length) : "";
  const body: unknown = JSON.parse((await text(request)) || "{}");
  const run = OPERATIONS[operation];
  if (!run) {
    const known = Object.keys(OPERATIONS).join(", ");
    throw new Fault("UnknownOperationException", `${target}: the one-machine target serves ${known}`);
  }
  const access = { action: `cognito-idp:${operation}`, resource: parts.pool.arn };
  const refusal = parts.permissions.check(request.headers.authorization, [access]);
  if (refusal) {
    const { type, message } = exceptionOf(refusal);
    throw new Fault(type, message);
  }
  return run(parts, body);
}

function input<T>(schema: z.ZodMiniType<T & { UserPoolId: string }>, body: unknown, { pool }: CognitoParts): T {
  const parsed = parseInput(schema, body);
  if (!parsed.ok) {
    const [first] = parsed.problems;
    throw new Fault("InvalidParameterException", `${first?.path} ${first?.reason}`);
  }
  if (parsed.data.UserPoolId !== pool.id)
    throw new Fault("ResourceNotFoundException", `User pool ${parsed.data.UserPoolId} does not exist.`);
  return parsed.data;
}

const found = (body: unknown, parts: CognitoParts): Account => byName(input(Named, body, parts).Username, parts);

/** By user name, or by the subject, as Cognito finds people. */
function byName(Username: string, parts: CognitoParts): Account {
  const account = parts.accounts.find(Username) ?? parts.accounts.byUsername(Username);
  if (!account) throw new Fault("UserNotFoundException", "User does not exist.");
  return account;
}

const OPERATIONS: Readonly<Record<string, (parts: CognitoParts, body: unknown) => Promise<object> | object>> = {
  AdminCreateUser: async (parts, body) => {
    const { Username, UserAttributes } = input(Create, body, parts);
    const name = UserAttributes.find(({ Name }) => Name === "name")?.Value ?? Username;
    const sub = randomUUID();
    if (!(await parts.accounts.create({ sub, username: Username, name }, null)))
      throw new Fault("UsernameExistsException", "User account already exists");
    const at = parts.now() / 1000;
    return {
      User: {
        Username,
        Attributes: [...UserAttributes, { Name: "sub", Value: sub }],
        Enabled: true,
        UserStatus: "FORCE_CHANGE_PASSWORD",
        UserCreateDate: at,
        UserLastModifiedDate: at,
      },
    };
  },
  AdminSetUserPassword: async (parts, body) => {
    const { Username, Password } = input(SetPassword, body, parts);
    const { sub, username } = byName(Username, parts);
    const weak = weaknesses(Password, username, parts.policy);
    if (weak.length > 0)
      throw new Fault("InvalidPasswordException", `Password did not conform with policy: ${weak.join(", ")}`);
    await parts.accounts.setPassword(sub, Password);
    return {};
  },
  AdminDisableUser: (parts, body) => {
    const { sub } = found(body, parts);
    parts.accounts.setEnabled(sub, false);
    parts.signOutEverywhere(sub);
    return {};
  },
  AdminEnableUser: (parts, body) => {
    parts.accounts.setEnabled(found(body, parts).sub, true);
    return {};
  },
  AdminDeleteUser: (parts, body) => {
    const { sub } = found(body, parts);
    parts.accounts.remove(sub);
    parts.signOutEverywhere(sub);
    return {};
  },
  AdminUserGlobalSignOut: (parts, body) => {
    parts.signOutEverywhere(found(body, parts).sub);
    return {};
  },
};
