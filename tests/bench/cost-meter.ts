/**
 * Counts what DynamoDB would bill: a proxy before the engine that asks for the consumed capacity with every call of a
 * function and adds up the answers, by function, table, operation and the group of plants that the call is about.
 */
import { createServer, request as ask, Agent, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import * as z from "zod/mini";

/** Calls of one kind. */
export interface Consumed {
  /** Access key id of the caller. */
  caller: string;
  table: string;
  operation: string;
  group: string;
  /** A call about several plants is of each in parts. */
  calls: number;
  /** Read units (4 KB consistent) or write units (1 KB), as the engine counts them. */
  read: number;
  write: number;
  /** Conditions that failed; DynamoDB bills them as one write at least, and the engine's refusal says nothing of units. */
  refused: number;
}

export interface DynamoMeter {
  endpoint: string;
  consumed(): Consumed[];
  /** Forgets what was counted so far. */
  reset(): void;
  stop(): Promise<void>;
}

const WRITES = new Set(["PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"]);
const Capacity = z.object({ TableName: z.string(), CapacityUnits: z.number() });
const Answer = z.object({
  ConsumedCapacity: z.optional(z.union([Capacity, z.array(Capacity)])),
  __type: z.optional(z.string()),
  /** Of a batch of statements: each with its own refusal. */
  Responses: z.optional(z.unknown()),
});
const Refusals = z.array(z.object({ Error: z.optional(z.object({ Code: z.string() })) }));
const refusedOf = (responses: unknown): number => {
  const parsed = Refusals.safeParse(responses);
  return parsed.success
    ? parsed.data.filter((r) => /ConditionalCheckFailed|DuplicateItem/.test(r.Error?.Code ?? "")).length
    : 0;
};

/**
 * @param sharesOf the groups that a request is about, by its text, with their parts of 1 ("" where it is about nobody)
 * @param counts whether a caller (access key id) is a function: what the machine itself asks is not billed in the cloud
 */
export async function startDynamoMeter(
  endpoint: string,
  {
    sharesOf,
    counts,
  }: { sharesOf: (body: string) => ReadonlyMap<string, number>; counts: (caller: string) => boolean },
): Promise<DynamoMeter> {
  const { hostname, port } = new URL(endpoint);
  const agent = new Agent({ keepAlive: true });
  const rows = new Map<string, Consumed>();

  const forward = async (incoming: IncomingMessage, body: Buffer): Promise<{ from: IncomingMessage; body: Buffer }> => {
    const headers = { ...incoming.headers, host: `${hostname}:${port}`, "content-length": String(body.length) };
    const from = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = ask({ agent, hostname, port, method: incoming.method, path: incoming.url, headers }, resolve);
      sent.on("error", reject);
      sent.end(body);
    });
    return { from, body: await buffer(from) };
  };

  const server = createServer((incoming, response) => {
    void (async () => {
      const asked = await buffer(incoming);
      const operation = /^DynamoDB_\d+\.(\w+)$/.exec(String(incoming.headers["x-amz-target"] ?? ""))?.[1];
      const caller = /\bCredential=([^/,\s]+)/.exec(incoming.headers.authorization ?? "")?.[1] ?? "";
      const metered = operation !== undefined && counts(caller);
      const body = metered ? withCapacity(asked) : asked;
      const answer = await forward(incoming, body);
      if (metered)
        for (const [group, share] of sharesOf(asked.toString()))
          add(rows, { caller, operation, group }, share, asked, answer.body);
      response.writeHead(answer.from.statusCode ?? 502, answer.from.headers);
      response.end(answer.body);
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    consumed: () => [...rows.values()].map((row) => ({ ...row })),
    reset: () => rows.clear(),
    stop: () => {
      agent.destroy();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

const withCapacity = (body: Buffer): Buffer =>
  Buffer.from(JSON.stringify({ ...(JSON.parse(body.toString()) as object), ReturnConsumedCapacity: "TOTAL" }));

function add(
  rows: Map<string, Consumed>,
  of: { caller: string; operation: string; group: string },
  share: number,
  asked: Buffer,
  answer: Buffer,
): void {
  const said = Answer.parse(JSON.parse(answer.toString()));
  const capacities = [said.ConsumedCapacity ?? []].flat();
  const writes = WRITES.has(of.operation) || /"Statement":"\s*(INSERT|UPDATE|DELETE)/i.test(asked.toString());
  const whole = /ConditionalCheckFailed|TransactionCanceled/.test(said.__type ?? "");
  if (said.__type !== undefined && !whole) return; // not served, not billed
  const refused = whole ? 1 : refusedOf(said.Responses);
  if (refused === 0 && capacities.length === 0)
    throw new Error(`the engine says no consumed capacity of ${of.operation}; dynoxide 1.2.1 does`);
  const parts = capacities.length > 0 ? capacities : [{ TableName: tableOf(asked), CapacityUnits: 0 }];
  for (const [i, { TableName: table, CapacityUnits: units }] of parts.entries()) {
    const key = `${of.caller} ${table} ${of.operation} ${of.group}`;
    const row = rows.get(key) ?? { ...of, table, calls: 0, read: 0, write: 0, refused: 0 };
    rows.set(key, row);
    row.calls += share;
    row[writes ? "write" : "read"] += units * share;
    if (i > 0) continue;
    row.write += refused * share;
    row.refused += refused * share;
  }
}

const tableOf = (body: Buffer): string =>
  /"TableName":"([^"]+)"|(?:INTO|UPDATE) *\\"([^"\\]+)/i.exec(body.toString())?.slice(1).find(Boolean) ?? "";
