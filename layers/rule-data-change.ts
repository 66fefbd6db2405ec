/** A change of the warning numbers as a file: what a reviewed deploy puts in place of two files of the rule data, and nothing else. */
import * as z from "zod/mini";
import { Manifest, WarningEntry, WarningVersions } from "./rule-data-schema.ts";
import type { RuleData, WarningNumbers } from "./rule-data.ts";

/** `base`: SHA-256 of the files that the change was made from; it is not applied to others. */
export const RuleDataChange = z.strictObject({
  base: z.strictObject({ "manifest.json": z.string(), "warning-numbers.json": z.string() }),
  "manifest.json": Manifest,
  "warning-numbers.json": WarningVersions,
});
export type RuleDataChange = z.output<typeof RuleDataChange>;
export const CHANGED_FILES = ["manifest.json", "warning-numbers.json"] as const;

/** `2026.1` → `2026.2`; in another year `2027.1`. What has no such form gets a further part. */
export function nextVersion(version: string, effectiveFrom: string): string {
  const year = effectiveFrom.slice(0, 4);
  const [, held, n] = /^(\d{4})\.(\d+)$/.exec(version) ?? [];
  if (n === undefined) return `${version}.1`;
  return held === year || Number(held) > Number(year) ? `${held}.${Number(n) + 1}` : `${year}.1`;
}

/** The present set with `numbers` as its last version. */
export function changeOf(
  rules: Pick<RuleData, "version" | "warningVersions" | "files">,
  numbers: WarningNumbers,
  note: string,
): RuleDataChange {
  const hashOf = (name: string): string => rules.files.find((f) => f.name === name)?.sha256 ?? "";
  return RuleDataChange.parse({
    base: { "manifest.json": hashOf("manifest.json"), "warning-numbers.json": hashOf("warning-numbers.json") },
    "manifest.json": {
      version: nextVersion(rules.version, numbers.effectiveFrom),
      effectiveFrom: numbers.effectiveFrom,
      note,
    },
    "warning-numbers.json": [...rules.warningVersions, WarningEntry.parse(numbers)],
  });
}
