/** After a trial: probes the shards, reads what stands in the data folder, and holds it against the trial's own ledger. */
import type { Machine } from "../../infra/local/machine.ts";
import {
  archiveProblems,
  chainProblems,
  episodeProblems,
  firstProblems,
  lostFrames,
  permittedSends,
  readAftermath,
  smsProblems,
  valueProblems,
  type Aftermath,
} from "./aftermath.ts";
import { messageOf, type TrialFrame, type TrialMessage, type TrialPlant } from "./trial-city.ts";
import { DUE_ENDS, type DueEnd, type TrialReport } from "./trial.ts";

/** Devices that are asked for a sign of life: enough for every shard to be some device's. */
const PROBED = 12;
const PROBE_MS = 60_000;

export interface Judged {
  name: string;
  seed: number;
  machine: Machine;
  plants: readonly TrialPlant[];
  messages: readonly TrialMessage[];
  /** The minutes that the trial's frames are of, epoch ms. */
  from: number;
  to: number;
  /** How often the archive may have a frame again; default: as often as its client sent it again. */
  repeats?: (message: TrialMessage) => number;
  /** Makes the frames that show whether a shard still works; absent: the trial fed the function itself. */
  probe?: (plant: TrialPlant) => TrialFrame;
}

export async function judge(trial: Judged): Promise<{ after: Aftermath; report: TrialReport }> {
  const { machine, plants, probe } = trial;
  const probes = probe ? await sendProbes(machine, plants.slice(0, PROBED), probe) : [];
  const drained = await Promise.race([
    machine.drain().then(() => true),
    new Promise<false>((resolve) => setTimeout(() => resolve(false), PROBE_MS).unref()),
  ]);
  const after = await readAftermath(machine, plants, trial.from, trial.to);
  const messages = [...trial.messages, ...probes];

  const probed = new Set(probes.flatMap((m) => m.frames.map((f) => f.qn)));
  const alive = new Set(after.archive.flatMap((l) => (probed.has(qnOf(l.bytes)) ? [l.shard] : [])));
  const all = new Set(after.archive.map((l) => l.shard));
  const standing = probe ? [...all].filter((shard) => !alive.has(shard)) : [];
  const { doubled, ends } = sendCounts(after);
  const count = (d: string): number => after.archive.filter((l) => l.disposition === d).length;
  const acknowledged = messages.filter((m) => m.acknowledged);
  return {
    after,
    report: {
      name: trial.name,
      seed: trial.seed,
      ledger: {
        messages: acknowledged.length,
        acknowledged: acknowledged.flatMap((m) => m.frames).length,
        accepted: count("accepted"),
        duplicate: count("duplicate"),
        quarantined: count("quarantined"),
        lost: lostFrames(messages, after.archive),
        doubled,
        due: ends,
        undelivered: after.undelivered.length,
        standing: standing.length,
      },
      violations: firstProblems({
        archive: archiveProblems(messages, after.archive, trial.repeats),
        chains: chainProblems(after.archive),
        values: valueProblems(messages, after.values),
        sms: smsProblems(after.ledger, after.outbox, plants),
        episodes: episodeProblems(after.ledger),
        undelivered: after.undelivered,
        shards: [
          ...standing.map((shard) => `${shard} takes nothing more`),
          ...(drained ? [] : [`there is still work after ${PROBE_MS / 1000} s`]),
        ],
      }),
    },
  };
}

async function sendProbes(
  machine: Machine,
  plants: readonly TrialPlant[],
  probe: (plant: TrialPlant) => TrialFrame,
): Promise<TrialMessage[]> {
  const messages = plants.map((plant) => messageOf([probe(plant)]));
  for (const message of messages) {
    message.sends += 1;
    await machine.publish(message.topic, message.frames[0]!.bytes, undefined, message.client);
    message.acknowledged = true;
  }
  return messages;
}

const qnOf = (base64: string): string => /QN=(\d+);/.exec(Buffer.from(base64, "base64").toString("latin1"))?.[1] ?? "";

function sendCounts({ ledger, outbox }: Aftermath): { doubled: number; ends: Record<DueEnd, number> } {
  const left = Map.groupBy(outbox, (m) => `${m.to} ${m.text}`);
  const may = permittedSends(ledger);
  const doubled = [...left].reduce((n, [key, own]) => n + Math.max(0, own.length - (may.get(key)?.most ?? 0)), 0);
  const sends = ledger.filter((i) => i.sk.startsWith("SEND#"));
  const ends = DUE_ENDS.map((end) => [end, sends.filter((s) => s["state"] === end).length] as const);
  return { doubled, ends: Object.fromEntries(ends) as Record<DueEnd, number> };
}
