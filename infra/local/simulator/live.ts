/**
 * The live city: over MQTT devices of the first plants as themselves and all others through the gateway of their town; the
 * devices of some plants over TCP to the machine's own gateway.
 */
import { connect, type MqttClient } from "mqtt";
import { MINUTE } from "../../../functions/shared/shanghai.ts";
import { bundle, ownMessages } from "./bundle.ts";
import { type Courier, courier, type Sender } from "./courier.ts";
import type { Fleet } from "./fleet.ts";
import type { SimDevice } from "./profile.ts";
import { whole } from "./random.ts";
import { deviceOffset } from "./frames.ts";
import { uplinkLost } from "./states.ts";
import { tcpLine, tcpSender, type TcpLine } from "./tcp.ts";
import { gatewayOf } from "./topics.ts";

/** A gateway closes the bundle of a minute when the last logger has sent, and spreads its plants over the next one. */
const GATEWAY_AFTER = 42_000;
const TICK = 500;
const IN_FLIGHT = 128;
/** Two hours, as small loggers keep. */
const MEMORY_MINUTES = 120;

export interface SimulatedGateway {
  host: string;
  port: number;
  /** Ends and gives back its way upwards. */
  cutUplink(cut: boolean): void;
}

export interface SimulatorOptions {
  fleet: Fleet;
  /** `mqtt://127.0.0.1:1883`. */
  mqttUrl: string;
  /** The HJ 212 gateway that takes the factory's password from here; null: every plant speaks MQTT. */
  gateway?: SimulatedGateway | null;
  /** The machine's clock. */
  clock: { now(): number };
  /** First moment to send (epoch ms): the end of the back-fill, or of the last run; what lies too far back is left out. */
  since: number;
  /** Says when connections are lost and back; not called per message. */
  log?: (line: string) => void;
}

export interface Simulator {
  /** Epoch ms from which the next run has to send (`since`). */
  sentUntil(): number;
  counts(): ReturnType<Courier["counts"]> & { connections: number; connected: number };
  stop(): Promise<void>;
}

/** Starts to send; resolves at once, connections come up on their own and come back after a restart of the broker. */
export function startSimulator(options: SimulatorOptions): Simulator {
  const { fleet, mqttUrl, gateway = null, clock, since, log = () => {} } = options;
  const lines = new Map<string, MqttClient>();
  const line = (clientId: string): MqttClient => {
    const known = lines.get(clientId);
    if (known) return known;
    const reconnectPeriod = paceOf(lines.size);
    const client = connect(mqttUrl, { clientId, clean: true, keepalive: 60, reconnectPeriod, resubscribe: false });
    let up = false;
    let said = false;
    client.on("connect", () => {
      if (said) log(`simulator: ${clientId} is connected again`);
      up = true;
      said = false;
    });
    client.on("error", (error) => {
      if (!said) log(`simulator: ${clientId}: ${error.message}`);
      said = true;
    });
    client.on("close", () => {
      if (up && !said) {
        log(`simulator: ${clientId} lost its connection; it tries again and sends what is missing`);
        said = true;
      }
      up = false;
    });
    lines.set(clientId, client);
    return client;
  };
  // mqtt.js leaves the publishes of a client that is ended by force pending for ever: they are let go here.
  const pending = new Set<(error: Error) => void>();
  const through = (client: MqttClient): Pick<Sender, "publish" | "ready"> => ({
    ready: () => client.connected,
    publish: ({ topic, payload }) =>
      new Promise((resolve, reject) => {
        pending.add(reject);
        const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
        client.publish(topic, bytes, { qos: 1 }, (error) => {
          pending.delete(reject);
          if (error) reject(error);
          else resolve();
        });
      }),
  });

  const tcp: TcpLine[] = [];
  const senders = fleet.plants.flatMap((plant): Sender[] => {
    const own = (device: SimDevice): Sender => {
      const dialect = gateway && fleet.overTcp.get(device);
      if (!dialect)
        return {
          ...through(line(device.mn)),
          // A second after its last frame.
          offset: deviceOffset(device, 0) + 2_000,
          messages: (minute) => ownMessages(plant, device, minute),
        };
      const { host, port } = gateway;
      const dialled = tcpLine({ host, port, mn: device.mn, retryMs: paceOf(tcp.length), log });
      tcp.push(dialled);
      return tcpSender(plant, device, dialect, dialled);
    };
    // Beyond the first plants either all devices of a plant speak TCP or none, for none of them speaks JSON.
    if (fleet.isDirect(plant) || (gateway && plant.devices.every((device) => fleet.overTcp.has(device))))
      return plant.devices.map(own);
    return [
      {
        ...through(line(`gw-${gatewayOf(plant.town)}`)),
        offset: GATEWAY_AFTER + whole(plant.key, 61, 0, MINUTE - 1),
        messages: (minute) => bundle(plant, minute * MINUTE, (minute + 1) * MINUTE),
      },
    ];
  });
  const work = courier(senders, { since, inFlight: IN_FLIGHT, memoryMinutes: MEMORY_MINUTES });
  const timer = setInterval(() => {
    gateway?.cutUplink(uplinkLost(Math.floor(clock.now() / MINUTE)));
    work.tick(clock.now());
  }, TICK);

  return {
    sentUntil: () => work.sentUntil(),
    counts: () => ({
      ...work.counts(),
      connections: lines.size + tcp.length,
      connected:
        [...lines.values()].filter((client) => client.connected).length + tcp.filter((each) => each.connected()).length,
    }),
    async stop() {
      clearInterval(timer);
      gateway?.cutUplink(false);
      for (const each of tcp) each.stop();
      // Forced: an acknowledgement that never comes must not hold the machine up.
      await Promise.all([...lines.values()].map((client) => client.endAsync(true)));
      for (const reject of pending) reject(new Error("the simulator stops"));
      await work.settled();
    },
  };
}

/** The n-th connection comes back after 1–4 s, each at its own pace, so that a city does not come back in one second. */
const paceOf = (n: number): number => 1_000 + ((n * 379) % 3_000);
