/**
 * Clocks that are wrong: of devices, of the gateway's host, of the machine from one start to the next, and a tick that
 * runs late. What a device says of a time that cannot be is quarantined as `time`; nothing that was answered is lost;
 * what is late is not sent.
 */
import { join } from "node:path";
import { startGateway, type Gateway } from "../../infra/gateway/gateway.ts";
import { parseConfig } from "../../infra/gateway/config.ts";
import { temporaryFolder } from "../../infra/local/test-assembly.ts";
import { DAY, HOUR, MINUTE, parseIso } from "../../functions/shared/shanghai.ts";
import type { Aftermath } from "./aftermath.ts";
import { gatewayConfig } from "./gateway-program.ts";
import { judge } from "./judge.ts";
import { startTcpDevices } from "./tcp-devices.ts";
import { frameMaker, messageOf, trialPlants, type TrialFrame, type TrialMessage } from "./trial-city.ts";
import { startTrialMachine, type TrialMachine } from "./trial-machine.ts";
import { checks, pause, together, until, type TrialContext, type TrialReport } from "./trial.ts";

const START = parseIso("2026-10-01T10:00:00+08:00")!;
/** "A tick that runs more than 5 minutes late sends nothing." */
const LATE = 5 * MINUTE;

/** By how much a chimney's clock is ahead of the receipt, and whether its frames may come in (10 minutes, 7 days). */
const SKEWS: readonly { ahead: number; refused: TrialFrame["refused"] }[] = [
  { ahead: 0, refused: null },
  { ahead: 10 * MINUTE, refused: null },
  { ahead: 11 * MINUTE, refused: "time" },
  { ahead: 3 * HOUR, refused: "time" },
  { ahead: 400 * DAY, refused: "time" },
  { ahead: -25 * MINUTE, refused: null },
  { ahead: -5 * HOUR, refused: null },
  { ahead: -7 * DAY, refused: null },
  { ahead: -7 * DAY - MINUTE, refused: "time" },
];

const PARTS = {
  devices: { what: "clocks of devices", run: devicesSkewed },
  gateway: { what: "the gateway's clock jumps, forwards and back", run: gatewaySkewed },
  ticks: { what: "ticks that run late", run: lateTicks },
  start: { what: "the machine starts five hours later, and closes what it missed", run: laterStart },
};

/** Each part on a machine of its own; `each` plants for every skew of the devices. */
export async function clockSkew(
  context: TrialContext,
  each: number,
  parts: readonly (keyof typeof PARTS)[] = ["devices", "gateway", "ticks", "start"],
): Promise<TrialReport> {
  const reports: TrialReport[] = [];
  for (const part of parts) {
    const { what, run } = PARTS[part];
    context.say(what);
    reports.push(await run(context, part === "devices" ? each : 3 * each));
  }
  return together(reports);
}

/** Every message that left, left within five minutes of a tick that owed it. */
function lateSends({ ledger, outbox }: Pick<Aftermath, "ledger" | "outbox">): string[] {
  const ticks = Map.groupBy(
    ledger.filter((i) => i.sk.startsWith("SEND#")),
    (i) => `${String(i["to"])} ${String(i["text"])}`,
  );
  return outbox.flatMap((m) => {
    const own = (ticks.get(`${m.to} ${m.text}`) ?? []).map((i) => m.at - Number(i["tick"]));
    return own.some((late) => late >= 0 && late <= LATE) ? [] : [`late: ${m.to} ${m.text}: ${own.join()} ms`];
  });
}

/** Has frames of several devices come in, as the machine's clock stands. */
async function take(
  { machine, now }: TrialMachine,
  frames: readonly TrialFrame[],
  messages: TrialMessage[],
): Promise<void> {
  const made = frames.map((frame) => ({ ...messageOf([frame]), sends: 1, acknowledged: true }));
  await Promise.all(made.map((m) => machine.publish(m.topic, m.frames[0]!.bytes, now(), m.client)));
  messages.push(...made);
}

