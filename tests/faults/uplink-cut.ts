/**
 * The gateway without its uplink for minutes, under load: by its drill, by a line that loses the answers first and then
 * everything, by one that forgot the connection. Devices are answered all the while. Afterwards everything is in the
 * archive, accepted once, and the hour that was closed meanwhile is judged again on all of its minutes.
 */
import { startGateway, type Gateway } from "../../infra/gateway/gateway.ts";
import { parseConfig } from "../../infra/gateway/config.ts";
import { temporaryFolder } from "../../infra/local/test-assembly.ts";
import { round6 } from "../../functions/shared/round.ts";
import { HOUR, MINUTE, parseIso } from "../../functions/shared/shanghai.ts";
import { dice, int } from "../rules/dice.ts";
import type { Item } from "./aftermath.ts";
import { gatewayConfig } from "./gateway-program.ts";
import { judge } from "./judge.ts";
import { startRelay } from "./relay.ts";
import { startTcpDevices } from "./tcp-devices.ts";
import { frameMaker, messageOf, trialPlants, type TrialMessage, type TrialPlant } from "./trial-city.ts";
import { startTrialMachine } from "./trial-machine.ts";
import { checks, until, type TrialContext, type TrialReport } from "./trial.ts";
import { closedPeriod } from "../../functions/warnings/stored-items.ts";

const START = parseIso("2026-10-01T08:00:00+08:00")!;

interface Phase {
  minutes: number;
  how: "up" | "drill" | "cut" | "forgotten";
}
/** 85 minutes. The hour is closed at 09:10, in the middle of the third outage. */
const phasesOf = (third: Phase["how"]): readonly Phase[] => [
  { minutes: 10, how: "up" },
  { minutes: 10, how: "drill" },
  { minutes: 10, how: "up" },
  { minutes: 15, how: "cut" },
  { minutes: 5, how: "up" },
  { minutes: 25, how: third },
  { minutes: 10, how: "up" },
];

/** `size` plants. With `forgotten` the third outage is one that the gateway finds out by itself, after half a minute. */
export async function uplinkCut(
  { seed, say }: TrialContext,
  size: number,
  third: "cut" | "forgotten",
): Promise<TrialReport> {
  using folder = temporaryFolder();
  const d = dice(seed);
  const plants = trialPlants(size);
  const { frame } = frameMaker(START);
  const messages: TrialMessage[] = [];
  const { equal, holds, violations } = checks();
  const trial = await startTrialMachine(plants, START, { mqttPort: 0 });
  const { machine } = trial;
  const relay = await startRelay(machine.mqttPort!);
  const devices = startTcpDevices();
  let gateway: Gateway | null = null;
  try {
    gateway = await startGateway({
      config: parseConfig(gatewayConfig("F2", relay.port, plants)),
      dataDir: folder.path,
      log: () => undefined,
      now: () => trial.now(),
    });
    const running = gateway;
    devices.connect(running.port);
    const connected = (): Promise<void> =>
      until(() => running.health().uplink === "connected", 60_000, "no uplink again");
    await connected();
    let minute = 0;
    for (const { minutes, how } of phasesOf(third)) {
      say(`${devices.acknowledged()} frames answered; ${minutes} minutes ${how}`);
      running.cutUplink(how === "drill");
      // First the answers get lost: what is on its way arrives and nobody below knows.
      relay.set(how === "cut" ? "mute" : how === "drill" ? "up" : how);
      if (how === "up") await connected();
      for (let i = 0; i < minutes; i += 1, minute += 1) {
        if (how === "cut" && i === 2) relay.set("cut");
        const t = START + (minute + 1) * MINUTE;
        await trial.atMinute(t);
        // What devices say of the minute that ended.
        trial.setNow(t + 25_000);
        const said = plants.flatMap((plant) => [
          messageOf([frame(plant, "gas", t - MINUTE, int(d, plant.index % 3 === 0 ? 45 : 10, 70))]),
          messageOf([frame(plant, "water", t - MINUTE, 7)]),
        ]);
        messages.push(...said);
        devices.add(said);
        await devices.settled(30_000);
      }
      if (how === "up") continue;
      // A forgotten line shows in what waits: the connection itself looks well until an answer is overdue.
      holds(`trial: ${how} cut nothing`, running.health().backlogSeconds > (minutes - 4) * 60);
    }
    // The windows of the last minutes end as well.
    trial.setNow(START + (minute + 5) * MINUTE);
    const done = (): boolean => running.health().backlogSeconds === 0 && running.health().uplink === "connected";
    await until(done, 90_000, "the gateway still has something to send");
    await gateway.stop();
    gateway = null;
    await trial.atMinute(START + (minute + 5) * MINUTE);
    await trial.atMinute(START + (minute + 10) * MINUTE);

    const { after, report } = await judge({
      name: "uplink-cut",
      seed,
      machine,
      plants,
      messages,
      from: START - MINUTE,
      to: START + (minute + 1) * MINUTE,
      // A bundle whose answer was lost comes again after each outage.
      repeats: (message) => message.sends + 2,
      probe: (plant) => frame(plant, "gas", START - MINUTE, 42),
    });
    equal("refused by the gateway", devices.refusals.slice(0, 3), []);
    for (const plant of plants) equal(`verdict of ${plant.permitNo}`, verdictOf(plant, after.ledger), exactly(plant));
    return { ...report, violations: [...report.violations, ...violations] };
  } finally {
    devices.close();
    await gateway?.stop();
    await relay.stop();
    await trial.stop();
  }

  /** Of all sixty minutes that the plant's chimney sent. */
  function exactly(plant: TrialPlant): { valid: number; mean: number } {
    const own = messages
      .flatMap((m) => m.frames)
      .filter((f) => f.mn === plant.gas && f.at >= START && f.at < START + HOUR)
      .map((f) => f.value);
    return { valid: own.length, mean: round6(own.reduce((sum, v) => sum + v, 0) / own.length) };
  }
}

/** The last revision of the chimney's hour. */
function verdictOf({ permitNo }: TrialPlant, ledger: readonly Item[]): { valid: unknown; mean: unknown } | null {
  const last = ledger
    .filter((i) => i.pk === `PLANT#${permitNo}` && i.sk.startsWith("HOUR#2026-10-01T08#"))
    .sort((a, b) => (a.sk < b.sk ? -1 : 1))
    .flatMap((i) => closedPeriod(i).verdicts)
    .findLast((v) => v.outlet === "DA001");
  return last ? { valid: last.valid, mean: last.mean } : null;
}
