/**
 * The socket's three routes. `$connect` takes a ticket; a message says what the page shows and is answered with what it
 * will hear of; `$disconnect` tidies up. What a person may see is decided where every request decides it (domain/rights.ts).
 */
import { MetricUnit } from "@aws-lambda-powertools/metrics";
import * as z from "zod/mini";
import { ORIGIN_HEADER } from "../../events/origin-header.ts";
import { comesThroughSite } from "../api/origin-check.ts";
import { covers, reachOf, signedOut, type Person } from "../people/domain/rights.ts";
import { peopleRepository, type People } from "../people/repository.ts";
import { registerRepository, type Register } from "../register/repository.ts";
import { documentClient } from "../shared/clients.ts";
import { HouseEnv, once, readEnv } from "../shared/env.ts";
import { house } from "../shared/handler.ts";
import { inParallel } from "../shared/in-parallel.ts";
import { logger, metrics } from "../shared/logger.ts";
import { parseEvent, parseInput } from "../shared/problems.ts";
import type { Watched } from "./domain/nudge.ts";
import { opens } from "./domain/ticket.ts";
import { liveRepository, type LiveRepository } from "./live-repository.ts";

const Env = z.extend(HouseEnv, {
  REGISTER_TABLE: z.string(),
  LEDGER_TABLE: z.string(),
  PEOPLE_TABLE: z.string(),
  /** Separated by commas: the present secret, and the former one while it is being changed. */
  ORIGIN_SECRETS: z.string().check(z.minLength(32)),
});

const id = z.string().check(z.minLength(1));
const SocketEvent = z.object({
  requestContext: z.object({ routeKey: z.enum(["$connect", "$default", "$disconnect"]), connectionId: id }),
  /** As the client wrote them: names in any case. */
  headers: z._default(z.record(z.string(), z.string()), {}),
  queryStringParameters: z.nullish(z.record(z.string(), z.optional(z.string()))),
  body: z.nullish(z.string()),
});
type SocketEvent = z.output<typeof SocketEvent>;

/** More than a page shows at a time, and little enough to be looked up for every message. */
const MOST_PLANTS = 20;
const Wish = z.strictObject({
  board: z._default(z.boolean(), false),
  plants: z._default(z.array(z.string().check(z.maxLength(100))).check(z.maxLength(MOST_PLANTS)), []),
});

export interface Services {
  live: LiveRepository;
  people: Pick<People, "person">;
  register: Pick<Register, "getPlant">;
  originSecrets: readonly string[];
  now(): number;
}
interface SocketAnswer {
  statusCode: number;
  body?: string;
}

const OK: SocketAnswer = { statusCode: 200 };
const REFUSED: SocketAnswer = { statusCode: 403 };

export async function run(event: unknown, services: Services): Promise<SocketAnswer> {
  const parsed = parseEvent(SocketEvent, event, "WebSocket event");
  const { routeKey, connectionId } = parsed.requestContext;
  if (routeKey === "$connect") return connect(connectionId, parsed, services);
  if (routeKey === "$default") return { ...OK, body: JSON.stringify(await watch(connectionId, parsed, services)) };
  await services.live.close(connectionId);
  return OK;
}

async function connect(
  connectionId: string,
  { headers, queryStringParameters }: SocketEvent,
  { live, originSecrets, now }: Services,
): Promise<SocketAnswer> {
  const header = headerOf(headers);
  if (!comesThroughSite(header(ORIGIN_HEADER), originSecrets)) {
    metrics.addMetric("RequestsNotThroughSite", MetricUnit.Count, 1);
    return REFUSED;
  }
  const shown = queryStringParameters?.["ticket"] ?? "";
  const ticket = shown === "" ? null : await live.takeTicket(shown);
  const why =
    ticket === null
      ? "no such ticket"
      : opens(ticket, header("origin") ?? null, now())
        ? null
        : "the ticket is too old, or of another origin";
  if (ticket === null || why !== null) {
    logger.info("socket refused", { why });
    metrics.addMetric("SocketsRefused", MetricUnit.Count, 1);
    return REFUSED;
  }
  await live.open(connectionId, ticket.sub, now());
  metrics.addMetric("SocketsOpened", MetricUnit.Count, 1);
  return OK;
}

/** From now on the connection hears of what it asked for and its person may see; the answer says of what. */
async function watch(
  connectionId: string,
  { body }: SocketEvent,
  { live, people, register, now }: Services,
): Promise<{ at: number; watching: Watched } | { problem: string }> {
  const wish = parseInput(Wish, jsonOf(body ?? ""));
  if (!wish.ok) {
    const reasons = wish.problems.map(({ path, reason }) => `${path || "the message"} ${reason}`);
    return { problem: `${reasons.join("; ")}; say { "board": true, "plants": [ permit numbers ] }` };
  }
  const connection = await live.connection(connectionId);
  if (!connection) return { problem: "this connection is over; open another" };
  const person = await people.person(connection.sub);
  const watched =
    person === null || signedOut(person, connection.openedAt)
      ? { board: false, plants: [] }
      : await within(person, wish.data, register);
  return (await live.watch(connectionId, watched))
    ? { at: now(), watching: watched } // what changed before is told to nobody here: the page asks for it as of now
    : { problem: "this connection is over; open another" };
}

async function within(person: Person, wish: Watched, register: Services["register"]): Promise<Watched> {
  const reach = reachOf(person, "plant.read");
  const plants = reach === null ? [] : [...new Set(wish.plants)];
  const found = await inParallel(plants, 4, async (permitNo) => {
    const plant = await register.getPlant(permitNo);
    return plant && reach && covers(reach, plant.permit) ? [permitNo] : [];
  });
  return { board: wish.board && reachOf(person, "board.read") !== null, plants: found.flat() };
}

const headerOf = (headers: Readonly<Record<string, string>>): ((name: string) => string | undefined) => {
  const lower = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return (name) => lower.get(name);
};

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

// Once per cold start.
const services = once((): Services => {
  const env = readEnv(Env);
  const db = documentClient();
  return {
    live: liveRepository({ db, table: env.LEDGER_TABLE }),
    people: peopleRepository({ db, table: env.PEOPLE_TABLE }),
    register: registerRepository({ db, table: env.REGISTER_TABLE }),
    originSecrets: env.ORIGIN_SECRETS.split(","),
    now: () => Date.now(),
  };
});

// Once per event.
export const handler = house((event: unknown) => run(event, services()));
