/** Rules of marks (标记): kinds, deadline, bounds, yearly hours, and the thresholds of the tests against facts. */
import type * as z from "zod/mini";
import { DAY, floorDay, MINUTE, parseIso } from "../functions/shared/shanghai.ts";
import type { MarkVersions } from "./rule-data-schema.ts";

type Version = z.output<typeof MarkVersions>[number];
export type MarkKind = Version["kinds"][number];
export type MarkTestName = MarkKind["tests"][number];

export interface MarkRules extends Omit<Version, "deadline"> {
  /** Until when what happened at `t` is to be marked, epoch ms. */
  deadlineOf(t: number): number;
  kind(name: string): MarkKind | null;
}

/** The version in force at a moment; throws, naming what is wrong, on names that no kind has. */
export function markRules(versions: readonly Version[]): (t: number) => MarkRules {
  const all = versions.map((v, i) => {
    const kinds = new Map(v.kinds.map((k) => [k.kind, k]));
    if (kinds.size !== v.kinds.length) throw new Error(`rule data: marks.json at [${i}].kinds: a kind stands twice`);
    for (const { kinds: names } of [...v.exclusive, ...v.yearly])
      for (const name of names)
        if (!kinds.has(name)) throw new Error(`rule data: marks.json at [${i}]: there is no kind "${name}"`);
    const from = floorDay(parseIso(v.effectiveFrom)!);
    const [hours = 0, minutes = 0] = v.deadline.clock.split(":").map(Number);
    const { dayAfter } = v.deadline;
    const rules: MarkRules = {
      ...v,
      deadlineOf: (t) => floorDay(t) + dayAfter * DAY + (hours * 60 + minutes) * MINUTE,
      kind: (name) => kinds.get(name) ?? null,
    };
    return { from, rules };
  });
  if (all.some(({ from }, i) => i > 0 && from <= all[i - 1]!.from))
    throw new Error("rule data: marks.json: a version must be later than the one before it");
  return (t) => (all.findLast((v) => v.from <= t) ?? all[0]!).rules;
}
