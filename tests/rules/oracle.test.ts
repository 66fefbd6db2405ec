/** The oracle against expectations written by hand from the text of the rules. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { parsePermits } from "../../functions/register/domain/parse-permits.ts";
import { loadRuleData } from "../../layers/rule-data.ts";
import { oracle } from "./oracle/oracle.ts";
import { expectedOf, shortOutput } from "./short-output.ts";
import { handWritten } from "./traces/index.ts";
import { at } from "./traces/build.ts";

const ruleData = loadRuleData(join(import.meta.dirname, "../../layers/rule-data"));

test.each(handWritten)("$name", (c) => {
  const parsed = parsePermits(c.permits, ruleData);
  expect(parsed.ok ? [] : parsed.problems).toEqual([]);
  if (!parsed.ok) return;
  const lines = oracle({ permits: parsed.permits, trace: c.messages, until: at(c.until), ruleData });
  expect(shortOutput(c, lines)).toEqual(expectedOf(c));
});
