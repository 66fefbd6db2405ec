/** The demo register's plants, for this folder's tests. */
import { parsePermits } from "../../../functions/register/domain/parse-permits.ts";
import type { Permit } from "../../../functions/register/domain/permit.ts";
import { loadRuleData } from "../../../layers/rule-data.ts";
import { demoPermits } from "../demo/demo-register.ts";

export const ruleData = loadRuleData("layers/rule-data");

export function demo(count: number): Permit[] {
  const parsed = parsePermits(demoPermits({ count, seed: 1 }), ruleData);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems.slice(0, 3)));
  return parsed.permits;
}
