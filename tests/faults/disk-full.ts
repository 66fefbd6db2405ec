/**
 * The disk is full: the program of `npm start` may not write another byte to any file (RLIMIT_FSIZE 0, which SQLite and
 * Node see as a failed write), and later may again. What it cannot store it does not acknowledge.
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { floorMinute, MINUTE } from "../../functions/shared/shanghai.ts";
import { startMachine } from "../../infra/local/machine.ts";
import { synthesizeApart } from "../../infra/local/synthesize-apart.ts";
import { temporaryFolder } from "../../infra/local/test-assembly.ts";
import { dice, int } from "../rules/dice.ts";
import { judge } from "./judge.ts";
import { startProgram } from "./machine-program.ts";
import { startPublisher } from "./publisher.ts";
import { frameMaker, messageOf, permitsFile, trialPlants, type TrialMessage } from "./trial-city.ts";
import { checks, pause, until, type TrialContext, type TrialReport } from "./trial.ts";

const limitFiles = (pid: number, bytes: "0" | "unlimited"): void =>
  void execFileSync("prlimit", ["--pid", String(pid), `--fsize=${bytes}:unlimited`]);

/** `size` plants; the disk is full for some 15 seconds `times` times over. */
export async function diskFull({ seed, say }: TrialContext, size: number, times: number): Promise<TrialReport> {
  using folder = temporaryFolder();
  const dataDir = join(folder.path, "data");
  const d = dice(seed);
  const plants = trialPlants(size);
  const started = Date.now();
  const first = floorMinute(started) - 15 * times * MINUTE;
  const { frame } = frameMaker(started - 60 * MINUTE);
  const { holds, violations } = checks();
  const messages: TrialMessage[] = [];
  /** Five minutes of every chimney. */
  const batch = (n: number): TrialMessage[] => {
    const made = plants.flatMap((plant) =>
      Array.from({ length: 5 }, (_, i) => messageOf([frame(plant, "gas", first + (5 * n + i) * MINUTE, 20 + i)])),
    );
    messages.push(...made);
    return made;
  };

  const program = await startProgram({ dataDir });
  const publisher = startPublisher();
  const patience = 60_000 + size * 1_000;
  try {
    const imported = await program.request("POST", "/_local/permits", permitsFile(plants));
    if (imported.status !== 200) throw new Error(`the register was not taken: ${JSON.stringify(imported.body)}`);
    publisher.connect(program.mqttPort);
    const health = async (): Promise<{ status: number; disk: unknown }> => {
      const { status, body } = await program.request("GET", "/_local/health");
      return { status, disk: (body as { disk: unknown }).disk };
    };
    for (let time = 0; time < times; time += 1) {
      publisher.add(batch(3 * time));
      await publisher.settled(patience);
      // Short: what was acknowledged just now has not been through the function yet.
      await pause(int(d, 0, 300));
      say(`full, for the ${time + 1}. time`);
      limitFiles(program.pid, "0");
      const kept = batch(3 * time + 1);
      publisher.add(kept);
      await until(async () => (await health()).status === 503, 30_000, "health did not say that the disk is full");
      holds("health: it does not say why", /cannot write/.test(String((await health()).disk)));
      // Tried again and again meanwhile; nothing of it was acknowledged.
      await until(() => kept.some((m) => m.sends > 2), 30_000, "nobody tried again");
      holds(
        "acknowledged without a disk",
        kept.every((m) => !m.acknowledged),
      );
      if (time === 0) {
        const said = (words: RegExp): Promise<void> =>
          until(() => words.test(program.said()), 30_000, `nothing said ${words}`);
        await said(/mqtt: a message of \S+ could not be stored/);
        await said(/cannot write .*machine\.sqlite: /);
        await said(/ingest-telemetry: .*trying again/);
      }
      // Longer than a batch is tried before it is given up: the disk is not the batch's fault.
      await pause(12_000);

      limitFiles(program.pid, "unlimited");
      publisher.add(batch(3 * time + 2));
      await publisher.settled(patience);
      await program.drained(patience);
      holds(
        "health: it does not see that there is room",
        JSON.stringify(await health()) === '{"status":200,"disk":"ok"}',
      );
    }
    const code = await program.stop();
    if (code !== 0) throw new Error(`the machine ended with ${code}`);
  } catch (error) {
    throw new Error(`seed ${seed}: ${(error as Error).message}\n${program.said()}`, { cause: error });
  } finally {
    await publisher.close();
    await program.killAll();
  }

  const machine = await startMachine({
    dataDir,
    port: null,
    mqttPort: null,
    schedules: false,
    log: () => undefined,
    template: await synthesizeApart(),
  });
  try {
    const { report } = await judge({
      name: "disk-full",
      seed,
      machine,
      plants,
      messages,
      from: first - MINUTE,
      to: started + MINUTE,
      probe: (plant) => frame(plant, "water", first, 7),
    });
    return { ...report, violations: [...report.violations, ...violations] };
  } finally {
    await machine.stop();
  }
}
