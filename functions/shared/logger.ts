import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics } from "@aws-lambda-powertools/metrics";

/** Structured log; service name and level come from POWERTOOLS_SERVICE_NAME and LOG_LEVEL. Never log a phone number. */
export const logger = new Logger();

/** Metrics in embedded format; namespace from POWERTOOLS_METRICS_NAMESPACE; flushed by `house` after each event. */
export const metrics = new Metrics();

/** `+86139****0001`: enough to tell two people apart in a log, too little to call one. */
export const maskPhone = (phone: string): string =>
  phone.replace(/^(\+?\d{2,5})\d{4}(\d{4})$/, "$1****$2").replace(/^\+?\d+$/, "****");
