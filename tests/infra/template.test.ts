/** What the template must hold whatever is added to it later. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { renderSql, RULES } from "../../events/rules.ts";
import { ROOT } from "../../infra/build.ts";
import { assembly } from "./assembly.ts";
import { Templates } from "./templates.ts";

let templates: Templates;
beforeAll(async () => {
  templates = new Templates(await assembly());
});

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
    const all = templates.ofType("AWS::Lambda::EventSourceMapping");
    // A nudge is good for a moment, and what it tells of is in the ledger.
    const [nudges, mappings] = [
      all.filter(({ name }) => name.startsWith("nudgelive")),
      all.filter(({ name }) => !name.startsWith("nudgelive")),
    ];
    expect(nudges.map(({ props }) => [props.StartingPosition, props.MaximumRecordAgeInSeconds])).toEqual([
      ["LATEST", 60],
    ]);
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
    expect(targets).toHaveLength(7);
    expect(templates.ofType("AWS::SNS::Subscription")).toHaveLength(2);
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
      ["digest", "cron(0 * * * ? *)", 7_200],
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
    expect([...tables.keys()]).toEqual(["register", "people", "jobs", "blocks", "ledger"]);
    for (const props of tables.values()) expect(props.DeletionProtectionEnabled).toBe(true);
    for (const name of ["register", "people", "jobs", "ledger"])
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

describe("shape", () => {
  test("only these kinds of resource: infra/local executes each of them", () => {
    expect([...new Set(templates.resources.map((r) => r.type))].toSorted()).toMatchInlineSnapshot(`
      [
        "AWS::ApiGatewayV2::Api",
        "AWS::ApiGatewayV2::Authorizer",
        "AWS::ApiGatewayV2::Integration",
        "AWS::ApiGatewayV2::Route",
        "AWS::ApiGatewayV2::RouteResponse",
        "AWS::ApiGatewayV2::Stage",
        "AWS::ApplicationAutoScaling::ScalableTarget",
        "AWS::ApplicationAutoScaling::ScalingPolicy",
        "AWS::CloudFront::CachePolicy",
        "AWS::CloudFront::Distribution",
        "AWS::CloudFront::OriginAccessControl",
        "AWS::CloudFront::ResponseHeadersPolicy",
        "AWS::CloudWatch::Alarm",
        "AWS::CloudWatch::Dashboard",
        "AWS::Cognito::UserPool",
        "AWS::Cognito::UserPoolClient",
        "AWS::Cognito::UserPoolDomain",
        "AWS::DynamoDB::Table",
        "AWS::Events::Rule",
        "AWS::IAM::Policy",
        "AWS::IAM::Role",
        "AWS::IoT::Policy",
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
        "AWS::SecretsManager::Secret",
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

  test("every answer carries the security headers", () => {
    const [distribution] = templates.ofType("AWS::CloudFront::Distribution");
    const { DefaultCacheBehavior, CacheBehaviors } = distribution?.props.DistributionConfig ?? {};
    const headers = (b: { ResponseHeadersPolicyId: unknown }): string => templates.text(b.ResponseHeadersPolicyId);
    expect(headers(DefaultCacheBehavior)).toBe("siteheaders");
    expect(
      CacheBehaviors.map((b: { PathPattern: string; ResponseHeadersPolicyId: unknown }) => [b.PathPattern, headers(b)]),
    ).toEqual([
      ["/api/public/*", "siteheaders"],
      ["/api/*", "siteheaders"],
      ["/live", "siteheaders"],
      ["/p/*", "pageheaders"],
      ["/posters/*", "siteheaders"],
      ["/portal/*", "appheaders"],
      ["/console/*", "appheaders"],
    ]);
  });

  test("the applications run their own scripts, and ask nobody but the site and the issuer", () => {
    const policy = templates.ofType("AWS::CloudFront::ResponseHeadersPolicy").find((r) => r.name === "appheaders");
    const { ContentSecurityPolicy: header } = policy?.props.ResponseHeadersPolicyConfig.SecurityHeadersConfig ?? {};
    const csp = templates.text(header?.ContentSecurityPolicy).split("; ");
    expect(csp).toContain("script-src 'self'");
    expect(csp).toContain("frame-ancestors 'none'");
    expect(csp).toContain(
      "connect-src 'self' https://cognito-idp.REGION.amazonaws.com https://permit-watch-ACCOUNTID.auth.REGION.amazoncognito.com",
    );
  });

  test("accounts are made by invitation, kept when the stack goes, and signed in to by code with short tokens", () => {
    const [pool] = templates.ofType("AWS::Cognito::UserPool");
    expect(pool?.deletionPolicy).toBe("Retain");
    expect(pool?.props).toMatchObject({
      DeletionProtection: "ACTIVE",
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
      MfaConfiguration: "OPTIONAL",
      EnabledMfas: ["SOFTWARE_TOKEN_MFA"],
    });
    expect(pool?.props.Policies.PasswordPolicy.MinimumLength).toBeGreaterThanOrEqual(12);
    const [client] = templates.ofType("AWS::Cognito::UserPoolClient");
    expect(client?.props).toMatchObject({
      AllowedOAuthFlows: ["code"],
      AllowedOAuthScopes: ["openid", "profile"],
      GenerateSecret: false,
      PreventUserExistenceErrors: "ENABLED",
      AccessTokenValidity: 30,
      RefreshTokenValidity: 720,
      RefreshTokenRotation: { Feature: "ENABLED" },
      TokenValidityUnits: { AccessToken: "minutes", RefreshToken: "minutes" },
    });
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
