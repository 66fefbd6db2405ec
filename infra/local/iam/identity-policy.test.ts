/** Against what AWS documents of policy evaluation ("Policy evaluation logic", "IAM JSON policy elements: Resource"). */
import { expect, test } from "vitest";
import { decide, grantsOf, IdentityPolicy } from "./identity-policy.ts";

const TABLE = "arn:aws:dynamodb:local-1:000000000000:table/ledger";
const ROLE = "arn:aws:iam::000000000000:role/r";
const statement = (more: Record<string, unknown>): Record<string, unknown> => ({
  Effect: "Allow",
  Action: "dynamodb:GetItem",
  Resource: TABLE,
  ...more,
});
const document = (...Statement: Record<string, unknown>[]): unknown => ({ Version: "2012-10-17", Statement });
const DENIES_ANOTHER = { Effect: "Deny", Action: "sqs:*", Resource: "*" };
const outcome = (statements: Record<string, unknown>[], action: string, resource: string): string => {
  const decision = decide(grantsOf([IdentityPolicy.parse(document(...statements))], ROLE), { action, resource });
  return decision.allowed ? "allowed" : decision.reason;
};

const everything = statement({ Action: "*", Resource: "*" });
test.each([
  ["nothing said of it", [DENIES_ANOTHER], "dynamodb:GetItem", TABLE, "implicit"],
  ["the action on the resource", [statement({})], "dynamodb:GetItem", TABLE, "allowed"],
  ["another action", [statement({})], "dynamodb:PutItem", TABLE, "implicit"],
  ["another resource", [statement({})], "dynamodb:GetItem", `${TABLE}2`, "implicit"],
  ["an index is not its table", [statement({})], "dynamodb:GetItem", `${TABLE}/index/i`, "implicit"],
  [
    "one of several actions",
    [statement({ Action: ["s3:x", "dynamodb:GetItem"] })],
    "dynamodb:GetItem",
    TABLE,
    "allowed",
  ],
  ["one of several resources", [statement({ Resource: ["*", TABLE] })], "dynamodb:GetItem", "x", "allowed"],
  ["actions without case", [statement({ Action: "dynamodb:getITEM" })], "dynamodb:GetItem", TABLE, "allowed"],
  ["resources with case", [statement({})], "dynamodb:GetItem", TABLE.replace("ledger", "Ledger"), "implicit"],
  ["* in an action", [statement({ Action: "dynamodb:*Item" })], "dynamodb:BatchGetItem", TABLE, "allowed"],
  ["* does not reach another service", [statement({ Action: "dynamodb:*" })], "s3:GetItem", TABLE, "implicit"],
  ["? is one character", [statement({ Action: "dynamodb:?etItem" })], "dynamodb:GetItem", TABLE, "allowed"],
  ["? is not none", [statement({ Action: "dynamodb:?GetItem" })], "dynamodb:GetItem", TABLE, "implicit"],
  [
    "a dot is itself",
    [statement({ Resource: "arn:aws:s3:::a.b" })],
    "dynamodb:GetItem",
    "arn:aws:s3:::axb",
    "implicit",
  ],
  ["a deny wins over an allow", [everything, statement({ Effect: "Deny" })], "dynamodb:GetItem", TABLE, "explicit"],
  ["in whatever order", [statement({ Effect: "Deny" }), everything], "dynamodb:GetItem", TABLE, "explicit"],
  ["and is no more than it says", [everything, statement({ Effect: "Deny" })], "dynamodb:PutItem", TABLE, "allowed"],
  ["a deny alone allows nothing else", [statement({ Effect: "Deny" })], "dynamodb:PutItem", TABLE, "implicit"],
  ["NotAction allows all others", [notAction(["s3:*", "sns:*"])], "dynamodb:GetItem", TABLE, "allowed"],
  ["NotAction: none that it names", [notAction(["s3:*", "dynamodb:*"])], "dynamodb:GetItem", TABLE, "implicit"],
  [
    "NotResource allows all others",
    [notResource("arn:aws:sns:*:*:*")],
    "dynamodb:GetItem",
    "+8613800000000",
    "allowed",
  ],
  [
    "NotResource: none that it names",
    [notResource("arn:aws:sns:*:*:*")],
    "dynamodb:GetItem",
    "arn:aws:sns:a:b:c",
    "implicit",
  ],
  [
    "* in a part of the ARN stays there",
    [on("arn:aws:s3:::b*/x")],
    "dynamodb:GetItem",
    "arn:aws:s3:::b:1/x",
    "implicit",
  ],
  ["* passes a slash", [on("arn:aws:s3:::b/*/x")], "dynamodb:GetItem", "arn:aws:s3:::b/c/d/x", "allowed"],
  ["* at the end passes a colon", [on("arn:aws:s3:::b/*")], "dynamodb:GetItem", "arn:aws:s3:::b/a:b", "allowed"],
  ["* as a part passes a colon", [on("arn:aws:sns:*:c")], "dynamodb:GetItem", "arn:aws:sns:a:b:c", "refused"],
  ["? is no colon", [on("arn:aws:s3:::b?c")], "dynamodb:GetItem", "arn:aws:s3:::b:c", "implicit"],
])("%s", (_, statements, action, resource, expected) => {
  if (expected === "refused") expect(() => outcome(statements, action, resource)).toThrow();
  else expect(outcome(statements, action, resource)).toBe(expected);
});
function notAction(actions: string[]): Record<string, unknown> {
  return { Effect: "Allow", NotAction: actions, Resource: "*" };
}
function notResource(resource: string): Record<string, unknown> {
  return { Effect: "Allow", Action: "*", NotResource: resource };
}
function on(Resource: string): Record<string, unknown> {
  return statement({ Resource });
}

