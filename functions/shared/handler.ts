import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
// The typings of middy know the default export only.
// oxlint-disable-next-line import/no-named-as-default
import middy, { type MiddyfiedHandler } from "@middy/core";
import type { Context } from "aws-lambda";
import { logger, metrics } from "./logger.ts";

/**
 * Publishes what the event counted, in one line with the request's id, so that it is found beside the log of the same
 * request; Powertools' own middleware warns at every event that counted nothing.
 */
const flush = ({ awsRequestId, functionName }: Context): void => {
  if (!metrics.hasStoredMetrics()) return;
  metrics.addMetadata("function_request_id", awsRequestId);
  metrics.addMetadata("function_name", functionName);
  metrics.publishStoredMetrics();
};

/**
 * The standard tail of every entry: request id and cold start in the log (a metric of it would cost one per function),
 * metrics flushed, an error logged once and passed on so that Lambda's own retry or dead-letter path decides.
 */
export const house = <E, R>(handler: (event: E, context: Context) => Promise<R>): MiddyfiedHandler<E, R> =>
  middy<E, R>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .use({
      after: ({ context }) => flush(context),
      onError: ({ context, error }) => {
        logger.error("event failed", error instanceof Error ? error : new Error(String(error)));
        flush(context);
      },
    })
    .handler(handler);
