/** A city in an engine in memory, for tests of what people read: plants registered, readings taken in, ticks fired. */
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from "aws-lambda";
import type { TestDynamo } from "../../tests/dynamo.ts";
import { answer } from "../api/answer.ts";
import { ORIGIN_HEADER } from "../../events/origin-header.ts";
import { peopleOperations, servicesOf, type Backends, type Services } from "../api/operations.ts";
import { apiRouter } from "../api/router.ts";
import { operationRoutes } from "../api/serve-operations.ts";
import type { Person } from "../people/domain/rights.ts";
import type { Permit } from "../register/domain/permit.ts";
import type { Bucket } from "../shared/bucket.ts";
import type { ArchiveReader } from "../telemetry/archive-reader.ts";
import type { ArchiveLine } from "../telemetry/domain/archive-line.ts";
import { noSenders } from "../notices/fixtures.ts";
import { ruleData } from "../telemetry/fixtures.ts";
import { startWorld, type World } from "../warnings/fixtures.ts";

const SECRET = "secret-of-more-than-thirty-two-characters";

export interface Answer {
  status: number;
  headers: Record<string, unknown>;
  // oxlint-disable-next-line typescript/no-explicit-any -- a test says what it expects
  body: any;
}

export interface City {
  world: World;
  services: Services;
  setNow(t: number): void;
  person(over: Partial<Person> & Pick<Person, "roles">): Promise<string>;
  get(sub: string, path: string): Promise<Answer>;
  send(sub: string, method: "POST" | "PUT", path: string, body: unknown, ifMatch?: string): Promise<Answer>;
}

/** The archive of a world: one object a batch, named by its first sequence number. */
export function archiveOf({ archived }: Pick<World, "archived">): ArchiveReader {
  const keyed = (): [string, ArchiveLine[]][] =>
    archived.map((lines) => [`raw/${lines[0]?.shard}/${lines[0]?.sequence}.jsonl.zst`, lines]);
  return {
    list: async (shard, after, most) =>
      keyed()
        .map(([key]) => key)
        .filter((key) => key.startsWith(`raw/${shard}/`) && key > after)
        .sort()
        .slice(0, most),
    lines: async (key) => keyed().find(([own]) => own === key)?.[1] ?? [],
  };
}

/** A bucket that keeps its objects in memory. */
export function bucketInMemory(): Bucket & { objects: Map<string, Uint8Array> } {
  const objects = new Map<string, Uint8Array>();
  return {
    objects,
    put: async (key, body) => void objects.set(key, typeof body === "string" ? Buffer.from(body) : body),
    get: async (key) => objects.get(key) ?? null,
  };
}

let cities = 0;

export async function startCity(
  dynamo: TestDynamo,
  permits: readonly Permit[],
  more: Partial<Backends> = {},
): Promise<City> {
  const { db } = dynamo;
  const world = await startWorld(dynamo, permits);
  const tables = {
    ...world.tables,
    register: `register-${++cities}`,
    people: `people-${cities}`,
    jobs: `jobs-${cities}`,
  };
  await Promise.all([tables.register, tables.people, tables.jobs].map((name) => dynamo.createTable(name)));
  let now = 0;
  const services = servicesOf({
    db,
    tables,
    ruleData,
    archive: archiveOf(world),
    bucket: bucketInMemory(),
    accounts: { page: "https://issuer.example/invite/", pool: null, sms: async () => ({ state: "sent", id: null }) },
    senders: noSenders(),
    now: () => now,
    ...more,
  });
  let codes = 0;
  await services.register.applyPermits(permits, {
    importedAt: "2026-09-30T08:00:00+08:00",
    source: "test",
    newCode: () => `code-${++codes}`,
  });
  const router = apiRouter([operationRoutes(peopleOperations(services), services)]);
  let subs = 0;
  let requests = 0;
  const ask = async (
    sub: string,
    method: string,
    path: string,
    headers: Record<string, string> = {},
    body?: string,
  ): Promise<Answer> => {
    const [rawPath = "", rawQueryString = ""] = path.split("?");
    const event = {
      version: "2.0",
      routeKey: "ANY /api/{proxy+}",
      rawPath,
      rawQueryString,
      headers: { accept: "*/*", [ORIGIN_HEADER]: SECRET, ...headers },
      body,
      isBase64Encoded: false,
      requestContext: {
        accountId: "1",
        apiId: "a",
        domainName: "d",
        domainPrefix: "d",
        requestId: `r-${++requests}`,
        routeKey: "$default",
        stage: "$default",
        time: "",
        timeEpoch: 0,
        authorizer: { jwt: { claims: { sub, iat: String(Math.floor(now / 1000)) }, scopes: [] } },
        http: { method, path: rawPath, protocol: "HTTP/1.1", sourceIp: "127.0.0.1", userAgent: "test" },
      },
    } as unknown as APIGatewayProxyEventV2;
    const reply: APIGatewayProxyStructuredResultV2 = await answer(event, {} as Context, {
      router,
      originSecrets: [SECRET],
    });
    return {
      status: reply.statusCode ?? 0,
      headers: reply.headers ?? {},
      body: JSON.parse(reply.body === undefined || reply.body === "" ? "null" : reply.body),
    };
  };
  return {
    world,
    services,
    setNow: (t) => {
      now = t;
    },
    async person(over) {
      const person: Person = {
        sub: `sub-${++subs}`,
        name: `person ${subs}`,
        phone: null,
        email: null,
        plants: [],
        towns: [],
        active: true,
        sessionsFrom: 0,
        version: 1,
        ...over,
      };
      const audit = { id: person.sub, at: now, sub: "t", name: "t", operation: "t", permitNo: null, target: "t" };
      await services.people.change(services.people.personWrites(person), { ...audit, before: null, after: null });
      return person.sub;
    },
    get: (sub, path) => ask(sub, "GET", path),
    send: (sub, method, path, body, ifMatch) =>
      ask(
        sub,
        method,
        path,
        { "content-type": "application/json", ...(ifMatch === undefined ? {} : { "if-match": `"${ifMatch}"` }) },
        JSON.stringify(body),
      ),
  };
}
