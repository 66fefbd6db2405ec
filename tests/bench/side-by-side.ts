/**
 * Side by side in the same run: this product, a plain aedes script and Node-RED 4.1 (function node; palette nodes) under
 * the same 1,000 outlet-messages a second. Node-RED is installed on demand into the system's temporary folder.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { median, percentile as percentileOf, type Figure, type Section } from "./section.ts";
import { ALARMS_PER_ROUND, OUTLETS, outletMessage, PLANTS, RATE, ROUNDS, turnsOf } from "./side-by-side/load.ts";
import { folder as nodeRedFolder, install, NODE_RED } from "./side-by-side/node-red.ts";
import { measure, nodeRed, plainScript, type Peer } from "./side-by-side/peers.ts";
import { EPISODES_DUE, measureProduct, type ProductResult } from "./side-by-side/product.ts";
import type { Result, Round } from "./side-by-side/result.ts";

/** The section's time, a little less than the runner gives it; what does not fit is said to be missing. */
const BUDGET_S = Number(process.env["BENCH_SECONDS"] ?? 75) - 2;
const PEER_S = 12;
/** The runner installs before the time runs; here only what is left of the time may be spent on it. */
const LATE_INSTALL_MS = 15_000;

const PEERS: readonly { name: string; needsNodeRed: boolean; start: (folder: string) => Promise<Peer> }[] = [
  { name: "plain aedes script", needsNodeRed: false, start: plainScript },
  { name: "Node-RED, function node", needsNodeRed: true, start: (folder) => nodeRed("function", folder) },
  { name: "Node-RED, palette nodes", needsNodeRed: true, start: (folder) => nodeRed("palette", folder) },
];

