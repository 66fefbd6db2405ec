/** API Gateway's HTTP API on one machine: the template's routes, payload format 2.0, and its answers to failures. */
import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import * as z from "zod/mini";
import type { Authorizer, Claims } from "./oidc/authorizer.ts";
import { parse } from "./definition.ts";
import type { LambdaService } from "./runtime-api.ts";
import { machineAccount, TemplateError, type Assembly, type Resource } from "./template.ts";

export interface WebRequest {
  method: string;
  /** Undecoded path, without the query. */
  path: string;
  query: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
  protocol: string;
  sourceIp: string;
}
export interface WebAnswer {
  status: number;
  headers: Record<string, string>;
  cookies?: string[];
  body: Buffer;
}
export type HttpApi = (request: WebRequest) => Promise<WebAnswer>;

const Route = z.strictObject({
  ApiId: z.string(),
  RouteKey: z.string(),
  Target: z.string(),
  AuthorizationType: z._default(z.enum(["NONE", "JWT"]), "NONE"),
  AuthorizerId: z.optional(z.string()),
  AuthorizationScopes: z._default(z.array(z.string()), []),
});
const JwtAuthorizer = z.strictObject({
  ApiId: z.string(),
  AuthorizerType: z.literal("JWT"),
  IdentitySource: z.tuple([z.literal("$request.header.Authorization")]),
  JwtConfiguration: z.strictObject({ Audience: z.array(z.string()), Issuer: z.string() }),
});
const Integration = z.strictObject({
  ApiId: z.string(),
  IntegrationType: z.literal("AWS_PROXY"),
  IntegrationUri: z.string(),
  PayloadFormatVersion: z.literal("2.0"),
  TimeoutInMillis: z.optional(z.number()),
});
const Stage = z.strictObject({ ApiId: z.string(), StageName: z.literal("$default") });
const FunctionAnswer = z.object({
  statusCode: z.number(),
  headers: z.optional(z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))),
  cookies: z.optional(z.array(z.string())),
  body: z.optional(z.string()),
  isBase64Encoded: z.optional(z.boolean()),
});

interface CompiledRoute {
  key: string;
  method: string;
  segments: string[];
  functionName: string;
  /** Null where no token is asked for. */
  authorize: Authorizer | null;
}

/** Makes the check that an authorizer of the template asks for; throws when its issuer is not this machine's. */
export type MakeAuthorizer = (issuer: string, audience: readonly string[]) => Authorizer;

