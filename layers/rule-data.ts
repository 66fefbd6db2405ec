/**
 * The one accessor of the rule data. On Lambda the files come with a layer (/opt/rule-data), elsewhere from
 * layers/rule-data; the folder is named by RULE_DATA_DIR, and the caller passes it in.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type * as z from "zod/mini";
import { parseInput } from "../functions/shared/problems.ts";
import { floorDay, parseIso } from "../functions/shared/shanghai.ts";
import { qualityRules, type QualityRules } from "./device-quality.ts";
import { hj212Rules, type Hj212Rules } from "./hj212.ts";
import * as schema from "./rule-data-schema.ts";
import { markRules, type MarkRules } from "./marks.ts";
import { noticeRules, type NoticeRules } from "./notices.ts";
import { unitTable } from "./units.ts";
import { numberProblems, numbersByPath, type WarningField } from "./warning-fields.ts";

/** A pollutant or measured factor (HJ 524/525, HJ 212-2017 Annex B). */
export interface Pollutant {
  code: string;
  zh: string;
  en: string;
  /** The unit in which values are kept and limits written; "" for a pure number (pH). */
  unit: string;
  /** Codes of HJ/T 212-2005 and of sloppy devices that mean this one. */
  old: string[];
  medium: "gas" | "water" | "noise" | "dust";
  /** Digits behind the point when shown to people. */
  decimals: number;
}

/** The numbers of the warning rules (shared/warning-rules version 1); names say what they are, minutes unless said. */
export interface WarningNumbers {
  effectiveFrom: string;
  /** Who prepared this version, and the simulation that it was judged by. */
  prepared?: { by: string; at: string; simulation: string; figures: string[] } | undefined;
  hour: {
    slots: 60;
    validSlots: number;
    pendingMinutes: number;
    newestWindow: number;
    newestCount: number;
    medianMin: number;
    medianMax: number;
    earlyMinutes: number;
    earlyValid: number;
    earlyMargin: number;
    lateMinutes: number;
    lateValid: number;
    recoveredShare: number;
    recoveredTicks: number;
    recoveredTickValid: number;
    lapsedTicks: number;
    repeatEarly: number;
    repeatLost: number;
    repeatEscalated: number;
    escalateTicks: number;
    closeGrace: number;
    oxygenCeiling: number;
    dayValidHours: number;
  };
  water: {
    newestCount: number;
    newestWindow: number;
    validSlots: number;
    earlyMinutes: number;
    lateMinutes: number;
    repeat: number;
    escalateRepeats: number;
    closeAt: number;
    recoveredShare: number;
    earlyMargin: number;
    validHours: number;
    hourValidSlots: number;
  };
  range: { adjacent: number; repeat: number };
  facility: { reports: number };
  noise: { records: number; repeat: number; dayFromHour: number; nightFromHour: number };
  silence: { minutes: number; overInterval: number; repeat: number; outageDevices: number; outageShare: number };
  sms: { acknowledgePause: number; dailyCap: number; segments: number; lateTick: number };
  suspicious: { flatSlots: number; hugLow: number; hugHigh: number; hugMinutes: number; jumpFactor: number };
  clock: { aheadMinutes: number; behindDays: number };
}

/** A dated default limit by standard; the permit's own number always wins. */
export interface StandardLimit {
  standard: string;
  clause: string;
  pollutant: string;
  statistic: "hour" | "day" | "instant" | "period";
  max: number | null;
  min: number | null;
  /** Noise: which part of the day; null elsewhere. */
  period: "day" | "night" | null;
  referenceO2: number | null;
  /** When it applies (season, direct or indirect discharge); null: always. */
  condition: { zh: string; en: string } | null;
  /** First day in force, and the first day no more (null: open). */
  from: string;
  to: string | null;
  certainty: "verified" | "general";
}