/** Runs peers and product, one after the other. What fails is a figure that says so. */
export async function sideBySide(): Promise<Section> {
  const started = performance.now();
  const left = (): number => BUDGET_S - (performance.now() - started) / 1_000;
  const folder = mkdtempSync(join(tmpdir(), "permit-watch-side-by-side-"));
  const peers: Result[] = [];
  const failures: Figure[] = [];
  try {
    for (const { name, needsNodeRed, start } of PEERS)
      try {
        if (needsNodeRed) install(LATE_INSTALL_MS);
        if (left() < PEER_S) throw new Error(`${left().toFixed(0)} s were left, it needs ${PEER_S} s`);
        const peer = await start(folder);
        peers.push({ ...(await measure(peer).finally(() => peer.stop())), name });
      } catch (error) {
        failures.push(failure(name, error as Error));
      }
    const product = await within(left(), (signal) => measureProduct(folder, signal)).catch((error: Error) => {
      failures.push(failure("permit-watch", error));
      return null;
    });
    return section(product, peers, failures);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

/** Aborts the work after so many seconds; rejects with the reason then. */
async function within<T>(seconds: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const signal = AbortSignal.timeout(Math.max(0, Math.round(seconds * 1_000)));
  return work(signal).catch((error: Error) => {
    throw signal.aborted ? new Error(`not done within the ${seconds.toFixed(0)} s that were left`) : error;
  });
}

const failure = (name: string, { message }: Error): Figure => ({
  what: `${name}: rounds measured`,
  value: 0,
  unit: "rounds",
  target: { at: "least", value: ROUNDS },
  note: `not measured: ${message.split("\n").slice(0, 3).join(" ").slice(0, 300)}`,
});

/** No number where nothing came, which keeps no bound. */
const percentile = (values: readonly number[], p: number): number =>
  values.length === 0 ? Number.NaN : percentileOf(values, p);

/** Median over the rounds of what `measure` makes of one. */
const of = ({ rounds }: Result, measured: (round: Round) => number): number => median(rounds.map(measured));
const cpu = (result: Result): number => of(result, ({ cpuPer1000 }) => cpuPer1000);
const ack = (p: number) => (result: Result) => of(result, ({ acks }) => percentile(acks, p));
const memory = (result: Result): number => Object.values(result.memory).reduce((sum, each) => sum + each, 0);
const sum = (result: Result, measured: (round: Round) => number): number =>
  result.rounds.reduce((total, round) => total + measured(round), 0);

/** The table: what each costs, how fast it tells, what it still knows after kill -9, then ours by theirs. */
export function section(product: ProductResult | null, peers: readonly Result[], failures: readonly Figure[]): Section {
  const figures: Figure[] = [
    ...(product ? ofProduct(product) : []),
    ...peers.flatMap((peer) => [
      ...common(peer, "sample → PUBACK, in the broker's memory"),
      {
        what: `${peer.name}: sample → alarm, p50`,
        value: round(
          of(peer, (r) => percentile(r.alarms, 0.5)),
          1,
        ),
        unit: "ms",
      },
      {
        what: `${peer.name}: sample → alarm, p95`,
        value: round(
          of(peer, (r) => percentile(r.alarms, 0.95)),
          1,
        ),
        unit: "ms",
      },
      exact(
        `${peer.name}: alarms`,
        ROUNDS * ALARMS_PER_ROUND - sum(peer, (r) => r.missing),
        ROUNDS * ALARMS_PER_ROUND,
        `${sum(peer, (r) => r.twice)} twice or not due`,
      ),
      {
        what: `${peer.name}: alarms raised again after kill -9`,
        value: peer.raisedAgain,
        unit: "alarms",
        note: `of ${peer.raisedBefore}: the hour was in memory`,
      },
    ]),
    ...failures,
    ...peers.flatMap((peer) =>
      product === null
        ? []
        : [
            ratio(`CPU: ours / ${peer.name}`, cpu(product) / cpu(peer)),
            ratio(`peak memory: ours / ${peer.name}`, memory(product) / memory(peer)),
            ratio(`sample → PUBACK p95: ours / ${peer.name}`, ack(0.95)(product) / ack(0.95)(peer)),
          ],
    ),
  ];
  return {
    name: "side-by-side",
    title: `Side by side at ${RATE.toLocaleString("en")} outlet-messages/s (medians of ${ROUNDS} rounds)`,
    figures,
    notes: notes(),
    details: { product: product && summary(product), peers: peers.map(summary) },
  };
}

function ofProduct(product: ProductResult): Figure[] {
  const { sms, opened, cpu: tickCpu, cpuOf: tickCpuOf } = product.tick;
  return [
    ...common(product, "sample → PUBACK, durable on disk"),
    ...Object.entries(product.cpuOf)
      .filter(([, seconds]) => seconds >= 0.01)
      .map(([name, seconds]): Figure => ({
        what: `${product.name}: of that CPU, ${name}`,
        value: round(seconds, 3),
        unit: "s per 1,000 outlet-messages",
      })),
    { what: `${product.name}: tick → SMS at the carrier, p50`, value: round(percentile(sms, 0.5), 0), unit: "ms" },
    {
      what: `${product.name}: tick → SMS at the carrier, p95`,
      value: round(percentile(sms, 0.95), 0),
      unit: "ms",
      target: { at: "most", value: 1_000 },
      note: `${sms.length} SMS; by design the wait for the five-minute tick comes before`,
    },
    {
      what: `${product.name}: CPU of the tick that opens ${opened} episodes, with the pages it changes`,
      value: round(tickCpu, 2),
      unit: "s",
      note: `once in five minutes, that is per ${(RATE * 300).toLocaleString("en")} outlet-messages at this rate; not in the CPU above; ${Object.entries(
        tickCpuOf,
      )
        .filter(([, seconds]) => seconds >= 0.05)
        .map(([name, seconds]) => `${name} ${seconds.toFixed(2)}`)
        .join(", ")}`,
    },
    exact(
      `${product.name}: episodes opened`,
      opened,
      EPISODES_DUE,
      "of those over for two minutes or three, each once",
    ),
    none(
      `${product.name}: messages lost by kill -9 in mid-load`,
      product.lost,
      `of ${product.acknowledgedBeforeKill} acknowledged, ${product.burst.acknowledged} of them in the second before it (${product.burst.connections} connections up)`,
    ),
    none(`${product.name}: SMS sent again by the same tick after kill -9`, product.sentAgain),
    none(`${product.name}: episodes opened again after kill -9`, product.raisedAgain, `of ${product.raisedBefore}`),
  ];
}

function common(result: Result, acknowledged: string): Figure[] {
  const parts = Object.entries(result.memory).map(([what, mb]) => `${what} ${mb.toFixed(0)}`);
  return [
    {
      what: `${result.name}: CPU with the broker`,
      value: round(cpu(result), 3),
      unit: "s per 1,000 outlet-messages",
      note: `rounds ${result.rounds.map((r) => r.cpuPer1000.toFixed(3)).join(", ")}`,
    },
    {
      what: `${result.name}: peak resident memory`,
      value: round(memory(result), 0),
      unit: "MB",
      note: parts.join(", "),
    },
    { what: `${result.name}: ${acknowledged}, p50`, value: round(ack(0.5)(result), 1), unit: "ms" },
    {
      what: `${result.name}: ${acknowledged}, p95`,
      value: round(ack(0.95)(result), 1),
      unit: "ms",
      note: `the generator itself was late by up to ${result.generatorLate.toFixed(1)} ms`,
    },
  ];
}

const exact = (what: string, value: number, wanted: number, note?: string): Figure => ({
  what,
  value,
  unit: `of ${wanted}`,
  target: { at: "least", value: wanted },
  ...(note === undefined ? {} : { note }),
});
const none = (what: string, value: number, note?: string): Figure => ({
  what,
  value,
  unit: "",
  target: { at: "most", value: 0 },
  ...(note === undefined ? {} : { note }),
});
const ratio = (what: string, value: number): Figure => ({ what, value: round(value, 2), unit: "×" });
const round = (value: number, digits: number): number => Number(value.toFixed(digits));

/** For bench.json: the rounds without each single latency. */
const summary = ({ rounds, ...rest }: Result): object => ({
  ...rest,
  rounds: rounds.map(({ acks, alarms, ...round_ }) => ({
    ...round_,
    ackP50: percentile(acks, 0.5),
    ackP95: percentile(acks, 0.95),
    ...(alarms.length > 0 && { alarmP50: percentile(alarms, 0.5), alarmP95: percentile(alarms, 0.95) }),
  })),
});

const notes = (): string[] => [
  `Load: ${PLANTS * OUTLETS} outlets of ${PLANTS} plants, six pollutants each, ${RATE}/s open loop with QoS 1, rounds of ${turnsOf(1) * 1.5} s after a warm-up; each round another 2 % of the outlets go over the limit: ${ALARMS_PER_ROUND} alarms. Latencies count from the planned sending.`,
  `Peers: a JSON message of ${Buffer.byteLength(outletMessage(7, 0, 1))} B per outlet; rolling mean of 60 samples per outlet and pollutant, an alarm when it comes to stand above the limit. Their broker is aedes, in a process of its own for Node-RED, in the script's process for the script. The function node holds the very text of the script's logic. The palette flow: mqtt in → change → split → template → smooth → switch → change → filter → switch → mqtt out.`,
  `Ours: the same number of outlet-messages as ${(RATE / OUTLETS) | 0} plant-messages/s, each one bundle of three HJ 212 frames of six pollutants, through the whole machine: MQTT, durable log, function processes, IAM guard, database, archive and public pages on disk. A plant speaks every 1.5 s instead of every minute, so the machine's clock runs 40 times as fast. CPU is from the round's start until everything is processed.`,
  "Not the same work: a peer decodes one JSON text, keeps 60 numbers per series in memory and judges at each sample; it archives nothing, knows no permit, clock hour, validity or correction, sends no SMS and shows no page. It is cheaper, and after kill -9 it knows nothing: all alarms come again, and what was on its way is lost. Its alarm is there in milliseconds; ours waits for the five-minute tick, because the warning is about the clock hour's mean.",
  "CPU is the scheduler's count for all processes of a contender (the generator is not among them); peak memory is the sum of each process's own peak.",
  `${NODE_RED} and node-red-node-smooth (its project's own rolling mean) are installed by npm into ${nodeRedFolder()} when they are not there, at most 120 s, not counted; they stay there for the next run.`,
];
