/** The figures of the throughput section. */
import { unpackBlock } from "../../functions/telemetry/domain/block-codec.ts";
import { dynamoCall, type Item } from "../../infra/local/dynamodb-call.ts";
import type { MachineApart, Usage } from "./machine-apart.ts";
import { OUTLETS } from "./machine-city.ts";
import { percentile, type Figure, type Section } from "./section.ts";
import { FACTOR, PLANTS, ROUND_SECONDS, STEP_SECONDS, type Rung } from "./throughput-step.ts";

/** How often a city is looked at (infra/stacks/services.ts). */
const TICK_SECONDS = 300;

/** Acknowledged messages, and those whose minute all three chimneys have in the blocks. */
export async function readBack(
  { blocks, dynamoEndpoint, ask }: MachineApart,
  offered: ReadonlySet<string>,
): Promise<{ offered: number; found: number; waiting: number }> {
  const call = dynamoCall(dynamoEndpoint);
  const found = new Map<string, number>();
  let from: Item | undefined;
  do {
    const page: { Items: Item[]; LastEvaluatedKey?: Item } = await call("Scan", {
      TableName: blocks,
      ...(from ? { ExclusiveStartKey: from } : {}),
    });
    for (const { data } of page.Items) {
      const seen = new Set<string>();
      for (const { mn, at } of unpackBlock(Buffer.from(String(data?.["B"]), "base64")).records) seen.add(`${mn} ${at}`);
      for (const key of seen) {
        const [mn = "", at = ""] = key.split(" ");
        const minute = `${Number(mn.slice(8, 16))} ${at}`;
        found.set(minute, (found.get(minute) ?? 0) + 1);
      }
    }
    from = page.LastEvaluatedKey;
  } while (from);
  const whole = [...offered].filter((key) => found.get(key) === OUTLETS).length;
  return { offered: offered.size, found: whole, waiting: await ask("backlog", null) };
}

export function throughputSection(
  rungs: readonly Rung[],
  usage: Record<string, Usage>,
  stored: { offered: number; found: number; waiting: number },
  /** Why the ladder ended early, "" when it did not. */
  ended: string,
): Section {
  const ticked = rungs.filter((rung) => rung.ticked);
  const best = bestOf(ticked);
  const figures: Figure[] = [
    ...sustainedFigures(ticked, "a tick every 7 s"),
    ...sustainedFigures(
      rungs.filter((rung) => !rung.ticked),
      "between ticks",
    ),
    ...[...new Set([ticked.find((rung) => rung.rate === 200), best])].flatMap((rung) =>
      rung ? warningFigures(rung) : [],
    ),
    ...cityCost(rungs.filter((rung) => rung.rate === 200)),
    ...costFigures(best && best.rate !== 200 ? best : undefined),
    {
      what: "acknowledged messages that are not in the blocks",
      value: stored.offered - stored.found,
      unit: "",
      target: { at: "most", value: 0 },
      note: `${stored.found.toLocaleString("en-US")} plant-minutes read back${stored.waiting > 0 ? `; ${stored.waiting} messages still waited` : ""}`,
    },
    ...["machine", "ingest-telemetry", "warn-plants", "publish-pages", "engine"].flatMap((part): Figure[] => {
      const { peakMb = 0, processes = 0 } = usage[part] ?? {};
      const note = processes > 1 ? { note: `the largest of ${processes} processes` } : {};
      return processes === 0 ? [] : [{ what: `peak memory, ${part}`, value: Math.round(peakMb), unit: "MB", ...note }];
    }),
  ];
  return {
    name: "throughput",
    title: "The whole machine under load: MQTT, durable log, functions, database on disk, roles enforced",
    figures,
    notes: [
      "a plant-message: one bundle of 3 chimneys × 6 pollutants (3 frames of HJ 212-2017, minute means), QoS 1; every pollutant has an hourly limit",
      `each plant reports every ${ROUND_SECONDS} s, and data time runs ${FACTOR} times as fast as the clock, so every report is of the next minute; rate × ${ROUND_SECONDS} of ${PLANTS} registered plants take part, one in 50 over its limits; one message in ten is a plant's first of a new ten minutes, as in real time`,
      `a step lasts ${STEP_SECONDS} s; sustained: all acknowledged, and everything merged within 3 s of the last message (the batching window is 2 s): a machine that takes a tenth less is later`,
      `the tick is fired in the middle of a step: one every ${STEP_SECONDS} s, as data time runs faster; a city has one every ${TICK_SECONDS} s, so steps without one ("between ticks") tell what a message costs by itself; a warning's time is to its text message in the outbox, which comes after its episode stands in the ledger`,
      `steps: ${rungs.map((rung) => `${rung.rate}/s${rung.ticked ? "" : " between ticks"} ${rung.reason ?? "sustained"}`).join("; ")}${ended === "" ? "" : `; ${ended}`}`,
      "the generator runs on the same cores; its CPU time is not in the costs, but it is in what the machine could not have",
    ],
    details: rungs.map(({ latencies, warnings, ...rung }) => ({
      ...rung,
      ackMs: spread(latencies),
      warningMs: spread(warnings),
      warned: warnings.length,
    })),
  };
}

