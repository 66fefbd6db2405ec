/**
 * The ledger changed: tells every open page that shows something of it, once per page and batch, that it should ask again.
 * A nudge that is lost costs nothing but time: pages ask now and then without one.
 */
import { MetricUnit } from "@aws-lambda-powertools/metrics";
import * as z from "zod/mini";
import { documentClient } from "../shared/clients.ts";
import { HouseEnv, once, readEnv } from "../shared/env.ts";
import { house } from "../shared/handler.ts";
import { eachInParallel, throwAny } from "../shared/in-parallel.ts";
import { metrics } from "../shared/logger.ts";
import { parseEvent } from "../shared/problems.ts";
import { changesOf, nudgeFor } from "./domain/nudge.ts";
import { liveRepository, type LiveRepository } from "./live-repository.ts";
import { socketPoster, type PostToConnection } from "./socket-poster.ts";

const Env = z.extend(HouseEnv, {
  LEDGER_TABLE: z.string(),
  /** Of the socket's API and stage. */
  LIVE_ENDPOINT: z.url(),
  /** Set on one machine, where another than the region's own answers. */
  AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: z.optional(z.url()),
});

const Text = z.object({ S: z.string() });
const StreamEvent = z.object({
  Records: z.array(z.object({ dynamodb: z.object({ Keys: z.object({ pk: Text, sk: Text }) }) })),
});

export interface Services {
  live: Pick<LiveRepository, "connections" | "close">;
  post: PostToConnection;
  now(): number;
}

/** Calls under way at a time. */
const AT_ONCE = 32;

export async function run(event: unknown, { live, post, now }: Services): Promise<void> {
  const { Records } = parseEvent(StreamEvent, event, "ledger stream event");
  const changed = changesOf(Records.map(({ dynamodb: { Keys } }) => ({ pk: Keys.pk.S, sk: Keys.sk.S })));
  if (!changed.board && changed.plants.size === 0) return;
  const at = now();
  const nudges = (await live.connections(at)).flatMap((connection) => {
    const nudge = nudgeFor(connection, changed, at);
    return nudge ? [{ id: connection.id, text: JSON.stringify(nudge) }] : [];
  });
  if (nudges.length === 0) return;
  const failures: unknown[] = [];
  let [sent, gone] = [0, 0];
  await eachInParallel(nudges, AT_ONCE, failures, async ({ id, text }) => {
    if (await post(id, text)) sent += 1;
    else {
      gone += 1;
      await live.close(id);
    }
  });
  metrics.addMetric("NudgesSent", MetricUnit.Count, sent);
  metrics.addMetric("SocketsGone", MetricUnit.Count, gone);
  throwAny(failures); // the batch comes again; who has its nudge gets another, and asks once more
}

// Once per cold start.
const services = once((): Services => {
  const env = readEnv(Env);
  const db = documentClient();
  return {
    live: liveRepository({ db, table: env.LEDGER_TABLE }),
    post: socketPoster(env.AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI ?? env.LIVE_ENDPOINT, db.config),
    now: () => Date.now(),
  };
});

// Once per event.
export const handler = house((event: unknown) => run(event, services()));
