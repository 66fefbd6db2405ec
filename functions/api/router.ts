/** The API's router: one module of routes per feature, and every error as problem details. */
import { HttpError, Router } from "@aws-lambda-powertools/event-handler/http";
import { logger } from "../shared/logger.ts";
import { problem } from "./problem.ts";

export function apiRouter(features: readonly Router[]): Router {
  const router = new Router({ logger });
  for (const feature of features) router.includeRouter(feature);
  router.notFound(async () =>
    problem(404, "not found", "There is nothing at this address of the API, or it does not take this method."),
  );
  router.errorHandler(Error, async (error) => {
    if (error instanceof HttpError) return problem(error.statusCode, error.errorType, error.message);
    logger.error("request failed", error);
    return problem(500, "internal error", "The request failed on our side and was recorded. Try again in a minute.");
  });
  return router;
}
