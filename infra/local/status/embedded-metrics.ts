/** Metrics in embedded format (EMF), out of a line of a function's log. */
import * as z from "zod/mini";
import type { MetricId } from "./metric-store.ts";

const Directive = z.looseObject({
  _aws: z.object({
    Timestamp: z.number(),
    CloudWatchMetrics: z.array(
      z.object({
        Namespace: z.string(),
        Dimensions: z.array(z.array(z.string())),
        Metrics: z.array(z.looseObject({ Name: z.string() })),
      }),
    ),
  }),
});
const Values = z.union([z.number(), z.array(z.number())]);

export interface Reported {
  id: MetricId;
  at: number;
  values: number[];
}

/** What a log line reports; nothing when it is no EMF or refers to what it does not hold, as CloudWatch takes it. */
export function readEmbedded(line: string): Reported[] {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return [];
  }
  const parsed = Directive.safeParse(json);
  if (!parsed.success) return [];
  const { _aws: directive, ...fields } = parsed.data;
  return directive.CloudWatchMetrics.flatMap(({ Namespace: namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((names) => {
      const dimensions = Object.fromEntries(names.map((name) => [name, fields[name]]));
      if (!Object.values(dimensions).every((value) => typeof value === "string")) return [];
      return Metrics.flatMap(({ Name: name }) => {
        const values = Values.safeParse(fields[name]);
        if (!values.success) return [];
        const id = { namespace, name, dimensions: dimensions as Record<string, string> };
        return [{ id, at: directive.Timestamp, values: [values.data].flat() }];
      });
    }),
  );
}
