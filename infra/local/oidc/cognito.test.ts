import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { grantsOf, IdentityPolicy } from "../iam/identity-policy.ts";
import { openPermissions } from "../iam/permissions.ts";
import { accessKeyOf } from "../runtime-api.ts";
import type { LocalServer } from "../s3.ts";
import { openAccounts, type Accounts } from "./accounts.ts";
import { startCognito } from "./cognito.ts";

const POOL = { id: "pool", arn: "arn:aws:cognito-idp:local-1:000000000000:userpool/pool" };
const db = new DatabaseSync(":memory:");
let accounts: Accounts;
let server: LocalServer;
const ended: string[] = [];

beforeAll(async () => {
  accounts = openAccounts(db);
  const policy = IdentityPolicy.parse({
    Version: "2012-10-17",
    Statement: [
      "AdminCreateUser",
      "AdminSetUserPassword",
      "AdminDisableUser",
      "AdminEnableUser",
      "AdminUserGlobalSignOut",
    ].map((each) => ({
      Effect: "Allow",
      Action: `cognito-idp:${each}`,
      Resource: POOL.arn,
    })),
  });
  const role = { name: "r", arn: "arn:aws:iam::000000000000:role/r", grants: grantsOf([policy], "") };
  const permissions = openPermissions({
    roles: new Map([["people", role]]),
    labelOf: (name) => name,
    log: () => undefined,
  });
  const signOutEverywhere = (sub: string): void => void ended.push(sub);
  const rules = { length: 12, lower: true, upper: true, digit: true, symbol: true };
  server = await startCognito({
    accounts,
    pool: POOL,
    policy: rules,
    signOutEverywhere,
    permissions,
    now: () => 1_790_000_000_000,
  });
});
afterAll(async () => {
  await server.stop();
  db.close();
});
beforeEach(() => void (ended.length = 0));

async function call(operation: string, body: object, key = accessKeyOf("people")): Promise<Record<string, unknown>> {
  const answer = await fetch(server.endpoint, {
    method: "POST",
    body: JSON.stringify(body),
    headers: {
      "x-amz-target": `AWSCognitoIdentityProviderService.${operation}`,
      authorization: `AWS4-HMAC-SHA256 Credential=${key}/20260101/local-1/cognito-idp/aws4_request`,
    },
  });
  return { status: answer.status, ...((await answer.json()) as object) };
}
const create = (Username: string, more: object = {}): Promise<Record<string, unknown>> =>
  call("AdminCreateUser", {
    UserPoolId: "pool",
    Username,
    MessageAction: "SUPPRESS",
    UserAttributes: [{ Name: "name", Value: "王建国" }],
    ...more,
  });

describe("a user that a function makes", () => {
  test("has a subject and no password, so that nobody signs in as him before he accepted", async () => {
    const { status, User } = (await create("wang")) as {
      status: number;
      User: { Attributes: { Name: string; Value: string }[]; UserStatus: string };
    };
    expect([status, User.UserStatus]).toEqual([200, "FORCE_CHANGE_PASSWORD"]);
    const sub = User.Attributes.find(({ Name }) => Name === "sub")?.Value ?? "";
    expect(accounts.find(sub)).toEqual({ sub, username: "wang", name: "王建国", enabled: true });
    for (const password of ["", "null", "wang"])
      expect(await accounts.attempt("wang", password, 0)).toEqual({ outcome: "wrong" });
  });

  test("gets a password that the policy takes, and signs in with it", async () => {
    await create("zhao");
    const set = (Password: string, Permanent = true): Promise<Record<string, unknown>> =>
      call("AdminSetUserPassword", { UserPoolId: "pool", Username: "zhao", Password, Permanent });
    expect(await set("weak")).toMatchObject({ __type: "InvalidPasswordException" });
    expect(await set("Right-Horse-7-Battery", false)).toMatchObject({ __type: "InvalidParameterException" });
    expect(await set("Right-Horse-7-Battery")).toEqual({ status: 200 });
    expect(await accounts.attempt("zhao", "Right-Horse-7-Battery", 0)).toMatchObject({ outcome: "ok" });
  });

  test("is disabled and enabled, found by name and by subject, and signed out", async () => {
    await create("li");
    const sub = accounts.byUsername("li")?.sub ?? "";
    expect(await call("AdminDisableUser", { UserPoolId: "pool", Username: "LI" })).toEqual({ status: 200 });
    expect([accounts.find(sub)?.enabled, ended]).toEqual([false, [sub]]);
    await call("AdminEnableUser", { UserPoolId: "pool", Username: sub });
    await call("AdminUserGlobalSignOut", { UserPoolId: "pool", Username: sub });
    expect([accounts.find(sub)?.enabled, ended]).toEqual([true, [sub, sub]]);
  });
});

test.each<[string, () => Promise<Record<string, unknown>>, string]>([
  ["a name twice", async () => (await create("twice"), create("Twice")), "UsernameExistsException"],
  ["Cognito's own message", () => create("mail", { MessageAction: "RESEND" }), "InvalidParameterException"],
  ["a parameter that is not known here", () => create("hint", { TemporaryPassword: "x" }), "InvalidParameterException"],
  ["another pool", () => create("other", { UserPoolId: "other" }), "ResourceNotFoundException"],
  ["nobody", () => call("AdminDisableUser", { UserPoolId: "pool", Username: "nobody" }), "UserNotFoundException"],
  [
    "what no policy allows",
    () => call("AdminDeleteUser", { UserPoolId: "pool", Username: "wang" }),
    "AccessDeniedException",
  ],
  [
    "an unknown caller",
    () => call("AdminDisableUser", { UserPoolId: "pool", Username: "wang" }, "AKIANOBODY"),
    "UnrecognizedClientException",
  ],
  ["what is not served", () => call("ListUsers", { UserPoolId: "pool" }), "UnknownOperationException"],
])("%s is refused as AWS refuses it", async (_, make, type) => {
  expect(await make()).toMatchObject({ status: 400, __type: type });
});
