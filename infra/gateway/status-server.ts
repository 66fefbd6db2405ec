/** `/metrics` (Prometheus text) and `/health`, on 127.0.0.1 only. */
import { createServer } from "node:http";

export interface StatusServer {
  port: number;
  stop(): Promise<void>;
}

export async function startStatusServer(
  port: number,
  pages: { metrics: () => string; health: () => { status: "ok" | "degraded" } },
): Promise<StatusServer> {
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000 }, (request, response) => {
    const path = (request.url ?? "").split("?")[0];
    if (request.method !== "GET") response.writeHead(405, { allow: "GET" }).end();
    else if (path === "/metrics")
      response.writeHead(200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" }).end(pages.metrics());
    else if (path === "/health") {
      const health = pages.health();
      response
        .writeHead(health.status === "ok" ? 200 : 503, { "content-type": "application/json" })
        .end(`${JSON.stringify(health)}\n`);
    } else response.writeHead(404, { "content-type": "text/plain" }).end("/metrics or /health\n");
  });
  server.maxConnections = 64;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    port: (server.address() as { port: number }).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
