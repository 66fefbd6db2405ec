/** A run of a peer: broker, logic, the load in rounds, then kill -9 and what it still knows. */
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { connect, disconnect, offer } from "./generator.ts";
import {
  ALARMS_PER_ROUND,
  alarmsOf,
  firstTurn,
  hotSince,
  outletMessage,
  OUTLETS,
  PLANTS,
  ROUNDS,
  speakersOf,
  TURN_MS,
  turnsOf,
  type Sending,
} from "./load.ts";
import { prepare, type Flow } from "./node-red.ts";
import { cpuSeconds, peakMegabytes, sumOf, tree } from "./processes.ts";
import { here, startProgram, type Program } from "./program.ts";
import type { Result, Round } from "./result.ts";

const CONNECTIONS = 4;
/** Rest of a round, for what is still on its way, at most. */
const SETTLE_MS = 5_000;
/** Below a tenth of a core for so long is rest. */
const REST_MS = 50;

/** A peer that stands ready. */
export interface Peer {
  name: string;
  port(): number;
  programs(): Record<string, Program>;
  /** kill -9 of the logic, and a new start of it. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const portOf = async (program: Program): Promise<number> => Number((await program.says(/port (\d+)/))[1]);

/** Broker and rolling mean in one process. */
export async function plainScript(folder: string): Promise<Peer> {
  const start = (): Program => startProgram([here("plain-program.ts")], folder);
  let program = start();
  let port = await portOf(program);
  return {
    name: "plain aedes script",
    port: () => port,
    programs: () => ({ script: program }),
    restart: async () => {
      await program.kill();
      program = start();
      port = await portOf(program);
    },
    stop: () => program.kill(),
  };
}

/** Node-RED with one of its flows, and aedes as its broker. */
export async function nodeRed(flow: Flow, folder: string): Promise<Peer> {
  const broker = startProgram([here("broker-program.ts")], folder);
  const port = await portOf(broker);
  const args = prepare(flow, port, join(folder, `node-red-${flow}`));
  const start = async (): Promise<Program> => {
    const started = startProgram(args, folder, { HOME: folder });
    await started.says(/Connected to broker/);
    await pause(50); // its subscription goes out with the answer to its connection
    return started;
  };
  let program = await start();
  return {
    name: `Node-RED 4.1, ${flow === "function" ? "one function node" : "palette nodes"}`,
    port: () => port,
    programs: () => ({ broker, "node-red": program }),
    restart: async () => {
      await program.kill();
      program = await start();
    },
    stop: async () => {
      await program.kill();
      await broker.kill();
    },
  };
}

/** The round's messages in their order, and when each alarm's sample is due. */
function planOf(round: number): { sendings: Sending[]; due: Map<string, number> } {
  const sendings: Sending[] = [];
  const due = new Map<string, number>();
  for (const { at: from, plant, turn } of speakersOf(round))
    for (let outlet = 0; outlet < OUTLETS; outlet++) {
      const at = from + (outlet * TURN_MS) / (PLANTS * OUTLETS);
      const payload = outletMessage(plant, outlet, turn);
      sendings.push({ at, connection: plant % CONNECTIONS, topic: "telemetry", payload });
      for (const alarm of alarmsOf(plant, outlet, turn)) due.set(alarm, at);
    }
  return { sendings, due };
}

const ids = Array.from({ length: CONNECTIONS }, (_, i) => `generator-${i}`);

export async function measure(peer: Peer): Promise<Result> {
  /** When each alarm arrived (`performance.now()`), in this round. */
  let arrived = new Map<string, number[]>();
  const listen = async (): Promise<() => Promise<void>> => {
    const [listener] = await connect(peer.port(), ["listener"]);
    listener?.on("message", (topic) => {
      const key = topic.slice("alarms/".length);
      arrived.set(key, [...(arrived.get(key) ?? []), performance.now()]);
    });
    await listener?.subscribeAsync("alarms/#", { qos: 1 });
    return () => disconnect(listener ? [listener] : []);
  };
  const pids = (): number[] => Object.values(peer.programs()).flatMap(({ pid }) => tree(pid));
  /** Until nothing more is to come and its processes rest: a backlog would be counted into the next round. */
  const settle = async (ready: () => boolean): Promise<void> => {
    const until = performance.now() + SETTLE_MS;
    for (let before = sumOf(pids(), cpuSeconds); performance.now() < until;) {
      await pause(REST_MS);
      const now = sumOf(pids(), cpuSeconds);
      if (ready() && now - before < (0.1 * REST_MS) / 1_000) return;
      before = now;
    }
  };

  let unlisten = await listen();
  let clients = await connect(peer.port(), ids);
  const rounds: Round[] = [];
  let generatorLate = 0;
  for (let number = 0; number <= ROUNDS; number++) {
    const { sendings, due } = planOf(number);
    arrived = new Map();
    const before = sumOf(pids(), cpuSeconds);
    const { start, acks, latest } = await offer(clients, sendings);
    await settle(() => arrived.size === due.size);
    if (number === 0) continue; // the warm-up
    generatorLate = Math.max(generatorLate, latest);
    rounds.push({
      cpuPer1000: ((sumOf(pids(), cpuSeconds) - before) * 1_000) / sendings.length,
      acks,
      alarms: [...due].flatMap(([key, at]) => (arrived.get(key) ?? []).slice(0, 1).map((time) => time - start - at)),
      missing: [...due.keys()].filter((key) => !arrived.has(key)).length,
      twice: [...arrived].filter(([key, times]) => times.length > 1 || !due.has(key)).length,
    });
  }
  const memory = Object.fromEntries(
    Object.entries(peer.programs()).map(([what, { pid }]) => [what, sumOf(tree(pid), peakMegabytes)]),
  );

  // What it knew of the hour was in memory: the next sample of those that are over is the first it sees.
  await disconnect(clients);
  await unlisten();
  await peer.restart();
  arrived = new Map();
  unlisten = await listen();
  clients = await connect(peer.port(), ids);
  const turn = firstTurn(ROUNDS) + turnsOf(ROUNDS);
  const hot = Array.from({ length: PLANTS * OUTLETS }, (_, n) => [Math.floor(n / OUTLETS), n % OUTLETS] as const)
    .filter(([plant]) => hotSince(plant) !== null)
    .map(([plant, outlet], i): Sending => ({
      at: i,
      connection: plant % CONNECTIONS,
      topic: "telemetry",
      payload: outletMessage(plant, outlet, turn),
    }));
  await offer(clients, hot);
  await settle(() => arrived.size === ROUNDS * ALARMS_PER_ROUND);
  const raisedAgain = arrived.size;
  await disconnect(clients);
  await unlisten();
  return {
    name: peer.name,
    rounds,
    memory,
    generatorLate,
    raisedAgain,
    raisedBefore: rounds.reduce((sum, round) => sum + ALARMS_PER_ROUND - round.missing, 0),
  };
}
