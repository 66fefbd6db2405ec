import { describe, expect, test } from "vitest";
import { compilePolicies, PolicyDocument, type Connection, type IotAction } from "./iot-policy.ts";

const ARN = "arn:aws:iot:local-1:000000000000:";
const connection: Connection = {
  clientId: "MN1",
  commonName: "MN1",
  thing: { name: "MN1", attributes: { gateway: "town-1", odd: "a*?b" } },
};
interface Statement {
  Effect?: string;
  Action?: string | string[];
  Resource: string | string[];
  Condition?: unknown;
}
const documentOf = (...statements: Statement[]): PolicyDocument =>
  PolicyDocument.parse({
    Version: "2012-10-17",
    Statement: statements.map((statement) => ({ Effect: "Allow", Action: "iot:Publish", ...statement })),
  });
const publishes = (resource: string, topic: string, as = connection): boolean =>
  compilePolicies([documentOf({ Resource: resource })], as)("iot:Publish", `topic/${topic}`);

describe("resources", () => {
  test.each<[resource: string, topic: string, allowed: boolean]>([
    [`${ARN}topic/a`, "a", true],
    [`${ARN}topic/a`, "a/b", false],
    [`${ARN}topic/a*`, "a/b/c", true],
    [`${ARN}topic/a?c`, "a/c", true],
    [`${ARN}topic/a?c`, "a//c", false],
    // MQTT's wildcards are literal in a policy.
    [`${ARN}topic/a/+`, "a/b", false],
    [`${ARN}topic/a/#`, "a/b", false],
    [`${ARN}topic/a.c`, "abc", false],
    [`${ARN}topic/$aws/rules/r/*`, "$aws/rules/r/x", true],
    [`${ARN}topic/\${iot:ClientId}/x`, "MN1/x", true],
    [`${ARN}topic/\${iot:ClientId}/x`, "MN2/x", false],
    [`${ARN}topic/\${iot:Certificate.Subject.CommonName}`, "MN1", true],
    [`${ARN}topic/\${iot:Connection.Thing.Attributes[gateway]}/*`, "town-1/P", true],
    // A variable that has no value matches nothing, also not its own text.
    [`${ARN}topic/\${iot:Connection.Thing.Attributes[none]}*`, "x", false],
    [`${ARN}topic/\${iot:Unknown}`, "${iot:Unknown}", false],
    // A value is never a pattern.
    [`${ARN}topic/\${iot:Connection.Thing.Attributes[odd]}`, "a*?b", true],
    [`${ARN}topic/\${iot:Connection.Thing.Attributes[odd]}`, "aXYb", false],
    [`${ARN}topic/\${*}`, "*", true],
    [`${ARN}topic/\${*}`, "x", false],
    ["*", "anything", true],
    [`${ARN}topicfilter/a`, "a", false],
    ["arn:aws:iot:local-1:111111111111:topic/a", "a", false],
  ])("%s and %s: %s", (resource, topic, allowed) => {
    expect(publishes(resource, topic)).toBe(allowed);
  });

  test("without its thing a connection has no thing's name", () => {
    const resource = `${ARN}topic/\${iot:Connection.Thing.ThingName}`;
    expect(publishes(resource, "MN1")).toBe(true);
    expect(publishes(resource, "MN1", { ...connection, thing: null })).toBe(false);
  });
});

test("nothing is allowed without a statement; a denial wins over any allowance", () => {
  const ask = (documents: PolicyDocument[], action: IotAction = "iot:Publish"): boolean =>
    compilePolicies(documents, connection)(action, "topic/a");
  const all = documentOf({ Action: "iot:*", Resource: "*" });
  expect(ask([])).toBe(false);
  expect(ask([documentOf({ Action: ["iot:Receive", "iot:Connect"], Resource: "*" })])).toBe(false);
  expect(ask([all])).toBe(true);
  expect(ask([all, documentOf({ Effect: "Deny", Resource: `${ARN}topic/a` })])).toBe(false);
  expect(ask([documentOf({ Effect: "Deny", Resource: `${ARN}topic/b` }), all])).toBe(true);
  expect(
    ask([all, documentOf({ Effect: "Deny", Resource: "*", Condition: { StringEquals: { "iot:ClientId": "MN2" } } })]),
  ).toBe(true);
});

test.each<[string, unknown, boolean]>([
  ["attached", { Bool: { "iot:Connection.Thing.IsAttached": ["true"] } }, true],
  ["not attached", { Bool: { "iot:Connection.Thing.IsAttached": "false" } }, false],
  ["equal to one of", { StringEquals: { "iot:ClientId": ["MN0", "MN1"] } }, true],
  ["equal to a variable", { StringEquals: { "iot:ClientId": "${iot:Certificate.Subject.CommonName}" } }, true],
  ["a star is literal in StringEquals", { StringEquals: { "iot:ClientId": "MN*" } }, false],
  ["like", { StringLike: { "iot:ClientId": "MN*" } }, true],
  [
    "all of them",
    { StringLike: { "iot:ClientId": "MN*" }, Bool: { "iot:Connection.Thing.IsAttached": "false" } },
    false,
  ],
  ["a key without a value", { StringLike: { "iot:Connection.Thing.Attributes[none]": "*" } }, false],
])("condition: %s", (_, condition, holds) => {
  const document = documentOf({ Resource: "*", Condition: condition });
  expect(compilePolicies([document], connection)("iot:Publish", "topic/a")).toBe(holds);
});

test.each<[string, Statement]>([
  ["an unknown action", { Action: "iot:Fly", Resource: "*" }],
  ["an unknown condition", { Resource: "*", Condition: { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } } }],
  ["a resource of another service", { Resource: "arn:aws:s3:::bucket" }],
  ["NotResource", { Resource: "*", NotResource: "x" } as Statement],
])("a document with %s is refused instead of overlooked", (_, statement) => {
  expect(() => documentOf(statement)).toThrow();
});
