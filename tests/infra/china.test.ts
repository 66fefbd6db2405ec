/** `aws-cn`: what CloudFront, SNS, Lambda and EventBridge lack there is not in the templates, and its replacement is. */
import { beforeAll, describe, expect, test } from "vitest";
import { PAGE_META_CSP } from "../../web/disclosure/csp.ts";
import { inUtc } from "../../infra/constructs/house-schedule.ts";
import { bothTemplates } from "./assembly.ts";
import type { Templates } from "./templates.ts";

let china: Templates;
let elsewhere: Templates;
beforeAll(async () => {
  ({ aws: elsewhere, "aws-cn": china } = await bothTemplates());
});

const distribution = (templates: Templates) =>
  templates.ofType("AWS::CloudFront::Distribution")[0]?.props.DistributionConfig;

describe("partition", () => {
  test("no ARN, no host and no region of another partition", () => {
    for (const [stack, source] of china.sources) {
      expect(source, stack).not.toMatch(/arn:aws:/);
      // Names of services are the same in every partition; hosts are not.
      const hosts = (source.match(/[\w.-]*\.amazonaws\.com(?!\.cn)/g) ?? []).filter(
        (name) =>
          !/^(lambda|events|iot|sns|sqs|s3|cloudwatch|apigateway|logging\.s3|dynamodb\.application-autoscaling)\.amazonaws\.com$/.test(
            name,
          ),
      );
      expect(hosts, stack).toEqual([]);
      expect(source.match(/\b(us|eu|ap)-[a-z]+-\d\b/g) ?? [], stack).toEqual([]);
    }
    expect([...china.sources.values()].join("")).toMatch(/arn:aws-cn:iot:cn-north-1:/);
  });

  test("both hold the same work: they differ in these kinds of resource only", () => {
    const count = (templates: Templates): Map<string, number> => {
      const counts = new Map<string, number>();
      for (const { type } of templates.resources) counts.set(type, (counts.get(type) ?? 0) + 1);
      return counts;
    };
    const [here, there] = [count(elsewhere), count(china)];
    const differ = [...new Set([...here.keys(), ...there.keys()])]
      .filter((type) => here.get(type) !== there.get(type))
      .map((type) => `${type} ${(there.get(type) ?? 0) - (here.get(type) ?? 0)}`);
    expect(differ.toSorted()).toEqual([
      "AWS::CloudFront::CachePolicy -3",
      "AWS::CloudFront::CloudFrontOriginAccessIdentity 1",
      "AWS::CloudFront::OriginAccessControl -1",
      "AWS::CloudFront::ResponseHeadersPolicy -3",
      "AWS::Cognito::UserPool -1",
      "AWS::Cognito::UserPoolClient -1",
      "AWS::Cognito::UserPoolDomain -1",
      "AWS::Events::Rule 4",
      "AWS::IAM::Policy -4",
      "AWS::IAM::Role -4",
      "AWS::Lambda::Permission 4",
      "AWS::SQS::Queue 2",
      "AWS::SQS::QueuePolicy 2",
      "AWS::Scheduler::Schedule -4",
    ]);
  });

  test("functions run on a processor that exists there; all else about them is the same", () => {
    for (const { props } of china.ofType("AWS::Lambda::Function"))
      expect(props).toMatchObject({ Architectures: ["x86_64"], Runtime: "nodejs24.x" });
    const names = (templates: Templates) =>
      templates.ofType("AWS::Lambda::Function").map((r) => r.props.Environment.Variables.POWERTOOLS_SERVICE_NAME);
    expect(names(china)).toEqual(names(elsewhere));
  });
});