async function devicesSkewed({ seed }: TrialContext, each: number): Promise<TrialReport> {
  const plants = trialPlants(SKEWS.length * each);
  const { frame } = frameMaker(START);
  const messages: TrialMessage[] = [];
  const trial = await startTrialMachine(plants, START);
  try {
    // Ten minutes of the right clock first: every device has spoken.
    for (let minute = 0; minute < 40; minute += 1) {
      const t = START + minute * MINUTE;
      await trial.atMinute(t);
      const wrong = minute >= 10;
      const said = plants.flatMap((plant) => {
        const { ahead, refused } = SKEWS[plant.index % SKEWS.length]!;
        return [frame(plant, "gas", wrong ? t + ahead : t, 20, wrong ? refused : null), frame(plant, "water", t, 7)];
      });
      await take(trial, said, messages);
    }
    const { after, report } = await judge({
      name: "clock-skew",
      seed,
      machine: trial.machine,
      plants,
      messages,
      from: START - 7 * DAY,
      to: START + HOUR,
      probe: (plant) => frame(plant, "water", START - MINUTE, 7),
    });
    const { equal, violations } = checks();
    // A device is silent when nothing of it comes in, whatever its own clock says of what does.
    const silent = after.ledger
      .filter((i) => i.sk.startsWith("SEND#"))
      .flatMap((i) => ((i["lines"] as { kind: string }[]).some((l) => l.kind === "offline") ? [i.pk] : []));
    for (const { permitNo, index } of plants) {
      const gone = SKEWS[index % SKEWS.length]!.refused !== null;
      equal(`${permitNo}: told as offline`, silent.includes(`PLANT#${permitNo}`), gone);
    }
    return { ...report, violations: [...report.violations, ...lateSends(after), ...violations] };
  } finally {
    await trial.stop();
  }
}

async function gatewaySkewed({ seed }: TrialContext, size: number): Promise<TrialReport> {
  using folder = temporaryFolder();
  const plants = trialPlants(size);
  const { frame } = frameMaker(START);
  const messages: TrialMessage[] = [];
  const trial = await startTrialMachine(plants, START, { mqttPort: 0 });
  const devices = startTcpDevices();
  let skew = 0;
  let gateway: Gateway | null = null;
  try {
    gateway = await startGateway({
      config: parseConfig(gatewayConfig("F3", trial.machine.mqttPort!, plants)),
      dataDir: folder.path,
      log: () => undefined,
      now: () => trial.now() + skew,
    });
    const running = gateway;
    devices.connect(running.port);
    await until(() => running.health().uplink === "connected", 30_000, "no uplink");
    let minute = 0;
    for (const jump of [0, 3 * HOUR, -3 * HOUR, 40_000, -DAY, 0]) {
      skew = jump;
      for (let i = 0; i < 5; i += 1, minute += 1) {
        const t = START + minute * MINUTE;
        await trial.atMinute(t);
        trial.setNow(t + 25_000);
        const said = plants.flatMap((plant) => [
          messageOf([frame(plant, "gas", t - MINUTE, 20)]),
          messageOf([frame(plant, "water", t - MINUTE, 7)]),
        ]);
        messages.push(...said);
        devices.add(said);
        await devices.settled(30_000);
      }
    }
    const end = START + (minute + 5) * MINUTE;
    trial.setNow(end);
    // Its clock may have left windows in the future, which count as nothing that waits: until no more bundles leave.
    const bundles = async (): Promise<number> => {
      const metrics = await (await fetch(`http://127.0.0.1:${running.metricsPort}/metrics`)).text();
      const counts = [...metrics.matchAll(/^permit_watch_gateway_bundles_total\S* (\d+)$/gm)];
      return counts.reduce((n, [, count]) => n + Number(count), 0);
    };
    for (let before = -1, now = 0; before !== now || running.health().backlogSeconds > 0;) {
      before = now;
      await pause(700);
      now = await bundles();
    }
    await gateway.stop();
    gateway = null;
    const { after, report } = await judge({
      name: "clock-skew",
      seed,
      machine: trial.machine,
      plants,
      messages,
      from: START - 2 * MINUTE,
      to: START + HOUR,
      probe: (plant) => frame(plant, "gas", START - 2 * MINUTE, 42),
    });
    const { equal, violations } = checks();
    equal("refused by the gateway", devices.refusals.slice(0, 3), []);
    // The receipt is the broker's: the gateway's clock is in no line of the archive.
    const wrong = after.archive.filter((l) => {
      const at = parseIso(l.receivedAt) ?? 0;
      return at < START || at > end;
    });
    equal("receipts by another clock than the broker's", wrong.map((l) => l.receivedAt).slice(0, 3), []);
    return { ...report, violations: [...report.violations, ...violations] };
  } finally {
    devices.close();
    await gateway?.stop();
    await trial.stop();
  }
}

