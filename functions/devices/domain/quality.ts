/**
 * How well a device does its work, from facts that are stored anyway: a day's facts at the day's closing, a grade from the
 * facts of several days. Every point names its fact; what cannot be known (no frames, no judged hours) neither gives nor
 * takes points.
 */
import type { QualityFact, QualityRules } from "../../../layers/device-quality.ts";
import { inForce, type Permit } from "../../register/domain/permit.ts";
import { DAY, MINUTE } from "../../shared/shanghai.ts";
import { counts, type BlockRecord } from "../../telemetry/domain/block.ts";
import { intervalAt } from "../../telemetry/domain/slots.ts";

/** Of one device on one outlet, one day. */
export interface DayFacts {
  mn: string;
  outlet: string;
  /**
   * Minutes in which the permit binds it, on a plant's first day from the first that came (before, nobody knows whether it
   * was connected); those that a record covers; of these with a value that counts, and those that came late.
   */
  expected: number;
  received: number;
  counting: number;
  late: number;
  /** Least time from the device's own clock to the receipt, seconds: negative when it is ahead. Null: nothing came. */
  clock: number | null;
  /** Frames of the plant that were taken in, and how many differ; null: not known (first day). */
  frames: { taken: number; different: number } | null;
  /** Frames that name this device: taken in and refused. */
  taken: number | null;
  refused: number;
  /** Hours of the outlet's pollutants that were judged, and those with a note of suspicious data. */
  judged: number;
  suspicious: number;
}

export interface DayInput {
  permit: Permit;
  /** Start of the day. */
  start: number;
  /** Records of the day and, as far as intervals reach, before it. */
  records: readonly BlockRecord[];
  /** Different frames filed in the day. */
  different: number;
  /** Links that each device's chain grew by since the closing before; null: there was none. */
  links: Readonly<Record<string, number>> | null;
  refused: ReadonlyMap<string, number>;
  verdicts: readonly { outlet: string; notes: readonly string[] }[];
  lateMinutes: number;
}

const MINUTES = DAY / MINUTE;
const [RECEIVED, COUNTING, IN_TIME] = [1, 2, 4];

/** Facts of every device that an outlet has in the day. */
export function dayFacts(input: DayInput): DayFacts[] {
  const { permit, start, records, links, verdicts } = input;
  const byDevice = Map.groupBy(records, (r) => `${r.mn} ${r.outlet}`);
  const taken = links && Object.values(links).reduce((sum, n) => sum + n, 0);
  return permit.outlets.flatMap((outlet) => {
    const judged = verdicts.filter((v) => v.outlet === outlet.code);
    return [...new Set(outlet.devices.map(({ mn }) => mn))].flatMap((mn): DayFacts[] => {
      const bound = outlet.devices.filter((device) => device.mn === mn);
      const expects = Array.from({ length: MINUTES }, (_, i) => bound.some((b) => inForce(b, start + i * MINUTE)));
      if (!expects.includes(true)) return [];
      const own = (byDevice.get(`${mn} ${outlet.code}`) ?? []).map((r) => ({
        ...r,
        minutes: r.kind === "minute" ? intervalAt(outlet, mn, r.at) : 1,
      }));
      const seen = minutesSeen(own, start, input.lateMinutes);
      const since =
        links === null
          ? Math.max(
              0,
              seen.findIndex((flags) => (flags & RECEIVED) > 0),
            )
          : 0;
      const count = (test: (flags: number) => boolean): number =>
        seen.filter((flags, i) => i >= since && expects[i] && test(flags)).length;
      return [
        {
          mn,
          outlet: outlet.code,
          expected: count(() => true),
          received: count((f) => (f & RECEIVED) > 0),
          counting: count((f) => (f & COUNTING) > 0),
          late: count((f) => (f & RECEIVED) > 0 && (f & IN_TIME) === 0),
          clock: clockOf(own),
          frames: taken === null ? null : { taken, different: Math.min(taken, input.different) },
          taken: links && (links[mn] ?? 0),
          refused: input.refused.get(mn) ?? 0,
          judged: judged.length,
          suspicious: judged.filter(({ notes }) => notes.length > 0).length,
        },
      ];
    });
  });
}

type Timed = BlockRecord & { minutes: number };
const isValue = ({ kind }: BlockRecord): boolean => kind === "minute" || kind === "realtime";

