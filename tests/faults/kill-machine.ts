/**
 * kill -9 under load: of the whole machine, of its functions, of its database, also in the middle of a tick with a slow
 * carrier. Afterwards: everything that was acknowledged is there once, no message of a tick left twice.
 */
import { renameSync } from "node:fs";
import { join } from "node:path";
import { floorMinute, MINUTE } from "../../functions/shared/shanghai.ts";
import { startMachine } from "../../infra/local/machine.ts";
import { temporaryFolder } from "../../infra/local/test-assembly.ts";
import { chance, dice, int, shuffled } from "../rules/dice.ts";
import { judge } from "./judge.ts";
import { startProgram, type MachineProgram } from "./machine-program.ts";
import { startPublisher } from "./publisher.ts";
import { frameMaker, messageOf, permitsFile, trialPlants, type TrialFrame, type TrialMessage } from "./trial-city.ts";
import { checks, pause, until, type TrialContext, type TrialReport } from "./trial.ts";

const SLOW_CARRIER = "tests/faults/slow-carrier.ts";

/**
 * What is killed in each round (`tick`: the machine, while messages of a tick leave), what runs after it (absent: it is
 * not started anew), and whether the interrupted tick comes again, as the schedule's retry would; else the next settles it.
 */
const ROUNDS: readonly { kill: "machine" | "tick" | "functions" | "database"; next?: string; again: boolean }[] = [
  { kill: "machine", next: SLOW_CARRIER, again: true },
  { kill: "functions", again: false },
  { kill: "tick", next: SLOW_CARRIER, again: true },
  { kill: "tick", next: "infra/local/main.ts", again: false },
  { kill: "database", again: true },
];
/** Minutes of every device in a round. */
const MINUTES = 8;

