/** The oracle's words: what goes in (a trace), what it remembers, what comes out (the lines of the contract). */
import type { DeviceBinding, Limit, Outlet, Permit, Role } from "../../../functions/register/domain/permit.ts";
import type { DeviceRecord } from "../../../functions/telemetry/domain/reading.ts";
import type { RuleData } from "../../../layers/rule-data.ts";

/** One message of a trace, in order of receipt; `receivedAt` in epoch ms. */
export interface TraceMessage {
  receivedAt: number;
  topic: string;
  payload: Uint8Array;
}

/** One accepted frame or JSON message, with the binding in force at its DataTime. */
export interface Accepted {
  /** Position in the order of receipt. */
  seq: number;
  receivedAt: number;
  /** The gateway it came through; null when the device sent it itself. */
  gateway: string | null;
  record: DeviceRecord;
  plant: Permit;
  outlet: Outlet;
  binding: DeviceBinding;
}

export interface QuarantineLine {
  type: "quarantine";
  at: string;
  topic: string;
  reason: string;
  sha256: string;
}
export interface HourLine {
  type: "hour";
  at: string;
  permitNo: string;
  outlet: string;
  pollutant: string;
  hour: string;
  valid: number;
  mean: number | null;
  limit: number;
  verdict: "met" | "exceeded" | "insufficient";
  revision: number;
}
export interface DayLine {
  type: "day";
  at: string;
  permitNo: string;
  outlet: string;
  pollutant: string;
  day: string;
  validHours: number;
  mean: number | null;
  weighted: boolean;
  limit: number;
  verdict: "met" | "exceeded" | "insufficient";
  revision: number;
}
/** One line of an SMS; `facility` and `mn` say what is meant where outlet and pollutant cannot. */
export interface MessageLine {
  outlet: string | null;
  pollutant: string | null;
  kind: "warning" | "recovered" | "escalated" | "data" | "offline";
  level: number;
  valid: number | null;
  mean: number | null;
  projected: number | null;
  required: number | null;
  facility?: string;
  mn?: string;
}
export interface SmsLine {
  type: "sms";
  at: string;
  to: string;
  permitNo: string;
  lines: MessageLine[];
}
export interface SummaryLine {
  type: "summary";
  at: string;
  messages: number;
  frames: number;
  accepted: number;
  duplicates: number;
  quarantined: number;
  sms: number;
  episodes: number;
}
export type OutputLine = QuarantineLine | HourLine | DayLine | SmsLine | SummaryLine;

/** A line that is due at a tick, before it is spread over phones. */
export interface Due {
  plant: Permit;
  roles: Role[];
  line: MessageLine;
  /** projected / L; null where there is none. */
  ratio: number | null;
}

/** What fell into one slot of one outlet; what it says is worked out once per basis, and anew after every further record. */
export interface Cell {
  records: Accepted[];
  said: Map<string, { hasRecord: boolean; value: number | null }>;
}

/** A period (start of hour or day) of one outlet and pollutant in which a slot got a record. */
export interface Touched {
  plant: Permit;
  outlet: Outlet;
  pollutant: string;
  statistic: "hour" | "day";
  start: number;
}

/** Everything the oracle remembers: all that was accepted, and the state machines of the text. */
export interface World {
  permits: Permit[];
  ruleData: RuleData;
  accepted: Accepted[];
  /** Accepted minute and realtime records by outlet and slot (start of its minute). */
  slots: Map<string, Map<number, Cell>>;
  /** Accepted records by outlet. */
  byOutlet: Map<string, Accepted[]>;
  /** Accepted records by plant. */
  byPlant: Map<string, Accepted[]>;
  /** DataTime of the first accepted record that carries a pollutant, by outlet and pollutant. */
  first: Map<string, number>;
  /** Last accepted record by MN. */
  lastOf: Map<string, Accepted>;
  /** Keys of accepted frames, to know a duplicate. */
  seen: Set<string>;
  /** Periods in which a slot got a record since they were last looked at. */
  touched: Map<string, Touched>;
  counts: {
    messages: number;
    frames: number;
    accepted: number;
    duplicates: number;
    quarantined: number;
    episodes: number;
  };
}

export const outletKey = (plant: Permit, outlet: Outlet): string => `${plant.permitNo}|${outlet.code}`;
export const seriesKey = (plant: Permit, outlet: Outlet, pollutant: string): string =>
  `${outletKey(plant, outlet)}|${pollutant}`;

/** The limit of a pollutant and statistic in force at `t`, if any; noise limits also by period of the day. */
export const limitAt = (
  outlet: Outlet,
  pollutant: string,
  statistic: Limit["statistic"],
  t: number,
  period: "day" | "night" | null = null,
): Limit | null =>
  outlet.limits.find(
    (l) =>
      l.pollutant === pollutant &&
      l.statistic === statistic &&
      (l.from === null || l.from <= t) &&
      (l.to === null || t < l.to) &&
      (period === null || l.period === null || l.period === period),
  ) ?? null;