function minutesSeen(records: readonly Timed[], start: number, lateMinutes: number): number[] {
  const seen = Array.from({ length: MINUTES }, () => 0);
  for (const record of records.filter(isValue)) {
    const { at, minutes, receivedAt, values } = record;
    const first = Math.floor((at - start) / MINUTE);
    const inTime = receivedAt <= at + (minutes + lateMinutes) * MINUTE;
    const flags = RECEIVED | (values.some(counts) ? COUNTING : 0) | (inTime ? IN_TIME : 0);
    for (let i = Math.max(0, first); i < Math.min(MINUTES, first + minutes); i++) seen[i] = (seen[i] ?? 0) | flags;
  }
  return seen;
}

/** QN is the device's time of sending; without one, a mean is sent when its minutes are over. */
function clockOf(records: readonly Timed[]): number | null {
  const waits = records
    .filter(isValue)
    .map(
      ({ at, kind, minutes, qn, receivedAt }) => receivedAt - (qn ?? at + (kind === "minute" ? minutes : 0) * MINUTE),
    );
  return waits.length === 0 ? null : Math.round(Math.min(...waits) / 1000);
}

export type Grade = "A" | "B" | "C" | "D";

export interface Point {
  fact: QualityFact;
  /** A share, or seconds for `clock`; null: not known, and left out. */
  value: number | null;
  points: number;
  weight: number;
  full: number;
  none: number;
  /** The best grade that is left where the fact earns nothing. */
  atNone: Grade;
}

export interface Quality {
  grade: Grade;
  /** Of 100: earned of what could be known. */
  points: number;
  /** Days whose facts it is made from. */
  days: number;
  of: Point[];
}

const sum = (days: readonly DayFacts[], of: (day: DayFacts) => number): number => days.reduce((n, d) => n + of(d), 0);
const share = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);

/** The grade of a device by the facts of some days; null when there is no day in which anything was expected of it. */
export function qualityOf(days: readonly DayFacts[], rules: QualityRules): Quality | null {
  if (days.length === 0) return null;
  const of = rules.points.map((rule): Point => {
    const value = FACTS[rule.fact](days);
    const earned = value === null ? 0 : Math.min(1, Math.max(0, (value - rule.none) / (rule.full - rule.none)));
    return { ...rule, value, points: round1(earned * rule.weight) };
  });
  const known = of.filter(({ value }) => value !== null);
  const points = round1((100 * known.reduce((n, p) => n + p.points, 0)) / known.reduce((n, p) => n + p.weight, 0));
  const { A, B, C } = rules.grades;
  const earned: Grade = points >= A ? "A" : points >= B ? "B" : points >= C ? "C" : "D";
  // Who sends next to nothing is no good device, however well its few values stand otherwise.
  const caps = known.filter((p) => p.points === 0).map(({ atNone }) => atNone);
  const grade = [earned, ...caps].reduce<Grade>((worst, each) => (each > worst ? each : worst), "A");
  return { grade, points, days: days.length, of };
}

const round1 = (x: number): number => Math.round(x * 10) / 10;

/** `received` is always known: a day without any expectation has no facts. */
const FACTS: Readonly<Record<QualityFact, (days: readonly DayFacts[]) => number | null>> = {
  received: (days) =>
    share(
      sum(days, (d) => d.received),
      sum(days, (d) => d.expected),
    ) ?? 0,
  counting: (days) =>
    share(
      sum(days, (d) => d.counting),
      sum(days, (d) => d.received),
    ),
  late: (days) =>
    share(
      sum(days, (d) => d.late),
      sum(days, (d) => d.received),
    ),
  clock: (days) => {
    const seen = days.flatMap(({ clock }) => (clock === null ? [] : [Math.abs(clock)]));
    return seen.length > 0 ? Math.max(...seen) : null;
  },
  refused: (days) => {
    const known = days.filter(({ taken }) => taken !== null);
    const refused = sum(known, (d) => d.refused);
    return share(refused, refused + sum(known, (d) => d.taken ?? 0));
  },
  resent: (days) => {
    const taken = sum(days, (d) => d.frames?.taken ?? 0);
    return share(taken - sum(days, (d) => d.frames?.different ?? 0), taken);
  },
  suspicious: (days) =>
    share(
      sum(days, (d) => d.suspicious),
      sum(days, (d) => d.judged),
    ),
};
