/** Requests to the API for people as the gateway hands them on, with the claims of a token that it has verified. */
import type { APIGatewayProxyEventV2, Context } from "aws-lambda";
import { ORIGIN_HEADER } from "../../events/origin-header.ts";
import { answer } from "../../functions/api/answer.ts";
import type { Operation } from "../../functions/api/operation.ts";
import { allOperations, type AllServices } from "../../functions/api/all-operations.ts";
import type { Services } from "../../functions/api/operations.ts";
import type { IotRegistry } from "../../functions/devices/iot-registry.ts";
import { apiRouter } from "../../functions/api/router.ts";
import { operationRoutes } from "../../functions/api/serve-operations.ts";

const SECRET = "secret-of-more-than-thirty-two-characters";

export interface Asked {
  /** Of the token; null: the route is behind no authorizer. */
  claims: Record<string, string> | null;
  query?: Record<string, string>;
  body?: unknown;
  headers?: Record<string, string>;
}
export interface Answered {
  status: number;
  headers: Record<string, unknown>;
  text: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- a test says what it expects
  body: any;
}
export type CallApi = (method: Operation["method"], path: string, asked: Asked) => Promise<Answered>;

/** The gateway never gives an id twice. */
let requests = 0;

/** Without identities nothing of devices can be called. */
export function apiOf(services: Services & Partial<AllServices>): { operations: Operation[]; call: CallApi } {
  const operations = allOperations({ identities: { registry: {} as IotRegistry, ca: "" }, ...services });
  const router = apiRouter([operationRoutes(operations, services)]);
  const call: CallApi = async (method, path, { claims, query = {}, body, headers = {} }) => {
    const event = {
      version: "2.0",
      routeKey: `${method} /api/{proxy+}`,
      rawPath: path,
      rawQueryString: new URLSearchParams(query).toString(),
      headers: { accept: "*/*", "content-type": "application/json", [ORIGIN_HEADER]: SECRET, ...headers },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
      isBase64Encoded: false,
      requestContext: {
        accountId: "1",
        apiId: "a",
        domainName: "d",
        domainPrefix: "d",
        requestId: `request-${++requests}`,
        routeKey: `${method} /api/{proxy+}`,
        stage: "$default",
        time: "",
        timeEpoch: 0,
        ...(claims && { authorizer: { jwt: { claims, scopes: null } } }),
        http: { method, path, protocol: "HTTP/1.1", sourceIp: "127.0.0.1", userAgent: "test" },
      },
    } as unknown as APIGatewayProxyEventV2;
    const reply = await answer(event, {} as Context, { router, originSecrets: [SECRET] });
    const text = reply.body ?? "";
    return {
      status: reply.statusCode ?? 0,
      headers: reply.headers ?? {},
      text,
      body: text === "" ? null : JSON.parse(text),
    };
  };
  return { operations, call };
}
