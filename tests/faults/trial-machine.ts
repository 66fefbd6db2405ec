/** A machine in this process on a clock of the trial's, with the trial's register. */
import { join } from "node:path";
import { HOUR, MINUTE } from "../../functions/shared/shanghai.ts";
import { startMachine, type Machine, type MachineOptions } from "../../infra/local/machine.ts";
import { synthesizeApart } from "../../infra/local/synthesize-apart.ts";
import { eventually, temporaryFolder } from "../../infra/local/test-assembly.ts";
import { permitsFile, type TrialPlant } from "./trial-city.ts";

export interface TrialMachine {
  machine: Machine;
  /** The clock of the machine and of its functions. */
  now(): number;
  setNow(t: number): void;
  /** Sets the clock to `t` and runs the tick; throws when it fails. */
  tick(t: number): Promise<{ sends: Record<string, number> }>;
  /** Sets the clock to a minute, takes in what came before it and runs the schedules that fall on it. */
  atMinute(t: number): Promise<void>;
  /** Runs another schedule as of `t`. */
  fire(schedule: string, t: number): Promise<unknown>;
  nameOf(label: string): string;
  eventually: typeof eventually;
  stop(): Promise<void>;
}

export async function startTrialMachine(
  plants: readonly TrialPlant[],
  start: number,
  more: Partial<MachineOptions> = {},
): Promise<TrialMachine> {
  const folder = temporaryFolder();
  let now = start;
  const machine = await startMachine({
    dataDir: join(folder.path, "data"),
    port: null,
    mqttPort: null,
    clock: { now: () => now },
    schedules: false,
    log: () => undefined,
    template: await synthesizeApart(),
    ...more,
  });
  const imported = await machine.importPermits("trial.json", permitsFile(plants));
  if (imported["ok"] !== true) throw new Error(`the register was not taken: ${JSON.stringify(imported)}`);
  const fire: TrialMachine["fire"] = async (schedule, t) => {
    now = t;
    const { payload, error } = await machine.fire(schedule, t);
    if (error) throw new Error(`${schedule}: ${error.errorType}: ${error.errorMessage}`);
    return JSON.parse(payload);
  };
  const tick: TrialMachine["tick"] = async (t) => (await fire("warn", t)) as { sends: Record<string, number> };
  return {
    machine,
    atMinute: async (t) => {
      now = t;
      if ((t / MINUTE) % 5 !== 0) return;
      await machine.drain();
      await tick(t);
      if (t % HOUR === 10 * MINUTE) await fire("close-hour", t);
    },
    now: () => now,
    setNow: (t) => {
      now = t;
    },
    fire,
    tick,
    nameOf: (label) => {
      const found = machine.definition.functions.find((f) => f.label === label);
      if (!found) throw new Error(`no function ${label}`);
      return found.name;
    },
    eventually,
    stop: async () => {
      await machine.stop();
      folder[Symbol.dispose]();
    },
  };
}
