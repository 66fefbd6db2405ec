/** A permit turned into a simulated plant: which devices send what, around which level, with which habits. */
import type { DeviceBinding, Facility, Limit, Outlet, Permit } from "../../../functions/register/domain/permit.ts";
import { hashHex } from "./topics.ts";
import type { RuleData } from "../../../layers/rule-data.ts";
import { type Rhythm, rhythmOf } from "./load.ts";
import { between, keyOf, mix, unit, whole } from "./random.ts";
import type { Upset } from "./upsets.ts";

/** How a pollutant behaves. Levels are in the rule data's unit. */
export type Behaviour =
  /** A concentration kept at `ratio` of its limit `level`; `slow`: judged by the day; `hold`: minutes between two analyses. */
  | { kind: "limited"; level: number; ratio: number; slow: boolean; hold: number; referenceO2: number | null }
  | { kind: "range"; min: number; max: number; centre: number }
  | { kind: "noise"; day: number; night: number; quieter: number }
  | { kind: "oxygen"; centre: number }
  | { kind: "flow"; full: number }
  | { kind: "plain"; centre: number; spread: number };

/** One pollutant that a device reports. */
export interface Stream {
  code: string;
  /** One per outlet and pollutant, so that two devices on an outlet see the same gas. */
  key: number;
  behaviour: Behaviour;
  /** Rule data's unit × factor = unit the device sends. */
  factor: number;
  decimals: number;
  /** Events of the stage; one list for all devices of the outlet. */
  planned: Upset[];
}

export interface Span {
  /** Epoch minutes, `from` ≤ m < `to`. */
  from: number;
  to: number;
}

export interface SimDevice {
  mn: string;
  key: number;
  outlet: string;
  medium: Outlet["medium"];
  binding: DeviceBinding;
  interval: number;
  edition: 2017 | 2025;
  channel: "hj212" | "telemetry";
  /** Sends CN 2011 every 30 s as well. */
  realtime: boolean;
  /** Reports ZsAvg beside Avg; the others leave the conversion to the receiver. */
  sendsConverted: boolean;
  /** Gain of this instrument against the true value. */
  gain: number;
  password: string;
  streams: Stream[];
  facilities: Facility[];
  planned: { silent: Span[] };
}

export interface SimPlant {
  permitNo: string;
  name: string;
  town: string;
  key: number;
  rhythm: Rhythm;
  devices: SimDevice[];
  facilities: { facility: Facility; key: number; plannedOff: Span[] }[];
}

export interface ProfileOptions {
  seed: number;
  ruleData: RuleData;
  /** May some devices of this plant speak JSON? Only those that hold their own connection can. */
  json: boolean;
}

/** The simulated plant of a permit: the same permit and seed give the same plant. */
export function profile(permit: Permit, { seed, ruleData, json }: ProfileOptions): SimPlant {
  const key = keyOf(seed, permit.permitNo);
  const devices = permit.outlets.flatMap((outlet) => {
    const events = new Map<string, Upset[]>();
    return outlet.devices.map((binding) => deviceOf(permit, outlet, binding, events, { seed, ruleData, json }));
  });
  return {
    permitNo: permit.permitNo,
    name: permit.name,
    town: permit.town,
    key,
    rhythm: rhythmOf(permit.industry),
    devices,
    facilities: permit.facilities.map((facility) => ({
      facility,
      key: keyOf(key, facility.code),
      plannedOff: [],
    })),
  };
}

function deviceOf(
  permit: Permit,
  outlet: Outlet,
  binding: DeviceBinding,
  events: Map<string, Upset[]>,
  { seed, ruleData, json }: ProfileOptions,
): SimDevice {
  const key = keyOf(seed, binding.mn);
  const outletKey = keyOf(seed, `${permit.permitNo}/${outlet.code}`);
  // A facility without MN and number can only be told by JSON: such an outlet's first device speaks it.
  const byCode = permit.facilities.filter((f) => f.mn === null && f.outlets.includes(outlet.code));
  const isFirst = outlet.devices[0]?.mn === binding.mn;
  const channel = json && ((byCode.length > 0 && isFirst) || unit(key, 1) < 0.1) ? "telemetry" : "hj212";
  const own = permit.facilities.filter((f) => f.mn === binding.mn && f.sb !== null);
  return {
    mn: binding.mn,
    key,
    outlet: outlet.code,
    medium: outlet.medium,
    binding,
    interval: binding.minuteInterval,
    edition: unit(key, 2) < 0.35 ? 2025 : 2017,
    channel,
    realtime: channel === "hj212" && binding.minuteInterval === 1 && outlet.medium !== "noise" && unit(key, 3) < 0.06,
    sendsConverted: unit(key, 4) < 0.85,
    gain: isFirst ? 1 : between(key, 5, 0.97, 1.03),
    password: hashHex(mix(key, 6), 6),
    streams: streamsOf(outlet, binding, events, outletKey, ruleData),
    facilities: channel === "telemetry" && isFirst ? [...own, ...byCode] : own,
    planned: { silent: [] },
  };
}