describe("distribution", () => {
  test("nothing that CloudFront in China does not know", () => {
    const config = distribution(china);
    const text = JSON.stringify(config);
    for (const unknown of [
      "CachePolicyId",
      "OriginRequestPolicyId",
      "ResponseHeadersPolicyId",
      "OriginAccessControlId",
      "FunctionAssociations",
      "LambdaFunctionAssociations",
      "AcmCertificateArn",
      "CloudFrontDefaultCertificate",
      "WebACLId",
      "http3",
    ])
      expect(text).not.toContain(unknown);
    expect(config).toMatchObject({ HttpVersion: "http2", IPV6Enabled: false, Aliases: ["permits.example.cn"] });
    expect(config.ViewerCertificate).toEqual({
      IamCertificateId: "ASCAEXAMPLEEXAMPLE123",
      MinimumProtocolVersion: "TLSv1.2_2021",
      SslSupportMethod: "sni-only",
    });
  });

  test("the same paths lead to the same places and are kept as long", () => {
    const policies = new Map(
      elsewhere.ofType("AWS::CloudFront::CachePolicy").map((r) => [r.name, r.props.CachePolicyConfig]),
    );
    const behaviours = (templates: Templates) => {
      const { DefaultCacheBehavior, CacheBehaviors } = distribution(templates);
      // oxlint-disable-next-line typescript/no-explicit-any -- templates are asserted on
      return [DefaultCacheBehavior, ...CacheBehaviors].map((b: any) => {
        const lifetime = b.CachePolicyId ? policies.get(templates.text(b.CachePolicyId)) : b;
        return {
          path: b.PathPattern,
          methods: (b.AllowedMethods ?? []).toSorted(),
          viewer: b.ViewerProtocolPolicy,
          compress: b.Compress,
          seconds: [lifetime.MinTTL, lifetime.DefaultTTL, lifetime.MaxTTL],
        };
      });
    };
    expect(behaviours(china)).toEqual(behaviours(elsewhere));
    const { CacheBehaviors, DefaultCacheBehavior } = distribution(china);
    const [api, people, live, ...files] = CacheBehaviors;
    expect(people.ForwardedValues).toEqual({
      ...api.ForwardedValues,
      Headers: ["Accept", "Authorization", "Origin"],
    });
    expect(live.ForwardedValues).toMatchObject({ QueryString: true, Cookies: { Forward: "none" } });
    expect(live.ForwardedValues.Headers).toContain("Origin");
    expect(live.ForwardedValues.Headers).toContain("Sec-WebSocket-Key");
    // Host must not reach the API: it is found by its own. No query reaches the bucket: nobody can list it.
    expect(api.ForwardedValues).toEqual({
      QueryString: true,
      Cookies: { Forward: "none" },
      Headers: ["Accept", "Authorization"],
    });
    for (const each of [DefaultCacheBehavior, ...files])
      expect(each.ForwardedValues).toEqual({ QueryString: false, Cookies: { Forward: "none" } });
  });

  test("the bucket lets the distribution's identity read, and nobody else", () => {
    const [site] = distribution(china).Origins;
    expect(china.text(site.S3OriginConfig.OriginAccessIdentity)).toBe("origin-access-identity/cloudfront/sitereader");
    const policy = china.ofType("AWS::S3::BucketPolicy").find((r) => china.text(r.props.Bucket) === "site");
    const allowed = policy?.props.PolicyDocument.Statement.filter((s: { Effect: string }) => s.Effect === "Allow");
    expect(
      // oxlint-disable-next-line typescript/no-explicit-any -- templates are asserted on
      allowed.map((s: any) => [s.Action, china.text(s.Principal.CanonicalUser), china.text(s.Resource)]),
    ).toEqual([
      ["s3:GetObject", "sitereader.S3CanonicalUserId", "site.Arn/*"],
      ["s3:ListBucket", "sitereader.S3CanonicalUserId", "site.Arn"],
    ]);
  });

  test("without response headers the page carries its own policy", () => {
    expect(PAGE_META_CSP).toMatch(/^default-src 'none';.*script-src 'sha256-.*style-src 'sha256-/);
    for (const part of ["connect-src 'self'", "base-uri 'none'", "form-action 'self'"])
      expect(PAGE_META_CSP).toContain(part);
  });
});

