/** A carrier that hangs, answers late, fails, refuses or answers into the void: nothing is sent twice, the next tick goes on. */
import { MINUTE, parseIso } from "../../functions/shared/shanghai.ts";
import { CARRIER_TIMEOUT } from "../../functions/warnings/sms.ts";
import type { CarrierFault } from "../../infra/local/sns.ts";
import { readAftermath, smsProblems, type Item } from "./aftermath.ts";
import { judge } from "./judge.ts";
import { frameMaker, messageOf, trialPlants, type TrialMessage } from "./trial-city.ts";
import { startTrialMachine } from "./trial-machine.ts";
import { checks, pause, until, type TrialContext, type TrialReport } from "./trial.ts";

const START = parseIso("2026-10-01T10:00:00+08:00")!;
/** By plant: what the carrier does, what the ledger says of it, and how many messages reach the phone. */
const CASES: { fault: CarrierFault | null; state: string; reached: number }[] = [
  { fault: null, state: "sent", reached: 1 },
  { fault: { kind: "hang" }, state: "unknown", reached: 0 },
  { fault: { kind: "late", ms: 400 }, state: "sent", reached: 1 },
  // Answers long after nobody waits any more: the message is out, and nobody knows.
  { fault: { kind: "late", ms: CARRIER_TIMEOUT + 1_000 }, state: "unknown", reached: 1 },
  { fault: { kind: "fail", status: 500 }, state: "unknown", reached: 0 },
  { fault: { kind: "fail", status: 429 }, state: "failed", reached: 0 },
  { fault: { kind: "lost-answer" }, state: "unknown", reached: 1 },
];

/** Seven ways, `each` plants for each; then all recover; then a tick's function is killed while the carrier hangs. */
export async function carrier({ seed, say }: TrialContext, each: number): Promise<TrialReport> {
  const all = CASES.length * each;
  // Every plant has an operator of its own, so that no phone waits for another plant's message.
  const plants = trialPlants(all * 4).filter((p) => p.index % 4 === 0);
  const caseOf = (i: number): (typeof CASES)[number] => CASES[i % CASES.length]!;
  const { frame } = frameMaker(START);
  const messages: TrialMessage[] = [];
  const { equal, holds, violations } = checks();
  const trial = await startTrialMachine(plants, START);
  const { machine } = trial;

  /** Two minutes of every drain just before `t`, taken in. */
  const drains = async (t: number, value: number): Promise<void> => {
    for (const plant of plants)
      for (const at of [t - 3 * MINUTE, t - 2 * MINUTE]) {
        const message = { ...messageOf([frame(plant, "water", at, value)]), sends: 1, acknowledged: true };
        await machine.publish(message.topic, message.frames[0]!.bytes, at + 70_000, message.client);
        messages.push(message);
      }
    await machine.drain();
  };
  const read = (t: number): ReturnType<typeof readAftermath> =>
    readAftermath(machine, plants, START - MINUTE, t + MINUTE);
  const sendsOf = (ledger: readonly Item[], plant: number, t: number): unknown[] =>
    ledger
      .filter((i) => i.pk === `PLANT#${plants[plant]!.permitNo}` && i.sk.startsWith("SEND#") && i["tick"] === t)
      .map((i) => i["state"]);
  const reached = (): number[] => {
    const outbox = machine.outbox(100_000);
    return plants.map(({ index }) => outbox.filter((m) => m.text.includes(`试验${index}号厂`)).length);
  };
  const tally = (states: readonly string[]): Record<string, number> =>
    Object.fromEntries([...Map.groupBy(states, (s) => s)].map(([s, own]) => [s, own.length * 3 * each]));

  try {
    say("every way a carrier can fail");
    const t = START + 10 * MINUTE;
    machine.setCarrierFault((_, text) => {
      const i = plants.findIndex(({ index }) => text.includes(`试验${index}号厂`));
      return i < 0 ? null : caseOf(i).fault;
    });
    await drains(t, 10);
    const began = performance.now();
    const first = await trial.tick(t);
    // 32 phones are served side by side: waves of the slowest decide, not the sum of all.
    const waves = Math.ceil((3 * all) / 32);
    holds("the tick took longer than its slowest phones", performance.now() - began < (waves + 2) * CARRIER_TIMEOUT);
    equal("ends of the tick's messages", first.sends, tally(CASES.map(({ state }) => state)));

    // The late answer is out before this tick comes a second time.
    await pause(1_500);
    equal("the same tick again", (await trial.tick(t)).sends, { there: 3 * all });
    const { ledger, outbox } = await read(t);
    for (const i of plants.keys())
      equal(`plant ${i}: ends of its messages`, [...new Set(sendsOf(ledger, i, t))], [caseOf(i).state]);
    const once = plants.map((_, i) => caseOf(i).reached * 3);
    equal("messages that reached the phones", reached(), once);
    violations.push(...smsProblems(ledger, outbox, plants));

    say("what recovers is told to everyone, also to whom the first message may not have reached");
    machine.setCarrierFault(null);
    await drains(t + 5 * MINUTE, 7.5);
    equal("messages of the recovery", (await trial.tick(t + 5 * MINUTE)).sends, { sent: all * 3 });
    equal(
      "messages that reached the phones then",
      reached(),
      once.map((n) => n + 3),
    );

    say("kill -9 of the tick's function while the carrier hangs");
    const hung = START + 80 * MINUTE; // a range warns once an hour
    const before = machine.outbox(100_000).length;
    machine.setCarrierFault(() => ({ kind: "hang" }));
    await drains(hung, 11);
    const cut = machine.fire("warn", hung, { asOf: true });
    // As many as are served side by side are claimed now.
    const claimed = Math.min(32, 3 * all);
    await until(
      async () => {
        const now = (await read(hung)).ledger;
        return plants.flatMap((_, i) => sendsOf(now, i, hung)).length >= claimed;
      },
      30_000,
      "the messages were not claimed",
    );
    for (const pid of machine.lambda.pids(trial.nameOf("warn-plants"))) process.kill(pid, "SIGKILL");
    equal("the tick that was cut", (await cut).error?.errorType, "Runtime.ExitError");
    machine.setCarrierFault(null);
    await trial.tick(hung + 5 * MINUTE);
    const settled = (await read(hung)).ledger;
    // The next tick settles what was claimed, and what was not; none leaves again.
    const ends = plants.flatMap((_, i) => sendsOf(settled, i, hung));
    equal("messages of the tick that was cut", ends.length, 3 * all);
    equal("of these unknown", ends.filter((e) => e === "unknown").length >= claimed, true);
    equal(
      "of these neither unknown nor expired",
      ends.filter((e) => e !== "unknown" && e !== "expired"),
      [],
    );
    equal("messages that left after all", machine.outbox(100_000).length, before);

    const { report } = await judge({
      name: "carrier",
      seed,
      machine,
      plants,
      messages,
      from: START - MINUTE,
      to: hung + MINUTE,
      probe: (plant) => frame(plant, "gas", hung, 42),
    });
    return { ...report, violations: [...report.violations, ...violations] };
  } finally {
    await trial.stop();
  }
}
