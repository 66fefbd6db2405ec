/** The machine as a whole, on a small template of every kind of part: what goes in comes out, also after kill -9. */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import mqtt, { type IClientOptions } from "mqtt";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DEVICE_POLICIES, renderPolicy } from "../../events/device-policies.ts";
import { renderPartitionKey, renderSql, RULES } from "../../events/rules.ts";
import { provision, readOptions } from "../provision.ts";
import { startMachine, type Machine, type MachineOptions } from "./machine.ts";
import { eventually, lambdaResource, resource, roleResource, temporaryFolder, writeAssembly } from "./test-assembly.ts";

/** Functions without the SDK: it would have to be bundled. */
const CALLS = `
  const dynamo = async (operation, input) => {
    const response = await fetch(process.env.AWS_ENDPOINT_URL_DYNAMODB, { method: "POST", body: JSON.stringify(input), headers: {
      "content-type": "application/x-amz-json-1.0", "x-amz-target": "DynamoDB_20120810." + operation, "x-amz-date": "20260101T000000Z",
      authorization: "AWS4-HMAC-SHA256 Credential=" + process.env.AWS_ACCESS_KEY_ID + "/20260101/local-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0" } });
    if (!response.ok) throw new Error(await response.text());
    return response.json();
  };
  const put = (bucket, key, body, type) => fetch(process.env.AWS_ENDPOINT_URL_S3 + "/" + bucket + "/" + key, { method: "PUT", body, headers: { "content-type": type,
    authorization: "AWS4-HMAC-SHA256 Credential=" + process.env.AWS_ACCESS_KEY_ID + "/20260101/local-1/s3/aws4_request, SignedHeaders=host, Signature=0" } });`;
const INGEST = `${CALLS}
  export const handler = async ({ Records }) => {
    const batchItemFailures = [];
    for (const record of Records) {
      const envelope = JSON.parse(Buffer.from(record.kinesis.data, "base64"));
      const text = Buffer.from(envelope.payload, "base64").toString();
      if (text === "poison") { batchItemFailures.push({ itemIdentifier: record.kinesis.sequenceNumber }); break; }
      const table = text === "forbidden" ? process.env.REGISTER_TABLE : process.env.LEDGER_TABLE;
      await dynamo("PutItem", { TableName: table, Item: { pk: { S: "PLANT#" + envelope.topic.split("/")[1] }, sk: { S: text }, at: { N: String(envelope.receivedAt) } } });
    }
    return { batchItemFailures };
  };`;
const PUBLISH = `${CALLS}
  export const handler = async ({ Records }) => {
    for (const { dynamodb } of Records) await put(process.env.SITE_BUCKET, "p/" + dynamodb.NewImage.sk.S, "<p>" + JSON.stringify(dynamodb.OldImage ?? null), "text/html; charset=utf-8");
    return { batchItemFailures: [] };
  };`;
const IMPORT = `${CALLS}
  export const handler = async ({ detail }) => {
    const name = detail.object.key.split("/").pop();
    if (name === "bad.json") throw new Error("not a permits file");
    await put(process.env.IMPORTS_BUCKET, "results/" + name, JSON.stringify({ ok: true, size: detail.object.size }), "application/json");
  };`;
const API = `
  let calls = 0;
  export const handler = async (event) => {
    calls += 1;
    if (event.rawPath === "/api/fail") throw new Error("broken");
    return { statusCode: 200, headers: { "Content-Type": "application/json", "Cache-Control": event.rawPath === "/api/kept" ? "public, max-age=60" : "no-store" },
      body: JSON.stringify({ calls, path: event.pathParameters.proxy, query: event.queryStringParameters ?? null, method: event.requestContext.http.method, body: event.body ?? null,
        throughSite: event.headers["x-origin"] === process.env.ORIGIN_SECRET && event.headers["x-origin"].length === 64 }) };
  };`;
const TICK = `export const handler = async (event) => ({ ...event, now: Date.now() });`;

