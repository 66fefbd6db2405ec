/** What the template must hold whatever is added to it later. */
import type { Stack } from "aws-cdk-lib";
import type { CfnPolicy } from "aws-cdk-lib/aws-iam";
import type { CfnFunction } from "aws-cdk-lib/aws-lambda";
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderSql, RULES } from "../../events/rules.ts";
import { permitWatch } from "../../infra/app.ts";
import { FUNCTIONS, LAYER_DIR, ROOT } from "../../infra/build.ts";
import { cdkContext, synthesize } from "../../infra/synth.ts";
import { SendStates } from "../../functions/warnings/stored-items.ts";
import { iamMatrix } from "./iam-matrix.ts";
import { list, Templates, type Resource } from "./templates.ts";

const outdir = mkdtempSync(join(tmpdir(), "synth-"));
let assembly: string;
let templates: Templates;

interface MetadataEntry {
  type: string;
  data: Record<string, string>;
}
const WEBHOOK = {
  "permit-watch:smsChannel": "webhook",
  "permit-watch:smsWebhookUrl": "https://sms.example.com/send",
  "permit-watch:smsWebhookSecretParameter": "/permit-watch/sms-secret",
};

beforeAll(async () => {
  ({ outdir: assembly } = await synthesize({ quiet: true, cached: true }));
  templates = new Templates(assembly);
});
afterAll(() => rmSync(outdir, { recursive: true, force: true }));

/** Function → its resource; the name is the one its logs and metrics carry. */
const functions = (from = templates): Map<string, Resource> =>
  new Map(from.ofType("AWS::Lambda::Function").map((r) => [r.props.Environment.Variables.POWERTOOLS_SERVICE_NAME, r]));

describe("findings", () => {
  test("what was accepted, where and why, is the reviewed list", async () => {
    const accepted = globSync("*.metadata.json", { cwd: assembly }).flatMap((file) => {
      const entries = JSON.parse(readFileSync(join(assembly, file), "utf8")) as Record<string, MetadataEntry[]>;
      return Object.entries(entries).flatMap(([path, list_]) =>
        list_
          .filter(({ type }) => type === "aws:cdk:acknowledged-rules")
          .flatMap(({ data }) =>
            Object.entries(data).map(([rule, reason]) => `${path} ${rule.replace("Annotation::", "")}: ${reason}`),
          ),
      );
    });
    const readable = accepted.map((line) =>
      line.replaceAll(/PermitWatchData:ExportsOutputFnGetAtt(\w+?)[0-9A-F]{8}Arn[0-9A-F]{8}/g, "$1"),
    );
    await expect(`${readable.sort().join("\n")}\n`).toMatchFileSnapshot("acknowledged.txt");
  });
});

describe("permissions", () => {
  test("the matrix is the reviewed one", async () => {
    await expect(`${iamMatrix(templates).join("\n")}\n`).toMatchFileSnapshot("iam-matrix.txt");
  });

  test("no role may do everything or touch everything, but for what has no resource", () => {
    const reviewed = ["publish-pages-role dynamodb:ListStreams *"];
    const wide = iamMatrix(templates).filter(
      (line) => !line.includes(" DENY ") && / \*( |$)|:\*( |$)|[a-z]\*( |$)| MANAGED /.test(line.replace(/ if .*/, "")),
    );
    const named = wide.map((line) => line.replace("publishpagesrole", "publish-pages-role"));
    // Listed in full by the matrix: the text messages, which are everything but topics.
    expect(named.filter((line) => !line.includes("NOT arn:"))).toEqual(reviewed);
  });

  test("every role belongs to one function, rule or schedule", () => {
    const users = templates.resources.flatMap((r) =>
      (JSON.stringify(r.props).match(/"Fn::GetAtt":\["(\w*role\w*)","Arn"\]/g) ?? []).map((m) => `${r.name} ${m}`),
    );
    const roles = templates.ofType("AWS::IAM::Role");
    for (const role of roles) {
      const by = users.filter((u) => u.includes(`"${role.id}"`)).map((u) => u.split(" ")[0]);
      expect(new Set(by).size, `${role.id} is used by ${by.join(", ")}`).toBe(1);
    }
  });
});

