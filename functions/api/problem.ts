import type { APIGatewayProxyStructuredResultV2 } from "aws-lambda";

const TYPE = "application/problem+json";

/** The document of RFC 9457. */
const details = (status: number, title: string, detail: string, more: Record<string, unknown> = {}): string =>
  JSON.stringify({ ...more, type: "about:blank", title, status, detail });

/** Errors of the API as RFC 9457 problem details: what is wrong and what to do, in words; never an internal message. */
export function problem(
  status: number,
  title: string,
  detail: string,
  cache = "no-store",
  more: Record<string, unknown> = {},
): Response {
  return new Response(details(status, title, detail, more), {
    status,
    headers: { "content-type": TYPE, "cache-control": cache },
  });
}

/** For a request that went around the distribution; it reaches no route. */
export const notThroughSite = (): APIGatewayProxyStructuredResultV2 => ({
  statusCode: 403,
  headers: { "content-type": TYPE, "cache-control": "no-store" },
  body: details(403, "not through the site", "This API answers at the address of the public site only."),
});