const keys = {
  KeySchema: [
    { AttributeName: "pk", KeyType: "HASH" },
    { AttributeName: "sk", KeyType: "RANGE" },
  ],
  AttributeDefinitions: [
    { AttributeName: "pk", AttributeType: "S" },
    { AttributeName: "sk", AttributeType: "S" },
  ],
};
const arnOf = (id: string): unknown => ({ "Fn::GetAtt": [id, "Arn"] });
const objectsOf = (bucket: string, prefix: string): unknown => ({ "Fn::Join": ["", [arnOf(bucket), prefix]] });
const environment = (variables: Record<string, unknown>, role = "Idle"): Record<string, unknown> => ({
  Environment: { Variables: variables },
  Role: arnOf(role),
});
/** As CloudFormation resolves it: the whole of a generated secret. */
const SECRET = { "Fn::Join": ["", ["{{resolve:secretsmanager:", { Ref: "Secret" }, ":SecretString:::}}"]] };
const onFailure = { OnFailure: { Destination: arnOf("Undelivered") } };
const behaviour = (target: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  TargetOriginId: target,
  CachePolicyId: { Ref: "Cache" },
  ResponseHeadersPolicyId: { Ref: "Headers" },
  Compress: true,
  ViewerProtocolPolicy: "redirect-to-https",
  ...more,
});

