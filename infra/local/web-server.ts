/** The one HTTP server of the machine, on 127.0.0.1: bounded in time and size, whatever a client does. */
import { createServer, STATUS_CODES, type IncomingMessage, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { plain } from "./distribution.ts";
import type { WebAnswer, WebRequest } from "./http-api.ts";
import type { Upgrade } from "./live/socket-api.ts";

export interface WebServer {
  port: number;
  stop(): Promise<void>;
}

/** API Gateway's limit of a request. */
const MAX_BODY = 10 * 2 ** 20;

export interface WebHandlers {
  handle(request: WebRequest): Promise<WebAnswer>;
  /** Takes a request whose body it reads itself, and whose answer it writes itself; null when it is not its own. */
  direct(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> | null;
  /** Makes a socket of the connection, or tells the status with which it is refused. */
  upgrade(request: WebRequest, upgrade: Upgrade): Promise<number | null>;
}

/**
 * Opens the port. What comes before `serve` is told to wait; what a handler throws becomes a 500 and a line in the log.
 * Rejects with the system's error when the port is taken.
 */
export async function openWebServer(
  port: number,
  log: (line: string) => void,
): Promise<WebServer & { serve(handlers: WebHandlers): void }> {
  let handlers: WebHandlers | null = null;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [path = "/", query = ""] = (request.url ?? "/").split(/\?(.*)/s);
    if (!wellFormed(path)) return send(request, response, plain(400, "The address is not well formed."));
    if (!handlers) return send(request, response, plain(503, "starting"));
    const direct = handlers.direct(path, request, response);
    if (direct) return direct;
    const body = await readBody(request);
    if (body === null)
      return send(request, response, {
        ...plain(413, "Request Entity Too Large"),
        headers: { ...plain(413, "").headers, connection: "close" },
      });
    send(request, response, await handlers.handle(webRequest(request, path, query, body)));
  };
  /** Sockets made of connections: the server does not close them by itself. */
  const upgraded = new Set<Duplex>();
  const upgrade = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const [path = "/", query = ""] = (request.url ?? "/").split(/\?(.*)/s);
    const known = request.headers.upgrade?.toLowerCase() === "websocket" && request.method === "GET";
    const status = !wellFormed(path)
      ? 400
      : !known
        ? 426
        : handlers
          ? await handlers.upgrade(webRequest(request, path, query, Buffer.alloc(0)), { request, socket, head })
          : 503;
    if (status !== null) refuseUpgrade(socket, status);
  };
  const server = createServer(
    { requestTimeout: 30_000, headersTimeout: 10_000, keepAliveTimeout: 5_000, connectionsCheckingInterval: 2_000 },
    (request, response) => {
      answer(request, response).catch((error: Error) => {
        if (request.destroyed && !request.complete) return; // the client left
        log(`http: ${request.method} ${withoutSecrets(request.url ?? "")}: ${error.stack ?? error.message}`);
        if (!response.headersSent) send(request, response, plain(500, "Internal Server Error"));
      });
    },
  );
  server.maxConnections = 2_000;
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    upgraded.add(socket);
    socket.once("close", () => upgraded.delete(socket));
    socket.on("error", () => socket.destroy());
    upgrade(request, socket, head).catch((error: Error) => {
      log(`http: upgrade of ${withoutSecrets(request.url ?? "")}: ${error.stack ?? error.message}`);
      refuseUpgrade(socket, 500);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    port: (server.address() as { port: number }).port,
    serve: (made) => (handlers = made),
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      for (const socket of upgraded) socket.destroy();
      // Answers under way get a moment; a client that does not read does not hold the machine up.
      const late = setTimeout(() => server.closeAllConnections(), 2_000);
      await closed;
      clearTimeout(late);
    },
  };
}

const webRequest = (request: IncomingMessage, path: string, query: string, body: Buffer): WebRequest => ({
  method: request.method ?? "GET",
  path,
  query,
  headers: request.headers,
  body,
  protocol: `HTTP/${request.httpVersion}`,
  sourceIp: request.socket.remoteAddress?.replace(/^::ffff:/, "") ?? "",
});

function refuseUpgrade(socket: Duplex, status: number): void {
  if (socket.destroyed) return;
  const body = JSON.stringify({ message: STATUS_CODES[status] });
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
  );
}

/** Codes are in queries, and an invitation's token is in its path: neither belongs into a log. */
const withoutSecrets = (url: string): string => url.replace(/\?.*/s, "?…").replace(/\/invite\/.*/s, "/invite/…");

function send(request: IncomingMessage, response: ServerResponse, answer: WebAnswer): void {
  if (response.destroyed) return;
  response.writeHead(answer.status, {
    ...answer.headers,
    ...(answer.cookies ? { "set-cookie": answer.cookies } : {}),
    ...(answer.status === 304 || answer.status === 204 ? {} : { "content-length": answer.body.length }),
  });
  response.end(request.method === "HEAD" || answer.status === 304 ? undefined : answer.body);
}

function wellFormed(path: string): boolean {
  try {
    return path.startsWith("/") && !decodeURIComponent(path).includes("\0");
  } catch {
    return false;
  }
}

/** null when it is larger than the limit; the rest is not read. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  if (Number(request.headers["content-length"] ?? 0) > MAX_BODY) return null;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MAX_BODY) return null;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