test.each([
  ["all keys of all operators must hold", { StringEquals: { "aws:RequestedRegion": "local-1" } }, "allowed"],
  ["any value of a key", { StringEquals: { "aws:RequestedRegion": ["a", "local-1"] } }, "allowed"],
  ["another value", { StringEquals: { "aws:RequestedRegion": "local-*" } }, "implicit"],
  ["a pattern", { StringLike: { "aws:PrincipalArn": "arn:aws:iam::*:role/?" } }, "allowed"],
  [
    "one of two does not hold",
    { StringLike: { "aws:PrincipalArn": "*" }, StringEquals: { "aws:PrincipalAccount": "1" } },
    "implicit",
  ],
])("condition: %s", (_, Condition, expected) => {
  expect(outcome([statement({ Condition })], "dynamodb:GetItem", TABLE)).toBe(expected);
});

test.each([
  ["an operator that no template uses", { Condition: { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } } }],
  ["a key whose value the machine does not know", { Condition: { StringEquals: { "aws:SourceVpc": "v" } } }],
  ["a policy variable", { Resource: "arn:aws:s3:::b/${aws:username}" }],
  ["part of an ARN", { Resource: "arn:aws:s3" }],
  ["a wildcard for the service", { Resource: "arn:aws:*:::b" }],
  ["an action without a service", { Action: "GetItem" }],
  ["no action", { Action: undefined }],
  ["both kinds of action", { NotAction: "s3:*" }],
  ["both kinds of resource", { NotResource: "*" }],
  ["a principal", { Principal: "*" }],
])("refused when it is read: %s", (_, more) => {
  expect(() => IdentityPolicy.parse(document(statement(more)))).toThrow();
});

test("each action on each resource is a permission of its own, so that one can be dropped", () => {
  const policy = IdentityPolicy.parse(
    document(statement({ Action: ["s3:GetObject", "s3:PutObject"], Resource: ["*", TABLE] })),
  );
  expect(grantsOf([policy], ROLE).map((grant) => grant.text)).toEqual([
    "s3:GetObject *",
    `s3:GetObject ${TABLE}`,
    "s3:PutObject *",
    `s3:PutObject ${TABLE}`,
  ]);
});
