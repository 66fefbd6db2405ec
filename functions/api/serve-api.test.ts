import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from "aws-lambda";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ORIGIN_HEADER } from "../../events/origin-header.ts";
import { loadRuleData } from "../../layers/rule-data.ts";
import { plantView } from "../disclosure/domain/plant-view.ts";
import { facts, limit, outlet, permit } from "../disclosure/fixture.ts";
import { plantRoutes } from "../disclosure/plant-route.ts";
import { comesThroughSite } from "./origin-check.ts";
import { apiRouter } from "./router.ts";
import { answer } from "./answer.ts";

const CODE = "k7m2qx9rtb4w";
const view = plantView(
  facts({ code: CODE, permit: permit([outlet("DA001", [limit("a21002")])]) }),
  loadRuleData("layers/rule-data"),
);
const asked: string[] = [];
const router = apiRouter([
  plantRoutes({
    viewByCode: async (code) => {
      asked.push(code);
      if (code === "bbbbbbbbbbbb") throw new Error("table orders-secret is gone");
      return code === CODE ? view : null;
    },
  }),
]);

const SECRETS = ["present-secret-of-thirty-two-chars", "former-secret-of-thirty-two-chars."];

async function call(
  method: string,
  path: string,
  headers: Record<string, string> = { [ORIGIN_HEADER]: SECRETS[0] ?? "" },
): Promise<{ status: number; headers: Record<string, unknown>; body: Record<string, unknown> }> {
  const event = {
    version: "2.0",
    routeKey: "ANY /api/{proxy+}",
    rawPath: path,
    rawQueryString: "",
    headers: { accept: "*/*", ...headers },
    isBase64Encoded: false,
    requestContext: {
      accountId: "1",
      apiId: "a",
      domainName: "d",
      domainPrefix: "d",
      requestId: "r",
      routeKey: "$default",
      stage: "$default",
      time: "",
      timeEpoch: 0,
      http: { method, path, protocol: "HTTP/1.1", sourceIp: "127.0.0.1", userAgent: "test" },
    },
  } as APIGatewayProxyEventV2;
  const reply: APIGatewayProxyStructuredResultV2 = await answer(event, {} as Context, {
    router,
    originSecrets: SECRETS,
  });
  return {
    status: reply.statusCode ?? 0,
    headers: reply.headers ?? {},
    body: JSON.parse(reply.body ?? "{}") as Record<string, unknown>,
  };
}

describe("GET /api/public/plants/{code}", () => {
  test("answers with the view that the page prints, cached for a minute", async () => {
    const { status, headers, body } = await call("GET", `/api/public/plants/${CODE}`);
    expect(status).toBe(200);
    expect(headers).toMatchObject({ "content-type": "application/json", "cache-control": "public, max-age=60" });
    expect(body).toEqual(JSON.parse(JSON.stringify(view)));
  });

  test("a code that is none is not looked up", async () => {
    asked.length = 0;
    for (const code of ["short", "K7M2QX9RTB4W", "k7m2qx9rtb4w1", "a%2Fb", "91330483MA2ABCD126001P"]) {
      const { status, headers, body } = await call("GET", `/api/public/plants/${code}`);
      expect([code, status]).toEqual([code, 404]);
      expect(headers["content-type"]).toBe("application/problem+json");
      expect(body).toMatchObject({ type: "about:blank", title: "no such plant", status: 404 });
    }
    expect(asked).toEqual([]);
  });

  test("an unknown code says what to do", async () => {
    const { status, body } = await call("GET", "/api/public/plants/222222222222");
    expect(status).toBe(404);
    expect(body.detail).toContain("Scan the code at the gate again");
  });

  test("a failure is a 500 without its inner words", async () => {
    const { status, headers, body } = await call("GET", "/api/public/plants/bbbbbbbbbbbb");
    expect(status).toBe(500);
    expect(headers["cache-control"]).toBe("no-store");
    expect(JSON.stringify(body)).not.toContain("secret");
  });
});

test.each([
  ["GET", "/api/nothing/here"],
  ["POST", `/api/public/plants/${CODE}`],
])("%s %s is a problem in the standard form", async (method, path) => {
  const { status, headers, body } = await call(method, path);
  expect(status).toBe(404);
  expect(headers["content-type"]).toBe("application/problem+json");
  expect(body).toMatchObject({ status: 404 });
});

describe("only through the site", () => {
  const path = `/api/public/plants/${CODE}`;

  test("the present secret opens, and the former one while it is being changed", async () => {
    for (const secret of SECRETS) expect((await call("GET", path, { [ORIGIN_HEADER]: secret })).status).toBe(200);
  });

  test.each<[string, Record<string, string>]>([
    ["no header", {}],
    ["an empty one", { [ORIGIN_HEADER]: "" }],
    ["part of it", { [ORIGIN_HEADER]: "present-secret" }],
    ["more than it", { [ORIGIN_HEADER]: `${SECRETS[0]}.` }],
    ["both at once, as the environment holds them", { [ORIGIN_HEADER]: SECRETS.join(",") }],
  ])("%s is refused before any route", async (_, headers) => {
    asked.length = 0;
    const { status, headers: sent, body } = await call("GET", path, headers);
    expect([status, sent["cache-control"], asked]).toEqual([403, "no-store", []]);
    expect(body).toMatchObject({ type: "about:blank", status: 403, title: "not through the site" });
  });

  test("property: nothing but a secret itself opens", () => {
    fc.assert(
      fc.property(fc.string(), (shown) => comesThroughSite(shown, SECRETS) === SECRETS.includes(shown)),
      { numRuns: 200 },
    );
    expect(comesThroughSite(undefined, SECRETS)).toBe(false);
  });
});

test("every answer carries the security headers itself: in aws-cn nobody adds them", async () => {
  for (const reply of [
    await call("GET", `/api/public/plants/${CODE}`),
    await call("GET", "/api/nothing/here"),
    await call("GET", "/api/nothing/here", {}),
  ])
    expect(reply.headers).toMatchObject({
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
      "strict-transport-security": "max-age=31536000; includeSubDomains",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "no-referrer",
    });
});
