/**
 * The stream at its worst against the stream at its best: every batch delivered twice, messages of a device out of order,
 * poison in every batch, a plant's two devices on two shards at the same time. Blocks, verdicts, episodes and text
 * messages must be the same.
 */
import { HOUR, MINUTE, parseIso } from "../../functions/shared/shanghai.ts";
import { processBatch } from "../../infra/local/batch-retry.ts";
import { dice, int, shuffled } from "../rules/dice.ts";
import type { Aftermath } from "./aftermath.ts";
import { judge } from "./judge.ts";
import {
  frameMaker,
  messageOf,
  trialPlants,
  type TrialFrame,
  type TrialMessage,
  type TrialPlant,
} from "./trial-city.ts";
import { startTrialMachine } from "./trial-machine.ts";
import { checks, together, type TrialContext, type TrialReport } from "./trial.ts";

const START = parseIso("2026-10-01T08:00:00+08:00")!;
const TICK = 5 * MINUTE;

interface Delivery {
  shard: 0 | 1;
  /** What stands on the stream. */
  data: Buffer;
}

/** An hour of all devices by the tick that is the first to see it; some values corrected by a later QN. */
function hourOfFrames(plants: readonly TrialPlant[], seed: number): TrialFrame[][] {
  const d = dice(seed);
  const { frame } = frameMaker(START);
  return Array.from({ length: 13 }, (_, step) =>
    plants.flatMap((plant) =>
      Array.from({ length: step === 12 ? 0 : 5 }, (_, i) => START + step * TICK + i * MINUTE).flatMap((at) => [
        frame(plant, "gas", at, int(d, plant.index % 8 === 1 ? 60 : 20, 90)),
        ...(int(d, 0, 5) === 0 ? [frame(plant, "gas", at, int(d, 20, 90))] : []),
        frame(plant, "water", at, plant.index % 8 === 3 && step > 3 && step < 7 ? 9.5 : 7),
      ]),
    ),
  );
}

const envelope = (frame: TrialFrame, receivedAt: number): Delivery => {
  const { topic, client } = messageOf([frame]);
  const payload = Buffer.from(frame.bytes).toString("base64");
  const data = Buffer.from(JSON.stringify({ topic, payload, receivedAt, clientId: client }));
  return { shard: frame.pollutant === "a21002" ? 0 : 1, data };
};
const good = { topic: "plants/X/hj212", receivedAt: START, clientId: "X" };
/** What no rule would put there, and what a rule puts there of a device gone mad. */
const POISON: readonly Buffer[] = [
  Buffer.alloc(0),
  Buffer.from("not JSON"),
  Buffer.from([0xff, 0xfe, 0x00]),
  Buffer.from("null"),
  Buffer.from(JSON.stringify({ ...good, payload: 7 })),
  Buffer.from(JSON.stringify({ ...good, payload: "", receivedAt: 8.64e15 + 1 })),
  Buffer.from(JSON.stringify({ ...good, payload: Buffer.from("##9999QN=").toString("base64") })),
  Buffer.from(JSON.stringify({ ...good, payload: Buffer.alloc(100_000, "##0001").toString("base64") })),
  Buffer.from(
    JSON.stringify({
      ...good,
      topic: "plants/X/telemetry",
      payload: Buffer.from("{".repeat(60_000)).toString("base64"),
    }),
  ),
  Buffer.from(
    JSON.stringify({
      ...good,
      topic: "plants/__proto__/telemetry",
      payload: Buffer.from('{"__proto__":1}').toString("base64"),
    }),
  ),
];

interface Hour {
  after: Aftermath;
  report: TrialReport;
}

