/**
 * The product against the oracle, line by line: the same permits and trace through the whole machine (`npm run replay`)
 * and through the naive second writing of the rules. `RULES_SEEDS=100-120` runs further random cities.
 */
import { join } from "node:path";
import { expect, test } from "vitest";
import { parsePermits } from "../../functions/register/domain/parse-permits.ts";
import { replay } from "../../infra/local/replay.ts";
import { loadRuleData } from "../../layers/rule-data.ts";
import { differences } from "./compare.ts";
import { merged, withCity } from "./merge.ts";
import { oracle } from "./oracle/oracle.ts";
import type { TraceMessage } from "./oracle/types.ts";
import { randomTrace, shuffledWithinMinutes } from "./random-trace.ts";
import { ambientCases } from "./traces/ambient.ts";
import { conditionCases } from "./traces/conditions.ts";
import { hourEpisodes } from "./traces/hour-episodes.ts";
import { hourLevels } from "./traces/hour-levels.ts";
import { silenceCases } from "./traces/silence.ts";
import { slotCases } from "./traces/slots.ts";
import { type Case, at, type PermitsFile } from "./traces/build.ts";
import { verdictCases } from "./traces/verdicts.ts";
import { waterCases } from "./traces/water.ts";

const ruleData = loadRuleData(join(import.meta.dirname, "../../layers/rule-data"));
const SLOW = 900_000;
/** Two segments of UCS-2. */
const LONGEST = 134;

interface Run {
  permits: PermitsFile;
  messages: TraceMessage[];
  until: number;
}

function foretold({ permits, messages, until }: Run): object[] {
  const parsed = parsePermits(permits, ruleData);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return oracle({ permits: parsed.permits, trace: messages, until, ruleData });
}
const replayed = ({ permits, messages, until }: Run): Promise<Record<string, unknown>[]> =>
  replay({ permits: JSON.stringify(permits), trace: messages, until });

async function agrees(run: Run): Promise<void> {
  const lines = await replayed(run);
  expect(differences(foretold(run), lines)).toEqual([]);
  for (const { type, text } of lines)
    if (type === "sms") expect(String(text).length, String(text)).toSatisfy((n: number) => n > 0 && n <= LONGEST);
}
const verdicts = <T extends object>(lines: T[]): T[] =>
  lines.filter((line) => ["hour", "day"].includes(String(Object(line)["type"])));

const together = [
  ...hourLevels,
  ...hourEpisodes,
  ...slotCases,
  ...verdictCases,
  ...conditionCases,
  ...ambientCases,
  ...waterCases,
].filter((c) => !c.alone);
const ofADay = (c: Case): boolean => c.until.startsWith("+1") || c.until > "18" || waterCases.includes(c);
const alone = [...silenceCases, ...hourEpisodes.filter((c) => c.alone)];

// With the hand-written ones a random city of six plants.
test("traces of some hours, as one city", { timeout: SLOW }, () =>
  agrees(
    withCity(merged(together.filter((c) => !ofADay(c))), randomTrace(101, { hours: 4, startHour: 10, plants: 6 })),
  ),
);
// And a random plant over midnight and a whole day. Seed 1133: weighted water with pH, a half-hour logger, a gas day with facilities.
test("traces of a day, as one city", { timeout: SLOW }, () =>
  agrees(withCity(merged(together.filter(ofADay)), randomTrace(1133, { hours: 27, startHour: -2, plants: 1 }))),
);
test.each(alone)("$name", { timeout: SLOW }, (c) => agrees({ ...c, until: at(c.until) }));

test("a trace doubled, and one shuffled within the minute, give the same verdicts", { timeout: SLOW }, async () => {
  const trace = randomTrace(104, { hours: 2, plants: 2, distinctQn: true });
  const expected = verdicts(foretold(trace));
  const doubled = { ...trace, messages: trace.messages.flatMap((m) => [m, m]) };
  expect(differences(expected, verdicts(await replayed(doubled)))).toEqual([]);
  const mixed = { ...trace, messages: shuffledWithinMinutes(104, trace.messages) };
  expect(differences(expected, verdicts(await replayed(mixed)))).toEqual([]);
});

const [from, to] = (process.env["RULES_SEEDS"] ?? "").split("-").map(Number);
if (from !== undefined && to !== undefined)
  test.each(Array.from({ length: to - from + 1 }, (_, i) => from + i))("further city %i", { timeout: SLOW }, (seed) =>
    agrees(randomTrace(seed, { hours: 5 })),
  );
