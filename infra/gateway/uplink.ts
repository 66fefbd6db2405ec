/** The gateway's one connection upwards: MQTT with QoS 1; a message counts as sent when the broker has acknowledged it. */
import { readFileSync } from "node:fs";
import { connect } from "mqtt";
import type { GatewayConfig } from "./config.ts";
import type { Counters } from "./counters.ts";

export interface Uplink {
  connected(): boolean;
  /** Resolves at the acknowledgement, which may come after any number of lost connections; rejects only at `stop`. */
  publish(topic: string, payload: Buffer): Promise<void>;
  stop(): Promise<void>;
}

/** AWS IoT acknowledges within moments or never (a throttled publish is dropped without a word): then a new connection asks again. */
const ACK_MS = 30_000;

export interface Tls {
  ca?: Buffer;
  cert?: Buffer;
  key?: Buffer;
}

/** The PEM files of a config; throws with the name of one that cannot be read. */
export function readTls({ ca, cert, key }: GatewayConfig["uplink"]): Tls {
  return {
    ...(ca !== undefined && { ca: readFileSync(ca) }),
    ...(cert !== undefined && key !== undefined && { cert: readFileSync(cert), key: readFileSync(key) }),
  };
}

/** Connects and stays connected until `stop`. */
export function startUplink(options: {
  clientId: string;
  url: string;
  tls: Tls;
  counters: Counters;
  log: (line: string) => void;
  onConnect: () => void;
  ackMs?: number;
}): Uplink {
  const { clientId, url, tls, counters, log, onConnect, ackMs = ACK_MS } = options;
  const client = connect(url, {
    clientId,
    clean: true,
    keepalive: 60,
    // Each gateway at its own pace, so that a city does not come back in one second.
    reconnectPeriod: 1_000 + Math.floor(Math.random() * 3_000),
    resubscribe: false,
    ...tls,
  });
  let lost: string | null = null;
  let up = false;
  client.on("connect", () => {
    up = true;
    log(lost === null ? `uplink: connected as ${clientId}` : "uplink: connected again");
    lost = null;
    onConnect();
  });
  client.on("error", (error) => say(error.message));
  client.on("close", () => {
    if (up) counters.add("uplink_lost_total");
    up = false;
    say("the connection ended");
  });
  const say = (why: string): void => {
    if (lost === null) log(`uplink: ${why}; frames stay on disk, trying again`);
    lost = why;
  };

  const pending = new Set<{ since: number; reject: (error: Error) => void }>();
  const watch = setInterval(() => {
    if (!client.connected) {
      // A publish waits for its acknowledgement from the moment it can be sent again.
      for (const one of pending) one.since = performance.now();
      return;
    }
    const oldest = Math.min(...[...pending].map((one) => one.since));
    if (performance.now() - oldest < ackMs) return;
    log(`uplink: no acknowledgement for ${ackMs / 1000} s; connecting anew`);
    client.stream.destroy();
  }, 1_000);
  watch.unref();

  return {
    connected: () => client.connected,
    publish: (topic, payload) =>
      new Promise<void>((resolve, reject) => {
        const entry = { since: performance.now(), reject };
        pending.add(entry);
        // mqtt.js keeps it until PUBACK and sends it again after a reconnect.
        client.publish(topic, payload, { qos: 1 }, (error) => {
          pending.delete(entry);
          if (error) reject(error);
          else resolve();
        });
      }),
    async stop() {
      clearInterval(watch);
      up = false;
      lost = "stopping";
      await client.endAsync(true);
      for (const { reject } of pending) reject(new Error("the gateway stops"));
      pending.clear();
    },
  };
}
