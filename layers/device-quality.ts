/** Rules of a device's quality grade: facts, their points, and the points of each grade, in dated versions. */
import type * as z from "zod/mini";
import { floorDay, parseIso } from "../functions/shared/shanghai.ts";
import type { QualityVersions } from "./rule-data-schema.ts";

export type QualityRules = z.output<typeof QualityVersions>[number];
export type QualityFact = QualityRules["points"][number]["fact"];

/** The version in force at a moment, before the first the first; throws when they are not in order. */
export function qualityRules(versions: readonly QualityRules[]): (t: number) => QualityRules {
  const all = versions.map((rules) => ({ from: floorDay(parseIso(rules.effectiveFrom)!), rules }));
  if (all.some(({ from }, i) => i > 0 && from <= all[i - 1]!.from))
    throw new Error("rule data: device-quality.json: a version must be later than the one before it");
  return (t) => (all.findLast((v) => v.from <= t) ?? all[0]!).rules;
}
