/** Plant-days summed up: the rows of the tables. */
import { ratio, type Estimate } from "./bootstrap.ts";
import { total, type DayCounts } from "./measures.ts";
import { KINDS, type Kind } from "./settings.ts";
import type { Ceiling, Day, Trial, Way } from "./trial.ts";

export type Figure = Estimate | null;

export interface WayFigures {
  way: Way;
  ahead10: Figure;
  ahead20: Figure;
  ahead30: Figure;
  /** The same of first hours: the hour before was not exceeded. */
  first10: Figure;
  first20: Figure;
  first30: Figure;
  /** Told ≥ 10 minutes ahead while the rest may still have 30 % of the limit; only where a message names what it may have. */
  savable: Figure;
  precision: Figure;
  nearPrecision: Figure;
  episodes: number;
  /** SMS to one phone per hour that exceeds without response, nobody answering and operators answering. */
  smsSilent: Figure;
  smsAnswered: Figure;
  /** The same by hours that exceed or were warned. */
  smsSilentBroad: Figure;
  /** Share of the exceeded hours that are met with operators; hours saved per 100 SMS. */
  saved: Figure;
  savedPer100: number | null;
}

export interface Cell {
  name: string;
  plantDays: number;
  /** Exceeded hours of a limit per 100 plant-days; upsets (spikes apart) begun per outlet and day. */
  exceededPer100: number;
  upsetsPerOutletDay: number | null;
  ahead10: Figure;
  foreseen10: Figure;
  precision: Figure;
  smsSilent: Figure;
}

export interface KindRow {
  kind: Kind | "none";
  begun: number | null;
  exceeded: number;
  ahead10: number;
  foreseen10: number;
  medianLead: number | null;
  falseEpisodes: number;
}

export type CeilingFigures = Record<
  "begun10" | "foreseen10" | "foreseen20" | "foreseen30" | "first10" | "first20" | "first30",
  Figure
>;

/** Exceeded hours by the minutes ahead at which they were first told; null: not in time. */
export interface Lead {
  minutes: number | null;
  hours: number;
}

type Part = (counts: DayCounts) => number;

export function wayFigures(days: readonly Day[], way: Way, seed: number): WayFigures {
  const of = (part: Part, whole: Part, mode: "silent" | "answered" = "silent"): Figure =>
    ratio(
      days,
      (d) => part(d[mode][way]!),
      (d) => whole(d[mode][way]!),
      seed,
    );
  const answered = total(days.map((d) => d.answered[way]!));
  return {
    way,
    ahead10: of(
      (c) => c.ahead10,
      (c) => c.exceeded,
    ),
    ahead20: of(
      (c) => c.ahead20,
      (c) => c.exceeded,
    ),
    ahead30: of(
      (c) => c.ahead30,
      (c) => c.exceeded,
    ),
    first10: of(
      (c) => c.first10,
      (c) => c.first,
    ),
    first20: of(
      (c) => c.first20,
      (c) => c.first,
    ),
    first30: of(
      (c) => c.first30,
      (c) => c.first,
    ),
    savable:
      way === "product"
        ? of(
            (c) => c.savable,
            (c) => c.exceeded,
          )
        : null,
    precision: of(
      (c) => c.trueEpisodes,
      (c) => c.episodes,
    ),
    nearPrecision: of(
      (c) => c.nearEpisodes,
      (c) => c.episodes,
    ),
    episodes: total(days.map((d) => d.silent[way]!)).episodes,
    smsSilent: of(
      (c) => c.sms,
      (c) => c.atRisk,
    ),
    smsAnswered: of(
      (c) => c.sms,
      (c) => c.atRisk,
      "answered",
    ),
    smsSilentBroad: of(
      (c) => c.sms,
      (c) => c.atRiskOrWarned,
    ),
    saved: of(
      (c) => c.exceeded - c.left,
      (c) => c.exceeded,
      "answered",
    ),
    savedPer100: answered.sms > 0 ? (100 * (answered.exceeded - answered.left)) / answered.sms : null,
  };
}

export function ceilingOf(days: readonly Day[], seed: number): CeilingFigures {
  const of = (part: (c: Ceiling) => number, whole = (c: Ceiling): number => c.exceeded): Figure =>
    ratio(
      days,
      (d) => part(d.ceiling),
      (d) => whole(d.ceiling),
      seed,
    );
  const first = (c: Ceiling): number => c.first;
  return {
    begun10: of((c) => c.begun10),
    foreseen10: of((c) => c.foreseen10),
    foreseen20: of((c) => c.foreseen20),
    foreseen30: of((c) => c.foreseen30),
    first10: of((c) => c.first10, first),
    first20: of((c) => c.first20, first),
    first30: of((c) => c.first30, first),
  };
}

export function frequencyOf(days: readonly Day[]): { upsetsPerOutletDay: number; spikesPerOutletDay: number } {
  const outlets = days.reduce((n, d) => n + d.outlets, 0);
  const begun = (kinds: readonly Kind[]): number =>
    days.reduce((n, d) => n + kinds.reduce((m, k) => m + (d.upsets[k] ?? 0), 0), 0) / outlets;
  return {
    upsetsPerOutletDay: begun(KINDS.filter((k) => k !== "spike")),
    spikesPerOutletDay: begun(["spike"]),
  };
}

export function leadsOf(days: readonly Day[]): Lead[] {
  const hours = days.flatMap((d) => d.hours);
  const steps = [55, 50, 45, 40, 35, 30, 25, 20, 15, 10, 5];
  const inTime = (lead: number | null): lead is number => lead !== null && lead > 0;
  return [
    ...steps.map((minutes) => ({ minutes, hours: hours.filter((h) => h.lead === minutes).length })),
    { minutes: null, hours: hours.filter((h) => !inTime(h.lead)).length },
  ];
}

export function kindsOf(days: readonly Day[]): KindRow[] {
  const hours = days.flatMap((d) => d.hours);
  const wrong = days.flatMap((d) => d.falseEpisodes);
  return ([...KINDS, "none"] as const).map((kind) => {
    const own = hours.filter((h) => h.kind === kind);
    const leads = own.flatMap((h) => (h.lead === null ? [] : [h.lead])).sort((a, b) => a - b);
    return {
      kind,
      begun: kind === "none" ? null : days.reduce((n, d) => n + (d.upsets[kind] ?? 0), 0),
      exceeded: own.length,
      ahead10: own.filter((h) => (h.lead ?? -1) >= 10).length,
      foreseen10: own.filter((h) => (h.seer ?? -1) >= 10).length,
      medianLead: leads[leads.length >> 1] ?? null,
      falseEpisodes: wrong.filter((e) => e.kind === kind).length,
    };
  });
}

export function cellOf(name: string, { settings, days }: Trial): Cell {
  const of = (part: Part, whole: Part): Figure =>
    ratio(
      days,
      (d) => part(d.silent.product!),
      (d) => whole(d.silent.product!),
      settings.seed,
    );
  const { exceeded } = total(days.map((d) => d.silent.product!));
  return {
    name,
    plantDays: days.length,
    exceededPer100: (100 * exceeded) / days.length,
    upsetsPerOutletDay: frequencyOf(days).upsetsPerOutletDay,
    ahead10: of(
      (c) => c.ahead10,
      (c) => c.exceeded,
    ),
    foreseen10: ceilingOf(days, settings.seed).foreseen10,
    precision: of(
      (c) => c.trueEpisodes,
      (c) => c.episodes,
    ),
    smsSilent: of(
      (c) => c.sms,
      (c) => c.atRisk,
    ),
  };
}
