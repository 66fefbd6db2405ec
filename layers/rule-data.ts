/**
 * The one accessor of the rule data. On Lambda the files come with a layer (/opt/rule-data), elsewhere from
 * layers/rule-data; the folder is named by RULE_DATA_DIR, and the caller passes it in.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A pollutant or measured factor (HJ 524/525, HJ 212-2017 Annex B). */
export interface Pollutant {
  code: string;
  zh: string;
  en: string;
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
  hour: {
    slots: number; validSlots: number; pendingMinutes: number; newestWindow: number; newestCount: number;
    medianMin: number; medianMax: number; earlyMinutes: number; earlyValid: number; earlyMargin: number;
    lateMinutes: number; lateValid: number; recoveredShare: number; recoveredTicks: number; recoveredTickValid: number;
    lapsedTicks: number; repeatEarly: number; repeatLost: number; repeatEscalated: number; escalateTicks: number;
    closeGrace: number; oxygenCeiling: number; dayValidHours: number;
  };
  water: {
    newestCount: number; newestWindow: number; validSlots: number; earlyMinutes: number; lateMinutes: number; repeat: number;
    escalateRepeats: number; closeAt: number; recoveredShare: number; earlyMargin: number; validHours: number; hourValidSlots: number;
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
  standard: string; clause: string; pollutant: string; statistic: string; max: number | null; min: number | null;
  referenceO2: number | null; from: string; to: string | null; certainty: "verified" | "general";
}

export interface RuleData {
  /** Version of the whole set, printed beside every result made with it. */
  version: string;
  /** By code; old codes are resolved by `resolve`. */
  pollutants: ReadonlyMap<string, Pollutant>;
  /** The current code of `code`, an old code or itself; null when unknown. */
  resolve(code: string): string | null;
  /** Factor from one unit into another of the same dimension; null when they do not convert. */
  unitFactor(from: string, to: string): number | null;
  /** The warning numbers in force at `t` (epoch ms). */
  warning(t: number): WarningNumbers;
  standards: readonly StandardLimit[];
  /** Text by key and language; throws on a key that is missing. */
  label(key: string, lang: "zh" | "en"): string;
}

/** Reads and checks the folder; throws with file, path and reason on anything it does not understand. */
export function loadRuleData(dir: string): RuleData {
  throw new Error(`rule data not built yet: ${join(dir, "pollutants.json")} ${readFileSync.name}`);
}
