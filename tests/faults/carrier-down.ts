/**
 * The carrier is down for ten minutes, three ticks long: it fails, refuses or hangs. The same hour with a healthy carrier
 * says what was due. Every due message has an end, none leaves twice, and the ticks after it send again.
 */
import { MINUTE, parseIso } from "../../functions/shared/shanghai.ts";
import type { CarrierFault } from "../../infra/local/sns.ts";
import type { Item } from "./aftermath.ts";
import { judge } from "./judge.ts";
import { frameMaker, messageOf, trialPlants, type TrialMessage, type TrialPlant } from "./trial-city.ts";
import { startTrialMachine } from "./trial-machine.ts";
import { checks, type TrialContext, type TrialReport } from "./trial.ts";

const START = parseIso("2026-10-01T10:00:00+08:00")!;
/** Minutes of the hour: before it, while the carrier is down, and after it. */
const TICKS = Array.from({ length: 7 }, (_, i) => 25 + 5 * i);
const isDown = (minute: number): boolean => minute >= 35 && minute <= 45;

/** A way to be down, and how the messages of those ticks must end. */
const WAYS = {
  fails: { fault: { kind: "fail", status: 500 }, end: "unknown" },
  refuses: { fault: { kind: "fail", status: 429 }, end: "failed" },
  hangs: { fault: { kind: "hang" }, end: "unknown" },
} satisfies Record<string, { fault: CarrierFault; end: string }>;
export type Way = keyof typeof WAYS;

interface Hour {
  report: TrialReport;
  sends: Map<string, string>;
  left: number;
}

/** `size` plants, each with an operator of its own; they share the `ways` among them. */
export async function carrierDown(context: TrialContext, size: number, ways: readonly Way[]): Promise<TrialReport> {
  const { say } = context;
  const plants = trialPlants(size * 4).filter((p) => p.index % 4 === 0);
  say("the hour with a healthy carrier");
  const healthy = await hourWith(context, plants, []);
  say(`the same hour; for ten minutes the carrier ${ways.join(", ")}`);
  const down = await hourWith(context, plants, ways);

  const { equal, holds, violations } = checks();
  equal("due messages", [...down.sends.keys()].sort(), [...healthy.sends.keys()].sort());
  equal("ends with a healthy carrier", [...new Set(healthy.sends.values())], ["sent"]);
  let dueThen = 0;
  for (const [i, { permitNo }] of plants.entries())
    for (const [key, end] of down.sends) {
      if (!key.startsWith(`PLANT#${permitNo} `)) continue;
      const then = isDown((Number(key.split("@")[1]) - START) / MINUTE);
      if (then) dueThen += 1;
      const right = then ? WAYS[ways[i % ways.length]!].end : "sent";
      if (end !== right) violations.push(`${key} ended ${end}, not ${right}`);
    }
  // The chimneys say something at every tick, a third of the drains begins at each.
  holds(`trial: only ${dueThen} messages were due while the carrier was down`, dueThen >= size * 3 * 3);
  const sent = [...down.sends.values()].filter((end) => end === "sent").length;
  equal("messages that left", down.left, sent);
  return {
    ...down.report,
    violations: [...healthy.report.violations, ...down.report.violations, ...violations],
  };
}

async function hourWith({ seed }: TrialContext, plants: readonly TrialPlant[], ways: readonly Way[]): Promise<Hour> {
  const { frame } = frameMaker(START);
  const messages: TrialMessage[] = [];
  const trial = await startTrialMachine(plants, START);
  const { machine } = trial;
  let down = false;
  machine.setCarrierFault((_, text) => {
    const i = plants.findIndex(({ index }) => text.includes(`试验${index}号厂`));
    const way = ways[i % ways.length];
    return down && i >= 0 && way ? WAYS[way].fault : null;
  });
  try {
    let said = 0;
    for (const minute of TICKS) {
      for (; said < minute; said += 1) {
        const at = START + said * MINUTE;
        const made = plants.flatMap((plant, i) => {
          // The mean stays above the limit and the hour can still be saved: level 2, told at every tick.
          const gas = frame(plant, "gas", at, 58 + ((i + said) % 3));
          const out = said >= 33 + 5 * (i % 3);
          return [gas, frame(plant, "water", at, out ? 10 : 7)];
        });
        const sent = made.map((one) => ({ ...messageOf([one]), sends: 1, acknowledged: true }));
        await Promise.all(sent.map((m) => machine.publish(m.topic, m.frames[0]!.bytes, at + 55_000, m.client)));
        messages.push(...sent);
      }
      await machine.drain();
      down = isDown(minute);
      await trial.tick(START + minute * MINUTE);
      // The schedule is delivered at least once.
      if (minute === 40) await trial.tick(START + minute * MINUTE);
    }
    const { after, report } = await judge({
      name: "carrier-down",
      seed,
      machine,
      plants,
      messages,
      from: START - MINUTE,
      to: START + 60 * MINUTE,
      probe: (plant) => frame(plant, "gas", START - MINUTE, 42),
    });
    const sends = after.ledger.filter((i) => i.sk.startsWith("SEND#"));
    return { report, sends: new Map(sends.map((s) => [keyOf(s), String(s["state"])])), left: after.outbox.length };
  } finally {
    await trial.stop();
  }
}

const keyOf = (send: Item): string => `${send.pk} ${String(send["to"])} @${String(send["tick"])}`;
