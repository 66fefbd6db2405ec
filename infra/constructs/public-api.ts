import { Duration, RemovalPolicy } from "aws-cdk-lib";
import {
  HttpApi,
  HttpMethod,
  HttpStage,
  LogGroupLogDestination,
  type CfnStage,
  type HttpRoute,
} from "aws-cdk-lib/aws-apigatewayv2";
import { AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import { HttpJwtAuthorizer } from "aws-cdk-lib/aws-apigatewayv2-authorizers";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { MathExpression } from "aws-cdk-lib/aws-cloudwatch";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { acknowledge } from "../acknowledge.ts";
import { houseAlarm, houseMetric } from "./alarm.ts";
import type { HouseFunction } from "./house-function.ts";
import type { WorkStack } from "./house-stack.ts";
import type { Identity } from "./identity.ts";

/** Fields of the access log: enough to find a request, no address and no header of the person who sent it. */
const ACCESS_LOG = {
  requestId: "$context.requestId",
  time: "$context.requestTime",
  method: "$context.httpMethod",
  path: "$context.path",
  route: "$context.routeKey",
  status: "$context.status",
  bytes: "$context.responseLength",
  latencyMs: "$context.responseLatency",
  error: "$context.integrationErrorMessage",
};

interface Route {
  method: HttpMethod;
  path: string;
  /** Who answers; for anybody where it is `open`, else for who has a token. */
  by: keyof ApiFunctions;
  /** Requests a second, and how many at once above it; what is more gets 429. */
  rate: number;
  burst: number;
}

const PUBLIC = "/api/public/{proxy+}";
const SIGNED_IN = "/api/{proxy+}";
/** Devices and their certificates of a plant. */
const DEVICES = "/api/plants/{permitNo}/devices";

/** Reading is what pages do each minute on many screens; writing is what a person types. The longest path wins. */
const ROUTES: readonly Route[] = [
  { method: HttpMethod.GET, path: PUBLIC, by: "open", rate: 200, burst: 400 },
  { method: HttpMethod.POST, path: PUBLIC, by: "open", rate: 10, burst: 20 },
  { method: HttpMethod.GET, path: SIGNED_IN, by: "people", rate: 100, burst: 200 },
  { method: HttpMethod.POST, path: SIGNED_IN, by: "people", rate: 20, burst: 40 },
  { method: HttpMethod.PUT, path: SIGNED_IN, by: "people", rate: 20, burst: 40 },
  { method: HttpMethod.DELETE, path: SIGNED_IN, by: "people", rate: 20, burst: 40 },
  // AWS IoT's own calls are ten a second and account: more than a few people at once would only wait for each other.
  { method: HttpMethod.GET, path: DEVICES, by: "devices", rate: 5, burst: 20 },
  { method: HttpMethod.POST, path: `${DEVICES}/{proxy+}`, by: "devices", rate: 2, burst: 10 },
];

/** For a route that has no throttle of its own. */
const DEFAULT_THROTTLE = { rateLimit: 10, burstLimit: 20 };

export interface ApiFunctions {
  /** Answers what is public. */
  open: HouseFunction;
  /** Answers people with an account; it is called with a verified token only. */
  people: HouseFunction;
  /** The same for operations on devices' identities. */
  devices: HouseFunction;
}

/** The HTTP API behind `/api/…`: functions that answer only what comes through the distribution. */
export class PublicApi {
  readonly api: HttpApi;

  constructor(stack: WorkStack, functions: ApiFunctions, identity: Identity) {
    this.api = new HttpApi(stack, "api", { description: "Permit Watch API", createDefaultStage: false });
    const integrations = {
      open: new HttpLambdaIntegration("serve-api-integration", functions.open),
      people: new HttpLambdaIntegration("serve-people-integration", functions.people),
      devices: new HttpLambdaIntegration("serve-devices-integration", functions.devices),
    };
    const authorizer = new HttpJwtAuthorizer("people-authorizer", identity.issuer, {
      jwtAudience: [identity.clientId],
      identitySource: ["$request.header.Authorization"],
    });
    const routes = ROUTES.flatMap(({ method, path, by }) =>
      this.api.addRoutes({
        path,
        methods: [method],
        integration: integrations[by],
        // A scope is demanded because ID tokens have none: they say who, and open nothing.
        ...(by !== "open" && { authorizer, authorizationScopes: ["openid"] }),
      }),
    );
    for (const [i, route] of routes.entries())
      if (ROUTES[i]?.by === "open") acknowledge(route, { APIG4: "what the law makes public needs no account" });
    this.stage(stack, routes);
    this.alarms(stack, functions);
  }

  private stage(stack: WorkStack, routes: readonly HttpRoute[]): void {
    const log = new LogGroup(stack, "api-access-log", {
      retention: stack.config.logRetentionDays,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const stage = new HttpStage(stack, "api-stage", {
      httpApi: this.api,
      stageName: "$default",
      autoDeploy: true,
      throttle: DEFAULT_THROTTLE,
      accessLogSettings: {
        destination: new LogGroupLogDestination(log),
        format: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG)),
      },
    });
    (stage.node.defaultChild as CfnStage).routeSettings = Object.fromEntries(
      ROUTES.map(({ method, path, rate, burst }) => [
        `${method} ${path}`,
        { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst },
      ]),
    );
    stage.node.addDependency(...routes); // a setting of a route that is not there yet fails the deployment
  }

  private alarms(stack: WorkStack, { open, people, devices }: ApiFunctions): void {
    houseAlarm(stack, {
      name: "serve-api-throttles",
      impact: "More requests than the API may take: some people get no values, others wait.",
      metric: open.metricThrottles({ period: Duration.minutes(5) }),
      threshold: 10,
    });
    houseAlarm(stack, {
      name: "serve-people-throttles",
      impact: "More requests of portal and console than may be taken at once: people are told to try again.",
      metric: people.metricThrottles({ period: Duration.minutes(5) }),
      threshold: 10,
    });
    houseAlarm(stack, {
      name: "serve-devices-throttles",
      impact: "Devices and their certificates cannot be shown or changed in the console: people are told to try again.",
      metric: devices.metricThrottles({ period: Duration.minutes(5) }),
      threshold: 10,
    });
    houseAlarm(stack, {
      name: "serve-api-server-errors",
      impact: "People who open a plant's page see no fresh values.",
      metric: this.api.metricServerError({ period: Duration.minutes(5), statistic: "Sum" }),
      threshold: 5,
    });
    houseAlarm(stack, {
      name: "serve-api-not-through-site",
      impact:
        "Requests reach the API without the site's secret: somebody goes around the site, or pages get no values.",
      metric: new MathExpression({
        expression: "FILL(open, 0) + FILL(people, 0) + FILL(devices, 0)",
        label: "requests without the site's secret",
        usingMetrics: {
          open: houseMetric("serve-api", "RequestsNotThroughSite"),
          people: houseMetric("serve-people", "RequestsNotThroughSite"),
          devices: houseMetric("serve-devices", "RequestsNotThroughSite"),
        },
        period: Duration.minutes(5),
      }),
      threshold: 20,
    });
  }
}
