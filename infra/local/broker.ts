/**
 * MQTT 3.1.1: one broker behind two doors. On loopback, in the clear, a client is who its client id says (a device's MN,
 * or `gw-` and a gateway's id). The other door takes mutual TLS, and the policies attached to the certificate decide.
 * Either way a client publishes only to its own topics, anything else ends the connection, as on AWS IoT, and PUBACK is
 * sent only after the message is durable.
 */
import type { X509Certificate } from "node:crypto";
import { createServer, type Server, type Socket } from "node:net";
import { Aedes, type AuthErrorCode, type Client } from "aedes";
import { certificateId } from "../../functions/devices/read-request.ts";
import type { Admit } from "./identity/admission.ts";
import type { Allows } from "./identity/iot-policy.ts";
import { createSecureServer } from "./secure-server.ts";

export interface Broker {
  /** Of the door in the clear, 0 without one. */
  port: number;
  /** Of mutual TLS, 0 without it. */
  securePort: number;
  connections(): number;
  /** Ends the open connections of a certificate that may not connect any more; the others get its present permissions. */
  recheck(certificateId: string): void;
  stop(): Promise<void>;
}

export interface SecureDoor {
  port: number;
  host: string;
  /** PEM: whose certificates are taken, and what the door shows of itself. */
  ca: string;
  key: string;
  cert: string;
  admit: Admit;
}

export interface BrokerOptions {
  /** On 127.0.0.1; 0 is a free port, null none. */
  port: number | null;
  secure?: SecureDoor;
  now: () => number;
  /** Resolves when the message is durable. */
  route: (message: { topic: string; payload: Uint8Array; receivedAt: number; clientId: string }) => Promise<void>;
  log: (line: string) => void;
  /** Most connections at one time. */
  maxConnections?: number;
}

/** AWS IoT's limit of a message. */
const MAX_PAYLOAD = 128 * 1024;
/** Bytes a client may send without completing a message, looked at once a second. */
const MAX_UNPARSED = 1024 * 1024;
/** CONNACK code; aedes declares it as a const enum, which does not exist at run time. */
// oxlint-disable-next-line typescript/no-unsafe-enum-assignment
const IDENTIFIER_REJECTED: AuthErrorCode = 2;
// oxlint-disable-next-line typescript/no-unsafe-enum-assignment
const NOT_AUTHORIZED: AuthErrorCode = 5;
const CLIENT_ID = /^(gw-)?[A-Za-z0-9_-]{1,64}$/;
const BASIC_INGEST = /^\$aws\/rules\/[^/]+\//;

/** The topic prefix a client may use, also behind `$aws/rules/{rule}/`. */
export function ownPrefix(clientId: string): string {
  return clientId.startsWith("gw-") ? `gateways/${clientId.slice(3)}/` : `plants/${clientId}/`;
}
/** What the device's policy says about a publish. */
export const mayPublish = (clientId: string, topic: string): boolean =>
  topic.replace(BASIC_INGEST, "").startsWith(ownPrefix(clientId));
/** Subscriptions are to own topics, literally or with wildcards behind the own prefix. */
export const maySubscribe = (clientId: string, filter: string): boolean => filter.startsWith(ownPrefix(clientId));

/** What a client in the clear may do: the same as the policy allows its kind. */
const clearTo =
  (clientId: string): Allows =>
  (_action, resource) => {
    const [kind, path = ""] = resource.split(/\/(.*)/s);
    return kind === "topicfilter" ? maySubscribe(clientId, path) : mayPublish(clientId, path);
  };

