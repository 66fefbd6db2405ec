/**
 * Devices and gateways that keep what was not acknowledged and send it again, in their order, as the contract asks of
 * them. Its messages are the trial's ledger: `acknowledged` is what the machine must not lose.
 */
import mqtt, { type MqttClient } from "mqtt";
import type { TrialMessage } from "./trial-city.ts";

/** Messages a connection has on the way at one time. */
const WINDOW = 8;

export interface Publisher {
  add(messages: readonly TrialMessage[]): void;
  /** Connects every client that has something to send to this port and keeps sending until the connections end. */
  connect(port: number): void;
  /** Resolves when every message is acknowledged; rejects after `ms`. */
  settled(ms: number): Promise<void>;
  acknowledged(): number;
  close(): Promise<void>;
}

interface Sender {
  queue: TrialMessage[];
  connection: MqttClient | null;
  /** Handed to the connection and not yet acknowledged. */
  flying: Set<TrialMessage>;
}

export function startPublisher(): Publisher {
  const senders = new Map<string, Sender>();
  let port: number | null = null;
  let acknowledged = 0;
  let open = 0;

  const pump = (sender: Sender): void => {
    const { connection: client, flying } = sender;
    while (client?.connected && flying.size < WINDOW) {
      const message = sender.queue.find((m) => !flying.has(m));
      if (!message) return;
      flying.add(message);
      message.sends += 1;
      const payload = Buffer.concat(message.frames.map((f) => f.bytes));
      client.publish(message.topic, payload, { qos: 1 }, (error) => {
        // The callback without an error is the PUBACK; with one the connection ended first.
        if (error || message.acknowledged) return;
        message.acknowledged = true;
        acknowledged += 1;
        open -= 1;
        flying.delete(message);
        sender.queue.splice(sender.queue.indexOf(message), 1);
        pump(sender);
      });
    }
  };
  const connect = (id: string, sender: Sender): void => {
    if (port === null || sender.connection || sender.queue.length === 0) return;
    const client = mqtt.connect({
      host: "127.0.0.1",
      port,
      clientId: id,
      protocolVersion: 4,
      reconnectPeriod: 0,
      connectTimeout: 10_000,
    });
    sender.connection = client;
    sender.flying = new Set();
    client.on("connect", () => pump(sender));
    client.on("error", () => undefined); // "close" follows
    client.once("close", () => {
      client.end(true);
      if (sender.connection !== client) return;
      sender.connection = null;
      // Refused or cut off: again, as long as the trial says that there is a machine.
      setTimeout(() => connect(id, sender), 100);
    });
  };
  return {
    add: (messages) => {
      for (const message of messages) {
        const sender = senders.get(message.client) ?? { queue: [], connection: null, flying: new Set() };
        senders.set(message.client, sender);
        sender.queue.push(message);
        open += 1;
      }
      for (const [id, sender] of senders)
        if (sender.connection) pump(sender);
        else connect(id, sender);
    },
    connect: (to) => {
      port = to;
      for (const [id, sender] of senders) connect(id, sender);
    },
    settled: async (ms) => {
      const until = performance.now() + ms;
      while (open > 0) {
        if (performance.now() > until) throw new Error(`${open} messages were not acknowledged within ${ms} ms`);
        await new Promise((done) => setTimeout(done, 20));
      }
    },
    acknowledged: () => acknowledged,
    close: async () => {
      port = null;
      const connections = [...senders.values()].flatMap((sender) => sender.connection ?? []);
      for (const sender of senders.values()) sender.connection = null;
      await Promise.all(connections.map((client) => client.endAsync(true)));
    },
  };
}