function assembly(folder: string): string {
  const sql = { Sql: "", AwsIotSqlVersion: "2016-03-23" };
  const rules = Object.fromEntries(
    RULES.map((rule, i) => [
      `Rule${i}`,
      resource("AWS::IoT::TopicRule", {
        RuleName: rule.name,
        TopicRulePayload: {
          ...sql,
          Sql: renderSql(rule),
          Actions: [
            { Kinesis: { StreamName: { Ref: "Stream" }, PartitionKey: renderPartitionKey(rule), RoleArn: "r" } },
          ],
          ErrorAction: {
            S3: {
              BucketName: { Ref: "Undelivered" },
              Key: `undelivered/${rule.name}/\${timestamp()}-\${newuuid()}.json`,
              RoleArn: "r",
            },
          },
        },
      }),
    ]),
  );
  const policies = Object.fromEntries(
    DEVICE_POLICIES.map((policy, i) => [
      `Policy${i}`,
      resource("AWS::IoT::Policy", {
        PolicyName: policy.name,
        PolicyDocument: renderPolicy(policy, (path) => `arn:aws:iot:local-1:000000000000:${path}`),
      }),
    ]),
  );
  const Resources = {
    ...rules,
    ...policies,
    Ledger: resource("AWS::DynamoDB::Table", {
      ...keys,
      StreamSpecification: { StreamViewType: "NEW_AND_OLD_IMAGES" },
    }),
    Register: resource("AWS::DynamoDB::Table", keys),
    Site: resource("AWS::S3::Bucket"),
    Undelivered: resource("AWS::S3::Bucket"),
    Imports: resource("AWS::S3::Bucket", {
      NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
    }),
    Stream: resource("AWS::Kinesis::Stream", {}),
    Ingest: lambdaResource(
      "ingest",
      environment({ LEDGER_TABLE: { Ref: "Ledger" }, REGISTER_TABLE: { Ref: "Register" } }, "Writer"),
    ),
    Publish: lambdaResource("publish", environment({ SITE_BUCKET: { Ref: "Site" } }, "Publisher")),
    Import: lambdaResource("import", environment({ IMPORTS_BUCKET: { Ref: "Imports" } }, "Importer")),
    Secret: resource("AWS::SecretsManager::Secret", { GenerateSecretString: { PasswordLength: 64 } }),
    Api: lambdaResource("api", environment({ ORIGIN_SECRET: SECRET })),
    Tick: lambdaResource("tick", environment({})),
    Idle: roleResource(),
    Writer: roleResource(["dynamodb:PutItem", arnOf("Ledger")]),
    Publisher: roleResource(["s3:PutObject", objectsOf("Site", "/p/*")]),
    Importer: roleResource(["s3:PutObject", objectsOf("Imports", "/results/*")]),
    NoRetry: resource("AWS::Lambda::EventInvokeConfig", {
      FunctionName: { Ref: "Import" },
      MaximumRetryAttempts: 0,
      Qualifier: "$LATEST",
    }),
    IngestSource: resource("AWS::Lambda::EventSourceMapping", {
      EventSourceArn: arnOf("Stream"),
      FunctionName: { Ref: "Ingest" },
      BatchSize: 100,
      MaximumBatchingWindowInSeconds: 1,
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 0,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      DestinationConfig: onFailure,
      StartingPosition: "TRIM_HORIZON",
    }),
    PublishSource: resource("AWS::Lambda::EventSourceMapping", {
      EventSourceArn: { "Fn::GetAtt": ["Ledger", "StreamArn"] },
      FunctionName: { Ref: "Publish" },
      BatchSize: 10,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      FilterCriteria: { Filters: [{ Pattern: '{"dynamodb":{"Keys":{"pk":{"S":[{"prefix":"PLANT#"}]}}}}' }] },
    }),
    Arrived: resource("AWS::Events::Rule", {
      EventPattern: {
        source: ["aws.s3"],
        "detail-type": ["Object Created"],
        detail: { bucket: { name: [{ Ref: "Imports" }] }, object: { key: [{ prefix: "permits/" }] } },
      },
      Targets: [{ Id: "0", Arn: arnOf("Import") }],
    }),
    Schedule: resource("AWS::Scheduler::Schedule", {
      ScheduleExpression: "cron(0/5 * * * ? *)",
      ScheduleExpressionTimezone: "Asia/Shanghai",
      FlexibleTimeWindow: { Mode: "OFF" },
      Target: { Arn: arnOf("Tick"), RoleArn: "r", Input: '{"schedule":"warn","at":"<aws.scheduler.scheduled-time>"}' },
    }),
    HttpApi: resource("AWS::ApiGatewayV2::Api", { ProtocolType: "HTTP", Name: "api" }),
    Stage: resource("AWS::ApiGatewayV2::Stage", { ApiId: { Ref: "HttpApi" }, StageName: "$default", AutoDeploy: true }),
    Integration: resource("AWS::ApiGatewayV2::Integration", {
      ApiId: { Ref: "HttpApi" },
      IntegrationType: "AWS_PROXY",
      IntegrationUri: arnOf("Api"),
      PayloadFormatVersion: "2.0",
    }),
    Get: resource("AWS::ApiGatewayV2::Route", {
      ApiId: { Ref: "HttpApi" },
      RouteKey: "GET /api/{proxy+}",
      AuthorizationType: "NONE",
      Target: { "Fn::Join": ["", ["integrations/", { Ref: "Integration" }]] },
    }),
    Post: resource("AWS::ApiGatewayV2::Route", {
      ApiId: { Ref: "HttpApi" },
      RouteKey: "POST /api/{proxy+}",
      Target: { "Fn::Join": ["", ["integrations/", { Ref: "Integration" }]] },
    }),
    Cache: resource("AWS::CloudFront::CachePolicy", {
      CachePolicyConfig: { Name: "c", MinTTL: 0, DefaultTTL: 0, MaxTTL: 60 },
    }),
    Headers: resource("AWS::CloudFront::ResponseHeadersPolicy", {
      ResponseHeadersPolicyConfig: {
        Name: "h",
        SecurityHeadersConfig: {
          ContentTypeOptions: { Override: true },
          FrameOptions: { FrameOption: "DENY", Override: true },
        },
      },
    }),
    Distribution: resource("AWS::CloudFront::Distribution", {
      DistributionConfig: {
        Enabled: true,
        DefaultRootObject: "index.html",
        Origins: [
          { Id: "site", DomainName: { "Fn::GetAtt": ["Site", "RegionalDomainName"] } },
          {
            Id: "api",
            DomainName: { "Fn::Select": [2, { "Fn::Split": ["/", { "Fn::GetAtt": ["HttpApi", "ApiEndpoint"] }] }] },
            OriginCustomHeaders: [{ HeaderName: "X-Origin", HeaderValue: SECRET }],
          },
        ],
        DefaultCacheBehavior: behaviour("site"),
        CacheBehaviors: [
          behaviour("api", {
            PathPattern: "/api/*",
            AllowedMethods: ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"],
          }),
        ],
      },
    }),
  };
  return writeAssembly(
    folder,
    { Stack: { Resources } },
    { ingest: INGEST, publish: PUBLISH, import: IMPORT, api: API, tick: TICK },
  );
}

