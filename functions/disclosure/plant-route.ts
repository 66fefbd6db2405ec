/** `GET /api/public/plants/{code}`: the public view of a plant as JSON, the same that its page prints. */
import { Router } from "@aws-lambda-powertools/event-handler/http";
import { problem } from "../api/problem.ts";
import { isPublicCode } from "../register/public-code.ts";
import type { PublicViews } from "./public-views.ts";

/** As long as CloudFront may keep an answer: a crowd at one gate costs one read a minute. */
const CACHE = "public, max-age=60";

export function plantRoutes({ viewByCode }: Pick<PublicViews, "viewByCode">): Router {
  const routes = new Router();
  routes.get("/api/public/plants/:code", async ({ params }) => {
    const { code = "" } = params;
    if (!isPublicCode(code))
      return problem(
        404,
        "no such plant",
        "This is not a plant's public code. Scan the code at the gate again.",
        CACHE,
      );
    const view = await viewByCode(code);
    if (view === null)
      return problem(
        404,
        "no such plant",
        "No plant has this code; it may have been replaced. Scan the code at the gate again.",
        CACHE,
      );
    return Response.json(view, { headers: { "cache-control": CACHE } });
  });
  return routes;
}
