/**
 * The open connections of the machine's WebSocket API, and its management endpoint (`POST /{stage}/@connections/{id}`), which
 * asks for execute-api:ManageConnections as AWS does. Loopback only; connections, messages and time are bounded.
 */
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import { exceptionOf, type Permissions } from "../iam/permissions.ts";
import type { LocalServer } from "../s3.ts";
import { machineAccount, machineRegion } from "../template.ts";

/** API Gateway's own: a frame of 32 KB, ten minutes without a message, two hours in all. */
const MAX_FRAME = 32 * 1024;
const IDLE_MS = 10 * 60_000;
const LONGEST_MS = 2 * 3_600_000;
/** A message of the server to a connection. */
const MAX_POST = 128 * 1024;
/** Of this machine. */
const MAX_CONNECTIONS = 500;
const MAX_WAITING = 16;
const PING_MS = 30_000;

export interface Connection {
  readonly id: string;
  readonly openedAt: number;
  send(text: string): void;
}
/** What happens on connections; a connection's messages are given one after the other. */
export interface SocketEvents {
  message(connection: Connection, text: string): Promise<void>;
  closed(connection: Connection, code: number, reason: string): Promise<void>;
}

export interface SocketHub extends LocalServer {
  newId(): string;
  full(): boolean;
  /** Makes a connection of an upgrade that was allowed. */
  open(id: string, upgrade: { request: IncomingMessage; socket: Duplex; head: Buffer }, events: SocketEvents): void;
  count(): number;
  /** For tests: cuts every connection without a word, as a broken line does. */
  cut(): void;
}

interface Open extends Connection {
  socket: WebSocket;
  /** `performance.now()` */
  heardAt: number;
  alive: boolean;
}

/** `api`: Ref and stage of the template's WebSocket API; null when it has none. */
export async function startSocketHub(
  api: { id: string; stage: string } | null,
  permissions: Permissions,
  { pingMs = PING_MS, log }: { pingMs?: number; log: (line: string) => void },
): Promise<SocketHub> {
  const connections = new Map<string, Open>();
  let stopping = false;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME, perMessageDeflate: false });

  const beat = setInterval(() => {
    const now = performance.now();
    for (const each of connections.values()) {
      if (!each.alive) {
        each.socket.terminate(); // it did not answer the last ping
        continue;
      }
      if (now - each.heardAt > IDLE_MS) each.socket.close(1001, "Going away");
      else if (Date.now() - each.openedAt > LONGEST_MS) each.socket.close(1001, "Going away");
      each.alive = false;
      each.socket.ping();
    }
  }, pingMs);
  beat.unref();

  const open: SocketHub["open"] = (id, { request, socket, head }, events) =>
    sockets.handleUpgrade(request, socket, head, (ws) => {
      const connection: Open = {
        id,
        openedAt: Date.now(),
        socket: ws,
        heardAt: performance.now(),
        alive: true,
        send: (text) => ws.send(text),
      };
      connections.set(id, connection);
      let work = Promise.resolve();
      let waiting = 0;
      const then = (next: () => Promise<void>): void => {
        waiting += 1;
        work = work
          .then(next)
          .catch((error: Error) => log(`socket: ${error.message}`))
          .finally(() => (waiting -= 1));
      };
      ws.on("pong", () => (connection.alive = true));
      ws.on("message", (data, isBinary) => {
        connection.heardAt = performance.now();
        connection.alive = true;
        if (isBinary || waiting >= MAX_WAITING) return ws.close(1008, "Policy Violation");
        then(() => events.message(connection, (data as Buffer).toString()));
      });
      ws.on("error", () => ws.terminate()); // a frame that is too large or not well formed: `close` follows
      ws.on("close", (code, reason) => {
        connections.delete(id);
        // The functions are stopped as well; who tells of this connection next finds it gone.
        if (!stopping) then(() => events.closed(connection, code, reason.toString()));
      });
    });

  const answer = async (request: IncomingMessage): Promise<[status: number, body: object]> => {
    const [, stage, at, encoded = "", more] = (request.url ?? "").split("/").map(decodeURIComponent);
    if (!api || stage !== api.stage || at !== "@connections" || more !== undefined || request.method !== "POST")
      return [403, { message: "Forbidden" }];
    const resource = `arn:aws:execute-api:${machineRegion}:${machineAccount}:${api.id}/${stage}/POST/@connections/${encoded}`;
    const access = { action: "execute-api:ManageConnections", resource };
    const refusal = permissions.check(request.headers.authorization, [access]);
    if (refusal) return [403, { message: exceptionOf(refusal).message }];
    const body = await bodyOf(request);
    if (body === null) return [413, { message: "Payload Too Large" }];
    const found = connections.get(encoded);
    if (!found) return [410, { message: "Gone" }];
    found.heardAt = performance.now();
    await new Promise<void>((resolve, reject) =>
      found.socket.send(body, { binary: false }, (error) => (error ? reject(error) : resolve())),
    );
    return [200, {}];
  };
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    void answer(request)
      // A socket that closes while it is written to is gone.
      .catch((): [number, object] => [410, { message: "Gone" }])
      .then(([status, body]) => {
        response.writeHead(status, { "content-type": "application/json" });
        response.end(status === 200 ? undefined : JSON.stringify(body));
      });
  });
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const cut = (): void => {
    for (const { socket } of connections.values()) socket.terminate();
  };
  return {
    endpoint: `http://127.0.0.1:${port}${api ? `/${api.stage}` : ""}`,
    newId: () => `${randomBytes(11).toString("base64url")}=`,
    full: () => connections.size >= MAX_CONNECTIONS,
    open,
    count: () => connections.size,
    cut,
    stop: async () => {
      stopping = true;
      clearInterval(beat);
      cut();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MAX_POST) return null;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
