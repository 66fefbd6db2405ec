/**
 * MQTT 3.1.1 on loopback. A client is who its client id says (a device's MN, or `gw-` and a gateway's id), and publishes
 * only to its own topics, as its policy on AWS IoT would allow; anything else ends the connection. PUBACK is sent only
 * after the message is durable.
 */
import { createServer, type Socket } from "node:net";
import { Aedes, type AuthErrorCode, type Client } from "aedes";

export interface Broker {
  port: number;
  connections(): number;
  stop(): Promise<void>;
}

export interface BrokerOptions {
  port: number;
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

/** Listens on 127.0.0.1; rejects with the system's error when the port is taken. */
export async function startBroker({ port, now, route, log, maxConnections = 20_000 }: BrokerOptions): Promise<Broker> {
  const seen = new Map<Socket, number>();
  const strangers = new WeakSet<Client>();
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
      if (!strangers.has(client)) return done(null, true);
      log(
        `mqtt: a client id was refused (${JSON.stringify(client.id.slice(0, 80))}): it must be the device's MN, or gw- and the gateway's id`,
      );
      return done(Object.assign(new Error("identifier rejected"), { returnCode: IDENTIFIER_REJECTED }), null);
    },
    authorizePublish: (client, packet, done) => {
      if (!client) return done(new Error("only clients publish"));
      const socket = client.conn as Socket;
      seen.set(socket, socket.bytesRead);
      packet.retain = false; // nothing reads retained messages; keeping them would only fill memory
      const refused = !mayPublish(client.id, packet.topic)
        ? `may not publish to ${packet.topic}`
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
    authorizeSubscribe: (client, subscription, done) =>
      done(null, maySubscribe(client.id, subscription.topic) ? subscription : null),
  });
  // A client's mistake ends that client's connection, which aedes does; it must not end the machine.
  aedes.on("clientError", () => undefined);
  aedes.on("connectionError", (_client: Client, error: Error) => {
    if (!/ECONNRESET|EPIPE/.test(error.message)) log(`mqtt: ${error.message}`);
  });

  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.once("close", () => {
      sockets.delete(socket);
      seen.delete(socket);
    });
    aedes.handle(socket);
  });
  server.maxConnections = maxConnections;
  const flood = setInterval(() => {
    for (const socket of sockets) if (socket.bytesRead - (seen.get(socket) ?? 0) > MAX_UNPARSED) socket.destroy();
  }, 1_000);
  flood.unref();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", resolve);
    });
  } catch (error) {
    clearInterval(flood);
    aedes.close();
    throw error;
  }
  return {
    port: (server.address() as { port: number }).port,
    connections: () => sockets.size,
    stop: async () => {
      clearInterval(flood);
      const closed = new Promise((resolve) => server.close(resolve));
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
