/**
 * The whole machine under load: how many plant-messages a second it takes durably and processes, what they cost in CPU
 * time and memory, and how long after the tick a warning stands. The gateways are in this process, the machine in another.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DAY } from "../../functions/shared/shanghai.ts";
import { synthesizeApart } from "../../infra/local/synthesize-apart.ts";
import { startMachineApart, type MachineApart } from "./machine-apart.ts";
import { gateways, ledgerItems, OUTLETS, permitOf, registerItems, type PlainItem } from "./machine-city.ts";
import { fillFolder } from "./machine-folder.ts";
import type { Section } from "./section.ts";
import { startGenerator, type Generator } from "./throughput-generator.ts";
import { FACTOR, Load, MOST, Overloaded, PLANTS, secondsOf, START, type Rung } from "./throughput-step.ts";
import { readBack, throughputSection } from "./throughput-report.ts";
import { nextRate } from "./throughput-ladder.ts";

/** Steps that would end later are not begun: those with a tick, and all. */
const TICKED_SECONDS = 72;
const ENOUGH_SECONDS = 104;
/** The window in which a batch gathers: what the last messages wait for on a machine that keeps pace. */
const WINDOW_SECONDS = 2;
/** Two cores carry this; from there it goes up or down. */
const FIRST = 600;

export async function throughput(): Promise<Section> {
  const folder = mkdtempSync(join(tmpdir(), "throughput-"));
  let machine: MachineApart | null = null;
  let generator: Generator | null = null;
  const begun = performance.now();
  try {
    const template = await synthesizeApart();
    const dataDir = join(folder, "data");
    mkdirSync(dataDir);
    await fillFolder(dataDir, template, { REGISTER_TABLE: register(), LEDGER_TABLE: ledger() });
    machine = await startMachineApart({ dataDir, template, clock: { base: START, at: Date.now(), factor: FACTOR } });
    generator = await startGenerator(machine.mqttPort, gateways);
    const load = new Load(machine, generator);
    const rungs: Rung[] = [];
    let ended = "";
    let capacity = await load.warmUp();
    // What a cold machine shows is far below what it does; of a much slower one the first step would never end.
    const first: number = capacity >= 100 ? FIRST : 100;
    const fits = (rate: number, seconds: number): boolean =>
      (performance.now() - begun) / 1000 + secondsOf(rate, capacity) < seconds;
    /** Goes up and down from `rate` until two rates are close, or the time is up. */
    const climb = async (from: number, ticked: boolean, seconds: number): Promise<void> => {
      for (
        let rate: number | null = from;
        rate !== null && rate <= MOST && (rungs.length === 0 || fits(rate, seconds));
      ) {
        try {
          const rung = await load.step(rate, ticked);
          rungs.push(rung);
          capacity = Math.max(
            capacity,
            rung.sent / (rung.sendSeconds + Math.max(0, rung.behindSeconds - WINDOW_SECONDS)),
          );
        } catch (error) {
          if (!(error instanceof Overloaded) || rungs.length === 0) throw error;
          ended = error.message;
          return;
        }
        // The cost at 200/s comes second: everything is compiled then, and few plants of earlier steps are still at risk.
        if (rungs.length === 1 && first !== 200) for (const one of [true, false]) rungs.push(await load.step(200, one));
        // What was sustained with ticks is sustained between them.
        const own = rungs.filter((rung) => rung.ticked === ticked || (!ticked && rung.reason === null));
        rate = nextRate(own.map((rung) => ({ rate: rung.rate, sustained: rung.reason === null })));
      }
    };
    await climb(first, true, TICKED_SECONDS);
    const best = rungs.filter(({ reason, ticked }) => reason === null && ticked).map(({ rate }) => rate);
    const above = nextRate(best.map((rate) => ({ rate, sustained: true })));
    const from = best.length > 0 && above !== null ? above : first;
    if (ended === "" && fits(from, ENOUGH_SECONDS)) await climb(from, false, ENOUGH_SECONDS);
    const usage = await machine.ask("usage", null);
    return throughputSection(rungs, usage, await readBack(machine, load.offered), ended);
  } finally {
    await generator?.close();
    await machine?.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

function* register(): Iterable<PlainItem> {
  for (let plant = 0; plant < PLANTS; plant++) yield* registerItems(permitOf(plant, OUTLETS), true);
}
/** Known and due late: what a plant's very first message costs, and silence, are measured elsewhere. */
function* ledger(): Iterable<PlainItem> {
  const known = { first: START - DAY, due: START + 30 * DAY };
  for (let plant = 0; plant < PLANTS; plant++) yield* ledgerItems(permitOf(plant, OUTLETS), known);
}
