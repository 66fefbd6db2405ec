/** The program itself, killed with -9 where it hurts: what was answered is never lost. */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { eventually, temporaryFolder } from "../local/test-assembly.ts";
import { frameOf, MN, PERMIT, startAbove, talk, type Above } from "./fixture.ts";

let above: Above;
let folder: ReturnType<typeof temporaryFolder>;
const children: ChildProcess[] = [];

beforeEach(async () => {
  folder = temporaryFolder();
  above = await startAbove();
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await above.stop();
  folder[Symbol.dispose]();
});

interface Running {
  port: number;
  metricsPort: number;
  output: string[];
  signal(name: NodeJS.Signals): void;
  ended: Promise<number | null>;
}

/** Starts main.ts, its clock `ahead` of ours: so the windows of the run before have ended. */
async function run(
  ahead: number,
  devices: unknown[] = [{ mn: MN, permitNo: PERMIT, password: "123456", allow: ["127.0.0.1"] }],
): Promise<Running> {
  mkdirSync(folder.path, { recursive: true });
  const file = join(folder.path, "gateway.json");
  const config = {
    id: "crash",
    listen: { host: "127.0.0.1", port: 0 },
    metricsPort: 0,
    uplink: { url: `mqtt://127.0.0.1:${above.port}` },
    spool: { minFreeBytes: 0 },
    devices,
  };
  writeFileSync(file, JSON.stringify(config));
  const shift = `data:text/javascript,const now=Date.now;Date.now=()=>now()+${ahead}`;
  const child = spawn(
    process.execPath,
    ["--import", shift, join(import.meta.dirname, "main.ts"), "--config", file, "--data", join(folder.path, "data")],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  children.push(child);
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => output.push(chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  const port = (): string | undefined => /HJ 212 on 127\.0\.0\.1:(\d+)/.exec(output.join(""))?.[1];
  await eventually(() => {
    if (child.exitCode !== null) throw new Error(output.join(""));
    return output.join("").includes("/metrics") && port() !== undefined;
  }, 30_000);
  const metricsPort = Number(/127\.0\.0\.1:(\d+)\/metrics/.exec(output.join(""))?.[1]);
  return { port: Number(port()), metricsPort, output, signal: (name) => void child.kill(name), ended };
}

const MINUTE = 60_000;
test("killed right after answers, with frames under way: every answered frame arrives", async () => {
  const answered: string[] = [];
  for (let round = 0; round < 2; round++) {
    const gateway = await run(round * 2 * MINUTE);
    const logger = talk(gateway.port);
    for (let k = 0; k < 20; k++) logger.send(frameOf(100 * round + k));
    for (let k = 0; k < 5 + round; k++) answered.push((await logger.answer()).slice(9, 26));
    gateway.signal("SIGKILL");
    await gateway.ended;
    await logger.closed;
  }
  const last = await run(10 * MINUTE);
  await eventually(() => {
    const arrived = above.frames().map((frame) => frame.slice(9, 26));
    return answered.every((qn) => arrived.includes(qn));
  });
  last.signal("SIGTERM");
  expect(await last.ended).toBe(0);
}, 60_000);

test("killed between bundle and PUBACK: it comes again as it was; after the PUBACK it does not", async () => {
  const first = await run(0);
  const logger = talk(first.port);
  logger.send(frameOf(1));
  await logger.answer();
  first.signal("SIGKILL");
  await first.ended;

  // The broker has the bundle, but its acknowledgement never leaves.
  let reached = 0;
  above.hold = () => {
    reached++;
    return new Promise(() => undefined);
  };
  const second = await run(2 * MINUTE);
  await eventually(() => reached === 1);
  second.signal("SIGKILL");
  await second.ended;
  above.hold = null;

  const third = await run(4 * MINUTE);
  await eventually(() => above.bundles.length === 1);
  expect(above.frames()).toEqual([frameOf(1).toString().trimEnd()]);
  // Acknowledged: what the next start sends is only what came after.
  await eventually(async () => {
    const metrics = await (await fetch(`http://127.0.0.1:${third.metricsPort}/metrics`)).text();
    return metrics.includes('bundles_total{kind="backlog"} 1');
  });
  const again = talk(third.port);
  again.send(frameOf(2));
  await again.answer();
  third.signal("SIGKILL");
  await third.ended;
  const fourth = await run(8 * MINUTE);
  await eventually(() => above.bundles.length >= 2);
  fourth.signal("SIGTERM");
  await fourth.ended;
  expect(above.frames()).toEqual([1, 2].map((k) => frameOf(k).toString().trimEnd()));
}, 60_000);

test("SIGHUP takes a new config, and keeps the old one when the new one is wrong", async () => {
  const gateway = await run(0);
  const logger = talk(gateway.port);
  const file = join(folder.path, "gateway.json");
  writeFileSync(file, "{");
  gateway.signal("SIGHUP");
  await eventually(() => /the config was not taken: .*gateway\.json cannot be read/.test(gateway.output.join("")));
  logger.send(frameOf(1));
  expect(await logger.answer()).toContain("CN=9014");
  const devices = [{ mn: "MN2", permitNo: "P2", password: "123456", allow: ["127.0.0.1"] }];
  writeFileSync(file, JSON.stringify({ id: "crash", uplink: { url: `mqtt://127.0.0.1:${above.port}` }, devices }));
  gateway.signal("SIGHUP");
  await eventually(() => gateway.output.join("").includes("config taken: 1 devices"));
  logger.send(frameOf(2));
  expect(await logger.answer()).toContain("QnRtn=4");
  gateway.signal("SIGTERM");
  expect(await gateway.ended).toBe(0);
}, 60_000);
