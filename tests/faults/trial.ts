/** What every trial is given and gives back, whether `npm test` runs it in its short form or `npm run faults` in its long one. */
import { isDeepStrictEqual } from "node:util";

export interface TrialContext {
  /** Chooses moments, order and values. */
  seed: number;
  /** Progress, for who waits. */
  say(line: string): void;
}

/** How a message that was due ended. */
export const DUE_ENDS = ["sent", "unknown", "expired", "failed", "capped"] as const;
export type DueEnd = (typeof DUE_ENDS)[number];

/** What was acknowledged, and what became of it. */
export interface TrialLedger {
  /** MQTT messages or, over TCP, frames that were acknowledged. */
  messages: number;
  /** Frames in them. */
  acknowledged: number;
  /** Lines of the archive that stand. */
  accepted: number;
  duplicate: number;
  quarantined: number;
  /** Acknowledged frames of which the archive has no line. */
  lost: number;
  /** Text messages that left more often than the ledger allows: at most once for a plant, tick and phone. */
  doubled: number;
  due: Record<DueEnd, number>;
  /** Batches that were given up. */
  undelivered: number;
  /** Shards of the stream that take nothing more. */
  standing: number;
}

export interface TrialReport {
  name: string;
  seed: number;
  ledger: TrialLedger;
  /** What must not be; the first words say of which kind. */
  violations: string[];
}

/** Collects what does not hold, so that one run tells everything that is wrong. */
export function checks(): {
  violations: string[];
  holds(what: string, held: boolean): void;
  equal(what: string, actual: unknown, expected: unknown): void;
} {
  const violations: string[] = [];
  return {
    violations,
    holds: (what, held) => {
      if (!held) violations.push(what);
    },
    equal: (what, actual, expected) => {
      if (!isDeepStrictEqual(actual, expected))
        violations.push(`${what}: ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`);
    },
  };
}

/** The sum of several runs of one trial. */
export function together(reports: readonly TrialReport[]): TrialReport {
  const sum = (of: (ledger: TrialLedger) => number): number => reports.reduce((n, { ledger }) => n + of(ledger), 0);
  const [first] = reports;
  if (!first) throw new Error("no run to sum up");
  return {
    name: first.name,
    seed: first.seed,
    ledger: {
      messages: sum((l) => l.messages),
      acknowledged: sum((l) => l.acknowledged),
      accepted: sum((l) => l.accepted),
      duplicate: sum((l) => l.duplicate),
      quarantined: sum((l) => l.quarantined),
      lost: sum((l) => l.lost),
      doubled: sum((l) => l.doubled),
      due: Object.fromEntries(DUE_ENDS.map((end) => [end, sum((l) => l.due[end])])) as Record<DueEnd, number>,
      undelivered: sum((l) => l.undelivered),
      standing: sum((l) => l.standing),
    },
    violations: reports.flatMap((r) => r.violations.map((v) => (r.seed === first.seed ? v : `seed ${r.seed}: ${v}`))),
  };
}

export const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Resolves when `holds` does; rejects after `ms` and says what did not come. */
export async function until(holds: () => boolean | Promise<boolean>, ms: number, otherwise: string): Promise<void> {
  const end = performance.now() + ms;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`${otherwise} within ${ms} ms`);
    await pause(20);
  }
}

/** For the short forms. FAULT_SEED is the seed that a failure named. */
export const contextOfTests: TrialContext = {
  seed: Number(process.env["FAULT_SEED"] ?? 20261001),
  say: () => undefined,
};
