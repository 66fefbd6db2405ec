/** Half past midnight: every plant's day verdicts, paced; see close.ts. */
import { MetricUnit } from "@aws-lambda-powertools/metrics";
import { house } from "../shared/handler.ts";
import { metrics } from "../shared/logger.ts";
import { closeAndCount, closingServices, type ClosingServices } from "./close-all.ts";
import { scheduledAt } from "./schema.ts";
import { once } from "../shared/env.ts";

export async function run(event: unknown, services: ClosingServices): Promise<{ plants: number }> {
  const plants = await closeAndCount("DAY", scheduledAt(event, "close-day"), services);
  metrics.addMetric("DaysClosed", MetricUnit.Count, plants);
  return { plants };
}

// Once per cold start.
const services = once(closingServices);

// Once per event.
export const handler = house((event: unknown) => run(event, services()));