let folder: ReturnType<typeof temporaryFolder>;
let machine: Machine;
let lines: string[];
const start = async (more: Partial<MachineOptions> = {}): Promise<void> => {
  machine = await startMachine({
    dataDir: join(folder.path, "data"),
    port: 0,
    mqttPort: 0,
    schedules: false,
    log: (line) => lines.push(line),
    template: join(folder.path, "cdk"),
    ...more,
  });
};
beforeEach(() => {
  folder = temporaryFolder();
  lines = [];
  mkdirSync(join(folder.path, "cdk"));
  assembly(join(folder.path, "cdk"));
});
afterEach(async () => {
  await machine.stop();
  folder[Symbol.dispose]();
});
const ledger = async (): Promise<string[]> =>
  (
    await machine.call<{ Items: { sk: { S: string } }[] }>("Scan", { TableName: machine.setting("LEDGER_TABLE") })
  ).Items.map((item) => item.sk.S).toSorted();
const pages = (): string[] =>
  machine.objects.list(machine.setting("SITE_BUCKET"), { prefix: "p/" }).map((meta) => meta.key.slice(2));
const get = (path: string, init: RequestInit = {}): Promise<Response> => fetch(`${machine.url}${path}`, init);

test("a message by MQTT is in the table and on a page when the machine is drained", async () => {
  await start();
  const device = mqtt.connect(`mqtt://127.0.0.1:${machine.mqttPort}`, { clientId: "MN1", reconnectPeriod: 0 });
  await device.publishAsync("plants/MN1/hj212", "frame-1", { qos: 1 });
  await device.publishAsync("$aws/rules/device_frames/plants/MN1/hj212", "frame-2", { qos: 1 });
  await machine.publish("gateways/g/P1/hj212", "frame-3", 1_790_000_000_000);
  await machine.drain();
  expect(await ledger()).toEqual(["frame-1", "frame-2", "frame-3"]);
  expect(pages()).toEqual(["frame-1", "frame-2", "frame-3"]);
  await device.endAsync();
});

test("a device that npm run provision took on publishes by mutual TLS, also after a restart", async () => {
  const out = join(folder.path, "device");
  const publish = async (text: string): Promise<void> => {
    const { url, clientId } = JSON.parse(readFileSync(join(out, "connection.json"), "utf8")) as Record<string, string>;
    const [ca, cert, key] = ["ca", "certificate", "key"].map((file) => readFileSync(join(out, `${file}.pem`)));
    const options = { clientId: clientId ?? "", ca, cert, key, port: machine.mqttsPort ?? 0, reconnectPeriod: 0 };
    const device = mqtt.connect(url ?? "", options as IClientOptions);
    await device.publishAsync("plants/MN1/hj212", text, { qos: 1 });
    await device.endAsync();
  };
  await start({ mqttsPort: 0 });
  const args = ["create", "--mn", "MN1", "--out", out, "--data", join(folder.path, "data")];
  await provision(readOptions(args, ""), () => undefined);
  await publish("before");
  await machine.stop();
  expect(existsSync(join(folder.path, "data/iot/endpoint.json"))).toBe(false);
  await start({ mqttsPort: 0 });
  await publish("after");
  await machine.drain();
  expect(await ledger()).toEqual(["after", "before"]);
});

