import { expect, test } from "vitest";
import { readAssembly, TemplateError } from "../template.ts";
import { lambdaResource, resource, roleResource, temporaryFolder, writeAssembly } from "../test-assembly.ts";
import { openPermissions } from "./permissions.ts";
import { readRoles } from "./roles.ts";

type Resources = Record<string, Record<string, unknown>>;
const roles = (Resources: Resources): ReturnType<typeof readRoles> => {
  using folder = temporaryFolder();
  return readRoles(readAssembly(writeAssembly(folder.path, { Stack: { Resources } }, { fn: "" })));
};
const policy = (Action: string, more: object = {}): Record<string, unknown> => ({
  PolicyDocument: { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource: "*", ...more }] },
});
const fn = lambdaResource("fn", { Role: { "Fn::GetAtt": ["Role", "Arn"] } });
const withRole = (properties: object): Resources => ({ Role: resource("AWS::IAM::Role", { ...properties }), Fn: fn });

test("a role has what is written in it, attached to it, and managed policies of the template by either way", () => {
  const { all, ofFunction } = roles({
    ...withRole({
      Policies: [{ PolicyName: "p", ...policy("a:Inline") }],
      ManagedPolicyArns: [{ Ref: "Named" }],
    }),
    Attached: resource("AWS::IAM::Policy", { PolicyName: "a", Roles: [{ Ref: "Role" }], ...policy("a:Attached") }),
    Named: resource("AWS::IAM::ManagedPolicy", policy("a:Named")),
    Naming: resource("AWS::IAM::ManagedPolicy", { Roles: [{ Ref: "Role" }], ...policy("a:Naming") }),
    Elsewhere: resource("AWS::IAM::Policy", { PolicyName: "e", Roles: [{ Ref: "Other" }], ...policy("a:Elsewhere") }),
    Other: roleResource(),
  });
  expect(ofFunction.get("Stack-Fn")?.grants.map((grant) => grant.text)).toEqual([
    "a:Inline *",
    "a:Attached *",
    "a:Naming *",
    "a:Named *",
  ]);
  expect(all.map((role) => role.name)).toEqual(["Stack-Role", "Stack-Other"]);
});

test.each([
  ["a managed policy of AWS", withRole({ ManagedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"] })],
  ["a permissions boundary", withRole({ PermissionsBoundary: "arn" })],
  ["a function whose role is elsewhere", { Fn: lambdaResource("fn", { Role: "arn:aws:iam::1:role/x" }) }],
  [
    "an operator that it cannot evaluate",
    withRole({
      Policies: [{ PolicyName: "p", ...policy("a:b", { Condition: { Null: { "aws:TokenIssueTime": "true" } } }) }],
    }),
  ],
  ["a policy for users", { ...withRole({}), P: resource("AWS::IAM::Policy", { Users: ["u"], ...policy("a:b") }) }],
])("the machine does not start with %s", (_, resources) => {
  expect(() => roles(resources)).toThrow(TemplateError);
});

test("two functions that one key would name are refused", () => {
  const role = { name: "r", arn: "r", grants: [] };
  const both = new Map([
    ["close-hours", role],
    ["closehours", role],
  ]);
  expect(() => openPermissions({ roles: both, labelOf: String, log: () => undefined })).toThrow(/rename one/);
});
