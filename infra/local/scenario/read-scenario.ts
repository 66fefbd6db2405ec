/** Reads scenario files and refuses what is wrong in them, each with its path. */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Permit } from "../../../functions/register/domain/permit.ts";
import { parsePermits } from "../../../functions/register/domain/parse-permits.ts";
import { parseInput } from "../../../functions/shared/problems.ts";
import { loadRuleData, type RuleData } from "../../../layers/rule-data.ts";
import { ROOT } from "../../build.ts";
import { demoPermits } from "../demo/demo-register.ts";
import { ScenarioForm } from "./schema.ts";

export interface Scenario extends Omit<ScenarioForm, "permits"> {
  name: string;
  /** As the permits file has them, and as the register understands them. */
  permitsFile: { permits: unknown[] };
  permits: Permit[];
}

const FOLDER = join(ROOT, "events/scenarios");
const DEMO = { count: 24, seed: 1 };

/** Names of the scenarios in the folder, in order. */
export const scenarioNames = (): string[] =>
  readdirSync(FOLDER)
    .filter((file) => file.endsWith(".json"))
    .map((file) => basename(file, ".json"))
    .sort();

export const scenarioRuleData = (): RuleData => loadRuleData(join(ROOT, "layers/rule-data"));

/** A scenario by name, or by the path of a file of one's own. */
export function loadScenario(nameOrPath: string, ruleData: RuleData): Scenario {
  const own = nameOrPath.endsWith(".json");
  if (!own && !scenarioNames().includes(nameOrPath))
    throw new Error(`no scenario "${nameOrPath}"; known: ${scenarioNames().join(", ")}`);
  const path = own ? nameOrPath : join(FOLDER, `${nameOrPath}.json`);
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`, { cause: error });
  }
  return readScenario(basename(path, ".json"), json, ruleData);
}

/** A scenario from what its file holds; throws with every problem and its path. */
export function readScenario(name: string, json: unknown, ruleData: RuleData): Scenario {
  const refuse = (problems: readonly { path: string; reason: string }[]): never => {
    throw new Error(`scenario ${name} is refused:\n${problems.map((p) => `  ${p.path}: ${p.reason}`).join("\n")}`);
  };
  const form = parseInput(ScenarioForm, json);
  if (!form.ok) return refuse(form.problems);
  const permitsFile = form.data.permits === "demo" ? demoPermits(DEMO) : { permits: form.data.permits };
  const parsed = parsePermits(permitsFile, ruleData);
  if (!parsed.ok) return refuse(parsed.problems);
  const scenario = { ...form.data, name, permitsFile, permits: parsed.permits };
  const problems = unknownNames(scenario);
  return problems.length > 0 ? refuse(problems) : scenario;
}

/** Devices and plants that no permit knows. A check on a plant that does not exist would hold for ever. */
function unknownNames({ permits, timeline, expect, editions = {} }: Scenario): { path: string; reason: string }[] {
  const problems: { path: string; reason: string }[] = [];
  const mns = new Set(permits.flatMap((p) => p.outlets.flatMap((o) => o.devices.map((d) => d.mn))));
  const see = (path: string, name: string, known: ReadonlySet<string>, what: string): void => {
    if (!known.has(name)) problems.push({ path, reason: `${name} is ${what} of none of the scenario's permits` });
  };
  const numbers = new Set(permits.map((p) => p.permitNo));
  const outlets = new Set(permits.flatMap((p) => p.outlets.map((o) => o.code)));
  for (const mn of Object.keys(editions)) see("editions", mn, mns, "a device");
  for (const [i, event] of timeline.entries()) {
    if ("devices" in event)
      for (const mn of event.devices) if (mn !== "*") see(`timeline[${i}].devices`, mn, mns, "a device");
    if ("plant" in event && event.plant !== undefined) see(`timeline[${i}].plant`, event.plant, numbers, "the number");
  }
  for (const [i, { checks }] of expect.entries())
    for (const [j, check] of checks.entries()) {
      const path = `expect[${i}].checks[${j}]`;
      if (check.check === "quarantine") see(path, check.device, mns, "a device");
      else if (check.plant !== undefined) see(path, check.plant, numbers, "the number");
      if ("outlet" in check && check.outlet) see(path, check.outlet, outlets, "an outlet");
    }
  return problems;
}
