/** The run of this product: the whole local machine, durable, under the same number of outlet-messages. */
import { join } from "node:path";
import { MINUTE } from "../../../functions/shared/shanghai.ts";
import { synthesizeApart } from "../../../infra/local/synthesize-apart.ts";
import { bundlesOf, GATEWAYS, HOUR_START, permitNo } from "./city.ts";
import { connect, disconnect, offer } from "./generator.ts";
import { ALARMS_PER_ROUND, firstTurn, OUTLETS, PLANTS, ROUNDS, turnsOf } from "./load.ts";
import { cpuByName, cpuSeconds, peakMegabytes, sumOf, tree } from "./processes.ts";
import { here, startProgram, type Program } from "./program.ts";
import type { Result, Round } from "./result.ts";

export interface ProductResult extends Result {
  /** The tick that opens the episodes: until each SMS was at the carrier, ms, and its CPU with the pages it changes, s. */
  tick: { sms: number[]; cpu: number; cpuOf: Record<string, number>; ms: number; opened: number };
  /** Plant-messages acknowledged before the kill -9 and not in the blocks after the restart. */
  lost: number;
  acknowledgedBeforeKill: number;
  /** Of these, in the turn that the kill -9 cut off, and the connections that were up until then. */
  burst: { acknowledged: number; connections: number };
  /** CPU of the rounds, seconds per 1,000 outlet-messages, by process. */
  cpuOf: Record<string, number>;
  /** SMS that the same tick, run again after the restart, sent a second time. */
  sentAgain: number;
}

interface State {
  minutes: string[];
  episodes: number;
  sms: number;
}
interface Tick {
  ms: number;
  sms: number[];
  report: { opened: number };
}

const ids = GATEWAYS.map((gateway) => `gw-${gateway}`);
const minuteOf = (n: number): number => HOUR_START + n * MINUTE;

/** Rejects when the machine is cut off by `signal`. */
export async function measureProduct(folder: string, signal: AbortSignal): Promise<ProductResult> {
  const template = await synthesizeApart();
  const args = [here("machine-program.ts"), join(folder, "data"), template];
  const start = async (): Promise<{ program: Program; port: number }> => {
    const program = startProgram(args, folder);
    return { program, port: Number((await program.says(/^port (\d+)/m, 60_000))[1]) };
  };
  let { program, port } = await start();
  signal.addEventListener("abort", () => void program.kill());
  try {
    const cpu = (): number => sumOf(tree(program.pid), cpuSeconds);
    const result = (await program.ask({ do: "import" })) as { ok: boolean };
    if (!result.ok) throw new Error(`the permits were refused: ${JSON.stringify(result).slice(0, 300)}`);
    await program.ask({ do: "tick", at: HOUR_START }); // nobody is at risk: its process is started
    const clients = await connect(port, ids);
    const rounds: Round[] = [];
    let generatorLate = 0;
    const tick = async (at: number): Promise<Tick & { cpu: number; cpuOf: Record<string, number> }> => {
      const before = cpuByName(tree(program.pid));
      const done = (await program.ask({ do: "tick", at })) as Tick;
      await program.ask({ do: "drain" });
      const used = Object.entries(cpuByName(tree(program.pid))).map(([name, seconds]): [string, number] => [
        name,
        seconds - (before[name] ?? 0),
      ]);
      return { ...done, cpu: used.reduce((sum, [, seconds]) => sum + seconds, 0), cpuOf: Object.fromEntries(used) };
    };
    let counted = 0;
    let fromHere: Record<string, number> = {};
    for (let round = 0; round <= ROUNDS; round++) {
      const sendings = bundlesOf(round);
      if (round === 1) fromHere = cpuByName(tree(program.pid));
      // A minute is sent in the minute after it.
      const from = minuteOf(firstTurn(round) + 1);
      const before = cpu();
      await program.ask({ do: "clock", from, to: from + turnsOf(round) * MINUTE - 1 });
      const { acks, acknowledged, latest } = await offer(clients, sendings);
      await program.ask({ do: "drain" });
      if (round > 0) {
        generatorLate = Math.max(generatorLate, latest);
        counted += sendings.length * OUTLETS;
        const cpuPer1000 = ((cpu() - before) * 1_000) / (sendings.length * OUTLETS);
        rounds.push({ cpuPer1000, acks, alarms: [], missing: sendings.length - acknowledged.size, twice: 0 });
      }
    }
    const cpuOf = Object.fromEntries(
      Object.entries(cpuByName(tree(program.pid))).map(([name, seconds]) => [
        name,
        ((seconds - (fromHere[name] ?? 0)) * 1_000) / counted,
      ]),
    );
    // Minutes 0–3 of the hour are there: who has been over for two or three of them is warned.
    await program.ask({ do: "clock", from: minuteOf(5), to: minuteOf(5) });
    const { ms, sms, report, cpu: used, cpuOf: tickCpuOf } = await tick(minuteOf(5));
    const memory = { "all processes of the machine": sumOf(tree(program.pid), peakMegabytes) };
    const before = (await program.ask({ do: "state" })) as State;
    const wanted = PLANTS * (firstTurn(ROUNDS) + turnsOf(ROUNDS));
    const complete = before.minutes.filter((minute) => minute.endsWith(` ${OUTLETS}`)).length;
    if (complete !== wanted) throw new Error(`${complete} of ${wanted} plant-minutes stand in the database`);

    // One more turn, and kill -9 of everything in the middle of it.
    const last = bundlesOf(ROUNDS + 1).slice(0, PLANTS);
    const { acknowledged } = await offer(clients, last, { until: (count) => count >= PLANTS / 2 });
    const burst = { acknowledged: acknowledged.size, connections: clients.filter(({ connected }) => connected).length };
    await program.kill();
    await disconnect(clients);
    ({ program, port } = await start());
    await program.ask({ do: "clock", from: minuteOf(5), to: minuteOf(5) });
    await program.ask({ do: "drain" });
    const again = (await program.ask({ do: "tick", at: minuteOf(5) })) as Tick;
    const after = (await program.ask({ do: "state" })) as State;
    const stand = new Set(after.minutes);
    const turn = firstTurn(ROUNDS + 1);
    const lost = [
      ...before.minutes,
      ...last.flatMap((sending, plant) =>
        acknowledged.has(sending) ? [`${permitNo(plant)} ${minuteOf(turn)} ${OUTLETS}`] : [],
      ),
    ].filter((minute) => !stand.has(minute)).length;
    return {
      name: "permit-watch",
      rounds,
      memory,
      generatorLate,
      raisedAgain: after.episodes - before.episodes,
      raisedBefore: before.episodes,
      tick: { sms, ms, cpu: used, cpuOf: tickCpuOf, opened: report.opened },
      lost,
      acknowledgedBeforeKill: before.minutes.length + acknowledged.size,
      burst,
      sentAgain: again.sms.length,
      cpuOf,
    };
  } finally {
    await program.kill();
  }
}

/** Episodes that the tick has to open: one minute over the limit (those of the last round) does not warn yet. */
export const EPISODES_DUE = (ROUNDS - 1) * ALARMS_PER_ROUND;
