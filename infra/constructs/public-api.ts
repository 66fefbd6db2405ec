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
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { acknowledge } from "../acknowledge.ts";
import { houseAlarm, houseMetric } from "./alarm.ts";
import type { HouseFunction } from "./house-function.ts";
import type { WorkStack } from "./house-stack.ts";

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
  /** Requests a second, and how many at once above it; what is more gets 429. */
  rate: number;
  burst: number;
}

/** Reading is what pages do each minute on many phones; writing is what a person types. */
const ROUTES: readonly Route[] = [
  { method: HttpMethod.GET, path: "/api/{proxy+}", rate: 200, burst: 400 },
  { method: HttpMethod.POST, path: "/api/{proxy+}", rate: 10, burst: 20 },
];

/** For a route that has no throttle of its own. */
const DEFAULT_THROTTLE = { rateLimit: 10, burstLimit: 20 };

/** The HTTP API behind `/api/…`; one function routes all of it, and answers only what comes through the distribution. */
export class PublicApi {
  readonly api: HttpApi;

  constructor(stack: WorkStack, fn: HouseFunction) {
    this.api = new HttpApi(stack, "api", { description: "Permit Watch API", createDefaultStage: false });
    const integration = new HttpLambdaIntegration("serve-api-integration", fn);
    const routes = ROUTES.flatMap(({ method, path }) => this.api.addRoutes({ path, methods: [method], integration }));
    for (const route of routes) acknowledge(route, { APIG4: "what the law makes public needs no account" });
    this.stage(stack, routes);
    this.alarms(stack, fn);
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

  private alarms(stack: WorkStack, fn: HouseFunction): void {
    houseAlarm(stack, {
      name: "serve-api-throttles",
      impact: "More requests than the API may take: some people get no values, others wait.",
      metric: fn.metricThrottles({ period: Duration.minutes(5) }),
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
      metric: houseMetric("serve-api", "RequestsNotThroughSite"),
      threshold: 20,
    });
  }
}