const spread = (values: readonly number[]): Record<string, number> | null =>
  values.length === 0
    ? null
    : Object.fromEntries([0.5, 0.95, 0.99, 1].map((p) => [`p${p * 100}`, Math.round(percentile(values, p))]));

const bestOf = (rungs: readonly Rung[]): Rung | undefined =>
  rungs.filter((rung) => rung.reason === null).toSorted((a, b) => b.rate - a.rate)[0];

/** The target is that of steps with a tick: the machine has to keep up while it warns. */
function sustainedFigures(rungs: readonly Rung[], how: string): Figure[] {
  const failed = rungs.filter((rung) => rung.reason !== null).toSorted((a, b) => a.rate - b.rate)[0];
  if (rungs.length === 0) return [];
  return [
    {
      what: `plant-messages durable and processed, sustained, ${how}`,
      value: bestOf(rungs)?.rate ?? 0,
      unit: "1/s",
      target: { at: "least", value: 1_500 },
      note: failed ? `at ${failed.rate}/s: ${failed.reason}` : "at least: no time was left to offer more",
    },
    ...(failed
      ? [
          {
            what: `plant-messages processed while more were offered, ${how}`,
            value: failed.sent / (failed.sendSeconds + failed.behindSeconds),
            unit: "1/s",
            note: `${failed.rate}/s offered; until the last was merged`,
          },
        ]
      : []),
  ];
}

function warningFigures({ rate, latencies, warnings, hot }: Rung): Figure[] {
  const figures: Figure[] = [];
  for (const p of [0.5, 0.95])
    if (latencies.length > 0)
      figures.push({
        what: `sample to durable (PUBACK) at ${rate}/s, p${p * 100}`,
        value: percentile(latencies, p),
        unit: "ms",
      });
  // A plant that was not warned waits for ever.
  const all = [...warnings, ...Array.from({ length: hot - warnings.length }, () => Infinity)];
  for (const p of [0.5, 0.95])
    figures.push({
      what: `tick to episode and text message at ${rate}/s, p${p * 100}`,
      value: all.length > 0 ? percentile(all, p) / 1000 : NaN,
      unit: "s",
      note: `${warnings.length} of ${hot} plants over their limits warned`,
      ...(p === 0.95 ? { target: { at: "most" as const, value: 1 } } : {}),
    });
  return figures;
}

/** What a message costs with the tick of the bench, by itself, and with a tick as often as a city has one. */
function cityCost(rungs: readonly Rung[]): Figure[] {
  const [compressed, between] = [rungs.find((rung) => rung.ticked), rungs.find((rung) => !rung.ticked)];
  const figures = [...costFigures(compressed), ...costFigures(between)];
  if (!compressed || !between) return figures;
  const tick = cpuPerThousand(compressed) - cpuPerThousand(between);
  return [
    ...figures,
    {
      what: "CPU per 1,000 plant-messages with a city's tick",
      value: cpuPerThousand(between) + (tick * STEP_SECONDS) / TICK_SECONDS,
      unit: "s",
      note: `computed: between ticks, and ${STEP_SECONDS}/${TICK_SECONDS} of what the tick of a step costs (${tick.toFixed(2)})`,
    },
  ];
}

const cpuPerThousand = ({ cpu, sent }: Rung): number => {
  const all = Object.values(cpu).reduce((sum, seconds) => sum + seconds, 0);
  return ((all - (cpu["generator"] ?? 0)) * 1_000) / sent;
};

function costFigures(rung: Rung | undefined): Figure[] {
  if (!rung) return [];
  const { rate, sent, cpu, blockWrites, calls } = rung;
  const how = rung.ticked ? "a tick every 7 s" : "between ticks";
  const { generator = 0, ...parts } = cpu;
  const share = (seconds: number): number => (seconds * 1000) / sent;
  const named = Object.entries(parts)
    .filter(([, seconds]) => share(seconds) >= 0.01)
    .map(([part, seconds]) => `${part} ${share(seconds).toFixed(2)}`);
  return [
    {
      what: `CPU per 1,000 plant-messages at ${rate}/s, ${how}`,
      value: cpuPerThousand(rung),
      unit: "s",
      note: `${named.join(", ")}; generator ${share(generator).toFixed(2)} besides`,
    },
    {
      what: `messages per block write at ${rate}/s, ${how}`,
      value: sent / blockWrites,
      unit: "",
      note: `${(calls / sent).toFixed(2)} table calls a message (a batch is one)`,
    },
  ];
}
