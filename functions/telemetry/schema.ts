import * as z from "zod/mini";

/** What every rule of events/rules.ts puts on the stream. */
export const Envelope = z.object({
  topic: z.string(),
  payload: z.string(),
  /** Epoch ms; what no calendar can write (the year 10000) would stop the whole batch. */
  receivedAt: z.int().check(z.positive(), z.lt(Date.UTC(9999, 0))),
  clientId: z.optional(z.string()),
});

/** A Kinesis batch as Lambda hands it over; `eventID` is `shardId-…:sequence`. */
export const StreamEvent = z.object({
  Records: z.array(
    z.object({
      eventID: z.string().check(z.regex(/^[^:]+:\d+$/)),
      kinesis: z.object({
        sequenceNumber: z.string().check(z.regex(/^\d+$/)),
        data: z.string(),
        /** Seconds since 1970. */
        approximateArrivalTimestamp: z.optional(z.number()),
      }),
    }),
  ),
});

/** Lambda's partial batch response: the stream goes on from the lowest of these. */
export interface BatchResponse {
  batchItemFailures: { itemIdentifier: string }[];
}
