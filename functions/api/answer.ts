/** What both halves of the API do with a request: none that went around the site is routed, every answer has its headers. */
import type { Router } from "@aws-lambda-powertools/event-handler/http";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from "aws-lambda";
import { ORIGIN_HEADER } from "../../events/origin-header.ts";
import { metrics } from "../shared/logger.ts";
import { comesThroughSite } from "./origin-check.ts";
import { notThroughSite } from "./problem.ts";
import { SECURITY_HEADERS } from "./security-headers.ts";

export interface ApiServices {
  router: Router;
  originSecrets: readonly string[];
}

export async function answer(
  event: APIGatewayProxyEventV2,
  context: Context,
  { router, originSecrets }: ApiServices,
): Promise<APIGatewayProxyStructuredResultV2> {
  const known = comesThroughSite(event.headers[ORIGIN_HEADER], originSecrets);
  if (!known) metrics.addMetric("RequestsNotThroughSite", "Count", 1);
  const reply = known ? await router.resolve(event, context) : notThroughSite();
  return { ...reply, headers: { ...SECURITY_HEADERS, ...reply.headers } };
}
