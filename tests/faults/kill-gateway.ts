/**
 * kill -9 of the gateway, a program of its own between devices over TCP and the machine: while it answers, while it sends
 * what the run before left, between a bundle and its PUBACK, once together with the machine. What it answered must be in
 * the archive, accepted once.
 */
import { renameSync } from "node:fs";
import { join } from "node:path";
import { floorMinute, MINUTE } from "../../functions/shared/shanghai.ts";
import { startMachine } from "../../infra/local/machine.ts";
import { temporaryFolder } from "../../infra/local/test-assembly.ts";
import { dice, int, shuffled } from "../rules/dice.ts";
import { gatewayConfig, startGatewayProgram, type GatewayProgram } from "./gateway-program.ts";
import { judge } from "./judge.ts";
import { startProgram, type MachineProgram } from "./machine-program.ts";
import { startTcpDevices } from "./tcp-devices.ts";
import { frameMaker, messageOf, permitsFile, trialPlants, type TrialMessage } from "./trial-city.ts";
import { checks, pause, until, type TrialContext, type TrialReport } from "./trial.ts";

/** Minutes of every device in a round. */
const MINUTES = 8;

/** `size` plants, the gateway killed `rounds` times, with more than four of them once with the machine; 16 frames a plant and round. */
export async function killGateway({ seed, say }: TrialContext, size: number, rounds: number): Promise<TrialReport> {
  using folder = temporaryFolder();
  const dataDir = join(folder.path, "data");
  const d = dice(seed);
  const plants = trialPlants(size);
  const started = Date.now();
  const from = floorMinute(started) - (rounds * MINUTES + 5) * MINUTE;
  const { frame } = frameMaker(started - 60 * MINUTE);
  const messages: TrialMessage[] = [];
  const devices = startTcpDevices();
  const patience = 60_000 + size * 1_000;
  let starts = 0;
  // A window of the gateway is a minute: its clock goes ahead, so that the windows of the run before have ended.
  const startGateway = (mqttPort: number): Promise<GatewayProgram> => {
    const config = gatewayConfig("F1", mqttPort, plants);
    return startGatewayProgram({ folder: folder.path, config, ahead: 2 * MINUTE * starts++ });
  };

  let program: MachineProgram = await startProgram({ dataDir });
  let gateway: GatewayProgram | null = null;
  try {
    const imported = await program.request("POST", "/_local/permits", permitsFile(plants));
    if (imported.status !== 200) throw new Error(`the register was not taken: ${JSON.stringify(imported.body)}`);
    for (let round = 0; round < rounds; round += 1) {
      const withMachine = rounds > 4 && round === Math.floor(rounds / 2);
      say(`${devices.acknowledged()} frames answered; next: kill -9, gateway${withMachine ? " and machine" : ""}`);
      gateway = await startGateway(program.mqttPort);
      devices.connect(gateway.port);
      const load = plants.flatMap((plant) =>
        Array.from({ length: MINUTES }, (_, i) => from + (round * MINUTES + i) * MINUTE).flatMap((at) => [
          messageOf([frame(plant, "gas", at, int(d, plant.index % 3 === 0 ? 60 : 10, 99))]),
          messageOf([frame(plant, "water", at, 7 + int(d, 0, 99) / 100)]),
        ]),
      );
      messages.push(...load);
      const atLeast = devices.acknowledged() + int(d, 1, load.length / 2);
      devices.add(shuffled(d, load));
      // Every other time when what is left is just being sent, else in the middle of answers.
      if (round % 2 === 1) await until(() => /uplink: connected/.test(gateway!.said()), 30_000, "no uplink");
      else await until(() => devices.acknowledged() >= atLeast, patience, "no answers");
      await pause(int(d, 0, 150));
      await Promise.all([gateway.kill(), ...(withMachine ? [program.killAll()] : [])]);
      if (withMachine) program = await startProgram({ dataDir });
    }
    gateway = await startGateway(program.mqttPort);
    devices.connect(gateway.port);
    await devices.settled(patience);
    // What came last is in a window that is still open: the next start is behind its end.
    await gateway.kill();
    gateway = await startGateway(program.mqttPort);
    const idle = async (): Promise<boolean> => {
      const { seconds, underWay, uplink } = await gateway!.waiting();
      return uplink && seconds === 0 && underWay === 0;
    };
    await until(idle, patience, "the gateway still has something to send");
    const stopped = await gateway.stop();
    if (stopped !== 0) throw new Error(`the gateway ended with ${stopped}`);
    await program.drained(patience);
    const tick = (Math.floor(Date.now() / (5 * MINUTE)) + 1) * 5 * MINUTE;
    for (const t of [tick, tick, tick + 5 * MINUTE])
      await until(async () => (await program.tick(t)) === 200, 30_000, "the last ticks");
    const code = await program.stop();
    if (code !== 0) throw new Error(`the machine ended with ${code}`);
  } catch (error) {
    const said = `${gateway?.said() ?? ""}\n${program.said()}`;
    throw new Error(`seed ${seed}: ${(error as Error).message}\n${said}`, { cause: error });
  } finally {
    devices.close();
    await gateway?.kill();
    await program.killAll();
  }

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
    const { report } = await judge({
      name: "kill-gateway",
      seed,
      machine,
      plants,
      messages,
      from: from - MINUTE,
      to: started + MINUTE,
      // A bundle whose PUBACK the gateway did not live to see comes again: once more for every start at most.
      repeats: (message) => message.sends - 1 + starts,
      probe: (plant) => frame(plant, "gas", from - MINUTE, 42),
    });
    const { holds, equal, violations } = checks();
    equal("refused by the gateway", devices.refusals.slice(0, 3), []);
    holds(
      "trial: every frame was answered",
      messages.every((m) => m.acknowledged),
    );
    // Three moments may all fall between a frame and the next; many do not.
    holds("trial: some frames had to be sent again", rounds <= 3 || messages.some((m) => m.sends > 1));
    return { ...report, violations: [...report.violations, ...violations] };
  } finally {
    await machine.stop();
  }
}
