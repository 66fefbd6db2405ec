import { expect, test } from "vitest";
import { readDefinition } from "./definition.ts";
import { readAssembly, TemplateError } from "./template.ts";
import { lambdaResource, resource, temporaryFolder, writeAssembly } from "./test-assembly.ts";

type Resources = Record<string, Record<string, unknown>>;
const TABLE = resource("AWS::DynamoDB::Table", {
  KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
  AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
});

function read(
  resources: Resources,
  more: Record<string, unknown> = {},
  sources: Record<string, string> = {},
): ReturnType<typeof readDefinition> {
  using folder = temporaryFolder();
  return readDefinition(
    readAssembly(writeAssembly(folder.path, { Stack: { Resources: resources, ...more } }, sources)),
  );
}
/** A function whose one variable is `value`, as it comes out. */
const variable = (value: unknown, resources: Resources = {}, more: Record<string, unknown> = {}): string | undefined =>
  read({ ...resources, Fn: lambdaResource("fn", { Environment: { Variables: { X: value } } }) }, more, { fn: "" })
    .functions[0]?.environment["X"];

test.each([
  ["Ref of a table is its name", { Ref: "Table" }, "Stack-Table"],
  [
    "GetAtt in its two forms",
    { "Fn::GetAtt": ["Table", "Arn"] },
    "arn:aws:dynamodb:local-1:000000000000:table/Stack-Table",
  ],
  ["GetAtt as text", { "Fn::GetAtt": "Table.Arn" }, "arn:aws:dynamodb:local-1:000000000000:table/Stack-Table"],
  [
    "Join of pseudo parameters",
    { "Fn::Join": [":", ["arn", { Ref: "AWS::Partition" }, { Ref: "AWS::Region" }, { Ref: "AWS::AccountId" }]] },
    "arn:aws:local-1:000000000000",
  ],
  [
    "Sub with Ref, GetAtt, own values and a literal",
    { "Fn::Sub": ["${Table}/${Table.Arn}/${x}/${!y}", { x: "1" }] },
    "Stack-Table/arn:aws:dynamodb:local-1:000000000000:table/Stack-Table/1/${y}",
  ],
  ["Select of Split", { "Fn::Select": [1, { "Fn::Split": ["-", { Ref: "Table" }] }] }, "Table"],
  ["a parameter with a default", { Ref: "Level" }, "INFO"],
  ["Ref of a topic is its ARN", { Ref: "Topic" }, "arn:aws:sns:local-1:000000000000:Stack-Topic"],
])("%s", (_, value, expected) => {
  const resources = { Table: TABLE, Topic: resource("AWS::SNS::Topic", { DisplayName: "x" }) };
  expect(variable(value, resources, { Parameters: { Level: { Type: "String", Default: "INFO" } } })).toBe(expected);
});

test("values cross stacks by exports", () => {
  using folder = temporaryFolder();
  const stacks = {
    Data: {
      Resources: { Table: TABLE },
      Outputs: { Out: { Value: { Ref: "Table" }, Export: { Name: "Data:table" } } },
    },
    Work: {
      Resources: {
        Fn: lambdaResource("fn", { Environment: { Variables: { X: { "Fn::ImportValue": "Data:table" } } } }),
      },
    },
  };
  const definition = readDefinition(readAssembly(writeAssembly(folder.path, stacks, { fn: "" })));
  expect(definition.functions[0]?.environment).toEqual({ X: "Data-Table" });
});

test("a generated secret is the same wherever it is referred to, and another one is another", () => {
  const secrets = { A: resource("AWS::SecretsManager::Secret"), B: resource("AWS::SecretsManager::Secret") };
  const of = (id: string): unknown => ({
    "Fn::Join": ["", ["{{resolve:secretsmanager:", { Ref: id }, ":SecretString:::}}"]],
  });
  const [a, b, both] = [of("A"), of("B"), { "Fn::Join": [",", [of("A"), of("B")]] }].map((v) => variable(v, secrets));
  expect(a).toMatch(/^[0-9a-f]{64}$/);
  expect(b).not.toBe(a);
  expect(both).toBe(`${a},${b}`);
});