test("poison is kept with its payload, and its shard goes on", async () => {
  await start();
  for (const text of ["a", "poison", "b"]) await machine.publish("plants/MN1/hj212", text);
  await machine.drain();
  expect(await ledger()).toEqual(["a", "b"]);
  const [kept] = machine.objects.list("stack-undelivered");
  const body = JSON.parse((await machine.objects.get("stack-undelivered", kept?.key ?? ""))?.body.toString() ?? "") as {
    payload: string;
    KinesisBatchInfo: object;
  };
  const record = (JSON.parse(body.payload) as { Records: { kinesis: { data: string } }[] }).Records[0];
  const envelope = JSON.parse(Buffer.from(record?.kinesis.data ?? "", "base64").toString()) as { payload: string };
  expect(Buffer.from(envelope.payload, "base64").toString()).toBe("poison");
  expect(body.KinesisBatchInfo).toMatchObject({ batchSize: 1 });
});

test("what the role does not allow is refused, as AWS does, and the log names function, action and resource", async () => {
  await start();
  await machine.publish("plants/MN1/hj212", "forbidden");
  await machine.publish("plants/MN1/hj212", "a");
  await machine.drain();
  expect(await ledger()).toEqual(["a"]);
  const [kept] = machine.objects.list("stack-undelivered");
  const body = (await machine.objects.get("stack-undelivered", kept?.key ?? ""))?.body.toString();
  expect(body).toContain(
    "User: arn:aws:sts::000000000000:assumed-role/Stack-Writer/Stack-Ingest is not authorized to perform: dynamodb:PutItem " +
      "on resource: arn:aws:dynamodb:local-1:000000000000:table/Stack-Register because no identity-based policy allows " +
      "the dynamodb:PutItem action",
  );
  expect(lines.filter((line) => line.includes("refused"))).toEqual([
    "Stack-Ingest: refused: dynamodb:PutItem on arn:aws:dynamodb:local-1:000000000000:table/Stack-Register; no statement " +
      "allows it (role Stack-Writer, infra/stacks)",
  ]);
});

test("a message whose record cannot be made is at the rule's error action", async () => {
  await start();
  await machine.publish("$aws/rules/gateway_frames/odd", "x");
  const [kept] = machine.objects.list("stack-undelivered");
  expect(kept?.key).toMatch(/^undelivered\/gateway_frames\/\d+-[0-9a-f-]{36}\.json$/);
  expect(
    JSON.parse((await machine.objects.get("stack-undelivered", kept?.key ?? ""))?.body.toString() ?? ""),
  ).toMatchObject({
    ruleName: "gateway_frames",
    base64OriginalPayload: Buffer.from("x").toString("base64"),
  });
});

test("an object in the imports bucket calls its function; a failing one is a dead letter and the import's error", async () => {
  await start();
  expect(await machine.importPermits("good.json", "[1]")).toEqual({ ok: true, size: 3 });
  await expect(machine.importPermits("bad.json", "[]")).rejects.toThrow(
    /import of bad\.json failed: Error: not a permits file/,
  );
  expect(await (await get("/_local/health")).json()).toMatchObject({ status: "ok", deadLetters: 1 });
});

test("a virtual clock is what functions and receipts see", async () => {
  const clock = { now: () => Date.parse("2026-10-01T00:30:00Z") };
  await start({ clock });
  expect(JSON.parse((await machine.fire("warn", clock.now())).payload)).toEqual({
    schedule: "warn",
    at: "2026-10-01T00:30:00Z",
    now: clock.now(),
  });
  await machine.publish("plants/MN1/hj212", "a");
  await machine.drain();
  const { Items } = await machine.call<{ Items: { at: { N: string } }[] }>("Scan", {
    TableName: machine.setting("LEDGER_TABLE"),
  });
  expect(Items[0]?.at.N).toBe(String(clock.now()));
});

