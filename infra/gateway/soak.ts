/**
 * A measurement, not a test: `node infra/gateway/soak.ts [connections] [minutes]`. Starts the gateway as a program of its
 * own and holds that many devices on it, each with a connection, each sending a frame a minute and waiting for the answer.
 * Prints one line of figures: memory, processor time, latency of answers, what reached the broker. Needs two open files
 * for each connection over two processes (`ulimit -n`).
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { formatCompact } from "../../functions/shared/shanghai.ts";
import { encodeFrame } from "../../functions/telemetry/domain/hj212/encode.ts";
import { splitFrames } from "../../functions/telemetry/domain/hj212/frame.ts";
import { startBroker } from "../local/broker.ts";

const connections = Number(process.argv[2] ?? 10_000);
const minutes = Number(process.argv[3] ?? 3);
const mnOf = (i: number): string => `330483A8900016${String(i).padStart(10, "0")}`;
const folder = mkdtempSync(join(tmpdir(), "gateway-soak-"));

const arrived = new Set<string>();
let bundles = 0;
let twice = 0;
const broker = await startBroker({
  port: 0,
  now: Date.now,
  log: console.error,
  route: ({ payload }) => {
    bundles++;
    for (const piece of splitFrames(payload)) {
      const key = Buffer.from(piece.bytes).toString("latin1").slice(6);
      if (arrived.has(key)) twice++;
      arrived.add(key);
    }
    return Promise.resolve();
  },
});
const file = join(folder, "gateway.json");
writeFileSync(
  file,
  JSON.stringify({
    id: "soak",
    listen: { port: 0 },
    metricsPort: 0,
    uplink: { url: `mqtt://127.0.0.1:${broker.port}`, messagesPerSecond: 1_000, backlogPerSecond: 250 },
    limits: { connections: connections + 10, connectionsPerAddress: connections + 10 },
    spool: { minFreeBytes: 0 },
    devices: Array.from({ length: connections }, (_, i) => ({
      mn: mnOf(i),
      permitNo: `P${i}`,
      password: "123456",
      allow: ["127.0.0.0/8"],
    })),
  }),
);
const program = spawn(
  process.execPath,
  [join(import.meta.dirname, "main.ts"), "--config", file, "--data", join(folder, "data")],
  { stdio: ["ignore", "pipe", "inherit"] },
);
process.once("exit", () => {
  program.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});
let output = "";
program.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
while (!output.includes("metrics http")) await pause(50);
const port = Number(/on 127\.0\.0\.1:(\d+)/.exec(output)?.[1]);

/** Resident memory (MB) and processor time (s) of the gateway. */
function usage(): { mb: number; cpu: number } {
  const status = readFileSync(`/proc/${program.pid}/status`, "utf8");
  const stat = readFileSync(`/proc/${program.pid}/stat`, "utf8");
  const [user = 0, system = 0] = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(11, 13).map(Number); // prettier-ignore
  return { mb: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024, cpu: (user + system) / 100 };
}

const latencies: number[] = [];
let sent = 0;
let answers = 0;
let lost = 0;
const asked = new Float64Array(connections);
const sockets: Socket[] = [];
const open = async (i: number): Promise<void> => {
  const socket = connect({ port, host: "127.0.0.1" });
  await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  socket.on("error", () => undefined);
  socket.on("close", () => lost++);
  socket.on("data", (chunk) => {
    answers += chunk.toString("latin1").split("CN=9014").length - 1;
    latencies.push(performance.now() - asked[i]!);
  });
  sockets[i] = socket;
};
const empty = usage();
const rampFrom = performance.now();
for (let i = 0; i < connections; i += 100)
  await Promise.all(Array.from({ length: Math.min(100, connections - i) }, (_, k) => open(i + k)));
const rampSeconds = (performance.now() - rampFrom) / 1000;
const idle = usage();
console.log(
  `${connections} connections in ${rampSeconds.toFixed(1)} s; ${empty.mb.toFixed(0)} MB before, ${idle.mb.toFixed(0)} MB after`,
);

let most = idle.mb;
const started = performance.now();
const before = usage().cpu;
const SLICES = 600;
for (let slice = 0; slice < minutes * SLICES; slice++) {
  for (let i = slice % SLICES; i < connections; i += SLICES) {
    const now = Date.now();
    asked[i] = performance.now();
    sockets[i]!.write(
      encodeFrame({
        qn: formatCompact(now, true),
        st: "31",
        cn: "2051",
        pw: "123456",
        mn: mnOf(i),
        flag: 5,
        cp: `DataTime=${formatCompact(now)};a21026-Avg=22.1,a21026-ZsAvg=24.9,a21026-Flag=N;a21002-Avg=38.6,a21002-ZsAvg=43.5,a21002-Flag=N;a34013-Avg=2.1,a34013-ZsAvg=2.4,a34013-Flag=N;a19001-Avg=7.7,a19001-Flag=N`,
      }),
    );
    sent++;
  }
  if (slice % 50 === 0) most = Math.max(most, usage().mb);
  const wait = started + (slice + 1) * (60_000 / SLICES) - performance.now();
  if (wait > 0) await pause(wait);
}
const seconds = (performance.now() - started) / 1000;
const cpu = usage().cpu - before;
// The last window ends within a minute and 20 s.
for (let i = 0; i < 100 && arrived.size < sent; i++) await pause(1_000);
most = Math.max(most, usage().mb);
latencies.sort((a, b) => a - b);
const at = (share: number): number => Number((latencies[Math.floor(latencies.length * share)] ?? NaN).toFixed(1));
console.log(
  JSON.stringify({
    connections,
    minutes,
    sent,
    answers,
    lost,
    arrived: arrived.size,
    twice,
    bundles,
    framesPerSecond: Number((sent / seconds).toFixed(1)),
    answerMs: { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(0.999999) },
    memoryMb: { empty: Math.round(empty.mb), idle: Math.round(idle.mb), most: Math.round(most) },
    cpuPercentOfOneCore: Number(((cpu / seconds) * 100).toFixed(1)),
  }),
);
for (const socket of sockets) socket.destroy();
program.kill("SIGTERM");
await broker.stop();
process.exit(arrived.size === sent && answers === sent && twice === 0 && lost === 0 ? 0 : 1);