/** One handler per API of the template, by the host name of its endpoint. */
export function readHttpApis(
  assembly: Assembly,
  lambda: LambdaService,
  makeAuthorizer: MakeAuthorizer,
): Map<string, HttpApi> {
  const authorizerOf = (route: z.output<typeof Route>, path: string): Authorizer | null => {
    if (route.AuthorizationType === "NONE") return null;
    const found = assembly.find("AWS::ApiGatewayV2::Authorizer", route.AuthorizerId);
    if (!found) throw new TemplateError(`${path}: authorizer ${route.AuthorizerId} is not in the template`);
    const { Audience, Issuer } = parse(found, JwtAuthorizer).JwtConfiguration;
    const verify = makeAuthorizer(Issuer, Audience);
    return (header, scopes = route.AuthorizationScopes) => verify(header, scopes);
  };
  const apis = new Map<string, HttpApi>();
  for (const api of assembly.ofType("AWS::ApiGatewayV2::Api")) {
    if (api.properties["ProtocolType"] === "WEBSOCKET") continue; // live/socket-api.ts
    const own = (type: string): Resource[] =>
      assembly.ofType(`AWS::ApiGatewayV2::${type}`).filter(({ properties }) => properties["ApiId"] === api.ref);
    for (const resource of own("Stage")) parse(resource, Stage);
    const routes = own("Route").flatMap((resource): CompiledRoute[] => {
      const route = parse(resource, Route);
      const target = assembly.find("AWS::ApiGatewayV2::Integration", route.Target.replace(/^integrations\//, ""));
      if (!target) throw new TemplateError(`${resource.path}: integration ${route.Target} is not in the template`);
      const called = assembly.find("AWS::Lambda::Function", parse(target, Integration).IntegrationUri);
      if (!called) throw new TemplateError(`${target.path}: its function is not in the template`);
      const [method = "", path = ""] = route.RouteKey === "$default" ? ["ANY", "/{proxy+}"] : route.RouteKey.split(" ");
      const authorize = authorizerOf(route, resource.path);
      return [
        { key: route.RouteKey, method, segments: path.split("/").slice(1), functionName: called.name, authorize },
      ];
    });
    // The most specific route wins: literal segments before parameters before {proxy+}, a method before ANY.
    const weight = ({ segments, method }: CompiledRoute): string =>
      segments.map((each) => (each.endsWith("+}") ? "0" : each.startsWith("{") ? "1" : "2")).join("") +
      (method === "ANY" ? "0" : "1");
    routes.sort((a, b) => weight(b).localeCompare(weight(a)));
    const host = `${api.name}.execute-api`;
    apis.set(host, (request) => call(routes, api.ref, request, lambda));
  }
  return apis;
}

async function call(
  routes: readonly CompiledRoute[],
  apiId: string,
  request: WebRequest,
  lambda: LambdaService,
): Promise<WebAnswer> {
  for (const route of routes) {
    if (route.method !== "ANY" && route.method !== request.method) continue;
    const parameters = match(route.segments, request.path);
    if (!parameters) continue;
    const allowed = await route.authorize?.(request.headers.authorization);
    if (allowed && !allowed.ok) return refusal(allowed);
    const event = payload(route, apiId, parameters, request, allowed?.claims);
    const result = await lambda.invoke(route.functionName, JSON.stringify(event));
    if (result.error) return message(result.error.errorType === "Sandbox.Timedout" ? 503 : 500);
    return answer(result.payload);
  }
  return message(404);
}

/** Path parameters, or null when the path is not this route's. */
function match(segments: readonly string[], path: string): Record<string, string> | null {
  const parts = path.split("/").slice(1);
  const parameters: Record<string, string> = {};
  for (const [i, segment] of segments.entries()) {
    const name = /^\{(.+?)(\+?)\}$/.exec(segment);
    if (name?.[2]) {
      const rest = parts.slice(i).join("/");
      if (!rest) return null;
      return { ...parameters, [name[1] ?? ""]: decode(rest) };
    }
    const part = parts[i];
    if (part === undefined || (!name && part !== segment)) return null;
    if (name) parameters[name[1] ?? ""] = decode(part);
  }
  return parts.length === segments.length ? parameters : null;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const TEXT_BODY = /^(text\/|application\/(json|javascript|xml|x-www-form-urlencoded|.+\+json|.+\+xml))/;

function payload(
  route: CompiledRoute,
  apiId: string,
  pathParameters: Record<string, string>,
  request: WebRequest,
  claims: Claims | undefined,
): Record<string, unknown> {
  const { headers } = request;
  const query = new URLSearchParams(request.query);
  const parameters: Record<string, string> = {};
  for (const name of new Set(query.keys())) parameters[name] = query.getAll(name).join(",");
  const now = new Date();
  const isText = TEXT_BODY.test(headers["content-type"] ?? "");
  return {
    version: "2.0",
    routeKey: route.key,
    rawPath: request.path,
    rawQueryString: request.query,
    ...(headers.cookie ? { cookies: headers.cookie.split(/;\s*/) } : {}),
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(",") : (value ?? "")]),
    ),
    ...(request.query ? { queryStringParameters: parameters } : {}),
    pathParameters,
    requestContext: {
      accountId: machineAccount,
      apiId,
      ...(claims && { authorizer: { jwt: claims } }),
      domainName: headers.host ?? "localhost",
      domainPrefix: apiId,
      http: {
        method: request.method,
        path: request.path,
        protocol: request.protocol,
        sourceIp: request.sourceIp,
        userAgent: headers["user-agent"] ?? "",
      },
      requestId: randomUUID(),
      routeKey: route.key,
      stage: "$default",
      time: now.toUTCString(),
      timeEpoch: now.getTime(),
    },
    ...(request.body.length > 0 ? { body: isText ? request.body.toString() : request.body.toString("base64") } : {}),
    isBase64Encoded: request.body.length > 0 && !isText,
  };
}

/** What a function returned, as HTTP: the structured form, or any other JSON as the body of a 200. */
function answer(text: string): WebAnswer {
  const value: unknown = JSON.parse(text);
  const structured = FunctionAnswer.safeParse(value);
  if (!structured.success)
    return {
      status: 200,
      headers: { "content-type": "application/json" },
      body: Buffer.from(typeof value === "string" ? value : text),
    };
  const { statusCode, headers = {}, cookies, body = "", isBase64Encoded = false } = structured.data;
  return {
    status: statusCode,
    headers: {
      "content-type": "text/plain;charset=UTF-8",
      ...Object.fromEntries(Object.entries(headers).map(([name, each]) => [name.toLowerCase(), String(each)])),
    },
    ...(cookies ? { cookies } : {}),
    body: Buffer.from(body, isBase64Encoded ? "base64" : "utf8"),
  };
}

/** API Gateway's own answers, its header included. */
const refusal = ({ status, challenge }: { status: 401 | 403; challenge: string }): WebAnswer => {
  const answered = message(status);
  return { ...answered, headers: { ...answered.headers, "www-authenticate": challenge } };
};

const MESSAGES: Record<number, string> = {
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  500: "Internal Server Error",
  503: "Service Unavailable",
};
const message = (status: number): WebAnswer => ({
  status,
  headers: { "content-type": "application/json" },
  body: Buffer.from(JSON.stringify({ message: MESSAGES[status] })),
});