test("preparation runs before ports open; when it fails nothing is left running and the folder is free", async () => {
  let during: Machine | undefined;
  await expect(
    start({
      prepare: async (prepared) => {
        during = prepared;
        await prepared.publish("plants/MN1/hj212", "a");
        throw new Error("no register");
      },
    }),
  ).rejects.toThrow("no register");
  expect(during).toMatchObject({ url: null, mqttPort: null });
  await start();
  await machine.drain();
  expect(await ledger()).toEqual(["a"]);
});

test("a second machine on the same folder is refused", async () => {
  await start();
  await expect(
    startMachine({
      dataDir: join(folder.path, "data"),
      port: null,
      mqttPort: null,
      schedules: false,
      log: () => undefined,
      template: join(folder.path, "cdk"),
    }),
  ).rejects.toThrow(/another machine/);
});

describe("HTTP", () => {
  test("the API's routes, query, body and failures", async () => {
    await start();
    expect(await (await get("/api/a/b?x=1&x=2")).json()).toMatchObject({
      path: "a/b",
      query: { x: "1,2" },
      method: "GET",
    });
    expect(
      await (
        await get("/api/c", { method: "POST", body: "{}", headers: { "content-type": "application/json" } })
      ).json(),
    ).toMatchObject({ method: "POST", body: "{}" });
    // The distribution shows the API its secret, whatever the reader sends under that name.
    for (const headers of [{}, { "x-origin": "mine" }])
      expect(await (await get("/api/c", { headers })).json()).toMatchObject({ throughSite: true });
    expect((await get("/api/c", { method: "DELETE" })).status).toBe(404);
    expect((await get("/api/fail")).status).toBe(500);
    expect((await get("/api/c", { method: "POST", body: Buffer.alloc(11 * 2 ** 20) })).status).toBe(413);
  });

  test("answers are kept as long as they say, per address and query; no-store is never kept", async () => {
    await start();
    const calls = async (path: string): Promise<number> =>
      ((await (await get(path)).json()) as { calls: number }).calls;
    expect(await Promise.all([calls("/api/kept"), calls("/api/kept")])).toEqual([1, 1]);
    expect([await calls("/api/kept"), await calls("/api/kept?a=1"), await calls("/api/kept")]).toEqual([1, 2, 1]);
    expect([await calls("/api/free"), await calls("/api/free")]).toEqual([3, 4]);
    expect((await get("/api/kept")).headers.get("x-cache")).toBe("Hit from local");
  });

  test("pages come with type, tag, compression and the template's security headers", async () => {
    await start();
    const body = `<p>${"企业".repeat(800)}</p>`;
    await machine.objects.put({
      bucket: machine.setting("SITE_BUCKET"),
      key: "p/code",
      body: Buffer.from(body),
      headers: { "content-type": "text/html; charset=utf-8", "cache-control": "max-age=60" },
    });
    const page = await get("/p/code", { headers: { "accept-encoding": "br" } });
    expect(await page.text()).toBe(body);
    expect(Object.fromEntries(page.headers)).toMatchObject({
      "content-encoding": "br",
      "content-type": "text/html; charset=utf-8",
      "cache-control": "max-age=60",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      vary: "accept-encoding",
    });
    const again = await get("/p/code", { headers: { "if-none-match": page.headers.get("etag") ?? "" } });
    expect([again.status, await again.text()]).toEqual([304, ""]);
    const head = await get("/p/code", { method: "HEAD", headers: { "accept-encoding": "identity" } });
    expect(head.headers.get("content-length")).toBe(String(Buffer.byteLength(body)));
    expect((await get("/p/none")).status).toBe(404);
    expect((await get("/p/code", { method: "PUT" })).status).toBe(403);
    expect((await get("/p/%ff")).status).toBe(400);
  });

  test("a schedule fired by hand runs as of that time and answers with its result", async () => {
    await start();
    const fire = (name: string, body: string): Promise<Response> =>
      get(`/_local/schedules/${name}`, { method: "POST", body });
    const fired = await fire("warn", '{"at":"2026-10-01T08:35:00+08:00"}');
    expect(await fired.json()).toEqual({
      schedule: "warn",
      at: "2026-10-01T08:35:00+08:00",
      result: { schedule: "warn", at: "2026-10-01T00:35:00Z", now: Date.parse("2026-10-01T00:35:00Z") },
    });
    expect((await fire("nothing", '{"at":"2026-10-01T08:35:00+08:00"}')).status).toBe(404);
    for (const wrong of ["", "{}", '{"at":"2026-02-30T08:00:00+08:00"}', "[]"])
      expect((await fire("warn", wrong)).status).toBe(400);
  });

  test.each([
    ["/_local/health", {}, 200],
    ["/_local/health", { origin: "http://evil.example" }, 403],
    ["/_local/health", { "x-forwarded-for": "10.0.0.1" }, 403],
    ["/_local/nothing", {}, 404],
  ])("%s with %j answers %i", async (path, headers, status) => {
    await start();
    expect((await get(path, { headers: headers as Record<string, string> })).status).toBe(status);
  });

  test("the machine's own pages: text messages as an array or a page, plants from the register, a first page", async () => {
    await start();
    await machine.call("PutItem", {
      TableName: machine.setting("REGISTER_TABLE"),
      Item: { pk: { S: "SHARD#3" }, sk: { S: "P1" }, code: { S: "abcdefghijkl" }, name: { S: "（演示）厂" } },
    });
    await machine.call("PutItem", {
      TableName: machine.setting("LEDGER_TABLE"),
      Item: {
        pk: { S: "PLANT#P1" },
        sk: { S: "SEND#2026-10-01T08:35#x" },
        tick: { N: "1790815000000" },
        to: { S: "+8613800000001" },
        text: { S: "预警" },
        state: { S: "unknown" },
      },
    });
    expect(await (await get("/_local/sms", { headers: { accept: "application/json" } })).json()).toEqual([
      { at: "2026-10-01T08:36:40+08:00", to: "+8613800000001", permitNo: "P1", text: "预警", state: "unknown" },
    ]);
    expect(await (await get("/_local/plants")).json()).toMatchObject([
      { permitNo: "P1", code: "abcdefghijkl", name: "（演示）厂" },
    ]);
    expect(await (await get("/_local/sms", { headers: { accept: "text/html" } })).text()).toContain("预警");
    expect(await (await get("/")).text()).toContain("（演示）厂");
  });
});