/** Runs the hour, its ticks and its closing; `nasty` decides what the stream does to it. */
async function run(nasty: boolean, seed: number, plants: readonly TrialPlant[]): Promise<Hour> {
  const trial = await startTrialMachine(plants, START);
  const { machine, nameOf } = trial;
  const d = dice(seed + 1);
  const next: [number, number] = [0, 0];
  const givenUp: string[] = [];
  const messages: TrialMessage[] = [];
  try {
    for (const [step, frames] of hourOfFrames(plants, seed).entries()) {
      const received = START + step * TICK + TICK - 10_000;
      const order = nasty ? shuffled(d, frames) : frames;
      messages.push(...frames.map((frame) => ({ ...messageOf([frame]), sends: 1, acknowledged: true })));
      const deliveries = order.map((frame) => envelope(frame, received));
      if (nasty)
        for (const shard of [0, 1] as const)
          deliveries.splice(int(d, 0, deliveries.length), 0, { shard, data: POISON[step % POISON.length]! });
      // Both shards at the same time: two writers on every plant.
      await Promise.all(
        ([0, 1] as const).map((shard) =>
          deliver(
            shard,
            deliveries.filter((x) => x.shard === shard),
          ),
        ),
      );
      await trial.tick(START + (step + 1) * TICK);
    }
    await trial.fire("close-hour", START + HOUR + 10 * MINUTE);
    const { after, report } = await judge({
      name: "stream",
      seed,
      machine,
      plants,
      messages,
      from: START,
      to: START + HOUR,
      // The stream's second delivery of a batch is no second frame.
      repeats: () => 0,
    });
    // Poison is quarantined, never given up with the batch around it.
    report.violations.push(...givenUp);
    return { after, report };
  } finally {
    await trial.stop();
  }

  async function deliver(shard: 0 | 1, own: readonly Delivery[]): Promise<void> {
    const records = own.map(({ data }) => ({ data, sequence: String((next[shard] += 1)).padStart(21, "0") }));
    if (records.length === 0) return;
    const { retries, bisect, partialFailures } = machine.definition.sources.find(
      (s) => s.functionName === nameOf("ingest-telemetry"),
    )!;
    for (let time = 0; time < (nasty ? 2 : 1); time += 1) {
      const outcome = await processBatch(
        records,
        { retries, bisect, partialFailures },
        {
          invoke: (some) =>
            machine.lambda.invoke(
              nameOf("ingest-telemetry"),
              JSON.stringify({
                Records: some.map((r) => ({
                  eventID: `shardId-${String(shard).padStart(12, "0")}:${r.sequence}`,
                  kinesis: {
                    sequenceNumber: r.sequence,
                    data: r.data.toString("base64"),
                    approximateArrivalTimestamp: START / 1000,
                  },
                })),
              }),
            ),
          sequence: (r) => r.sequence,
          failedAgain: () => undefined,
          stopped: () => false,
        },
      );
      for (const { records: lost } of outcome?.undelivered ?? [])
        givenUp.push(`undelivered: ${lost.length} records of shard ${shard} were given up`);
    }
  }
}

/** What people see: values, verdicts, episodes, clues, messages. */
const digest = ({ values, ledger }: Aftermath): { values: unknown; ledger: unknown } => ({
  values: Object.fromEntries(values),
  // The carrier's own number of a message is another each time.
  ledger: ledger
    .filter((i) => /^(HOUR|EPISODE|SEND|CLUE)/.test(i.sk))
    .map((item) => ({ ...item, carrierId: null }))
    .sort((a, b) => (`${a.pk} ${a.sk}` < `${b.pk} ${b.sk}` ? -1 : 1)),
});

/** An hour of `size` plants at its best and at its worst: values, verdicts, episodes and messages must be the same. */
export async function stream({ seed, say }: TrialContext, size: number): Promise<TrialReport> {
  // Odd plants: each device for itself.
  const plants = trialPlants(2 * size).filter((p) => p.gateway === null);
  say("an hour as it should be");
  const best = await run(false, seed, plants);
  say("the same hour twice, out of order and poisoned");
  const worst = await run(true, seed, plants);
  const { holds, equal, violations } = checks();
  const [right, wrong] = [digest(best.after), digest(worst.after)];
  for (const part of ["values", "ledger"] as const) equal(`${part} differ`, wrong[part], right[part]);
  // The hour had all of it.
  for (const kind of ["HOUR#", "EPISODE#", "SEND#"])
    holds(
      `trial: the hour had ${kind}`,
      best.after.ledger.some((i) => i.sk.startsWith(kind)),
    );
  const poisoned = worst.after.ledger.filter((i) => i.pk.startsWith("QUARANTINE#")).length;
  holds(`poison: ${poisoned} records in quarantine`, poisoned >= 26);
  equal("messages that left", worst.after.outbox.length, best.after.outbox.length);
  const sum = together([best.report, worst.report]);
  return { ...sum, violations: [...best.report.violations, ...worst.report.violations, ...violations] };
}
