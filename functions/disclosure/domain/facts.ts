/**
 * What the public view of one plant is made from. Plain data: `load-facts.ts` fills it from the tables, tests write it
 * by hand. Values are in the rule data's unit of the pollutant, on the basis of its limit; times are epoch milliseconds.
 */
import type { Permit } from "../../register/domain/permit.ts";
import type { PublicState } from "../../warnings/domain/plant-state.ts";
import type { Judgement } from "../../warnings/domain/verdict.ts";

export type { PublicState };
export type HourVerdict = Judgement;

/** One minute of one pollutant for which something was received; minutes without a record are absent. */
export interface Slot {
  /** Start of the minute. */
  t: number;
  value: number | null;
  /** `invalid`: does not count (flag, oxygen, no number); `marked`: lies in a lawful mark, the value is kept. */
  quality: "counts" | "invalid" | "marked";
  /** Data flag of the device (N F M S D C T B), null when it sent none. */
  flag: string | null;
}

export interface SeriesFact {
  outlet: string;
  pollutant: string;
  /** Minutes that one record covers (k). */
  minutes: number;
  /** In order of time, each minute at most once. */
  slots: readonly Slot[];
}

interface VerdictFact {
  outlet: string;
  pollutant: string;
  mean: number | null;
  limit: number;
  verdict: HourVerdict;
  /** 0 is the first verdict; more: data came later and the verdict was made again. */
  revision: number;
}
export interface HourFact extends VerdictFact {
  /** Start of the hour. */
  hour: number;
  valid: number;
}
export interface DayFact extends VerdictFact {
  /** 00:00 Shanghai. */
  day: number;
  validHours: number;
  /** Of waste water, false: no flow meter, every minute weighs the same. */
  weighted: boolean;
}

export interface FacilityFact {
  code: string;
  /** HJ 212 `SBn-RS`: 0 off, 1 run, 2 calibrate, 3 maintain, 4 alarm, 5 back-flush. */
  state: number;
  at: number;
}

export interface DisclosureFacts {
  code: string;
  permit: Permit;
  /** The moment the facts were read. */
  asOf: number;
  /** Null: the warnings have not looked at the plant yet. */
  state: PublicState | null;
  /** Since when the state holds; null when it is not known. */
  since: number | null;
  series: readonly SeriesFact[];
  /** The newest revision of each closed hour and day. */
  hours: readonly HourFact[];
  days: readonly DayFact[];
  /** The newest report of each facility. */
  facilities: readonly FacilityFact[];
}