/** One city of `size` plants and all rounds. Some 80 frames for each plant. */
export async function killMachine({ seed, say }: TrialContext, size: number): Promise<TrialReport> {
  using folder = temporaryFolder();
  const dataDir = join(folder.path, "data");
  const d = dice(seed);
  const plants = trialPlants(size);
  const patience = 60_000 + size * 1_000;
  const started = Date.now();
  const hour = floorMinute(started) - 45 * MINUTE;
  const { frame } = frameMaker(started - 60 * MINUTE);
  const messages: TrialMessage[] = [];
  const publisher = startPublisher();
  const send = (made: TrialMessage[]): void => {
    messages.push(...made);
    publisher.add(made);
  };

  let program: MachineProgram = await startProgram({ dataDir });
  const said: string[] = [];
  try {
    const imported = await program.request("POST", "/_local/permits", permitsFile(plants));
    if (imported.status !== 200) throw new Error(`the register was not taken: ${JSON.stringify(imported.body)}`);
    publisher.connect(program.mqttPort);

    // Ticks go ahead of the clock, so that the machine's own schedule cannot come before them.
    let tick = (Math.floor(started / (5 * MINUTE)) + 1) * 5 * MINUTE;
    for (const [round, { kill, next, again }] of ROUNDS.entries()) {
      say(`${publisher.acknowledged()} messages acknowledged; next: kill -9, ${kill}`);
      // What this tick has to say something about is in; then the load begins.
      send(condition(round).map(messageOf));
      await publisher.settled(patience);
      await program.drained(patience);
      const load = shuffled(d, pastMinutes(round)).map(messageOf);
      send(load.slice(0, load.length / 2));
      const atLeast = publisher.acknowledged() + 40;
      await until(() => publisher.acknowledged() >= atLeast, 30_000, "no acknowledgements");

      const before = await sentSoFar(program);
      const fired = program.tick(tick);
      if (kill === "tick")
        await until(async () => (await sentSoFar(program)) > before, 20_000, "the tick sent nothing");
      await pause(int(d, 0, kill === "tick" ? 120 : 900));
      // In the middle of this.
      send(load.slice(load.length / 2));
      await pause(int(d, 0, 50));
      if (kill === "functions" || kill === "database") {
        // Whoever starts them anew is killed as well, one to three times in a row.
        for (let left = int(d, 1, 3); left > 0; left -= 1) {
          await until(() => program.killPart(kill) > 0, 10_000, `no process of the ${kill}`);
          await pause(int(d, 0, 500));
        }
      } else {
        await program.killAll();
      }
      await fired;
      if (next !== undefined) {
        said.push(program.said());
        program = await startProgram({ dataDir, entry: next, env: { CARRIER_MS: "600" } });
        publisher.connect(program.mqttPort);
      }
      if (again) await until(async () => (await program.tick(tick)) === 200, 30_000, "the tick did not come again");
      tick += 5 * MINUTE;
    }
    await publisher.settled(patience);
    await program.drained(patience);
    // Twice each: a schedule is delivered at least once.
    for (const last of [tick, tick, tick + 5 * MINUTE, tick + 5 * MINUTE])
      await until(async () => (await program.tick(last)) === 200, 30_000, "the last ticks");
    const code = await program.stop();
    if (code !== 0) throw new Error(`the machine ended with ${code}`);
  } catch (error) {
    throw new Error(`seed ${seed}: ${(error as Error).message}\n${said.join("\n")}\n${program.said()}`, {
      cause: error,
    });
  } finally {
    await publisher.close();
    await program.killAll();
  }

  // The very functions and templates that ran.
  const template = join(folder.path, "assembly");
  renameSync(join(dataDir, "assembly"), template);
  const machine = await startMachine({
    dataDir,
    port: null,
    mqttPort: null,
    schedules: false,
    log: () => undefined,
    template,
  });
  try {
    const { after, report } = await judge({
      name: "kill-machine",
      seed,
      machine,
      plants,
      messages,
      from: hour - 60 * MINUTE,
      to: started + 60 * MINUTE,
      probe: (plant) => frame(plant, "gas", hour - MINUTE, 42),
    });
    // The trial tried what it says.
    const { holds, violations } = checks();
    const sends = after.ledger.filter((i) => i.sk.startsWith("SEND#"));
    holds("backlog: nothing is left", (await machine.health())["backlog"] === 0);
    holds(
      "trial: every message was acknowledged",
      messages.every((m) => m.acknowledged),
    );
    holds("trial: there were frames enough", messages.flatMap((m) => m.frames).length > size * 75);
    holds(
      "trial: some messages had to be sent again",
      messages.some((m) => m.sends > 1),
    );
    holds("trial: messages of ticks left", sends.filter((s) => s["state"] === "sent").length > size * 1.5);
    holds(
      "trial: some answers were lost",
      sends.some((s) => s["state"] === "unknown"),
    );
    return { ...report, violations: [...report.violations, ...violations] };
  } finally {
    await machine.stop();
  }

  /** A fifth of the past 40 minutes of every device, some values corrected by a later QN, some frames damaged. */
  function pastMinutes(round: number): [TrialFrame, ...TrialFrame[]][] {
    return plants.flatMap((plant) =>
      Array.from({ length: MINUTES }, (_, i) => hour + (round * MINUTES + i) * MINUTE).flatMap((at) => {
        const gas = (): TrialFrame => frame(plant, "gas", at, int(d, plant.index % 3 === 0 ? 60 : 10, 99));
        const water = frame(plant, "water", at, 7 + int(d, 0, 99) / 100);
        const more: [TrialFrame][] = [];
        if (chance(d, 0.1)) more.push([gas()]);
        if (chance(d, 0.03)) more.push([frame(plant, "gas", at, 999, "crc")]);
        return [
          plant.gateway === null ? [gas()] : [gas(), water],
          ...(plant.gateway === null ? [[water]] : []),
          ...more,
        ] as [TrialFrame, ...TrialFrame[]][];
      }),
    );
  }

  /** Two new minutes of every drain: an eighth of the plants leaves its range each round and is back two rounds later. */
  function condition(round: number): [TrialFrame][] {
    return plants.flatMap((plant) =>
      [0, 1].map((minute): [TrialFrame] => {
        const since = round - (plant.index % 5);
        const out = since === 0 || since === 1;
        const value = out ? 10 + plant.index / 100 : 7 + (plant.index % 10) / 10;
        return [frame(plant, "water", floorMinute(started) + (round * 2 + minute - 3) * MINUTE, value)];
      }),
    );
  }
}

/** Messages that have left, by the phone page. */
async function sentSoFar(program: MachineProgram): Promise<number> {
  const { body } = await program.request("GET", "/_local/sms");
  return (body as { state: string }[]).filter(({ state }) => state === "sent").length;
}
