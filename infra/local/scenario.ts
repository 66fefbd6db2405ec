/** `npm run scenario -- NAME`: a scenario through the real replay, told as a story; fails when an expectation does. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { formatIso } from "../../functions/shared/shanghai.ts";
import { replay, type ReplayInput } from "./replay.ts";
import { findings } from "./scenario/checks.ts";
import { loadScenario, type Scenario, scenarioNames, scenarioRuleData } from "./scenario/read-scenario.ts";
import { clockTime } from "./scenario/schema.ts";
import { story } from "./scenario/story.ts";
import { traceOf, traceText } from "./scenario/trace.ts";

const USAGE = "npm run scenario -- NAME|FILE.json [--out FOLDER]";

async function main(): Promise<void> {
  const ruleData = scenarioRuleData();
  const { values, positionals } = parseArgs({ options: { out: { type: "string" } }, allowPositionals: true });
  const [name] = positionals;
  if (name === undefined || positionals.length > 1) {
    const list = scenarioNames().map((each) => {
      const { title } = loadScenario(each, ruleData);
      return `  ${each.padEnd(26)} ${title.zh} · ${title.en}`;
    });
    console.log([USAGE, "", ...list].join("\n"));
    process.exitCode = name === undefined ? 0 : 1;
    return;
  }
  const scenario = loadScenario(name, ruleData);
  const { messages, replies } = traceOf(scenario, ruleData);
  if (values.out !== undefined) writeInputs(values.out, scenario, messages);
  let episodes: ReadonlyMap<string, number> = new Map();
  const lines = await replay({
    permits: JSON.stringify(scenario.permitsFile),
    trace: messages,
    until: clockTime(scenario.day, scenario.until),
    replies,
    onEpisodes: (byPlant) => (episodes = byPlant),
  });
  if (values.out !== undefined)
    writeFileSync(join(values.out, "lines.jsonl"), lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  const found = findings(scenario, { lines, episodes });
  console.log(story(scenario, lines, found, ruleData).join("\n"));
  if (found.flat().some((f) => !f.ok)) process.exitCode = 1;
}

/** What `npm run replay` reads; answers by SMS are no part of a trace. */
function writeInputs(folder: string, { permitsFile, name }: Scenario, trace: ReplayInput["trace"]): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "permits.json"), `${JSON.stringify(permitsFile, null, 2)}\n`);
  writeFileSync(join(folder, "trace.tsv"), traceText(trace, formatIso));
  console.error(`${name}: permits.json and trace.tsv are in ${folder}`);
}

if (import.meta.main)
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  });