/** Opens its doors; rejects with the system's error when a port is taken. */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const { now, route, log, secure, maxConnections = 20_000 } = options;
  const seen = new Map<Socket, number>();
  const strangers = new WeakSet<Client>();
  /** Who came through the secure door, with the certificate it proved. */
  const peers = new WeakMap<Socket, { certificate: X509Certificate; id: string }>();
  const clients = new Map<Socket, Client>();
  const holders = new Map<string, Socket>();
  /** Permissions of every client that was let in; without an entry nothing is allowed. */
  const allowed = new WeakMap<Client, Allows>();
  const may = (client: Client, ...asked: Parameters<Allows>): boolean => allowed.get(client)?.(...asked) ?? false;
  const aedes = await Aedes.createBroker({
    maxClientsIdLength: 128,
    maxTopicLevels: 16,
    connectTimeout: 15_000,
    preConnect: (client, packet, done) => {
      client.conn.setMaxListeners(0);
      // Only here is the id as it was sent: an empty one is replaced later.
      if (!CLIENT_ID.test(packet.clientId)) strangers.add(client);
      done(null, true);
    },
    authenticate: (client, _username, _password, done) => {
      if (strangers.has(client)) {
        log(
          `mqtt: a client id was refused (${JSON.stringify(client.id.slice(0, 80))}): it must be the device's MN, or gw- and the gateway's id`,
        );
        return done(Object.assign(new Error("identifier rejected"), { returnCode: IDENTIFIER_REJECTED }), null);
      }
      const socket = client.conn as Socket;
      const peer = peers.get(socket);
      const admitted =
        peer && secure ? secure.admit(peer.certificate, client.id) : { ok: true as const, allows: clearTo(client.id) };
      if (!admitted.ok) {
        log(`mqtt: ${client.id} was refused: ${admitted.reason}`);
        return done(Object.assign(new Error("not authorized"), { returnCode: NOT_AUTHORIZED }), null);
      }
      allowed.set(client, admitted.allows);
      clients.set(socket, client);
      const former = holders.get(client.id);
      if (former)
        log(
          `mqtt: ${client.id} connected from ${socket.remoteAddress} while it was connected from ${former.remoteAddress}: the older connection ends; two devices may claim one MN`,
        );
      holders.set(client.id, socket);
      return done(null, true);
    },
    authorizePublish: (client, packet, done) => {
      if (!client) return done(new Error("only clients publish"));
      const socket = client.conn as Socket;
      seen.set(socket, socket.bytesRead);
      const mayRetain = !packet.retain || may(client, "iot:RetainPublish", `topic/${packet.topic}`);
      packet.retain = false; // nothing reads retained messages; keeping them would only fill memory
      const refused = !may(client, "iot:Publish", `topic/${packet.topic}`)
        ? `may not publish to ${packet.topic}`
        : !mayRetain
          ? `may not publish retained messages to ${packet.topic}`
          : packet.payload.length > MAX_PAYLOAD
            ? `sent ${packet.payload.length} bytes to ${packet.topic}; the limit is ${MAX_PAYLOAD}`
            : null;
      if (refused) {
        log(`mqtt: ${client.id} ${refused}; disconnected`);
        return done(new Error(refused));
      }
      const payload = typeof packet.payload === "string" ? Buffer.from(packet.payload) : packet.payload;
      route({ topic: packet.topic, payload, receivedAt: now(), clientId: client.id }).then(
        () => done(null),
        (error: Error) => {
          // Neither the stream nor the error action took it: without PUBACK the device keeps it and sends it again.
          log(`mqtt: a message of ${client.id} could not be stored: ${error.message}`);
          done(error);
        },
      );
      return undefined;
    },
    authorizeSubscribe: (client, subscription, done) => {
      if (may(client, "iot:Subscribe", `topicfilter/${subscription.topic}`)) return done(null, subscription);
      log(`mqtt: ${client.id} may not subscribe to ${subscription.topic}`);
      return done(null, null);
    },
    authorizeForward: (client, packet) => (may(client, "iot:Receive", `topic/${packet.topic}`) ? packet : null),
  });
  // A client's mistake ends that client's connection, which aedes does; it must not end the machine.
  aedes.on("clientError", () => undefined);
  aedes.on("connectionError", (_client: Client, error: Error) => {
    if (!/ECONNRESET|EPIPE/.test(error.message)) log(`mqtt: ${error.message}`);
  });

  const sockets = new Set<Socket>();
  const serve = (socket: Socket, peer?: X509Certificate): void => {
    sockets.add(socket);
    if (peer) peers.set(socket, { certificate: peer, id: certificateId(peer) });
    socket.setNoDelay(true);
    socket.once("close", () => {
      sockets.delete(socket);
      seen.delete(socket);
      const id = clients.get(socket)?.id;
      if (id !== undefined && holders.get(id) === socket) holders.delete(id);
      clients.delete(socket);
    });
    aedes.handle(socket);
  };
  const doors: { server: Server; port: number; host: string }[] = [];
  if (options.port !== null)
    doors.push({ server: createServer((socket) => serve(socket)), port: options.port, host: "127.0.0.1" });
  if (secure) doors.push({ server: createSecureServer(secure, serve, log), port: secure.port, host: secure.host });
  const flood = setInterval(() => {
    for (const socket of sockets) if (socket.bytesRead - (seen.get(socket) ?? 0) > MAX_UNPARSED) socket.destroy();
  }, 1_000);
  flood.unref();
  const stop = async (): Promise<void> => {
    clearInterval(flood);
    const closed = doors.map(({ server }) => new Promise((resolve) => server.close(resolve)));
    await new Promise<void>((resolve) => aedes.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await Promise.all(closed);
  };
  try {
    for (const { server, port, host } of doors) {
      server.maxConnections = maxConnections;
      await listen(server, port, host);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  const portOf = (door: (typeof doors)[number] | undefined): number =>
    door ? (door.server.address() as { port: number }).port : 0;
  return {
    port: options.port === null ? 0 : portOf(doors[0]),
    securePort: secure ? portOf(doors.at(-1)) : 0,
    connections: () => sockets.size,
    recheck: (id) => {
      for (const [socket, client] of clients) {
        const peer = peers.get(socket);
        if (!secure || peer?.id !== id) continue;
        const admitted = secure.admit(peer.certificate, client.id);
        if (admitted.ok) {
          allowed.set(client, admitted.allows);
          continue;
        }
        // Its permissions go first: not even its will is published.
        allowed.delete(client);
        log(`mqtt: ${client.id} was disconnected: ${admitted.reason}`);
        socket.destroy();
      }
    },
    stop,
  };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