async function lateTicks({ seed }: TrialContext, size: number): Promise<TrialReport> {
  const plants = trialPlants(size);
  const { frame } = frameMaker(START);
  const messages: TrialMessage[] = [];
  const { equal, holds, violations } = checks();
  const trial = await startTrialMachine(plants, START);
  const { machine } = trial;
  /** Two minutes of every drain before `t`; then the tick of `t`, run `late` after it. */
  const tickWith = async (t: number, value: number, late: number): Promise<Record<string, number>> => {
    trial.setNow(t - 30_000);
    for (const at of [t - 3 * MINUTE, t - 2 * MINUTE])
      await take(
        trial,
        plants.map((plant) => frame(plant, "water", at, value)),
        messages,
      );
    await machine.drain();
    trial.setNow(t + late);
    const { payload, error } = await machine.fire("warn", t);
    if (error) throw new Error(`warn: ${error.errorType}: ${error.errorMessage}`);
    return (JSON.parse(payload) as { sends: Record<string, number> }).sends;
  };
  try {
    const all = 3 * size;
    equal("a tick just in time", await tickWith(START + 10 * MINUTE, 10, LATE), { sent: all });
    // The recovery is due at a late tick: it is said to have expired, and nothing leaves.
    equal("a tick too late", await tickWith(START + 20 * MINUTE, 7, LATE + 1), { expired: all });
    equal("messages that left", machine.outbox(100_000).length, all);
    // What is so again is told again by a tick in time: the late one told nobody.
    const again = await tickWith(START + 90 * MINUTE, 10, 0);
    holds(`the tick after: ${JSON.stringify(again)}`, again["sent"] === all && again["expired"] === undefined);
    const { after, report } = await judge({
      name: "clock-skew",
      seed,
      machine,
      plants,
      messages,
      from: START,
      to: START + 2 * HOUR,
      probe: (plant) => frame(plant, "gas", START, 42),
    });
    return { ...report, violations: [...report.violations, ...lateSends(after), ...violations] };
  } finally {
    await trial.stop();
  }
}

async function laterStart({ seed }: TrialContext, size: number): Promise<TrialReport> {
  using folder = temporaryFolder();
  const dataDir = join(folder.path, "data");
  const plants = trialPlants(size);
  const { frame } = frameMaker(START);
  const messages: TrialMessage[] = [];
  // With its own schedules: what was missed is made up by the machine itself.
  const first = await startTrialMachine(plants, START, { dataDir, schedules: true });
  try {
    for (let minute = 0; minute < 58; minute += 1) {
      first.setNow(START + minute * MINUTE + 50_000);
      const said = plants.flatMap((plant) => [
        frame(plant, "gas", START + minute * MINUTE, 60),
        frame(plant, "water", START + minute * MINUTE, minute > 55 ? 10 : 7),
      ]);
      await take(first, said, messages);
    }
    await first.machine.drain();
  } finally {
    await first.stop();
  }
  // 15:03, at the earliest tick that is not late.
  const later = START + 5 * HOUR + 3 * MINUTE;
  const second = await startTrialMachine(plants, later, { dataDir, schedules: true });
  try {
    const closed = (ledger: Aftermath["ledger"]): number =>
      ledger.filter((i) => i.sk.startsWith("HOUR#2026-10-01T10#")).length;
    const { after, report } = await judge({
      name: "clock-skew",
      seed,
      machine: second.machine,
      plants,
      messages,
      from: START - MINUTE,
      to: later,
      probe: (plant) => frame(plant, "gas", START - MINUTE, 42),
    });
    const { equal, violations } = checks();
    equal("hours that were closed after all", closed(after.ledger), size);
    return { ...report, violations: [...report.violations, ...lateSends(after), ...violations] };
  } finally {
    await second.stop();
  }
}