export interface RuleData {
  /** Version of the whole set, printed beside every result made with it. */
  version: string;
  /** Day from which this set is meant to be used. */
  effectiveFrom: string;
  /** By code; old codes are resolved by `resolve`. */
  pollutants: ReadonlyMap<string, Pollutant>;
  /** The current code of `code`, an old code or itself, in any case; null when unknown. */
  resolve(code: string): string | null;
  /**
   * Factor from one unit into another of the same dimension, in any known spelling; null when they do not convert.
   * Gas and water concentrations do not mix: a gas volume is at standard state, a litre of water is not.
   */
  unitFactor(from: string, to: string): number | null;
  /** The warning numbers in force at `t` (epoch ms); before the first version, the first. */
  warning(t: number): WarningNumbers;
  /** All versions of them, in order of their effective date. */
  warningVersions: readonly WarningNumbers[];
  /** What each of them means, and its bounds. */
  warningFields: readonly WarningField[];
  /** The rules of marks in force at `t` (epoch ms). */
  marks(t: number): MarkRules;
  /** The rules of devices' quality grades in force at `t` (epoch ms). */
  deviceQuality(t: number): QualityRules;
  /** The rules of notices that are not urgent, in force at `t` (epoch ms). */
  notices(t: number): NoticeRules;
  standards: readonly StandardLimit[];
  /** What the editions of HJ 212 ask for, and grades of what devices do instead. */
  hj212: Hj212Rules;
  /** Text by key and language; throws on a key that is missing. */
  label(key: string, lang: "zh" | "en"): string;
  /** The files of the set as they are, by name. */
  files: readonly RuleFile[];
}

export interface RuleFile {
  name: string;
  /** SHA-256 of its bytes, hex. */
  sha256: string;
  bytes: number;
  /** Days from which its versions hold, in order; empty: the file has no versions of its own and holds with the set. */
  effective: string[];
}

/** Reads and checks the folder; throws with file, path and reason on anything it does not understand. */
export function loadRuleData(dir: string): RuleData {
  const manifest = read(dir, "manifest.json", schema.Manifest);
  const units = unitTable(read(dir, "units.json", schema.Units), "units.json");
  const pollutants = byCode(read(dir, "pollutants.json", schema.Pollutants));
  for (const p of pollutants.values())
    if (units(p.unit, p.unit) === null) fail("pollutants.json", p.code, `unit "${p.unit}" is not in units.json`);
  const standards = read(dir, "standard-limits.json", schema.StandardLimits);
  for (const [i, { pollutant }] of standards.entries())
    if (!pollutants.has(pollutant))
      fail("standard-limits.json", `[${i}].pollutant`, `unknown pollutant "${pollutant}"`);
  const versions = warningVersions(read(dir, "warning-numbers.json", schema.WarningVersions));
  const warningFields = read(dir, "warning-fields.json", schema.WarningFields);
  checkNumbers(versions, warningFields);
  const labels = readLabels(dir);
  return {
    version: manifest.version,
    effectiveFrom: manifest.effectiveFrom,
    pollutants,
    resolve: resolver(pollutants),
    unitFactor: units,
    warning: (t) => (versions.findLast((v) => v.from <= t) ?? versions[0]!).numbers,
    warningVersions: versions.map((v) => v.numbers),
    warningFields,
    files: readFiles(dir),
    marks: markRules(read(dir, "marks.json", schema.MarkVersions)),
    deviceQuality: qualityRules(read(dir, "device-quality.json", schema.QualityVersions)),
    notices: noticeRules(read(dir, "notices.json", schema.NoticeVersions)),
    standards,
    hj212: hj212Rules(read(dir, "hj212.json", schema.Hj212)),
    label(key, lang) {
      const label = labels.get(key);
      if (!label) throw new Error(`no label "${key}": add it to a labels*.json of the rule data`);
      return label[lang];
    },
  };
}

function byCode(list: Pollutant[]): Map<string, Pollutant> {
  const map = new Map<string, Pollutant>();
  for (const p of list) {
    if (map.has(p.code)) fail("pollutants.json", p.code, "is listed twice");
    map.set(p.code, p);
  }
  return map;
}

/** Exact text first (`01` is particulate, `001` pH), then in any case; a text that would mean two pollutants is refused here. */
function resolver(pollutants: Map<string, Pollutant>): (code: string) => string | null {
  const exact = new Map<string, string>();
  const folded = new Map<string, string>();
  const claim = (map: Map<string, string>, text: string, code: string): void => {
    const other = map.get(text);
    if (other !== undefined && other !== code) fail("pollutants.json", code, `"${text}" already means ${other}`);
    map.set(text, code);
  };
  for (const p of pollutants.values())
    for (const text of [p.code, ...p.old]) {
      claim(exact, text, p.code);
      claim(folded, text.toLowerCase(), p.code);
    }
  return (code) => exact.get(code) ?? folded.get(code.toLowerCase()) ?? null;
}