test("a mounted layer is its asset's folder", () => {
  const layer = resource("AWS::Lambda::LayerVersion", { Content: { S3Bucket: "assets", S3Key: "rules.zip" } });
  const fn = lambdaResource("fn", {
    Layers: [{ Ref: "Layer" }],
    Environment: { Variables: { FILE: "/opt/index.mjs" } },
  });
  expect(read({ Layer: layer, Fn: fn }, {}, { fn: "", rules: "" }).functions[0]?.environment["FILE"]).toMatch(
    /asset\.rules\/index\.mjs$/,
  );
});

test.each<[string, Resources, Record<string, unknown>, RegExp]>([
  [
    "an unknown resource type",
    { Cluster: resource("AWS::ECS::Cluster") },
    {},
    /Stack\/Cluster: resource type AWS::ECS::Cluster is unknown/,
  ],
  [
    "an unknown property",
    { Topic: resource("AWS::SNS::Topic", { FifoTopic: true }) },
    {},
    /Stack\/Topic: property FifoTopic of AWS::SNS::Topic is unknown/,
  ],
  ["an unknown nested property", { Fn: lambdaResource("fn", { Code: { ZipFile: "x" } }) }, {}, /Stack\/Fn: Code/],
  ["another runtime", { Fn: lambdaResource("fn", { Runtime: "python3.13" }) }, {}, /Stack\/Fn: Runtime/],
  [
    "an unknown intrinsic",
    { Fn: lambdaResource("fn", { Handler: { "Fn::GetAZs": "" } }) },
    {},
    /Stack\/Fn\.Handler: Fn::GetAZs/,
  ],
  [
    "an unknown attribute",
    { Table: TABLE, Fn: lambdaResource("fn", { Handler: { "Fn::GetAtt": ["Table", "Nothing"] } }) },
    {},
    /attribute Nothing of Stack\/Table is unknown/,
  ],
  [
    "a reference to nothing",
    { Fn: lambdaResource("fn", { Handler: { Ref: "Gone" } }) },
    {},
    /refers to Stack\/Gone, which is not in the template/,
  ],
  [
    "an export that nobody makes",
    { Fn: lambdaResource("fn", { Handler: { "Fn::ImportValue": "x" } }) },
    {},
    /Fn::ImportValue "x" is unknown/,
  ],
  [
    "a parameter nobody can give",
    { Fn: lambdaResource("fn", { Handler: { Ref: "Secret" } }) },
    { Parameters: { Secret: { Type: "String" } } },
    /parameter Secret has no plain default/,
  ],
  [
    "a dynamic reference to what was not generated here",
    { Fn: lambdaResource("fn", { Environment: { Variables: { X: "{{resolve:ssm:/name:1}}" } } }) },
    {},
    /Stack\/Fn\.Environment: the dynamic reference ssm:\/name:1 is unknown/,
  ],
  ["conditions", { Topic: resource("AWS::SNS::Topic") }, { Conditions: {} }, /Conditions/],
  ["a missing asset", { Fn: lambdaResource("other") }, {}, /asset other\.zip is not in/],
  [
    "a path that no layer has",
    { Fn: lambdaResource("fn", { Environment: { Variables: { DIR: "/opt/none" } } }) },
    {},
    /DIR: \/opt\/none is in none of the function's layers/,
  ],
  [
    "a rate schedule",
    {
      Fn: lambdaResource("fn"),
      S: resource("AWS::Scheduler::Schedule", {
        ScheduleExpression: "rate(5 minutes)",
        FlexibleTimeWindow: { Mode: "OFF" },
        Target: { Arn: { "Fn::GetAtt": ["Fn", "Arn"] }, RoleArn: "r" },
      }),
    },
    {},
    /only cron/,
  ],
])("refuses %s, naming the resource", (_, resources, more, message) => {
  expect(() => read(resources, more, { fn: "" })).toThrow(message);
  expect(() => read(resources, more, { fn: "" })).toThrow(TemplateError);
});

test("a folder without an assembly says what to run", () => {
  using folder = temporaryFolder();
  expect(() => readAssembly(folder.path)).toThrow(/npm run synth/);
});
