/**
 * `npm run fuzz -- --seed N --count 1000000`: mutated frames through framing, decoder, payload reader, the listener's stream
 * and the JSON reader. Ends with 1 at the first violation, with what is needed to see it again.
 */
import { parseArgs } from "node:util";
import { fuzz, type Report } from "./run.ts";

function whole(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name} ${text}: a whole number from 0 to 999999999 was expected`);
  return Number(text);
}

function print({ tallies, found }: Report, seconds: number): void {
  const rows = [...tallies].toSorted(([a], [b]) => a.localeCompare(b));
  const total = rows.reduce((sum, [, t]) => sum + t.inputs, 0);
  const bytes = rows.reduce((sum, [, t]) => sum + t.bytes, 0);
  for (const [mutation, t] of rows) {
    const refused = [...t.refused].toSorted(([, a], [, b]) => b - a).map(([reason, n]) => `${reason} ${n}`);
    const lucky = t.collisions > 0 ? `; right by chance of the CRC ${t.collisions}` : "";
    console.log(
      `${mutation.padEnd(26)} ${String(t.inputs).padStart(8)} inputs; accepted ${t.accepted}; refused ${refused.join(", ") || "0"}${lucky}`,
    );
  }
  const rate = Math.round(total / seconds);
  console.log(
    `${total} inputs, ${(bytes / 1e6).toFixed(0)} MB, ${seconds.toFixed(1)} s of CPU, ${rate} inputs/s; violations ${found ? 1 : 0}`,
  );
  if (!found) return;
  const { seed, index, mutation, invariant, story, input, shrunk } = found;
  console.error(`违反 violated: ${invariant} (${mutation})\n${story}`);
  console.error(`again: npm run fuzz -- --seed ${seed} --from ${index} --count 1`);
  console.error(`input:  ${Buffer.from(input).toString("base64")}`);
  console.error(`shrunk: ${Buffer.from(shrunk).toString("base64")}`);
}

try {
  const { values } = parseArgs({
    options: {
      seed: { type: "string", default: "1" },
      count: { type: "string", default: "1000000" },
      from: { type: "string", default: "0" },
    },
  });
  const [seed, from, count] = [whole("seed", values.seed), whole("from", values.from), whole("count", values.count)];
  const before = process.cpuUsage();
  const report = fuzz(seed, from, count, (done) => process.stderr.write(`${done} of ${count}\n`));
  const { user, system } = process.cpuUsage(before);
  print(report, (user + system) / 1e6);
  if (report.found) process.exitCode = 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
