/** Past values of one pollutant of one outlet by minute, hour or day; pure, in the rule data's unit. */
import { shownSlot } from "../../disclosure/domain/collect-facts.ts";
import type { MeanOf } from "../../disclosure/domain/series-view.ts";
import type { Outlet } from "../../register/domain/permit.ts";
import { formatIso, HOUR, MINUTE } from "../../shared/shanghai.ts";
import type { ClosedPeriod, JudgedLimit } from "../../warnings/stored-items.ts";
import type { BlockRecord, Channel } from "./block.ts";
import { buildSlots, isOf, type MarkSpan } from "./slots.ts";

/** Of a minute: what came for it. Minutes without a record are absent. */
export interface MinuteValue {
  at: string;
  value: number | null;
  flag: string | null;
  /** Counts; does not (flag, no number, no oxygen); or lies in a lawful mark, which keeps the value. */
  quality: "counts" | "invalid" | "marked";
}

/** Of an hour or a day: the verdict where it was judged, else what its minutes or hours come to. */
export interface PeriodValue {
  at: string;
  value: number | null;
  /** Minutes of an hour, hours of a day that count. */
  valid: number;
  min: number | null;
  max: number | null;
  limit: number | null;
  verdict: JudgedLimit["verdict"] | null;
  revision: number;
  /** Every verdict there was, the closing first; only where there was more than one. */
  revisions: { at: string; verdict: JudgedLimit["verdict"]; value: number | null; valid: number; cause: string }[];
}

export interface SlotSource {
  outlet: Outlet;
  pollutant: string;
  channel: Channel;
  /** Of an hour more than asked for: an interval may begin before. */
  records: readonly BlockRecord[];
  marks: readonly MarkSpan[];
}

export function minuteValues(source: SlotSource, from: number, to: number): MinuteValue[] {
  const { outlet, pollutant, channel, records } = source;
  const marks = source.marks.filter((m) => m.from < to && m.to > from && isOf(m, pollutant));
  return buildSlots(outlet, channel, records, from, to).slots.flatMap((slot, i) => {
    if (!slot.received) return [];
    const { t, value, flag, quality } = shownSlot(slot, from + i * MINUTE, marks);
    return [{ at: formatIso(t), value, flag, quality }];
  });
}

/** Plain means of whole and running hours; `meanOf` null: there is no such mean (noise), only the span. */
export function plainHours(source: SlotSource, from: number, to: number, meanOf: MeanOf | null): PeriodValue[] {
  const hours: PeriodValue[] = [];
  const minutes = minuteValues(source, from, to);
  const byHour = Map.groupBy(minutes, ({ at }) => at.slice(0, 13));
  for (let t = from; t < to; t += HOUR) {
    const at = formatIso(t);
    const own = byHour.get(at.slice(0, 13));
    if (!own) continue;
    const values = own.flatMap(({ value, quality }) => (quality === "counts" && value !== null ? [value] : []));
    hours.push({ ...UNJUDGED, at, value: meanOf?.(values) ?? null, valid: values.length, ...spanOf(values) });
  }
  return hours;
}

const UNJUDGED = { limit: null, verdict: null, revision: 0, revisions: [] } as const satisfies Partial<PeriodValue>;
const spanOf = (values: readonly number[]): { min: number | null; max: number | null } =>
  values.length === 0
    ? { min: null, max: null }
    : {
        min: values.reduce((a, b) => Math.min(a, b)),
        max: values.reduce((a, b) => Math.max(a, b)),
      };

/** Verdicts of closed periods, by their start. */
export function judgedPeriods(
  periods: readonly ClosedPeriod[],
  { outlet, pollutant }: { outlet: string; pollutant: string },
): Map<number, PeriodValue> {
  const found = new Map<number, { at: number; verdict: JudgedLimit }[]>();
  for (const { start, at, verdicts } of periods)
    for (const verdict of verdicts)
      if (verdict.outlet === outlet && verdict.pollutant === pollutant)
        found.set(start, [...(found.get(start) ?? []), { at, verdict }]);
  return new Map(
    [...found].map(([start, all]) => {
      const own = all.toSorted((a, b) => a.verdict.revision - b.verdict.revision);
      const { verdict, mean, valid, limit, revision } = own.at(-1)!.verdict;
      const revisions = own.map(({ at, verdict: v }) => ({
        at: formatIso(at),
        verdict: v.verdict,
        value: v.mean,
        valid: v.valid,
        cause: v.cause,
      }));
      const value = { at: formatIso(start), value: mean, valid, min: null, max: null, limit, verdict, revision };
      return [start, { ...value, revisions: own.length > 1 ? revisions : [] }];
    }),
  );
}

/** Days out of judged hours, where no limit is of the day: the mean of the hours that have one. */
export function daysOfHours(hours: Iterable<PeriodValue>): PeriodValue[] {
  return [...Map.groupBy(hours, ({ at }) => at.slice(0, 10))].map(([day, own]) => {
    const values = own.flatMap(({ value, verdict }) =>
      value !== null && (verdict === "met" || verdict === "exceeded") ? [value] : [],
    );
    const mean = values.length === 0 ? null : values.reduce((sum, v) => sum + v, 0) / values.length;
    return { ...UNJUDGED, at: `${day}T00:00:00+08:00`, value: mean, valid: values.length, ...spanOf(values) };
  });
}
