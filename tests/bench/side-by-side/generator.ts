/** The open-loop generator: what is due is sent whether the answers come or not; latencies count from the planned moment. */
import { setTimeout as pause } from "node:timers/promises";
import mqtt, { type MqttClient } from "mqtt";
import type { Sending } from "./load.ts";

export interface Offered {
  /** `performance.now()` of the start. */
  start: number;
  /** Planned sending → PUBACK, ms. */
  acks: number[];
  /** Sendings that got their PUBACK. */
  acknowledged: Set<Sending>;
  /** Later than planned by at most, ms: the generator's own fault. */
  latest: number;
}

/** MQTT 3.1.1 connections, one for each client id. */
export const connect = (port: number, ids: readonly string[]): Promise<MqttClient[]> =>
  Promise.all(
    ids.map((clientId) =>
      mqtt.connectAsync({ host: "127.0.0.1", port, clientId, protocolVersion: 4, reconnectPeriod: 0 }),
    ),
  );

export const disconnect = async (clients: readonly MqttClient[]): Promise<void> => {
  await Promise.all(clients.map((client) => client.endAsync(true)));
};

/** Offers the load with QoS 1 and waits for the answers, at most `patience` ms. `until`: stops early when it holds. */
export async function offer(
  clients: readonly MqttClient[],
  sendings: readonly Sending[],
  { patience = 5_000, until = () => false }: { patience?: number; until?: (acknowledged: number) => boolean } = {},
): Promise<Offered> {
  const offered: Offered = { start: performance.now(), acks: [], acknowledged: new Set(), latest: 0 };
  let sent = 0;
  while (sent < sendings.length && !until(offered.acks.length)) {
    const now = performance.now() - offered.start;
    for (let next = sendings[sent]; next && next.at <= now; next = sendings[++sent]) {
      const sending = next;
      offered.latest = Math.max(offered.latest, now - sending.at);
      clients[sending.connection]?.publish(sending.topic, sending.payload as Buffer, { qos: 1 }, (error) => {
        if (error) return;
        offered.acks.push(performance.now() - offered.start - sending.at);
        offered.acknowledged.add(sending);
      });
    }
    await pause(1);
  }
  const end = performance.now() + patience;
  while (offered.acks.length < sent && performance.now() < end && !until(offered.acks.length)) await pause(2);
  return offered;
}
