/** Words for writing traces by hand: plants as the permits file has them, frames with their own CRC, messages in order. */
import type { TraceMessage } from "../oracle/types.ts";

const MINUTE = 60_000;
export const DAY0 = "2026-10-01";
/** Epoch ms of a Shanghai clock text on 1 October 2026: `08:30`, `08:30:20`, or `+1 00:30` for the next day. */
export function at(clock: string): number {
  const [, days = "0", time = ""] = /^(?:([+-]\d+) )?(.*)$/.exec(clock) ?? [];
  const t = Date.parse(`${DAY0}T${time.length === 5 ? `${time}:00` : time}+08:00`);
  if (Number.isNaN(t)) throw new Error(`not a clock text: ${clock}`);
  return t + Number(days) * 24 * 60 * MINUTE;
}
const compact = (t: number, digits: number): string =>
  new Date(t + 8 * 60 * MINUTE).toISOString().replaceAll(/\D/g, "").slice(0, digits);

/** One case: what happens, what the rule says must come out. `expect` is written by hand, in the short form of `shorten.ts`. */
export interface Case {
  name: string;
  permits: PermitsFile;
  messages: TraceMessage[];
  until: string;
  /** Replayed as a city of its own: what happens to others (mass outage, a phone's cap) would change it. */
  alone?: true;
  /** Types compared (default: all), and times compared (default: all). */
  only?: string[];
  times?: string[];
  expect: string;
}
export interface PermitsFile {
  permits: Record<string, unknown>[];
}

export interface OutletSpec {
  code: string;
  medium?: string;
  devices: Record<string, unknown>[];
  limits: Record<string, unknown>[];
}
const ROLES = ["operator", "environment-manager", "maintenance", "legal-person", "town-officer"] as const;

/** Phone of a role in `plant()`: ends in 1 operator … 5 town officer. */
export const phoneOf = (role: number): string => `+861390000000${role}`;

/** A plant with one contact of each role; `site` 1–999 makes the permit number. */
export const plant = (
  outlets: OutletSpec[],
  more: Record<string, unknown> = {},
  site = 1,
): Record<string, unknown> => ({
  permitNo: `91330483MA2ABCD126${String(site).padStart(3, "0")}P`,
  name: `（演示）第${site}厂`,
  town: "濮院镇",
  industry: "textile",
  management: "key",
  validFrom: "2024-01-01",
  validTo: "2028-12-31",
  location: { lon: 120.5, lat: 30.6 },
  contacts: ROLES.map((role, i) => ({ role, phone: phoneOf(i + 1) })),
  outlets: outlets.map((o) => ({ medium: "gas", name: o.code, ...o })),
  ...more,
});
export const device = (mn: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  mn,
  from: "2024-01-01T00:00:00+08:00",
  to: null,
  ...more,
});
/** NOx, hour mean, measured, 50 mg/m³ unless said. */
export const hourLimit = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
  pollutant: "a21002",
  statistic: "hour",
  basis: "measured",
  max: 50,
  source: "permit",
  ...more,
});
/** One gas outlet with one one-minute device "M1" and a NOx limit of 50. */
export const simplePlant = (more: Record<string, unknown> = {}): PermitsFile => ({
  permits: [plant([{ code: "DA001", devices: [device("M1")], limits: [hourLimit()] }], more)],
});

export interface FrameSpec {
  mn?: string;
  cn?: string;
  st?: string;
  qn?: string;
  /** Start or moment, epoch ms. */
  time: number;
  /** `{ a21002: 62 }`, or `"a21002-Avg=62,a21002-Flag=D"` in full. */
  values: Record<string, number> | string;
  flag?: string | null;
}

