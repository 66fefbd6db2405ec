/** Mutual TLS: only who shows a certificate of this machine's own authority comes through; every refusal is one line. */
import { constants, type X509Certificate } from "node:crypto";
import type { Server, Socket } from "node:net";
import { createServer, type TLSSocket } from "node:tls";

/** A client has this long for its handshake. */
const HANDSHAKE_MS = 10_000;

/** `serve` gets only sockets whose certificate is of `ca`, in its time, and proven by its key. */
export function createSecureServer(
  { ca, key, cert }: { ca: string; key: string; cert: string },
  serve: (socket: Socket, peer: X509Certificate) => void,
  log: (line: string) => void,
): Server {
  const server = createServer({
    ca,
    key,
    cert,
    minVersion: "TLSv1.2",
    requestCert: true,
    // Refused below instead of inside the handshake, where the reason would be lost.
    rejectUnauthorized: false,
    handshakeTimeout: HANDSHAKE_MS,
    // Every connection proves its certificate anew.
    secureOptions: constants.SSL_OP_NO_TICKET,
  });
  server.on("secureConnection", (socket) => {
    const peer = socket.getPeerX509Certificate();
    if (peer && socket.authorized) return serve(socket, peer);
    log(`mqtt: a connection from ${socket.remoteAddress ?? "?"} was refused: ${refusal(socket, peer)}`);
    socket.on("error", () => undefined);
    return void socket.destroy();
  });
  server.on("tlsClientError", (error: NodeJS.ErrnoException, socket) => {
    if (error.code !== "ECONNRESET" && error.code !== "EPIPE")
      log(`mqtt: a TLS handshake from ${socket.remoteAddress ?? "?"} failed: ${error.code ?? error.message}`);
    socket.destroy();
  });
  return server;
}

function refusal(socket: TLSSocket, peer: X509Certificate | undefined): string {
  if (!peer) return "it showed no certificate";
  const error = socket.authorizationError as unknown as string | Error;
  const code = typeof error === "string" ? error : error.message;
  const shown = `its certificate (${peer.subject.replaceAll("\n", ", ").slice(0, 120)})`;
  if (code === "CERT_HAS_EXPIRED") return `${shown} has expired on ${peer.validTo}`;
  if (code === "CERT_NOT_YET_VALID") return `${shown} is valid from ${peer.validFrom} only`;
  return `${shown} is not of this machine's authority (${code})`;
}