/** The outlet's limited pollutants and what such an analyser measures beside them. */
function streamsOf(
  outlet: Outlet,
  binding: DeviceBinding,
  events: Map<string, Upset[]>,
  outletKey: number,
  ruleData: RuleData,
): Stream[] {
  const byCode = new Map<string, Limit[]>();
  for (const limit of outlet.limits) byCode.set(limit.pollutant, [...(byCode.get(limit.pollutant) ?? []), limit]);
  const behaviours = new Map<string, Behaviour>();
  const reference = outlet.limits.find((l) => l.referenceO2 !== null)?.referenceO2 ?? null;
  for (const [code, limits] of byCode) behaviours.set(code, behaviourOf(outlet, limits, keyOf(outletKey, code)));
  for (const [code, behaviour] of companions(outlet, outletKey, reference))
    if (!behaviours.has(code)) behaviours.set(code, behaviour);
  const streams: Stream[] = [];
  for (const [code, behaviour] of behaviours) {
    const pollutant = ruleData.pollutants.get(code);
    if (!pollutant) continue; // the rule data of another year: the import has refused limits on such a code already
    const sends = binding.units[code];
    const factor = sends === undefined ? 1 : ruleData.unitFactor(pollutant.unit, sends);
    if (factor === null)
      throw new Error(`${binding.mn}: ${code} cannot be sent in ${sends}, its unit is ${pollutant.unit}`);
    const decimals = behaviour.kind === "limited" ? decimalsFor(behaviour.level * factor) : 2;
    const planned = events.get(code) ?? [];
    events.set(code, planned);
    streams.push({ code, key: keyOf(outletKey, code), behaviour, factor, decimals, planned });
  }
  // Oxygen first: the conversion of the others needs it.
  return streams.sort((a, b) => rank(a) - rank(b));
}

const rank = (s: Stream): number => (s.behaviour.kind === "oxygen" ? 0 : s.behaviour.kind === "flow" ? 1 : 2);

/** Digits behind the point such that the limit has at least four significant ones, as loggers are set. */
const decimalsFor = (level: number): number => Math.max(1, Math.min(6, 3 - Math.floor(Math.log10(level))));

function behaviourOf(outlet: Outlet, limits: Limit[], key: number): Behaviour {
  const max = Math.min(...limits.map((l) => l.max ?? Infinity));
  const min = Math.max(...limits.map((l) => l.min ?? -Infinity));
  const code = limits[0]?.pollutant ?? "";
  if (outlet.medium === "noise") {
    const of = (period: "day" | "night"): number =>
      Math.min(...limits.filter((l) => l.period === null || l.period === period).map((l) => l.max ?? Infinity), 85);
    return { kind: "noise", day: of("day"), night: of("night"), quieter: between(key, 1, 4, 9) };
  }
  if (code === "a19001") return { kind: "oxygen", centre: 8 };
  if (Number.isFinite(min)) {
    const high = Number.isFinite(max) ? max : min + 4;
    return { kind: "range", min, max: high, centre: min + (high - min) * between(key, 1, 0.38, 0.6) };
  }
  if (!Number.isFinite(max)) return { kind: "plain", centre: 1, spread: 0.1 };
  const slow = limits.some((l) => l.statistic === "day") && !limits.some((l) => l.statistic === "hour");
  // Wet-chemical analysers give a value every hour or two; the logger repeats it each interval. UV ones measure on.
  const hold = slow && outlet.medium === "water" && unit(key, 2) < 0.6 ? (unit(key, 3) < 0.6 ? 60 : 120) : 0;
  const referenceO2 = limits.find((l) => l.basis === "converted")?.referenceO2 ?? null;
  return { kind: "limited", level: max, ratio: between(key, 4, 0.3, 0.8), slow, hold, referenceO2 };
}

/** What is measured beside the limited pollutants. */
function companions(outlet: Outlet, key: number, reference: number | null): [string, Behaviour][] {
  if (outlet.medium === "gas") {
    const gas: [string, Behaviour][] = [
      ["a00000", { kind: "flow", full: between(key, 11, 4, 45) }],
      [
        "a01012",
        { kind: "plain", centre: reference === null ? whole(key, 12, 28, 45) : whole(key, 12, 52, 135), spread: 0.03 },
      ],
    ];
    if (reference === null) return gas;
    return [["a19001", { kind: "oxygen", centre: Math.min(16.5, reference + between(key, 13, -0.8, 2.4)) }], ...gas];
  }
  if (outlet.medium === "water") return [["w00000", { kind: "flow", full: between(key, 14, 3, 60) }]];
  if (outlet.medium === "noise")
    return [["Leq", { kind: "noise", day: 65, night: 55, quieter: between(key, 15, 4, 9) }]];
  return [
    // 90 µg/m³ of dust at the fence; the table's unit of a34001 is ng/m³.
    ["a34001", { kind: "plain", centre: between(key, 16, 60_000, 120_000), spread: 0.25 }],
    ["a34002", { kind: "plain", centre: between(key, 17, 30_000, 55_000), spread: 0.25 }],
    ["a01007", { kind: "plain", centre: 2.2, spread: 0.35 }],
    // Mostly from the south-east; far enough from north that an arithmetic mean is the direction's.
    ["a01008", { kind: "plain", centre: between(key, 18, 110, 160), spread: 0.2 }],
  ];
}
