/** A carrier that hangs, answers late, fails, refuses or answers into the void: nothing is sent twice, the next tick goes on. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { MINUTE, parseIso } from "../../functions/shared/shanghai.ts";
import { CARRIER_TIMEOUT } from "../../functions/warnings/sms.ts";
import type { Machine } from "../../infra/local/machine.ts";
import type { CarrierFault } from "../../infra/local/sns.ts";
import { readAftermath, smsProblems, type Item } from "./aftermath.ts";
import { frameMaker, messageOf, trialPlants } from "./trial-city.ts";
import { startTrialMachine, type TrialMachine } from "./trial-machine.ts";

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
// Every plant has an operator of its own, so that no phone waits for another plant's message.
const plants = trialPlants(CASES.length * 4).filter((p) => p.index % 4 === 0);

let trial: TrialMachine;
let machine: Machine;
const { frame } = frameMaker(START);
beforeAll(async () => {
  trial = await startTrialMachine(plants, START);
  machine = trial.machine;
});
afterAll(() => trial.stop());

/** Two minutes of every drain just before `t`, taken in. */
async function drains(t: number, value: number): Promise<void> {
  for (const plant of plants)
    for (const at of [t - 3 * MINUTE, t - 2 * MINUTE]) {
      const { topic, client, frames } = messageOf([frame(plant, "water", at, value)]);
      await machine.publish(topic, frames[0]!.bytes, at + 70_000, client);
    }
  await machine.drain();
}
const sendsOf = (ledger: readonly Item[], plant: number, t: number): unknown[] =>
  ledger
    .filter((i) => i.pk === `PLANT#${plants[plant]!.permitNo}` && i.sk.startsWith("SEND#") && i["tick"] === t)
    .map((i) => i["state"]);
const reached = (plant: number): number =>
  machine.outbox().filter((m) => m.text.includes(`试验${plants[plant]!.index}号`)).length;

test("every way a carrier can fail has its state, within the tick, once", { timeout: 60_000 }, async () => {
  const t = START + 10 * MINUTE;
  machine.setCarrierFault(
    (_, text) => CASES[plants.findIndex((p) => text.includes(`试验${p.index}号`))]?.fault ?? null,
  );
  await drains(t, 10);

  const began = performance.now();
  const first = await trial.tick(t);
  // The phones are served side by side: the slowest of them decides, not their sum.
  expect(performance.now() - began).toBeLessThan(3 * CARRIER_TIMEOUT);
  expect(first.sends).toEqual({ sent: 6, unknown: 12, failed: 3 });

  // The late answer is out before this tick comes a second time.
  await new Promise((done) => setTimeout(done, 1_500));
  expect((await trial.tick(t)).sends).toEqual({ there: 21 });
  const { ledger, outbox } = await readAftermath(machine, plants, START - MINUTE, t + MINUTE);
  const seen = CASES.map((_, i) => ({ states: new Set(sendsOf(ledger, i, t)), reached: reached(i) }));
  expect(seen).toEqual(CASES.map(({ state, reached: once }) => ({ states: new Set([state]), reached: once * 3 })));
  expect(smsProblems(ledger, outbox, plants)).toEqual([]);
});

test("the next tick goes on: what recovers is told to everyone, also to whom the first message may not have reached", async () => {
  const t = START + 15 * MINUTE;
  machine.setCarrierFault(null);
  const before = CASES.map((_, i) => reached(i));
  await drains(t, 7.5);
  expect((await trial.tick(t)).sends).toEqual({ sent: CASES.length * 3 });
  expect(CASES.map((_, i) => reached(i) - before[i]!)).toEqual(CASES.map(() => 3));
  const { ledger, outbox } = await readAftermath(machine, plants, START - MINUTE, t + MINUTE);
  expect(smsProblems(ledger, outbox, plants)).toEqual([]);
});

test("a tick whose function is killed while the carrier hangs: the next one settles what was claimed, none leaves again", async () => {
  const t = START + 80 * MINUTE; // a range warns once an hour
  const before = machine.outbox().length;
  machine.setCarrierFault(() => ({ kind: "hang" }));
  await drains(t, 11);
  const cut = machine.fire("warn", t, { asOf: true });
  await trial.eventually(async () => {
    const { ledger } = await readAftermath(machine, plants, START, t);
    return plants.every((_, i) => sendsOf(ledger, i, t).length === 3);
  });
  for (const pid of machine.lambda.pids(trial.nameOf("warn-plants"))) process.kill(pid, "SIGKILL");
  expect((await cut).error?.errorType).toBe("Runtime.ExitError");

  machine.setCarrierFault(null);
  await trial.tick(t + 5 * MINUTE);
  const { ledger } = await readAftermath(machine, plants, START, t);
  expect(new Set(plants.flatMap((_, i) => sendsOf(ledger, i, t)))).toEqual(new Set(["unknown"]));
  expect(machine.outbox().length).toBe(before);
});
