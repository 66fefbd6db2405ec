/** What each warning number means, in which unit and within which bounds: for the form, for drafts, and for the loader. */
import type { WarningNumbers } from "./rule-data.ts";

export interface WarningField {
  /** `hour.validSlots`: where the number stands in an entry of warning-numbers.json. */
  path: string;
  zh: string;
  en: string;
  unit: (typeof UNITS)[number];
  /** Both included; equal where the number is fixed. */
  min: number;
  max: number;
  stage: (typeof STAGES)[number];
}

export const UNITS = [
  "slots",
  "minutes",
  "hours",
  "days",
  "ticks",
  "records",
  "messages",
  "segments",
  "devices",
  "share",
  "percent",
  "factor",
  "clock-hour",
] as const;
/** Units of which there are parts; all others are counted. */
const CONTINUOUS: ReadonlySet<string> = new Set(["share", "percent", "factor"]);

/**
 * Where a number has its effect. A replay of the stored past shows those of the tick and of the closing; what is decided
 * at the receipt of data, when a message leaves, over the whole city or as a mere note is outside of it.
 */
export const STAGES = ["tick", "closing", "receipt", "sending", "city", "note"] as const;
export const isReplayed = ({ stage }: Pick<WarningField, "stage">): boolean => stage === "tick" || stage === "closing";

const NOT_NUMBERS = new Set(["effectiveFrom", "prepared"]);

/** All numbers of an entry by their path, in the entry's order. */
export function numbersByPath(entry: WarningNumbers): Map<string, number> {
  const found = new Map<string, number>();
  for (const [group, numbers] of Object.entries(entry))
    if (!NOT_NUMBERS.has(group))
      for (const [name, value] of Object.entries(numbers as object)) found.set(`${group}.${name}`, Number(value));
  return found;
}

/** `entry` with the number at `path` replaced. */
export function withNumber<E extends WarningNumbers>(entry: E, path: string, value: number): E {
  const [group = "", name = ""] = path.split(".");
  return { ...entry, [group]: { ...(entry[group as keyof E] as object), [name]: value } };
}

/** The first must not be greater than the second; `strict`: not equal either. */
const ORDERED: readonly { low: string; high: string; strict?: true }[] = [
  { low: "hour.validSlots", high: "hour.slots" },
  { low: "hour.medianMin", high: "hour.medianMax" },
  { low: "hour.earlyMinutes", high: "hour.lateMinutes" },
  { low: "hour.earlyValid", high: "hour.lateValid" },
  { low: "water.earlyMinutes", high: "water.lateMinutes" },
  { low: "suspicious.hugLow", high: "suspicious.hugHigh", strict: true },
  { low: "noise.dayFromHour", high: "noise.nightFromHour", strict: true },
];

export interface NumberProblem {
  path: string;
  reason: string;
  zh: string;
}

/** Numbers out of bounds, or that contradict each other. */
export function numberProblems(entry: WarningNumbers, fields: readonly WarningField[]): NumberProblem[] {
  const numbers = numbersByPath(entry);
  const problems: NumberProblem[] = [];
  for (const { path, min, max, unit } of fields) {
    const value = numbers.get(path);
    if (value === undefined || !Number.isFinite(value)) problems.push({ path, reason: "is missing", zh: "缺少此项" });
    else if (value < min || value > max)
      problems.push(
        min === max
          ? { path, reason: `must be ${min}`, zh: `应为 ${min}` }
          : {
              path,
              reason: `must be from ${min} to ${max}, is ${value}`,
              zh: `应在 ${min} 到 ${max} 之间，现为 ${value}`,
            },
      );
    else if (!CONTINUOUS.has(unit) && !Number.isInteger(value))
      problems.push({ path, reason: `must be a whole number, is ${value}`, zh: `应为整数，现为 ${value}` });
  }
  for (const { low, high, strict } of ORDERED) {
    const [a, b] = [numbers.get(low), numbers.get(high)];
    if (a !== undefined && b !== undefined && (strict ? a >= b : a > b))
      problems.push({
        path: low,
        reason: `must be ${strict ? "less than" : "at most"} ${high}, which is ${b}`,
        zh: `应${strict ? "小于" : "不大于"} ${high}（${b}）`,
      });
  }
  return problems;
}

/** Paths at which two entries differ, in the order of `fields`. */
export const differingPaths = (
  a: WarningNumbers,
  b: WarningNumbers,
  fields: readonly WarningField[],
): WarningField[] => {
  const [left, right] = [numbersByPath(a), numbersByPath(b)];
  return fields.filter(({ path }) => left.get(path) !== right.get(path));
};
