/** The oracle on random traces: what must hold whatever comes. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { parsePermits } from "../../functions/register/domain/parse-permits.ts";
import { loadRuleData } from "../../layers/rule-data.ts";
import { oracle } from "./oracle/oracle.ts";
import type { OutputLine, TraceMessage } from "./oracle/types.ts";
import { randomTrace, type RandomTrace, shuffledWithinMinutes } from "./random-trace.ts";

const ruleData = loadRuleData(join(import.meta.dirname, "../../layers/rule-data"));

function run(trace: RandomTrace, messages: TraceMessage[] = trace.messages): OutputLine[] {
  const parsed = parsePermits(trace.permits, ruleData);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return oracle({ permits: parsed.permits, trace: messages, until: trace.until, ruleData });
}
const judged = (lines: OutputLine[]): OutputLine[] => lines.filter((l) => l.type === "hour" || l.type === "day");
const counted = (lines: OutputLine[]) => lines.find((l) => l.type === "summary");

const seeds = Array.from({ length: 12 }, (_, i) => i + 1);

test("random traces reach every kind of line", () => {
  const kinds = new Set<string>();
  for (const seed of seeds)
    for (const line of run(randomTrace(seed, { hours: 8 }))) {
      if (line.type === "hour") kinds.add(`hour ${line.verdict}`).add(line.revision > 0 ? "hour revised" : "hour");
      if (line.type === "quarantine") kinds.add(`quarantine ${line.reason}`);
      if (line.type === "sms") for (const l of line.lines) kinds.add(`${l.kind}${l.level}`);
    }
  const wanted = [
    "hour met",
    "hour exceeded",
    "hour insufficient",
    "hour revised",
    "quarantine crc",
    "quarantine length",
  ];
  wanted.push(
    "quarantine mn-unknown",
    "quarantine mn-mismatch",
    "quarantine time",
    "quarantine schema",
    "quarantine topic",
  );
  wanted.push("warning1", "warning2", "warning3", "recovered0", "escalated2", "escalated3", "data0", "offline0");
  expect(wanted.filter((kind) => !kinds.has(kind))).toEqual([]);
});

test.each(seeds)("seed %i: every frame is accepted, a duplicate or quarantined; the output is in order", (seed) => {
  const lines = run(randomTrace(seed, { hours: 4 }));
  const sum = counted(lines);
  expect(sum?.frames).toBe((sum?.accepted ?? 0) + (sum?.duplicates ?? 0) + (sum?.quarantined ?? 0));
  expect(sum?.quarantined).toBe(lines.filter((l) => l.type === "quarantine").length);
  const times = lines.slice(0, -1).map((l) => Date.parse(l.at));
  expect(times).toEqual([...times].sort((a, b) => a - b));
});

test.each(seeds)("seed %i: a doubled trace gives the same verdicts and SMS", (seed) => {
  const trace = randomTrace(seed, { hours: 5 });
  const once = run(trace).filter((l) => l.type !== "quarantine" && l.type !== "summary");
  const twice = run(
    trace,
    trace.messages.flatMap((m) => [m, m]),
  ).filter((l) => l.type !== "quarantine" && l.type !== "summary");
  expect(twice).toEqual(once);
});

test.each(seeds)("seed %i: shuffled within the minute, the same verdicts", (seed) => {
  const trace = randomTrace(seed, { hours: 5, distinctQn: true });
  expect(judged(run(trace, shuffledWithinMinutes(seed, trace.messages)))).toEqual(judged(run(trace)));
});