describe("messages", () => {
  test("no text message by SNS, no principal of a service that is not there", () => {
    const topics = JSON.stringify(china.ofType("AWS::SNS::TopicPolicy").map((r) => r.props));
    expect(topics).not.toContain("sms-voice");
    expect(JSON.stringify(elsewhere.ofType("AWS::SNS::TopicPolicy").map((r) => r.props))).toContain("sms-voice");
    const warn = china
      .ofType("AWS::Lambda::Function")
      .find((r) => r.props.Environment.Variables.POWERTOOLS_SERVICE_NAME === "warn-plants");
    expect(warn?.props.Environment.Variables).toMatchObject({
      SMS_CHANNEL: "webhook",
      SMS_WEBHOOK_URL: "https://sms.example.cn/send",
      SMS_WEBHOOK_SECRET_PARAMETER: "/permit-watch/sms-secret",
    });
    expect([...china.sources.values()].join("")).not.toContain('"NotResource"');
  });
});

describe("nothing is lost", () => {
  test("a batch given up is named in a watched queue while the stream still holds it for a week", () => {
    const mappings = china
      .ofType("AWS::Lambda::EventSourceMapping")
      .filter(({ name }) => !name.startsWith("nudgelive")); // a nudge is good for a moment
    const queues = mappings.map(({ props }) => china.text(props.DestinationConfig.OnFailure.Destination));
    expect(queues).toEqual(["publishpagesfailed.Arn", "ingesttelemetryfailed.Arn"]);
    const watched = china
      .ofType("AWS::CloudWatch::Alarm")
      .filter((r) => r.props.MetricName === "ApproximateNumberOfMessagesVisible")
      .map((r) => `${china.text(r.props.Dimensions[0].Value).replace(".QueueName", "")}.Arn`);
    expect(queues.filter((queue) => !watched.includes(queue))).toEqual([]);
    expect(china.ofType("AWS::Kinesis::Stream")[0]?.props.RetentionPeriodHours).toBe(168);
  });
});

describe("schedules", () => {
  test("rules in UTC send the events of events/, and keep what cannot be delivered", () => {
    const rules = china.ofType("AWS::Events::Rule").filter(({ props }) => props.ScheduleExpression);
    expect(
      rules.map(({ props: { ScheduleExpression, Targets, State } }) => [
        ScheduleExpression,
        State,
        Targets[0].InputTransformer,
        Targets[0].RetryPolicy,
        china.text(Targets[0].DeadLetterConfig.Arn),
      ]),
    ).toEqual([
      ["cron(0/5 * * * ? *)", "ENABLED", transformed("warn"), retries(300), "warnplantsfailed.Arn"],
      ["cron(0 * * * ? *)", "ENABLED", transformed("digest"), retries(7_200), "senddigestfailed.Arn"],
      ["cron(10 * * * ? *)", "ENABLED", transformed("close-hour"), retries(86_400), "closehoursfailed.Arn"],
      ["cron(30 16 * * ? *)", "ENABLED", transformed("close-day"), retries(86_400), "closedaysfailed.Arn"],
    ]);
  });
  const retries = (MaximumEventAgeInSeconds: number) => ({ MaximumEventAgeInSeconds, MaximumRetryAttempts: 10 });
  const transformed = (schedule: string) => ({
    InputPathsMap: { time: "$.time" },
    InputTemplate: `{"schedule":"${schedule}","at":<time>}`,
  });

  test.each([
    ["0/5 * * * ? *", "0/5 * * * ? *"],
    ["30 0 * * ? *", "30 16 * * ? *"],
    ["0 7 * * ? *", "0 23 * * ? *"],
    ["0 8 * * ? *", "0 0 * * ? *"],
    ["0 23 * * ? *", "0 15 * * ? *"],
  ])("%s in Shanghai is %s in UTC", (shanghai, utc) => {
    expect(inUtc(shanghai)).toBe(utc);
  });

  test.each(["0 0 1 * ? *", "0 0 ? * MON *", "0 0-6 * * ? *", "0 0 * * ? 2027"])("%s is refused", (cron) => {
    expect(() => inUtc(cron)).toThrow("cannot be written in UTC");
  });
});
