// oxlint-disable no-new -- a construct registers itself with its scope
import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { HttpApi, HttpMethod, HttpStage, LogGroupLogDestination } from "aws-cdk-lib/aws-apigatewayv2";
import { AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { acknowledge } from "../acknowledge.ts";
import { houseAlarm } from "./alarm.ts";
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

/** The HTTP API behind `/api/…`; one function routes all of it. */
export class PublicApi {
  readonly api: HttpApi;

  constructor(stack: WorkStack, fn: HouseFunction) {
    this.api = new HttpApi(stack, "api", { description: "Permit Watch API", createDefaultStage: false });
    const routes = this.api.addRoutes({
      path: "/api/{proxy+}",
      methods: [HttpMethod.GET, HttpMethod.POST],
      integration: new HttpLambdaIntegration("serve-api-integration", fn),
    });
    for (const route of routes) acknowledge(route, { APIG4: "what the law makes public needs no account" });

    const log = new LogGroup(stack, "api-access-log", {
      retention: stack.config.logRetentionDays,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    new HttpStage(stack, "api-stage", {
      httpApi: this.api,
      stageName: "$default",
      autoDeploy: true,
      throttle: { rateLimit: 200, burstLimit: 400 },
      accessLogSettings: {
        destination: new LogGroupLogDestination(log),
        format: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG)),
      },
    });
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
  }
}
