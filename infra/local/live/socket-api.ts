/** API Gateway's WebSocket API on one machine: the template's three routes, the events that their function gets, its answers. */
import { randomUUID, createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import * as z from "zod/mini";
import { parse } from "../definition.ts";
import type { WebRequest } from "../http-api.ts";
import type { LambdaService } from "../runtime-api.ts";
import { TemplateError, type Assembly, type Resource } from "../template.ts";
import type { Connection, SocketEvents, SocketHub } from "./socket-hub.ts";

const ROUTES = ["$connect", "$default", "$disconnect"] as const;
type RouteKey = (typeof ROUTES)[number];

const Route = z.strictObject({
  ApiId: z.string(),
  RouteKey: z.enum(ROUTES, { error: "only $connect, $default and $disconnect are known to the one-machine target" }),
  Target: z.string(),
  AuthorizationType: z._default(z.literal("NONE"), "NONE"),
  RouteResponseSelectionExpression: z.optional(z.literal("$default")),
});
const RouteResponse = z.strictObject({
  ApiId: z.string(),
  RouteId: z.string(),
  RouteResponseKey: z.literal("$default"),
});
const Integration = z.strictObject({
  ApiId: z.string(),
  IntegrationType: z.literal("AWS_PROXY"),
  IntegrationUri: z.string(),
});
const Stage = z.strictObject({ ApiId: z.string(), StageName: z.string().check(z.regex(/^[A-Za-z0-9_-]+$/)) });
const FunctionAnswer = z.object({ statusCode: z.number(), body: z.optional(z.string()) });

interface ReadApi {
  /** Ref of the API. */
  id: string;
  stage: string;
  /** First two parts of its host name. */
  host: string;
  routes: ReadonlyMap<RouteKey, { functionName: string; answers: boolean }>;
}

/** The template's one WebSocket API; null when it has none. */
export function readSocketApi(assembly: Assembly): ReadApi | null {
  const [api, another] = assembly
    .ofType("AWS::ApiGatewayV2::Api")
    .filter(({ properties }) => properties["ProtocolType"] === "WEBSOCKET");
  if (another) throw new TemplateError(`${another.path}: the one-machine target serves one WebSocket API`);
  if (!api) return null;
  const own = (type: string): Resource[] =>
    assembly.ofType(`AWS::ApiGatewayV2::${type}`).filter(({ properties }) => properties["ApiId"] === api.ref);
  const [stage, second] = own("Stage").map((resource) => parse(resource, Stage));
  if (!stage || second) throw new TemplateError(`${api.path}: one stage is expected`);
  const answering = new Set(own("RouteResponse").map((resource) => parse(resource, RouteResponse).RouteId));
  const routes = new Map(
    own("Route").map((resource) => {
      const route = parse(resource, Route);
      const target = assembly.find("AWS::ApiGatewayV2::Integration", route.Target.replace(/^integrations\//, ""));
      if (!target) throw new TemplateError(`${resource.path}: integration ${route.Target} is not in the template`);
      const uri = /\/functions\/(arn:[^/]+)\/invocations$/.exec(parse(target, Integration).IntegrationUri)?.[1];
      const called = assembly.find("AWS::Lambda::Function", uri);
      if (!called) throw new TemplateError(`${target.path}: its function is not in the template`);
      // Without the response, API Gateway keeps what the function answers to itself.
      const answers = route.RouteResponseSelectionExpression !== undefined && answering.has(resource.ref);
      return [route.RouteKey, { functionName: called.name, answers }];
    }),
  );
  return { id: api.ref, stage: stage.StageName, host: `${api.name}.execute-api`, routes };
}

export interface Upgrade {
  request: IncomingMessage;
  socket: Duplex;
  head: Buffer;
}
/** Answers an upgrade: makes a connection of it, or refuses with the status that is returned. */
export type SocketApi = (request: WebRequest, upgrade: Upgrade) => Promise<number | null>;

export function socketApi(api: ReadApi, hub: SocketHub, lambda: Pick<LambdaService, "invoke">): SocketApi {
  const call = async (
    key: RouteKey,
    connection: { id: string; openedAt: number },
    { context = {}, ...more }: Record<string, unknown> & { context?: object },
  ): Promise<{ ok: boolean; status: number; body?: string | undefined }> => {
    const route = api.routes.get(key);
    if (!route) return { ok: true, status: 200 };
    const event = {
      ...more,
      requestContext: { ...contextOf(api, key, connection), ...context },
      isBase64Encoded: false,
    };
    const result = await lambda.invoke(route.functionName, JSON.stringify(event));
    const answer = result.error ? null : FunctionAnswer.safeParse(JSON.parse(result.payload));
    if (!answer?.success) return { ok: false, status: 500 };
    const { statusCode: status, body } = answer.data;
    return { ok: status >= 200 && status < 300, status, body: route.answers ? body : undefined };
  };
  const events: SocketEvents = {
    async message(connection, body) {
      const messageId = randomUUID();
      const { ok, body: text } = await call("$default", connection, { body, context: { messageId } });
      if (ok && text !== undefined) connection.send(text);
      if (!ok) connection.send(failed(connection, messageId));
    },
    async closed(connection, disconnectStatusCode, disconnectReason) {
      await call("$disconnect", connection, { headers: {}, context: { disconnectStatusCode, disconnectReason } });
    },
  };
  return async (request, upgrade) => {
    if (request.path !== `/${api.stage}`) return 403;
    if (hub.full()) return 429;
    const id = hub.newId();
    const { ok, status } = await call("$connect", { id, openedAt: Date.now() }, connecting(request));
    if (!ok) return status >= 400 ? status : 500;
    if (upgrade.socket.destroyed) {
      await call("$disconnect", { id, openedAt: Date.now() }, { headers: {} });
      return null;
    }
    hub.open(id, upgrade, events);
    return null;
  };
}

const EVENT_TYPES: Readonly<Record<RouteKey, string>> = {
  $connect: "CONNECT",
  $default: "MESSAGE",
  $disconnect: "DISCONNECT",
};
const contextOf = (api: ReadApi, routeKey: RouteKey, { id, openedAt }: { id: string; openedAt: number }): object => {
  const now = new Date();
  return {
    routeKey,
    eventType: EVENT_TYPES[routeKey],
    messageDirection: "IN",
    stage: api.stage,
    connectedAt: openedAt,
    requestTime: now.toUTCString(),
    requestTimeEpoch: now.getTime(),
    requestId: randomUUID(),
    extendedRequestId: createHash("sha1").update(randomUUID()).digest("base64"),
    domainName: `${api.host}.local`,
    connectionId: id,
    apiId: api.id,
  };
};

/** Names of headers in the letters that clients use, which API Gateway hands on as they are. */
const cased = (name: string): string =>
  name.replaceAll(/(^|-)([a-z])/g, (_, dash: string, c: string) => dash + c.toUpperCase());

function connecting({ headers, query, sourceIp }: WebRequest): Record<string, unknown> & { context: object } {
  const given = Object.entries(headers).map(
    ([name, value]) => [cased(name), Array.isArray(value) ? value.join(",") : (value ?? "")] as const,
  );
  const parameters = new URLSearchParams(query);
  return {
    headers: Object.fromEntries(given),
    multiValueHeaders: Object.fromEntries(given.map(([name, value]) => [name, [value]])),
    ...(query && {
      queryStringParameters: Object.fromEntries(parameters),
      multiValueQueryStringParameters: Object.fromEntries(
        [...new Set(parameters.keys())].map((name) => [name, parameters.getAll(name)]),
      ),
    }),
    context: { identity: { sourceIp, userAgent: headers["user-agent"] ?? "" } },
  };
}

/** As API Gateway says it to the client. */
const failed = ({ id }: Connection, requestId: string): string =>
  JSON.stringify({ message: "Internal server error", connectionId: id, requestId });