/** CRC of HJ 212-2017 Annex A: each byte is XORed into the shifted register. */
function crc(bytes: Uint8Array): string {
  let c = 0xffff;
  for (const byte of bytes) {
    c = (c >>> 8) ^ byte;
    for (let i = 0; i < 8; i++) c = c & 1 ? (c >>> 1) ^ 0xa001 : c >>> 1;
  }
  return c.toString(16).toUpperCase().padStart(4, "0");
}
/** `##`, length, segment, CRC; no CRLF behind it. */
export function frameOf(segment: string): Uint8Array {
  const bytes = new TextEncoder().encode(segment);
  return new TextEncoder().encode(`##${String(bytes.length).padStart(4, "0")}${segment}${crc(bytes)}`);
}
/** A data frame; minute mean (2051) of the device "M1" unless said. */
export function frame({ mn = "M1", cn = "2051", st = "31", qn, time, values, flag = "N" }: FrameSpec): Uint8Array {
  const suffix = cn === "2011" ? "Rtd" : "Avg";
  const items =
    typeof values === "string"
      ? values
      : Object.entries(values)
          .map(([code, v]) => {
            const name = code === "Leq" ? "Leq-Data" : `${code}-${suffix}`;
            return `${name}=${v}${flag === null ? "" : `,${code}-Flag=${flag}`}`;
          })
          .join(";");
  const head = qn === "" ? "" : `QN=${qn ?? compact(time, 17)};`;
  return frameOf(`${head}ST=${st};CN=${cn};PW=123456;MN=${mn};Flag=4;CP=&&DataTime=${compact(time, 14)};${items}&&`);
}

/** A frame on its device's topic. */
export const send = (receivedAt: number, spec: FrameSpec): TraceMessage => ({
  receivedAt,
  topic: `plants/${spec.mn ?? "M1"}/hj212`,
  payload: frame(spec),
});
/** A JSON message on its device's topic. */
export const sendJson = (receivedAt: number, mn: string, body: unknown): TraceMessage => ({
  receivedAt,
  topic: `plants/${mn}/telemetry`,
  payload: new TextEncoder().encode(JSON.stringify(body)),
});

export interface RunSpec extends Omit<FrameSpec, "time" | "values"> {
  /** Value of the i-th record; null: the record does not come. */
  value: (i: number) => number | null;
  pollutant?: string;
  /** Flag of the i-th record, where it is not N. */
  flagOf?: (i: number) => string;
  /** Minutes of one record. */
  k?: number;
  /** Receipt after the start; default one second before the interval ends, so that no slot is pending at a tick. */
  delay?: number;
  /** Further items of every record. */
  extra?: string;
}
/** Records back to back from `from` (clock) on: `count` of them, `k` minutes each. */
export function run(from: string, count: number, spec: RunSpec): TraceMessage[] {
  const { value, flagOf, pollutant = "a21002", k = 1, delay = k * MINUTE - 1000, extra, ...rest } = spec;
  const messages: TraceMessage[] = [];
  for (let i = 0; i < count; i++) {
    const v = value(i);
    if (v === null) continue;
    const time = at(from) + i * k * MINUTE;
    const name = pollutant === "Leq" ? "Leq-Data" : `${pollutant}-Avg`;
    const values = `${name}=${v},${pollutant}-Flag=${flagOf?.(i) ?? "N"}${extra ? `;${extra}` : ""}`;
    messages.push(send(time + delay, { ...rest, time, values }));
  }
  return messages;
}

/** All messages in order of receipt (those of one moment as written). */
export const inOrder = (...parts: TraceMessage[][]): TraceMessage[] =>
  parts.flat().sort((a, b) => a.receivedAt - b.receivedAt);
/** A constant. */
export const always = (v: number) => (): number => v;
/** Values by stretches: `steps([30, 40], [30, 100])` is 40 for 30 records, then 100 for 30; null: nothing comes. */
export function steps(...stretches: [count: number, value: number | null][]): (i: number) => number | null {
  return (i) => {
    let end = 0;
    for (const [count, value] of stretches) if (i < (end += count)) return value;
    return null;
  };
}
