/** Which metrics a function counts, read from the source that its bundle is made of. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { SendStates } from "../../functions/warnings/stored-items.ts";
import { FUNCTIONS, ROOT, type FunctionName } from "../../infra/build.ts";

/** Names that are made of a value: all that the value can be. */
const SERIES: Readonly<Record<string, readonly string[]>> = {
  Sms_: [...SendStates.filter((state) => state !== "claimed"), "there"],
  Digests_: ["sent", "failed", "unknown", "empty", "there"],
  Messages_: ["sent", "failed", "unknown", "there", "expired"],
  Verdicts_: ["met", "exceeded", "insufficient", "marked"],
};

/** Function → names of its metrics. Throws on a name that cannot be read from the source. */
export function countedMetrics(): Map<FunctionName, Set<string>> {
  return new Map(
    Object.entries(FUNCTIONS).map(([name, entry]) => {
      const sources = new Map<string, string>();
      collect(join(ROOT, entry), sources);
      return [name as FunctionName, new Set([...sources.values()].flatMap(namesIn))];
    }),
  );
}

function collect(file: string, sources: Map<string, string>): void {
  if (sources.has(file)) return;
  const text = readFileSync(file, "utf8");
  sources.set(file, text);
  for (const [, type, path] of text.matchAll(/^import (type )?[^;]*?"(\.[^"]+\.ts)";/gm))
    if (!type && path) collect(join(dirname(file), path), sources);
}

function namesIn(text: string): string[] {
  return [...text.matchAll(/\.addMetric\(\s*([^;]*?), (?:MetricUnit|"Count")/g)].flatMap(([, argument = ""]) => {
    const series = /^`(\w+)\$\{\w+\}`$/.exec(argument)?.[1];
    if (series !== undefined) return (SERIES[series] ?? []).map((value) => series + value);
    const names = [...argument.matchAll(/"(\w+)"/g)].flatMap(([, name = ""]) => (/^[A-Z]/.test(name) ? [name] : []));
    if (names.length === 0) throw new Error(`a metric whose name the tests cannot read: ${argument}`);
    return names;
  });
}
