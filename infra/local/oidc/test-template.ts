/** For tests: a template with a user pool and an API whose two functions answer with what they were told. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { startMachine, type Machine } from "../machine.ts";
import { lambdaResource, resource, roleResource, writeAssembly } from "../test-assembly.ts";

const ECHO = `export const handler = async ({ requestContext: { authorizer, routeKey } }) =>
  ({ statusCode: 200, headers: { "content-type": "application/json" }, body: JSON.stringify({ routeKey, jwt: authorizer?.jwt ?? null, issuer: process.env.OIDC_ISSUER }) });`;

const route = (key: string, integration: string, more: Record<string, unknown> = {}): Record<string, unknown> =>
  resource("AWS::ApiGatewayV2::Route", {
    ApiId: { Ref: "api" },
    RouteKey: key,
    Target: { "Fn::Join": ["/", ["integrations", { Ref: integration }]] },
    ...more,
  });
const signedIn = { AuthorizationType: "JWT", AuthorizerId: { Ref: "authorizer" }, AuthorizationScopes: ["openid"] };
const behaviour = { TargetOriginId: "api", CachePolicyId: { Ref: "cache" }, ViewerProtocolPolicy: "allow-all" };

/** Writes it; the folder is a cloud assembly for `startMachine`. */
export const signInAssembly = (folder: string): string =>
  writeAssembly(
    folder,
    {
      Stack: {
        Resources: {
          pool: resource("AWS::Cognito::UserPool", {
            AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
            Policies: {
              PasswordPolicy: {
                MinimumLength: 12,
                RequireLowercase: true,
                RequireUppercase: true,
                RequireNumbers: true,
                RequireSymbols: true,
                TemporaryPasswordValidityDays: 3,
              },
            },
          }),
          client: resource("AWS::Cognito::UserPoolClient", {
            UserPoolId: { Ref: "pool" },
            AllowedOAuthFlows: ["code"],
            AllowedOAuthScopes: ["openid", "profile"],
            CallbackURLs: ["https://site.example/portal/", "https://site.example/console/"],
            LogoutURLs: ["https://site.example/portal/"],
            AccessTokenValidity: 30,
            IdTokenValidity: 30,
            RefreshTokenValidity: 720,
            RefreshTokenRotation: { Feature: "ENABLED", RetryGracePeriodSeconds: 10 },
            TokenValidityUnits: { AccessToken: "minutes", IdToken: "minutes", RefreshToken: "minutes" },
          }),
          role: roleResource(),
          echo: lambdaResource("echo", {
            Role: { "Fn::GetAtt": ["role", "Arn"] },
            Environment: {
              Variables: { OIDC_ISSUER: { "Fn::GetAtt": ["pool", "ProviderURL"] }, PEOPLE_TABLE: { Ref: "people" } },
            },
          }),
          api: resource("AWS::ApiGatewayV2::Api", { ProtocolType: "HTTP" }),
          stage: resource("AWS::ApiGatewayV2::Stage", { ApiId: { Ref: "api" }, StageName: "$default" }),
          authorizer: resource("AWS::ApiGatewayV2::Authorizer", {
            ApiId: { Ref: "api" },
            AuthorizerType: "JWT",
            IdentitySource: ["$request.header.Authorization"],
            JwtConfiguration: { Audience: [{ Ref: "client" }], Issuer: { "Fn::GetAtt": ["pool", "ProviderURL"] } },
          }),
          integration: resource("AWS::ApiGatewayV2::Integration", {
            ApiId: { Ref: "api" },
            IntegrationType: "AWS_PROXY",
            IntegrationUri: { "Fn::GetAtt": ["echo", "Arn"] },
            PayloadFormatVersion: "2.0",
          }),
          open: route("GET /api/public/{proxy+}", "integration"),
          people: resource("AWS::DynamoDB::Table", {
            KeySchema: [
              { AttributeName: "pk", KeyType: "HASH" },
              { AttributeName: "sk", KeyType: "RANGE" },
            ],
            AttributeDefinitions: [
              { AttributeName: "pk", AttributeType: "S" },
              { AttributeName: "sk", AttributeType: "S" },
            ],
          }),
          signedIn: route("GET /api/{proxy+}", "integration", signedIn),
          cache: resource("AWS::CloudFront::CachePolicy", {
            CachePolicyConfig: { MinTTL: 0, DefaultTTL: 0, MaxTTL: 0 },
          }),
          distribution: resource("AWS::CloudFront::Distribution", {
            DistributionConfig: {
              Enabled: true,
              DefaultCacheBehavior: behaviour,
              Origins: [
                {
                  Id: "api",
                  DomainName: { "Fn::Select": [2, { "Fn::Split": ["/", { "Fn::GetAtt": ["api", "ApiEndpoint"] }] }] },
                },
              ],
            },
          }),
        },
      },
    },
    { echo: ECHO },
  );

/** A machine of that template with its web port open and nothing else; its data and its assembly are in `folder`. */
export function startSignInMachine(folder: string): Promise<Machine> {
  mkdirSync(join(folder, "cdk"));
  return startMachine({
    dataDir: join(folder, "data"),
    port: 0,
    mqttPort: null,
    schedules: false,
    log: () => undefined,
    template: signInAssembly(join(folder, "cdk")),
  });
}
