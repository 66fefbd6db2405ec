/**
 * What is still unmarked: minutes of closed hours that are missing, that the device flags, or that look wrong, and that no
 * mark covers. Only limits that are judged by the hour or the day; from the first value of a pollutant on.
 */
import type { RuleData } from "../../../layers/rule-data.ts";
import { inForce, type Limit, type Outlet, type Permit } from "../../register/domain/permit.ts";
import { DAY, floorDay, floorHour, HOUR, MINUTE } from "../../shared/shanghai.ts";
import { channelOf, type BlockRecord } from "../../telemetry/domain/block.ts";
import { buildSlots, isOf, type MarkSpan, type Slot } from "../../telemetry/domain/slots.ts";
import { suspicions } from "../../warnings/domain/suspicious.ts";

export type Unmarked = {
  outlet: string;
  pollutants: string[];
  /** Epoch ms. */
  from: number;
  to: number;
  why: "missing" | "flagged" | "suspicious";
  /** The device's flags (HJ 212 table 5), or the notes on the values. */
  signs: string[];
};

export interface UnmarkedFacts {
  permit: Permit;
  /** Of the period and an hour before. */
  records: readonly BlockRecord[];
  first: Readonly<Record<string, number>>;
  /** Marks with effect, by outlet. */
  marks: Readonly<Record<string, readonly MarkSpan[]>>;
}

/** Notes that speak of the instrument; values that hug the limit are nothing that a mark explains. */
const EXPLAINED = new Set(["flat-line", "jump"]);

/** Of the hours that begin in [from, to) and are closed at `at`; a run of minutes ends at the end of its day, whose deadline it has. */
export function unmarkedPeriods(
  facts: UnmarkedFacts,
  from: number,
  to: number,
  at: number,
  ruleData: RuleData,
): Unmarked[] {
  const found = facts.permit.outlets.flatMap((outlet) =>
    judgedPollutants(outlet).flatMap(([pollutant, limits]) => {
      const first = facts.first[`${outlet.code}/${pollutant}`];
      if (first === undefined) return [];
      const minutes: Minute[] = [];
      for (let hour = floorHour(Math.max(from, first)); hour < to; hour += HOUR) {
        const numbers = ruleData.warning(hour).hour;
        if (hour + HOUR + numbers.closeGrace * MINUTE > at) break;
        const limit = limits.find((l) => inForce(l, hour));
        if (limit) minutes.push(...ofHour(facts, outlet, limit, hour, ruleData));
      }
      return runs(minutes).map((run) => ({ outlet: outlet.code, pollutants: [pollutant], ...run }));
    }),
  );
  // What several pollutants of an outlet have in common is one mark to make.
  const same = Map.groupBy(found, (u) => [u.outlet, u.from, u.to, u.why, u.signs.join()].join("|"));
  return [...same.values()]
    .map((all) => ({ ...all[0]!, pollutants: all.flatMap((u) => u.pollutants) }))
    .sort((a, b) => a.from - b.from || (a.outlet < b.outlet ? -1 : 1));
}

const judgedPollutants = (outlet: Outlet): [string, Limit[]][] => [
  ...Map.groupBy(
    outlet.limits.filter((l) => l.max !== null && (l.statistic === "hour" || l.statistic === "day")),
    (l) => l.pollutant,
  ),
];

interface Minute {
  at: number;
  why: Unmarked["why"];
  sign: string;
}

function ofHour(
  { records, marks }: UnmarkedFacts,
  outlet: Outlet,
  limit: Limit,
  hour: number,
  ruleData: RuleData,
): Minute[] {
  const channel = channelOf(limit.pollutant, limit.basis, limit.referenceO2);
  const row = buildSlots(outlet, channel, records, hour, hour + HOUR);
  const { hour: numbers, suspicious } = ruleData.warning(hour);
  const valid = row.slots.filter((s) => s.value !== null).length;
  const notes = suspicions(row, limit.max ?? 0, suspicious).filter((note) => EXPLAINED.has(note));
  const spans = (marks[outlet.code] ?? []).filter((m) => isOf(m, limit.pollutant));
  return row.slots.flatMap((slot, i): Minute[] => {
    const at = hour + i * MINUTE;
    if (spans.some((m) => m.from < at + MINUTE && m.to > at)) return [];
    return what(slot, valid < numbers.validSlots, notes).map((found) => ({ at, ...found }));
  });
}

/** A missing minute matters where it makes its hour invalid; a flagged one always, since the flag has a reason. */
function what(slot: Slot, deficient: boolean, notes: readonly string[]): Omit<Minute, "at">[] {
  if (slot.value !== null) return notes.length > 0 ? [{ why: "suspicious", sign: notes.join("+") }] : [];
  if (slot.received && slot.flag !== null && slot.flag !== "N") return [{ why: "flagged", sign: slot.flag }];
  return deficient ? [{ why: "missing", sign: "" }] : [];
}

function runs(minutes: readonly Minute[]): Pick<Unmarked, "from" | "to" | "why" | "signs">[] {
  const all: (Pick<Unmarked, "from" | "to" | "why"> & { signs: Set<string> })[] = [];
  for (const { at, why, sign } of minutes) {
    const last = all.at(-1);
    const joined = last && last.to === at && last.why === why && floorDay(last.from) === floorDay(at);
    const run = joined ? last : { from: at, to: at, why, signs: new Set<string>() };
    run.to = at + MINUTE;
    if (sign !== "") for (const each of sign.split("+")) run.signs.add(each);
    if (!joined) all.push(run);
  }
  return all.map(({ signs, ...run }) => ({ ...run, signs: [...signs].sort() }));
}

/** A period of `listUnmarked` is at most so long: every minute of it is looked at. */
export const LONGEST_UNMARKED = 8 * DAY;