function warningVersions(list: WarningNumbers[]): { from: number; numbers: WarningNumbers }[] {
  const versions = list.map((numbers) => ({ from: floorDay(parseIso(numbers.effectiveFrom)!), numbers }));
  for (const [i, v] of versions.entries())
    if (i > 0 && v.from <= versions[i - 1]!.from)
      fail("warning-numbers.json", `[${i}].effectiveFrom`, "must be later than the version before it");
  return versions;
}

/** Every number is described once, and every version is within the bounds. */
function checkNumbers(versions: readonly { numbers: WarningNumbers }[], fields: readonly WarningField[]): void {
  const described = fields.map((f) => f.path);
  const twice = described.find((path, i) => described.indexOf(path) !== i);
  if (twice !== undefined) fail("warning-fields.json", twice, "is described twice");
  for (const [i, { numbers }] of versions.entries()) {
    const paths = numbersByPath(numbers);
    const unknown = described.find((path) => !paths.has(path));
    if (unknown !== undefined) fail("warning-fields.json", unknown, "is no warning number");
    const missing = [...paths.keys()].find((path) => !described.includes(path));
    if (missing !== undefined) fail("warning-fields.json", missing, "is not described");
    const [wrong] = numberProblems(numbers, fields);
    if (wrong) fail("warning-numbers.json", `[${i}].${wrong.path}`, wrong.reason);
  }
}

/** Name, hash and effective days of every file; a list of entries with `effectiveFrom` has versions. */
function readFiles(dir: string): RuleFile[] {
  return readdirSync(dir)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => {
      const bytes = readFileSync(join(dir, name));
      const json: unknown = JSON.parse(bytes.toString("utf8"));
      const dated = Array.isArray(json)
        ? json.flatMap((entry: { effectiveFrom?: unknown }) =>
            typeof entry?.effectiveFrom === "string" ? [entry.effectiveFrom] : [],
          )
        : [];
      return {
        name,
        sha256: createHash("sha256").update(bytes).digest("hex"),
        bytes: bytes.length,
        effective: [...new Set(dated)].sort(),
      };
    });
}

/** All `labels*.json` as one; a key belongs to one file and is in both languages. */
function readLabels(dir: string): Map<string, { zh: string; en: string }> {
  const all = new Map<string, { zh: string; en: string }>();
  const files = readdirSync(dir)
    .filter((name) => /^labels.*\.json$/.test(name))
    .sort();
  if (files.length === 0) fail("labels.json", "", "is missing");
  for (const file of files)
    for (const [key, label] of Object.entries(read(dir, file, schema.Labels))) {
      if (all.has(key)) fail(file, key, "is already defined in another labels file");
      const [zh, en] = [names(label.zh), names(label.en)];
      const onlyZh = zh.filter((name) => !en.includes(name));
      const onlyEn = en.filter((name) => !zh.includes(name));
      // One language may say less than the other; a name on each side that the other lacks is a misspelling.
      if (onlyZh.length > 0 && onlyEn.length > 0)
        fail(file, key, `zh fills in {${onlyZh.join(",")}}, en {${onlyEn.join(",")}}`);
      all.set(key, label);
    }
  return all;
}

/** The `{names}` that a label has filled in. */
const names = (text: string): string[] => text.match(/(?<=\{)\w+(?=\})/g) ?? [];

function read<T>(dir: string, file: string, form: z.ZodMiniType<T>): T {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(join(dir, file), "utf8"));
  } catch (error) {
    fail(file, "", error instanceof Error ? error.message : String(error));
  }
  const parsed = parseInput(form, json);
  if (parsed.ok) return parsed.data;
  const [first] = parsed.problems;
  return fail(file, first?.path ?? "", first?.reason ?? "is not as expected");
}

function fail(file: string, path: string, reason: string): never {
  throw new Error(`rule data: ${file}${path && ` at ${path}`}: ${reason}`);
}