test("kill -9 of the whole machine in the middle: everything acknowledged is in the table after the next start, no child is left", async () => {
  const dataDir = join(folder.path, "data");
  const script = `
    const { startMachine } = await import(${JSON.stringify(import.meta.resolve("./machine.ts"))});
    const machine = await startMachine({ dataDir: ${JSON.stringify(dataDir)}, port: null, mqttPort: null, schedules: false, log: () => {}, template: ${JSON.stringify(join(folder.path, "cdk"))} });
    console.log("pid " + machine.dynamo.pid());
    for (let n = 0; ; n += 1) { await machine.publish("plants/MN" + (n % 9) + "/hj212", "m" + n); console.log("m" + n); if (n === 5) await machine.drain(); }`;
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", "--input-type=module", "-e", script],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  let said = "";
  const exited = new Promise((resolve) => child.once("exit", resolve));
  child.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString();
    if (said.includes("m200\n")) child.kill("SIGKILL");
  });
  await exited;
  const pid = Number(/pid (\d+)/.exec(said)?.[1]);
  await eventually(() => {
    try {
      return process.kill(pid, 0) && false;
    } catch {
      return true;
    }
  });
  await start();
  await machine.drain();
  const stored = new Set(await ledger());
  const acknowledged = said.split("\n").filter((line, i, all) => /^m\d+$/.test(line) && i < all.length - 1);
  expect(acknowledged.length).toBeGreaterThan(200);
  expect(acknowledged.filter((text) => !stored.has(text))).toEqual([]);
  // And the machine works on.
  const more = randomUUID();
  await machine.publish("plants/MN1/hj212", more);
  await machine.drain();
  expect(await ledger()).toContain(more);
});
