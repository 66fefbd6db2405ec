/** The demo city on a machine: its register at the first start, its past, and its devices while the machine runs. */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod/mini";
import { formatIso, HOUR } from "../../functions/shared/shanghai.ts";
import { parsePermits } from "../../functions/register/domain/parse-permits.ts";
import { loadRuleData } from "../../layers/rule-data.ts";
import { demoPermits } from "./demo/demo-register.ts";
import type { Machine } from "./machine.ts";
import {
  backfill,
  buildFleet,
  startSimulator,
  type Fleet,
  type SimulatedGateway,
  type Simulator,
} from "./simulator/index.ts";

const SEED = 330_483;
const BACKFILL_HOURS = 24;
const NOTE_MS = 30_000;

/** What is remembered of the city between two runs. */
const Note = z.object({ plants: z.number(), seed: z.number(), sentUntil: z.nullable(z.number()) });
type Note = z.output<typeof Note>;

export interface City {
  /** Imports the register and back-fills the last day, as far as an earlier run has not done it. */
  prepare(machine: Machine): Promise<void>;
  /** Starts the devices, some of them on the gateway if there is one; null without a simulator. */
  start(machine: Machine, gateway: SimulatedGateway | null): Simulator | null;
  /** Notes how far the devices came; call it before the machine stops. */
  stop(): Promise<void>;
}

export interface CityOptions {
  plants: number;
  simulator: boolean;
  dataDir: string;
  log: (line: string) => void;
}

export function openCity({ plants, simulator, dataDir, log }: CityOptions): City {
  const file = join(dataDir, "city.json");
  let note: Note = { plants: 0, seed: SEED, sentUntil: null };
  let fleet: Fleet | null = null;
  let live: Simulator | null = null;
  let timer: NodeJS.Timeout | undefined;
  let stopping = false;

  const remember = (changes: Partial<Note>): void => {
    note = { ...note, ...changes };
    try {
      writeFileSync(`${file}.part`, JSON.stringify(note));
      renameSync(`${file}.part`, file);
    } catch (error) {
      log(`${file} was not written: ${(error as Error).message}`);
    }
  };

  return {
    prepare: async (machine) => {
      if (existsSync(file)) note = Note.parse(JSON.parse(readFileSync(file, "utf8")));
      if (plants === 0) return;
      const register = demoPermits({ count: plants, seed: SEED });
      if (note.plants < plants) {
        log(`importing the demo register: ${plants} plants …`);
        const result = await machine.importPermits(`demo-${plants}.json`, JSON.stringify(register));
        if (result["ok"] !== true)
          throw new Error(`the demo register was refused: ${JSON.stringify(result["problems"]).slice(0, 500)}`);
        remember({ plants, sentUntil: null });
      }
      if (!simulator) return;
      const ruleData = loadRuleData(machine.setting("RULE_DATA_DIR"));
      const parsed = parsePermits(register, ruleData);
      if (!parsed.ok) throw new Error(`the demo register is wrong: ${JSON.stringify(parsed.problems[0])}`);
      const now = Date.now();
      fleet = buildFleet({ permits: parsed.permits, seed: SEED, ruleData, startedAt: now });
      if (note.sentUntil !== null) return;
      log(`first start: the last ${BACKFILL_HOURS} hours of ${plants} plants go through the system …`);
      const started = performance.now();
      let said = 0;
      const done = await backfill(machine, {
        fleet,
        until: now,
        hours: BACKFILL_HOURS,
        progress: ({ at, share }) => {
          if (performance.now() - said < 5_000) return;
          said = performance.now();
          log(`  … until ${formatIso(at)} (${Math.round(share * 100)} %)`);
        },
      });
      remember({ sentUntil: now });
      log(`  … ${done.messages} messages in ${((performance.now() - started) / 1000).toFixed(1)} s`);
    },
    start: (machine, gateway) => {
      if (!fleet || machine.mqttPort === null) return null;
      const since = Math.max(note.sentUntil ?? 0, Date.now() - BACKFILL_HOURS * HOUR);
      live = startSimulator({
        fleet,
        mqttUrl: `mqtt://127.0.0.1:${machine.mqttPort}`,
        gateway,
        clock: Date,
        since,
        log: (line) => {
          if (!stopping) log(line);
        },
      });
      timer = setInterval(() => remember({ sentUntil: Date.now() }), NOTE_MS);
      if (fleet.plans.length > 0) log("what the simulated city does in this hour:");
      for (const plan of fleet.plans) log(`  ${describe(plan)}`);
      return live;
    },
    stop: async () => {
      stopping = true;
      clearInterval(timer);
      if (!live) return;
      const until = Date.now();
      await live.stop();
      remember({ sentUntil: until });
    },
  };
}

const describe = ({ event, permitNo, outlet, what }: Fleet["plans"][number]): string =>
  [event, permitNo, outlet, what].filter((part) => part !== null).join(" · ");
