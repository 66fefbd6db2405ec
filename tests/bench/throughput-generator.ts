/** Gateways that offer messages at a fixed rate, whatever the machine does (open loop), over MQTT with QoS 1. */
import mqtt, { type MqttClient } from "mqtt";

export interface Offer {
  gateway: string;
  permitNo: string;
  payload: Uint8Array;
}

export interface Offered {
  sent: number;
  acknowledged: number;
  /** Scheduled send → PUBACK, ms, of those acknowledged. A message sent late by a slow generator counts its wait. */
  latencies: number[];
  /** Seconds until the last was handed over, and until the last was acknowledged. */
  sendSeconds: number;
  ackSeconds: number;
}

export interface Generator {
  /** Sends `offers` evenly at `rate` a second; resolves when all are acknowledged, or `patienceMs` after the last was sent. */
  offer(offers: readonly Offer[], rate: number, patienceMs?: number): Promise<Offered>;
  close(): Promise<void>;
}

/** Connects one client a gateway. */
export async function startGenerator(port: number, gateways: readonly string[]): Promise<Generator> {
  const clients = new Map<string, MqttClient>();
  await Promise.all(
    gateways.map(async (gateway) => {
      const options = { clientId: `gw-${gateway}`, protocolVersion: 4, reconnectPeriod: 0, keepalive: 300 } as const;
      clients.set(gateway, await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, options));
    }),
  );
  const clientOf = (gateway: string): MqttClient => {
    const client = clients.get(gateway);
    if (!client) throw new Error(`no gateway ${gateway} is connected`);
    return client;
  };
  return {
    offer: async (offers, rate, patienceMs = 10_000) => {
      const latencies: number[] = [];
      const { promise: acknowledged, resolve } = Promise.withResolvers<void>();
      const begun = performance.now();
      let lastAck = begun;
      const send = (i: number): void => {
        const { gateway, permitNo, payload } = offers[i]!;
        const scheduled = begun + (i * 1000) / rate;
        clientOf(gateway).publish(
          `gateways/${gateway}/${permitNo}/hj212`,
          payload as Buffer,
          { qos: 1 },
          (error?: Error | null) => {
            if (error) return;
            lastAck = performance.now();
            if (latencies.push(lastAck - scheduled) === offers.length) resolve();
          },
        );
      };
      for (let sent = 0; sent < offers.length;) {
        const due = Math.min(offers.length, Math.floor(((performance.now() - begun) * rate) / 1000) + 1);
        while (sent < due) send(sent++);
        await new Promise((done) => setTimeout(done, 4));
      }
      const sendSeconds = (performance.now() - begun) / 1000;
      const patience = setTimeout(resolve, patienceMs);
      if (offers.length > 0) await acknowledged;
      clearTimeout(patience);
      return {
        sent: offers.length,
        acknowledged: latencies.length,
        latencies,
        sendSeconds,
        ackSeconds: (lastAck - begun) / 1000,
      };
    },
    close: async () => {
      await Promise.all([...clients.values()].map((client) => client.endAsync(true)));
    },
  };
}