describe("functions", () => {
  test("all are there, on Node 24 and arm64, with memory, timeout and JSON logs of their own", () => {
    expect([...functions().keys()].toSorted()).toEqual(Object.keys(FUNCTIONS).toSorted());
    for (const { props } of functions().values()) {
      expect(props).toMatchObject({ Runtime: "nodejs24.x", Architectures: ["arm64"], Handler: "index.handler" });
      expect(props.MemorySize).toBeGreaterThanOrEqual(512);
      expect(props.Timeout).toBeGreaterThan(3);
      expect(props.LoggingConfig).toMatchObject({ LogFormat: "JSON", LogGroup: { Ref: expect.any(String) } });
    }
    for (const { name, props } of templates.ofType("AWS::Logs::LogGroup"))
      expect(props.RetentionInDays, name).toBeGreaterThanOrEqual(180);
  });

  test("the layer is attached wherever RULE_DATA_DIR is set, and its files land in that folder", () => {
    for (const [name, { props, stack }] of functions()) {
      expect(props.Environment.Variables.RULE_DATA_DIR, name).toBe("/opt/rule-data");
      const layers = list(props.Layers).map((l) => (l as { Ref: string }).Ref);
      const ours = templates
        .ofType("AWS::Lambda::LayerVersion")
        .filter((l) => l.stack === stack)
        .map((l) => l.id);
      expect(layers, name).toEqual(ours);
    }
    expect(existsSync(join(LAYER_DIR, "rule-data"))).toBe(true);
  });

  test("the environment is the one of docs/architecture.md", () => {
    const documented = environmentTable();
    expect([...documented.keys()].toSorted()).toEqual(Object.keys(FUNCTIONS).toSorted());
    for (const [name, { props }] of functions()) {
      const webhookOnly = (variable: string): boolean => variable.startsWith("SMS_WEBHOOK_");
      const expected = documented.get(name)?.filter((variable) => !webhookOnly(variable));
      expect(Object.keys(props.Environment.Variables).toSorted(), name).toEqual(expected);
    }
    expect(Object.keys(warnPlantsByWebhook().variables).toSorted()).toEqual(documented.get("warn-plants"));
  });

  test("with a webhook nobody sends text messages, and the secret is read by its exact name", () => {
    const { statements } = warnPlantsByWebhook();
    const allowed = statements.filter(({ Action }) => /^(sns|ssm):/.test(String(Action)));
    expect(allowed.map((s) => [s.Action, s.NotResource === undefined, JSON.stringify(s.Resource)])).toEqual([
      ["sns:Publish", true, expect.stringContaining("operators")],
      ["ssm:GetParameter", true, expect.stringMatching(/:parameter\/permit-watch\/sms-secret"\]\]\}$/)],
    ]);
  });
});

/** Variables and permissions of warn-plants when the carrier is a webhook; from the constructs, without a synthesis. */
function warnPlantsByWebhook(): { variables: object; statements: Record<string, unknown>[] } {
  const app = permitWatch({
    context: { ...cdkContext(), ...WEBHOOK },
    autoSynth: false,
    outdir: join(outdir, "webhook"),
  });
  const stack = app.node.findChild("PermitWatchServices") as Stack;
  const fn = stack.node.findChild("warn-plants").node.defaultChild as CfnFunction;
  const policy = stack.node.findChild("warn-plants-role").node.findChild("DefaultPolicy").node
    .defaultChild as CfnPolicy;
  const { variables } = stack.resolve(fn.environment) as { variables: object };
  const { Statement } = stack.resolve(policy.policyDocument) as { Statement: Record<string, unknown>[] };
  return { variables, statements: Statement };
}

/** Function → all variables, from the table of docs/architecture.md. */
function environmentTable(): Map<string, string[]> {
  const lines = readFileSync(join(ROOT, "docs/architecture.md"), "utf8").split("\n");
  const names = (text: string): string[] => text.match(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g) ?? [];
  const header = lines.find((line) => /^\| *function/.test(line)) ?? "";
  const rows = lines
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .filter(([, name = ""]) => name in FUNCTIONS);
  return new Map(rows.map((cells) => [cells[1] ?? "", [...names(header), ...names(cells[4] ?? "")].toSorted()]));
}

describe("nothing is lost", () => {
  test("every IoT rule is its data, and has an error action that keeps the message", () => {
    const rules = templates.ofType("AWS::IoT::TopicRule");
    expect(rules.map((r) => r.props.TopicRulePayload.Sql)).toEqual(RULES.map(renderSql));
    for (const { props } of rules) {
      const { ErrorAction, Actions, RuleDisabled } = props.TopicRulePayload;
      expect(RuleDisabled).toBe(false);
      expect(templates.text(ErrorAction.S3.BucketName)).toBe("undelivered");
      expect(ErrorAction.S3.Key).toBe(`undelivered/${props.RuleName}/\${timestamp()}-\${newuuid()}.json`);
      expect(ErrorAction.S3.RoleArn).toEqual(Actions[0].Kinesis.RoleArn);
    }
  });

  test("every stream mapping splits a failing batch, gives up after five tries and keeps what failed", () => {
    const mappings = templates.ofType("AWS::Lambda::EventSourceMapping");
    expect(mappings).toHaveLength(2);
    for (const { props, name } of mappings) {
      expect(props, name).toMatchObject({
        BisectBatchOnFunctionError: true,
        MaximumRetryAttempts: 5,
        FunctionResponseTypes: ["ReportBatchItemFailures"],
        StartingPosition: "TRIM_HORIZON",
      });
      expect(templates.text(props.DestinationConfig.OnFailure.Destination)).toBe("undelivered.Arn");
    }
  });

  test("every function that is invoked without waiting has a queue for what failed, and an alarm on it", () => {
    const targets = [
      ...templates.ofType("AWS::Scheduler::Schedule").map((r) => r.props.Target),
      ...templates.ofType("AWS::Events::Rule").flatMap((r) => r.props.Targets),
    ];
    expect(targets).toHaveLength(4);
    expect(templates.ofType("AWS::SNS::Subscription")).toHaveLength(1);
    const destinations = new Map(
      templates
        .ofType("AWS::Lambda::EventInvokeConfig")
        .map((r) => [r.props.FunctionName.Ref, r.props.DestinationConfig.OnFailure.Destination]),
    );
    const watched = templates
      .ofType("AWS::CloudWatch::Alarm")
      .filter((r) => r.props.MetricName === "ApproximateNumberOfMessagesVisible")
      .map((r) => r.props.Dimensions[0].Value["Fn::GetAtt"][0]);
    const subscribed = templates.ofType("AWS::SNS::Subscription").map(({ props }) => ({
      Arn: props.Endpoint,
      DeadLetterConfig: { Arn: props.RedrivePolicy.deadLetterTargetArn },
    }));
    for (const target of [...targets, ...subscribed]) {
      const queue = destinations.get(target.Arn["Fn::GetAtt"][0]);
      expect(queue, JSON.stringify(target)).toEqual(target.DeadLetterConfig.Arn);
      expect(watched).toContain(queue["Fn::GetAtt"][0]);
    }
  });

  test("the schedules send the events of events/, in the clock of the law", () => {
    const expected = [
      ["warn", "cron(0/5 * * * ? *)", 300],
      ["close-hour", "cron(10 * * * ? *)", 86_400],
      ["close-day", "cron(30 0 * * ? *)", 86_400],
    ];
    const schedules = templates.ofType("AWS::Scheduler::Schedule");
    expect(
      schedules.map(({ props: { Target: t, ...p } }) => [
        JSON.parse(t.Input).schedule,
        p.ScheduleExpression,
        t.RetryPolicy.MaximumEventAgeInSeconds,
      ]),
    ).toEqual(expected);
    for (const { props } of schedules) {
      expect(props).toMatchObject({ ScheduleExpressionTimezone: "Asia/Shanghai", FlexibleTimeWindow: { Mode: "OFF" } });
      const input = JSON.parse(props.Target.Input);
      const fixture = JSON.parse(readFileSync(join(ROOT, `events/schedule-${input.schedule}.json`), "utf8"));
      expect(input).toEqual({ ...fixture, at: "<aws.scheduler.scheduled-time>" });
    }
  });

  test("what holds state is kept when a stack goes, and the tables cannot be deleted by mistake", () => {
    const stateful = ["AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::Kinesis::Stream", "AWS::Logs::LogGroup"];
    for (const r of templates.resources.filter(({ type }) => stateful.includes(type)))
      expect([r.deletionPolicy, r.updateReplacePolicy], r.name).toEqual(["Retain", "Retain"]);
    const tables = new Map(templates.ofType("AWS::DynamoDB::Table").map((r) => [r.name, r.props]));
    expect([...tables.keys()]).toEqual(["register", "blocks", "ledger"]);
    for (const props of tables.values()) expect(props.DeletionProtectionEnabled).toBe(true);
    for (const name of ["register", "ledger"])
      expect(tables.get(name)).toMatchObject({
        BillingMode: "PAY_PER_REQUEST",
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      });
    expect(tables.get("ledger").StreamSpecification).toEqual({ StreamViewType: "NEW_AND_OLD_IMAGES" });
    for (const name of ["blocks", "ledger"])
      expect(tables.get(name).TimeToLiveSpecification).toEqual({ AttributeName: "ttl", Enabled: true });
    expect(templates.ofType("AWS::ApplicationAutoScaling::ScalableTarget")).toHaveLength(2);
  });

  test("the archive is locked for five years", () => {
    const archive = templates.ofType("AWS::S3::Bucket").find((r) => r.name === "archive");
    expect(archive?.props).toMatchObject({
      VersioningConfiguration: { Status: "Enabled" },
      ObjectLockConfiguration: {
        ObjectLockEnabled: "Enabled",
        Rule: { DefaultRetention: { Mode: "GOVERNANCE", Days: 1826 } },
      },
    });
  });
});

describe("alarms", () => {
  const headings = (): string[] =>
    readFileSync(join(ROOT, "docs/runbook.md"), "utf8")
      .split("\n")
      .filter((line) => line.startsWith("### "))
      .map((line) => line.slice(4));

  test("each says what it means for people, and has its heading in the runbook", () => {
    const alarms = templates.ofType("AWS::CloudWatch::Alarm");
    for (const { props } of alarms) {
      const name = String(props.AlarmName).replace("permit-watch-", "");
      expect(headings(), `docs/runbook.md needs a heading "### ${name}"`).toContain(name);
      expect(props.AlarmDescription).toMatch(/^[A-Z].{20,}\. Runbook: docs\/runbook\.md#[\w-]+$/);
      expect(props.AlarmDescription.endsWith(`#${name}`)).toBe(true);
      expect(props.AlarmActions.map((a: unknown) => templates.text(a))).toEqual(["operators"]);
    }
    const names = alarms.map(({ props }) => String(props.AlarmName).replace("permit-watch-", ""));
    expect(headings().filter((heading) => !names.includes(heading))).toEqual([]); // none without an alarm
  });

  test("each metric of our own is one that a function counts", () => {
    const source = globSync("functions/**/*.ts", { cwd: ROOT, exclude: ["**/*.test.ts"] })
      .map((file) => readFileSync(join(ROOT, file), "utf8"))
      .join("\n");
    const counted = new Set([
      ...[...source.matchAll(/addMetric\(\s*(?:[\w.]+ \? )?"(\w+)"(?: : "(\w+)")?/g)].flatMap((m) => [m[1], m[2]]),
      ...SendStates.map((state) => `Sms_${state}`), // warn-plants counts by outcome
    ]);
    const watched = templates
      .ofType("AWS::CloudWatch::Alarm")
      .flatMap(({ props }) =>
        [{ MetricStat: { Metric: props } }, ...(props.Metrics ?? [])]
          .map((m) => m.MetricStat?.Metric)
          .filter((m) => m?.Namespace === "PermitWatch"),
      );
    expect(watched.length).toBeGreaterThanOrEqual(7);
    for (const { MetricName, Dimensions } of watched) {
      expect([...counted]).toContain(MetricName);
      expect(Dimensions).toEqual([{ Name: "service", Value: expect.stringMatching(/^[a-z-]+$/) }]);
      expect(Object.keys(FUNCTIONS)).toContain(Dimensions[0].Value);
    }
  });

  test("every function has one on its errors; what must run has one on silence", () => {
    const names = templates.ofType("AWS::CloudWatch::Alarm").map((r) => r.props.AlarmName);
    for (const name of Object.keys(FUNCTIONS)) expect(names).toContain(`permit-watch-${name}-errors`);
    const silence = templates
      .ofType("AWS::CloudWatch::Alarm")
      .find((r) => r.props.AlarmName === "permit-watch-warn-plants-not-running");
    expect(silence?.props).toMatchObject({ TreatMissingData: "breaching", ComparisonOperator: "LessThanThreshold" });
  });
});

describe("shape", () => {
  test("only these kinds of resource: infra/local executes each of them", () => {
    expect([...new Set(templates.resources.map((r) => r.type))].toSorted()).toMatchInlineSnapshot(`
      [
        "AWS::ApiGatewayV2::Api",
        "AWS::ApiGatewayV2::Integration",
        "AWS::ApiGatewayV2::Route",
        "AWS::ApiGatewayV2::Stage",
        "AWS::ApplicationAutoScaling::ScalableTarget",
        "AWS::ApplicationAutoScaling::ScalingPolicy",
        "AWS::CloudFront::CachePolicy",
        "AWS::CloudFront::Distribution",
        "AWS::CloudFront::OriginAccessControl",
        "AWS::CloudFront::ResponseHeadersPolicy",
        "AWS::CloudWatch::Alarm",
        "AWS::DynamoDB::Table",
        "AWS::Events::Rule",
        "AWS::IAM::Policy",
        "AWS::IAM::Role",
        "AWS::IoT::TopicRule",
        "AWS::Kinesis::Stream",
        "AWS::Lambda::EventInvokeConfig",
        "AWS::Lambda::EventSourceMapping",
        "AWS::Lambda::Function",
        "AWS::Lambda::LayerVersion",
        "AWS::Lambda::Permission",
        "AWS::Logs::LogGroup",
        "AWS::S3::Bucket",
        "AWS::S3::BucketPolicy",
        "AWS::SNS::Subscription",
        "AWS::SNS::Topic",
        "AWS::SNS::TopicPolicy",
        "AWS::SQS::Queue",
        "AWS::SQS::QueuePolicy",
        "AWS::Scheduler::Schedule",
      ]
    `);
  });

  test("buckets are closed, encrypted and take TLS only", () => {
    const denied = templates
      .ofType("AWS::S3::BucketPolicy")
      .map((r) => [templates.text(r.props.Bucket), JSON.stringify(r.props)]);
    for (const { name, props } of templates.ofType("AWS::S3::Bucket")) {
      expect(props.PublicAccessBlockConfiguration).toEqual({
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      });
      expect(props.BucketEncryption.ServerSideEncryptionConfiguration).toHaveLength(1);
      const policy = denied.find(([bucket]) => bucket === name)?.[1];
      expect(policy, name).toContain('"aws:SecureTransport":"false"');
    }
  });

  test("the API is throttled, and every answer carries the security headers", () => {
    expect(templates.ofType("AWS::ApiGatewayV2::Stage")[0]?.props.DefaultRouteSettings).toEqual({
      ThrottlingBurstLimit: 400,
      ThrottlingRateLimit: 200,
    });
    const [distribution] = templates.ofType("AWS::CloudFront::Distribution");
    const { DefaultCacheBehavior, CacheBehaviors } = distribution?.props.DistributionConfig ?? {};
    expect(CacheBehaviors.map((b: { PathPattern: string }) => b.PathPattern)).toEqual(["/api/*", "/p/*", "/posters/*"]);
    const [api, pages, posters] = CacheBehaviors;
    expect([DefaultCacheBehavior, api, pages, posters].map((b) => templates.text(b.ResponseHeadersPolicyId))).toEqual([
      "siteheaders",
      "siteheaders",
      "pageheaders",
      "siteheaders",
    ]);
  });

  test("plain ASCII: CloudFormation gives anything else back as question marks", () => {
    for (const [stack, source] of templates.sources) expect(/[^\x20-\x7e\s]/.exec(source)?.[0], stack).toBeUndefined();
  });

  test("no account, no region, no partition: one synthesis serves all", () => {
    for (const [stack, source] of templates.sources) {
      expect(source, stack).not.toMatch(/arn:aws[:-]/);
      expect(source, stack).not.toMatch(/\b\d{12}\b/);
    }
  });
});
