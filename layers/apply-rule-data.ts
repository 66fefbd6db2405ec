/**
 * `npm run apply-rule-data -- FILE`: puts an exported change of the warning numbers in place of two files of the rule data
 * (docs/rule-data.md). What comes of it is a change of the working tree, to be reviewed and deployed like any other.
 */
import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parseInput } from "../functions/shared/problems.ts";
import { CHANGED_FILES, RuleDataChange } from "./rule-data-change.ts";
import { loadRuleData, type RuleData } from "./rule-data.ts";

/** Applies `text` to the rule data in `dir` and returns them as they load now; throws with the reason, and changes nothing then. */
export function applyRuleData(text: string, dir: string): RuleData {
  const parsed = parseInput(RuleDataChange, JSON.parse(text));
  if (!parsed.ok) {
    const [first] = parsed.problems;
    throw new Error(`this is no change of the rule data: ${first?.path} ${first?.reason}`);
  }
  const change = parsed.data;
  for (const name of CHANGED_FILES) {
    const held = createHash("sha256")
      .update(readFileSync(join(dir, name)))
      .digest("hex");
    if (held !== change.base[name])
      throw new Error(`${name} has changed since this file was exported: export the simulation again, and apply that`);
  }
  // Tried on a copy first: what the loader refuses is never written.
  const copy = mkdtempSync(join(tmpdir(), "rule-data-"));
  try {
    cpSync(dir, copy, { recursive: true });
    write(change, copy);
    loadRuleData(copy);
  } finally {
    rmSync(copy, { recursive: true });
  }
  write(change, dir);
  return loadRuleData(dir);
}

/** The versions there are stay as they are written, so that the review sees what is new and nothing else. */
function write(change: RuleDataChange, dir: string): void {
  const path = join(dir, "warning-numbers.json");
  const text = readFileSync(path, "utf8");
  const versions = change["warning-numbers.json"];
  if (!isDeepStrictEqual(JSON.parse(text), versions.slice(0, -1)))
    throw new Error(
      "warning-numbers.json: a change adds one version behind those there are, and this one does something else",
    );
  const groups = Object.entries(versions.at(-1) ?? {}).map(
    ([name, group]) => `    "${name}": ${JSON.stringify(group)}`,
  );
  const held = text.slice(0, text.lastIndexOf("]")).trimEnd();
  writeFileSync(path, `${held},\n  {\n${groups.join(",\n")}\n  }\n]\n`);
  writeFileSync(join(dir, "manifest.json"), `${JSON.stringify(change["manifest.json"], null, 2)}\n`);
}

if (import.meta.main) {
  const [file] = process.argv.slice(2);
  if (file === undefined) {
    console.error("name the exported file: npm run apply-rule-data -- FILE");
    process.exit(1);
  }
  try {
    const { version, warningVersions } = applyRuleData(
      readFileSync(file, "utf8"),
      join(import.meta.dirname, "rule-data"),
    );
    console.log(`rule data ${version}: warning numbers from ${warningVersions.at(-1)?.effectiveFrom} on`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}
