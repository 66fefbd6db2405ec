/** The HJ 212 gateway: TCP in, disk, MQTT out. A program of its own (main.ts), and a part of the one machine. */
import { mkdirSync } from "node:fs";
import { calmLog } from "../local/calm-log.ts";
import { lockFolder } from "../local/folder-lock.ts";
import type { GatewayConfig } from "./config.ts";
import { openCounters } from "./counters.ts";
import { directoryOf, type Directory } from "./devices.ts";
import { startIntake } from "./intake.ts";
import { startListener } from "./listener.ts";
import { openQuarantine } from "./quarantine.ts";
import { startSender } from "./sender.ts";
import { openSpool, windowEnd } from "./spool.ts";
import { startStatusServer } from "./status-server.ts";
import { readTls, startUplink, type Tls, type Uplink } from "./uplink.ts";

export interface GatewayOptions {
  config: GatewayConfig;
  /** Folder of the spool and the quarantine; one gateway at a time. */
  dataDir: string;
  log: (line: string) => void;
  /** Where devices are known from; absent: the config. */
  directory?: Directory;
  /** Wall clock, epoch ms. */
  now?: () => number;
}

export interface Gateway {
  port: number;
  metricsPort: number;
  health(): GatewayHealth;
  /** Takes devices, limits and the uplink of a new config; what is bound at start (id, ports, spool) stays as it is. */
  reload(config: GatewayConfig): Promise<void>;
  /** A drill: while true nothing goes upwards, as if the uplink were lost; frames are answered and stay on disk. */
  cutUplink(cut: boolean): void;
  stop(): Promise<void>;
}

export interface GatewayHealth {
  status: "ok" | "degraded";
  uplink: "connected" | "lost";
  connections: number;
  backlogBytes: number;
  /** Seconds since the end of the oldest minute that waits; 0 when nothing waits longer than it should. */
  backlogSeconds: number;
  /** Why nothing is taken in, null while there is room. */
  full: string | null;
}

const TICK_MS = 200;

/** Starts everything; on an error what was already started is stopped again. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const stops: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  try {
    return await start(options, stops, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(options: GatewayOptions, stops: (() => unknown)[], stop: () => Promise<void>): Promise<Gateway> {
  const { dataDir, now = Date.now } = options;
  const log = calmLog(options.log);
  let { config } = options;
  const { id } = config;
  const counters = openCounters();
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  stops.push(lockFolder(dataDir));
  const spool = openSpool(dataDir, config.spool);
  stops.push(() => spool.close());
  const quarantine = openQuarantine({ folder: dataDir, maxBytes: config.quarantineBytes, counters, log });
  stops.push(() => quarantine.flushed());

  const connect = (tls: Tls): Uplink =>
    startUplink({
      clientId: `gw-${id}`,
      url: config.uplink.url,
      tls,
      counters,
      log,
      onConnect: () => sender.tick(),
    });
  const sender = startSender({
    spool,
    uplink: () => above,
    topicOf: (permitNo) => {
      const rule = config.uplink.basicIngestRule;
      return `${rule === undefined ? "" : `$aws/rules/${rule}/`}gateways/${id}/${permitNo}/hj212`;
    },
    pace: config.uplink,
    now,
    counters,
    log,
  });
  let uplink = connect(readTls(config.uplink));
  let cut = false;
  const above: Pick<Uplink, "connected" | "publish"> = {
    connected: () => !cut && uplink.connected(),
    publish: (topic, payload) => uplink.publish(topic, payload),
  };
  stops.push(async () => {
    const settled = sender.settled();
    await uplink.stop();
    await settled;
  });
  const timer = setInterval(() => sender.tick(), TICK_MS);
  stops.push(() => clearInterval(timer));

  let directory = options.directory ?? directoryOf(config.devices);
  const intake = startIntake({ directory: () => directory, spool, sender, quarantine, counters, now, log });
  const listener = await startListener({
    ...config.listen,
    limits: () => config.limits,
    intake,
    keysOf: (mn) => directory.keysOf(mn),
    counters,
    log,
  });
  stops.push(() => listener.stop());

  const waitsSeconds = (): number => {
    const oldest = spool.oldestWindow();
    return oldest === null ? 0 : Math.max(0, Math.round((now() - windowEnd(oldest)) / 1000));
  };
  counters.gauge("connections", "open TCP connections", () => listener.connections());
  counters.gauge("uplink_connected", "1 while the broker is connected", () => Number(above.connected()));
  counters.gauge("backlog_bytes", "disk taken by frames that wait for the uplink", () => spool.bytes());
  counters.gauge("backlog_seconds", "how long the oldest bundle has been waiting", waitsSeconds);
  counters.gauge("bundles_under_way", "bundles published and not yet acknowledged", () => sender.counts().underWay);
  counters.gauge("resident_bytes", "memory of the process", () => process.memoryUsage.rss());
  const health = (): GatewayHealth => {
    const full = spool.full();
    return {
      status: above.connected() && full === null ? "ok" : "degraded",
      uplink: above.connected() ? "connected" : "lost",
      connections: listener.connections(),
      backlogBytes: spool.bytes(),
      backlogSeconds: waitsSeconds(),
      full,
    };
  };
  const status = await startStatusServer(config.metricsPort, { metrics: () => counters.text(), health });
  stops.push(() => status.stop());

  return {
    port: listener.port,
    metricsPort: status.port,
    health,
    async reload(next) {
      if (next.id !== id)
        throw new Error(`the id of a running gateway cannot change (${id} to ${next.id}): restart it`);
      const tls = readTls(next.uplink);
      config = next;
      if (!options.directory) directory = directoryOf(next.devices);
      // Anew in any case: certificates may have been renewed under the same names.
      await uplink.stop();
      uplink = connect(tls);
      log(`config taken: ${next.devices.length} devices`);
    },
    cutUplink(next) {
      if (next !== cut) log(next ? "uplink: cut for a drill; frames stay on disk" : "uplink: the drill is over");
      cut = next;
      sender.tick();
    },
    stop,
  };
}
