// oxlint-disable no-new -- a construct registers itself with its scope
import { Duration, Stack, Token } from "aws-cdk-lib";
import { WebSocketApi, WebSocketStage, type CfnApi } from "aws-cdk-lib/aws-apigatewayv2";
import { WebSocketLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { Grant } from "aws-cdk-lib/aws-iam";
import { FilterCriteria, FilterRule, StartingPosition } from "aws-cdk-lib/aws-lambda";
import { DynamoEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import type { ITable } from "aws-cdk-lib/aws-dynamodb";
import { BOARD_ITEMS, LIVE_STAGE, PLANT, PLANT_ITEMS } from "../../events/live.ts";
import { acknowledge } from "../acknowledge.ts";
import { houseAlarm } from "./alarm.ts";
import type { HouseFunction } from "./house-function.ts";
import type { WorkStack } from "./house-stack.ts";

/** Sockets opened and messages said a second, all together: some hundred pages are open, each says something every few minutes. */
const THROTTLE = { rateLimit: 50, burstLimit: 100 };

/**
 * The socket behind `/live` of the site, by which an open page hears that there is something new. It opens for a ticket that
 * only the API gives (functions/live), and only through the distribution.
 */
export class LiveApi {
  /** Host name, for the distribution: the path there is the stage's. */
  readonly host: string;
  /** Where a connection is posted to. */
  readonly endpoint: string;
  private readonly api: WebSocketApi;

  constructor(stack: WorkStack, serve: HouseFunction) {
    const integration = (id: string): WebSocketLambdaIntegration => new WebSocketLambdaIntegration(id, serve);
    this.api = new WebSocketApi(stack, "live-api", {
      description: "Permit Watch: says to open pages that there is something new",
      connectRouteOptions: { integration: integration("live-connect") },
      disconnectRouteOptions: { integration: integration("live-disconnect") },
      defaultRouteOptions: { integration: integration("live-message"), returnResponse: true },
    });
    const live = new WebSocketStage(stack, "live-stage", {
      webSocketApi: this.api,
      stageName: LIVE_STAGE,
      autoDeploy: true,
      throttle: THROTTLE,
    });
    acknowledge(this.api, {
      APIG4: "a browser's socket carries no token: its function takes a ticket that the API gave",
    });
    const noLog = "logs of a WebSocket API need a role set for the whole account; the function logs what it refuses";
    acknowledge(live, { APIG1: noLog, APIGWAccessLogging: noLog });
    const { region, urlSuffix } = Stack.of(this.api);
    this.host = `${this.api.apiId}.execute-api.${region}.${urlSuffix}`;
    this.endpoint = live.callbackUrl;
    houseAlarm(stack, {
      name: "serve-live-throttles",
      impact: "More pages open their sockets than may be at once: they ask every half minute instead.",
      metric: serve.metricThrottles({ period: Duration.minutes(5) }),
      threshold: 10,
    });
  }

  /** Lets `fn` send to connections, and wakes it with the changes of the ledger that open pages show. */
  tellOf(ledger: ITable, fn: HouseFunction): void {
    const { api } = this;
    const stack = Stack.of(api);
    const arn = stack.formatArn({
      service: "execute-api",
      resource: api.apiId,
      resourceName: `${LIVE_STAGE}/POST/@connections/*`,
    });
    Grant.addToPrincipal({ grantee: fn, actions: ["execute-api:ManageConnections"], resourceArns: [arn] });
    const known = (value: string, pseudo: string): string => (Token.isUnresolved(value) ? `<AWS::${pseudo}>` : value);
    const { partition, region, account } = stack;
    const place = `${known(partition, "Partition")}:execute-api:${known(region, "Region")}:${known(account, "AccountId")}`;
    acknowledge(fn.ownRole, {
      [`IAM5[Resource::arn:${place}:<${stack.getLogicalId(api.node.defaultChild as CfnApi)}>/${LIVE_STAGE}/POST/@connections/*]`]:
        "the connections of this API, whose ids nobody knows before",
      "IAM5[Resource::*]": "dynamodb:ListStreams, which Lambda calls to read the stream, knows no resource",
    });
    acknowledge(fn, {
      LambdaEventSourceMappingDestination: "a nudge is good for a moment: what failed is not worth keeping",
    });
    fn.addEventSource(
      new DynamoEventSource(ledger, {
        startingPosition: StartingPosition.LATEST,
        batchSize: 10_000, // what changes at one tick is few nudges
        maxBatchingWindow: Duration.seconds(1),
        // Who was not told of it within a minute has asked by himself: a nudge is not worth keeping, nor holding up the next.
        maxRecordAge: Duration.minutes(1),
        retryAttempts: 2,
        filters: [
          changed({ pk: { S: BOARD_ITEMS.flatMap((p) => FilterRule.beginsWith(p)) } }),
          changed({
            pk: { S: FilterRule.beginsWith(PLANT) },
            sk: { S: PLANT_ITEMS.flatMap((p) => FilterRule.beginsWith(p)) },
          }),
        ],
      }),
    );
  }
}

const changed = (Keys: object): Record<string, unknown> =>
  FilterCriteria.filter({ eventName: FilterRule.or("INSERT", "MODIFY"), dynamodb: { Keys } });
