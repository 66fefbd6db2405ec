/** Tickets and open connections, in the ledger: both are gone after a while by themselves (TTL). */
import {
  DeleteCommand,
  GetCommand,
  PutCommand,
  UpdateCommand,
  type DynamoDBDocumentClient,
} from "@aws-sdk/lib-dynamodb";
import { createHash } from "node:crypto";
import * as z from "zod/mini";
import type { Watched } from "./domain/nudge.ts";
import { CONNECTION_MS, type Ticket } from "./domain/ticket.ts";
import { conditional } from "../shared/conditional.ts";
import { queryItems } from "../shared/query-items.ts";

const TicketItem = z.object({ sub: z.string(), origin: z.nullable(z.string()), expires: z.number() });
const ConnectionItem = z.object({
  sk: z.string(),
  sub: z.string(),
  board: z.boolean(),
  plants: z.array(z.string()),
  /** Epoch ms. */
  openedAt: z.number(),
  expires: z.number(),
});

export interface Connection extends Watched {
  id: string;
  sub: string;
  openedAt: number;
}

export interface LiveRepository {
  keepTicket(token: string, ticket: Ticket): Promise<void>;
  /** Gives the ticket and makes it useless; null when there is none: never was, or was taken before. */
  takeTicket(token: string): Promise<Ticket | null>;
  /** A connection that opens; it is told of nothing until it watches something. */
  open(id: string, sub: string, at: number): Promise<void>;
  connection(id: string): Promise<Connection | null>;
  /** False when the connection was closed meanwhile: it does not come back by this. */
  watch(id: string, watched: Watched): Promise<boolean>;
  close(id: string): Promise<void>;
  /** All that are open at `at`. With nobody there it is one read of half a unit. */
  connections(at: number): Promise<Connection[]>;
}

/** One partition: some hundred pages are open at a time, and whoever tells them needs them all. */
const CONNECTIONS = "LIVE";
/** The table has the hash only: who reads it cannot use it. */
const ticketKey = (token: string): { pk: string; sk: string } => ({
  pk: `LIVE#${createHash("sha256").update(token).digest("hex")}`,
  sk: "TICKET",
});
const connectionKey = (id: string): { pk: string; sk: string } => ({ pk: CONNECTIONS, sk: id });
const seconds = (ms: number): number => Math.ceil(ms / 1000);

export function liveRepository({ db, table }: { db: DynamoDBDocumentClient; table: string }): LiveRepository {
  const connectionOf = (item: Record<string, unknown>): Connection & { expires: number } => {
    const { sk: id, ...rest } = ConnectionItem.parse(item);
    return { id, ...rest };
  };
  return {
    async keepTicket(token, ticket) {
      const Item = { ...ticketKey(token), ...ticket, ttl: seconds(ticket.expires) };
      await db.send(new PutCommand({ TableName: table, Item, ConditionExpression: "attribute_not_exists(pk)" }));
    },
    async takeTicket(token) {
      // Of two who show it at once, one gets it: the deletion itself tells what was there.
      const Key = ticketKey(token);
      const { Attributes } = await db.send(new DeleteCommand({ TableName: table, Key, ReturnValues: "ALL_OLD" }));
      return Attributes ? TicketItem.parse(Attributes) : null;
    },
    async open(id, sub, at) {
      const expires = at + CONNECTION_MS;
      const Item = {
        ...connectionKey(id),
        sub,
        board: false,
        plants: [],
        openedAt: at,
        expires,
        ttl: seconds(expires),
      };
      await db.send(new PutCommand({ TableName: table, Item }));
    },
    async connection(id) {
      const { Item } = await db.send(
        new GetCommand({ TableName: table, Key: connectionKey(id), ConsistentRead: true }),
      );
      return Item ? connectionOf(Item) : null;
    },
    async watch(id, { board, plants }) {
      return await conditional(() =>
        db.send(
          new UpdateCommand({
            TableName: table,
            Key: connectionKey(id),
            UpdateExpression: "SET board = :board, plants = :plants",
            ConditionExpression: "attribute_exists(pk)",
            ExpressionAttributeValues: { ":board": board, ":plants": plants },
          }),
        ),
      );
    },
    async close(id) {
      await db.send(new DeleteCommand({ TableName: table, Key: connectionKey(id) }));
    },
    async connections(at) {
      const open: Connection[] = [];
      const items = queryItems(
        { db, table },
        { KeyConditionExpression: "pk = :pk", ExpressionAttributeValues: { ":pk": CONNECTIONS } },
      );
      for await (const item of items) {
        const { expires, ...connection } = connectionOf(item);
        if (at < expires) open.push(connection);
      }
      return open;
    },
  };
}
