/** The program of `npm run gateway` as a child that can be killed, its clock ahead of ours by as much as a trial wants. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { spawnBound } from "../../infra/local/child.ts";
import type { TrialPlant } from "./trial-city.ts";
import { until } from "./trial.ts";

const ROOT = join(import.meta.dirname, "../..");

export interface GatewayProgram {
  port: number;
  said(): string;
  /** Frames on disk that wait for the uplink, and bundles on their way. */
  waiting(): Promise<{ seconds: number; underWay: number; uplink: boolean }>;
  /** kill -9. */
  kill(): Promise<void>;
  /** SIGTERM; the exit code. */
  stop(): Promise<number | null>;
}

/** The config of a gateway for all devices of the plants, at the pace of a trial. */
export const gatewayConfig = (
  id: string,
  uplinkPort: number,
  plants: readonly TrialPlant[],
): Record<string, unknown> => ({
  id,
  listen: { host: "127.0.0.1", port: 0 },
  metricsPort: 0,
  uplink: { url: `mqtt://127.0.0.1:${uplinkPort}`, messagesPerSecond: 2_000, backlogPerSecond: 1_000 },
  limits: { framesPerSecond: 10_000, frameBurst: 10_000, connectionsPerAddress: 10_000 },
  spool: { minFreeBytes: 0 },
  devices: plants.flatMap(({ permitNo, gas, water }) =>
    [gas, water].map((mn) => ({ mn, permitNo, passwordUnchecked: true, allow: ["127.0.0.1"] })),
  ),
});

/** Starts it on a folder; resolves when devices can call. */
export async function startGatewayProgram(options: {
  /** Of the spool and the config; the same after a kill. */
  folder: string;
  config: Record<string, unknown>;
  /** Milliseconds that its clock is ahead of ours. */
  ahead: number;
}): Promise<GatewayProgram> {
  const { folder, config, ahead } = options;
  const file = join(folder, "gateway.json");
  writeFileSync(file, JSON.stringify(config));
  const shift = `data:text/javascript,const now=Date.now;Date.now=()=>now()+(${ahead})`;
  const main = join(ROOT, "infra/gateway/main.ts");
  const child = spawnBound(
    process.execPath,
    [
      "--disable-warning=ExperimentalWarning",
      "--import",
      shift,
      main,
      "--config",
      file,
      "--data",
      join(folder, "spool"),
    ],
    { cwd: ROOT, env: {} },
  );
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const exited = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  const ports = (): RegExpExecArray | null => /HJ 212 on 127\.0\.0\.1:(\d+),[^]*127\.0\.0\.1:(\d+)\/metrics/.exec(text);
  try {
    await until(
      () => {
        if (child.exitCode !== null || child.signalCode !== null)
          throw new Error(`the gateway ended at its start:\n${text}`);
        return ports() !== null;
      },
      60_000,
      "the gateway did not start",
    );
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
  const [, port, metricsPort] = ports()!;
  const gauge = (metrics: string, name: string): number =>
    Number(new RegExp(`^permit_watch_gateway_${name} (\\S+)$`, "m").exec(metrics)?.[1]);
  return {
    port: Number(port),
    said: () => text,
    waiting: async () => {
      const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
      return {
        seconds: gauge(metrics, "backlog_seconds"),
        underWay: gauge(metrics, "bundles_under_way"),
        uplink: gauge(metrics, "uplink_connected") === 1,
      };
    },
    kill: async () => {
      child.kill("SIGKILL");
      await exited;
    },
    stop: () => {
      child.kill("SIGTERM");
      return exited;
    },
  };
}
