/** The way to the API, in both partitions: through the distribution, with its secret, throttled per route. */
import type { Stack } from "aws-cdk-lib";
import type { CfnFunction } from "aws-cdk-lib/aws-lambda";
import type { CfnSecret } from "aws-cdk-lib/aws-secretsmanager";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { ORIGIN_HEADER } from "../../events/origin-header.ts";
import { permitWatch } from "../../infra/app.ts";
import { ROOT } from "../../infra/build.ts";
import { cdkContext } from "../../infra/synth.ts";
import { bothTemplates, PARTITIONS, type Partition } from "./assembly.ts";
import type { Resource, Templates } from "./templates.ts";

let both: Record<Partition, Templates>;
beforeAll(async () => {
  both = await bothTemplates();
});

/** The socket's routes have an API of their own. */
const ofHttp = ({ RouteKey }: Resource["props"]): boolean => !String(RouteKey).startsWith("$");
const one = (templates: Templates, type: string, name?: string): Resource => {
  const found = templates.ofType(type).filter((each) => name === undefined || each.name === name);
  expect(found, type).toHaveLength(1);
  return found[0] as Resource;
};

describe.each(PARTITIONS)("%s", (partition) => {
  test("every route has a throttle of its own, and the stage waits for the routes", () => {
    const templates = both[partition];
    const stage = one(templates, "AWS::ApiGatewayV2::Stage", "apistage");
    const routes = templates.ofType("AWS::ApiGatewayV2::Route").filter(({ props }) => ofHttp(props));
    const keys = routes.map(({ props }) => String(props.RouteKey));
    expect(Object.keys(stage.props.RouteSettings).toSorted()).toEqual(keys.toSorted());
    for (const [key, throttle] of Object.entries(stage.props.RouteSettings)) {
      const { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst } = throttle as Record<string, number>;
      expect([key, (rate ?? 0) > 0 && (burst ?? 0) >= (rate ?? 0)]).toEqual([key, true]);
    }
    expect(stage.props.RouteSettings["POST /api/public/{proxy+}"]).toEqual({
      ThrottlingRateLimit: 10,
      ThrottlingBurstLimit: 20,
    });
    expect(stage.props.DefaultRouteSettings).toEqual({ ThrottlingRateLimit: 10, ThrottlingBurstLimit: 20 });
    expect(routes.map(({ id }) => id).filter((id) => !stage.dependsOn.includes(id))).toEqual([]);
  });

  test("what is public asks for no token; everything else for one of the issuer, made for our client and for access", () => {
    const templates = both[partition];
    const own = templates.ofType("AWS::ApiGatewayV2::Route").filter(({ props }) => ofHttp(props));
    const routes = own.map(({ props }) => ({
      key: String(props.RouteKey),
      type: props.AuthorizationType,
      scopes: props.AuthorizationScopes,
      authorizer: templates.text(props.AuthorizerId),
    }));
    const [open, signedIn] = [
      routes.filter(({ key }) => / \/api\/public\//.test(key)),
      routes.filter(({ key }) => !/ \/api\/public\//.test(key)),
    ];
    expect(open.map(({ key, type }) => [key, type])).toEqual([
      ["GET /api/public/{proxy+}", "NONE"],
      ["POST /api/public/{proxy+}", "NONE"],
    ]);
    expect(signedIn.map(({ key }) => key).toSorted()).toEqual(
      [
        ...["GET", "POST", "PUT", "DELETE"].map((m) => `${m} /api/{proxy+}`),
        "GET /api/plants/{permitNo}/devices",
        "POST /api/plants/{permitNo}/devices/{proxy+}",
      ].toSorted(),
    );
    const authorizer = one(templates, "AWS::ApiGatewayV2::Authorizer");
    for (const { type, scopes, authorizer: of } of signedIn)
      expect([type, scopes, of]).toEqual(["JWT", ["openid"], authorizer.name]);
    expect(authorizer.props).toMatchObject({
      AuthorizerType: "JWT",
      IdentitySource: ["$request.header.Authorization"],
    });
    const { Issuer, Audience } = authorizer.props.JwtConfiguration;
    const serveApi = templates.ofType("AWS::Lambda::Function").find(({ name }) => name === "serveapi");
    const told = serveApi?.props.Environment.Variables;
    // The applications are told the issuer and client that the API accepts.
    expect([templates.text(told.OIDC_ISSUER), templates.text(told.OIDC_CLIENT_ID)]).toEqual([
      templates.text(Issuer),
      templates.text(Audience[0]),
    ]);
    expect(templates.text(Issuer)).toBe(
      partition === "aws" ? "peoplepool.ProviderURL" : "https://sign-in.example.cn/permits",
    );
  });

  test("what one person gets is never kept for another", () => {
    const templates = both[partition];
    const { CacheBehaviors } = one(templates, "AWS::CloudFront::Distribution").props.DistributionConfig;
    const behaviours = CacheBehaviors as { PathPattern: string; CachePolicyId?: unknown; MaxTTL?: number }[];
    const paths = behaviours.map(({ PathPattern }) => PathPattern);
    expect(paths.indexOf("/api/public/*")).toBeLessThan(paths.indexOf("/api/*"));
    const people = behaviours.find(({ PathPattern }) => PathPattern === "/api/*");
    const policy = templates
      .ofType("AWS::CloudFront::CachePolicy")
      .find((r) => r.name === templates.text(people?.CachePolicyId));
    expect(policy?.props.CachePolicyConfig.MaxTTL ?? people?.MaxTTL).toBe(0);
    expect(paths.indexOf("/live")).toBeGreaterThan(0); // the socket's path is its stage
    expect(one(templates, "AWS::ApiGatewayV2::Stage", "livestage").props.StageName).toBe("live");
  });

  test("the distribution shows the API the secret that the function expects", () => {
    const templates = both[partition];
    const secret = one(templates, "AWS::SecretsManager::Secret", "originsecret20261123");
    expect(secret.props.GenerateSecretString).toEqual({ PasswordLength: 64, ExcludePunctuation: true });

    const { Origins } = one(templates, "AWS::CloudFront::Distribution").props.DistributionConfig;
    const headers = Origins.flatMap((o: { OriginCustomHeaders?: unknown[] }) => o.OriginCustomHeaders ?? []);
    expect(headers).toHaveLength(2); // of API and socket; the bucket gets none
    const shown = "{{resolve:secretsmanager:originsecret20261123:SecretString:::}}";
    for (const { HeaderName, HeaderValue } of headers)
      expect([HeaderName, templates.text(HeaderValue)]).toEqual([ORIGIN_HEADER, shown]);

    const holders = templates
      .ofType("AWS::Lambda::Function")
      .filter(({ props }) => "ORIGIN_SECRETS" in props.Environment.Variables);
    expect(holders.map(({ name }) => name)).toEqual(expect.arrayContaining(["serveapi", "servelive", "servepeople"]));
    for (const { props } of holders) expect(templates.text(props.Environment.Variables.ORIGIN_SECRETS)).toBe(shown);
  });
});

describe("rotation", () => {
  const services = (settings: Record<string, string>): Stack =>
    permitWatch({
      context: { ...cdkContext(), ...settings },
      autoSynth: false,
      outdir: join(ROOT, ".build/unused"), // nothing is synthesized
    }).node.findChild("PermitWatchServices") as Stack;
  const accepted = (stack: Stack): string =>
    JSON.stringify(
      (
        stack.resolve((stack.node.findChild("serve-api").node.defaultChild as CfnFunction).environment) as {
          variables: { ORIGIN_SECRETS: unknown };
        }
      ).variables.ORIGIN_SECRETS,
    );
  const logicalId = (stack: Stack, day: string): string =>
    stack.resolve((stack.node.findChild(`origin-secret-${day}`).node.defaultChild as CfnSecret).logicalId) as string;

  test("a later day is a new secret; the former is accepted as well and still exported, until it is left out", () => {
    const rotating = services({
      "permit-watch:originSecret": "2027-03-01",
      "permit-watch:formerOriginSecret": "2026-11-23",
    });
    const [present, former] = [logicalId(rotating, "2027-03-01"), logicalId(rotating, "2026-11-23")];
    expect(accepted(rotating)).toMatch(new RegExp(`"${present}".*,.*"${former}"`));
    const outputs = rotating.node.findAll().map(({ node }) => node.path);
    expect(outputs.filter((path) => path.includes("Exports/Output") && path.includes(former))).toHaveLength(1);

    const after = services({ "permit-watch:originSecret": "2027-03-01" });
    expect(accepted(after)).toContain(present);
    expect(after.node.tryFindChild("origin-secret-2026-11-23")).toBeUndefined();
  });
});
