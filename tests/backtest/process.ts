/** A simulated plant for one day: what leaves its stacks minute by minute, and what its analysers make of it. */
import type { Permit } from "../../functions/register/domain/permit.ts";
import { parseIso } from "../../functions/shared/shanghai.ts";
import { flagsOf, recordsOf } from "./analyser.ts";
import { chanceOf, type Chance } from "./chance.ts";
import { MINUTES } from "./clock.ts";
import { BASE, KINDS, LOAD, NOISE, NOISE_FACTOR, SECOND_POLLUTANT, UPSETS, type Settings } from "./settings.ts";
import { begin, type Upset } from "./upsets.ts";

/** One outlet's pollutant. Levels in limits. */
export interface Stream {
  key: string;
  outlet: string;
  pollutant: string;
  /** In the rule data's unit. */
  limit: number;
  decimals: number;
  base: number;
  /** Level without noise and upsets. */
  usual: Float64Array;
  slow: Float64Array;
  fast: Float64Array;
  white: Float64Array;
  upsets: Upset[];
  /** Sum of the upsets that somebody can do something about; what the analyser alone makes up. */
  upset: Float64Array;
  false: Float64Array;
}

export interface Device {
  mn: string;
  outlet: string;
  streams: Stream[];
  /** N, C, M, D or F by minute. */
  flags: string[];
  /** Records in order of receipt; `minute` is the first of `interval`. */
  records: { minute: number; receivedAt: number }[];
}

export interface Plant {
  permit: Permit;
  settings: Settings;
  index: number;
  devices: Device[];
  streams: Stream[];
}

/** Ultra-low emission of coal (35/50/10 mg/m³ at 6 % O2), the permits that Zhejiang's heat plants hold. */
const POLLUTANTS = [
  { code: "a21026", limit: 35, decimals: 2 },
  { code: "a21002", limit: 50, decimals: 2 },
  { code: "a34013", limit: 10, decimals: 3 },
] as const;
const REFERENCE_O2 = 6;

const phoneOf = (index: number, role: number): string => `+86139${String(index).padStart(7, "0")}${role}`;
const ROLES = ["operator", "environment-manager", "maintenance", "legal-person", "town-officer"] as const;

/** The plant-day `index` of a setting: one outlet or two, three pollutants each. */
export function plantDay(settings: Settings, index: number): Plant {
  const own = (place: string): Chance => chanceOf(settings.seed, `${index}/${place}`);
  const outlets = own("plant").unit() < 0.5 ? ["DA001"] : ["DA001", "DA002"];
  const load = loadOf(own("load"));
  const devices = outlets.map((outlet) =>
    deviceOf(`BT${index}${outlet}`, outlet, load, settings, (place) => own(`${outlet}/${place}`)),
  );
  const permit: Permit = {
    permitNo: `91330483MA2ABCD126${String((index % 999) + 1).padStart(3, "0")}P`,
    name: `（演示）第${index + 1}热电厂`,
    town: "崇福镇",
    industry: "热电联产",
    management: "key",
    validFrom: "2024-01-01",
    validTo: "2028-12-31",
    location: { lon: 120.43, lat: 30.53 },
    contacts: ROLES.map((role, i) => ({ role, phone: phoneOf(index, i + 1) })),
    facilities: [],
    outlets: devices.map(({ mn, outlet, streams }) => ({
      code: outlet,
      medium: "gas" as const,
      name: outlet,
      devices: [
        {
          mn,
          from: parseIso("2024-01-01T00:00:00+08:00")!,
          to: null,
          minuteInterval: settings.interval,
          units: {},
          secretRef: null,
        },
      ],
      limits: streams.map(({ pollutant, limit }) => ({
        pollutant,
        statistic: "hour" as const,
        basis: "converted" as const,
        referenceO2: REFERENCE_O2,
        max: limit,
        min: null,
        period: null,
        from: null,
        to: null,
        source: "permit",
      })),
    })),
  };
  return { permit, settings, index, devices, streams: devices.flatMap((d) => d.streams) };
}

function deviceOf(
  mn: string,
  outlet: string,
  load: Float64Array,
  settings: Settings,
  own: (place: string) => Chance,
): Device {
  const streams = POLLUTANTS.map(({ code, limit, decimals }): Stream => {
    const c = own(code);
    const base = c.between(BASE.low, BASE.high);
    const gain = c.between(...LOAD.gain);
    const factor = NOISE_FACTOR[settings.noise];
    const noise = own(`${code}/noise`);
    return {
      key: `${outlet}/${code}`,
      outlet,
      pollutant: code,
      limit,
      decimals,
      base,
      usual: load.map((x) => base * (1 + gain * (x - LOAD.centre))),
      slow: autoregressive(noise, NOISE.slow.sigma * factor, NOISE.slow.minutes),
      fast: autoregressive(noise, NOISE.fast.sigma * factor, NOISE.fast.minutes),
      white: Float64Array.from({ length: MINUTES }, () => noise.normal() * NOISE.white * factor),
      upsets: [],
      upset: new Float64Array(MINUTES),
      false: new Float64Array(MINUTES),
    };
  });
  const stopped: [number, number][] = [];
  for (const kind of KINDS) {
    const c = own(kind);
    // How many is drawn apart: where more of them begin, those that began anyway stay as they were.
    const n = own(`${kind}/count`).count(UPSETS[kind].perDay * settings.frequency);
    for (let i = 0; i < n; i++) {
      const from = Math.floor(c.between(0, MINUTES));
      const first = Math.floor(c.unit() * streams.length);
      const second = c.unit() < SECOND_POLLUTANT ? (first + 1) % streams.length : first;
      if (kind === "start-up") stopped.push([from - Math.round(c.between(60, 240)), from]);
      for (const [s, stream] of streams.entries())
        if (kind === "start-up" || s === first || s === second) begin(stream, kind, from, settings, c);
    }
  }
  const flags = flagsOf(own("analyser"), stopped);
  return { mn, outlet, streams, flags, records: recordsOf(own("link"), settings.interval) };
}

function loadOf(c: Chance): Float64Array {
  const load = new Float64Array(MINUTES);
  let level = c.between(LOAD.low, LOAD.high);
  for (let m = 0; m < MINUTES;) {
    const next = c.between(LOAD.low, LOAD.high);
    const stay = Math.round(c.between(...LOAD.everyHours) * 60);
    const ramp = Math.round(c.between(...LOAD.within));
    for (let i = 0; i < stay && m < MINUTES; i++, m++)
      load[m] = i < stay - ramp ? level : level + ((next - level) * (i - stay + ramp + 1)) / ramp;
    level = next;
  }
  return load;
}

/** AR(1) with this standard deviation and memory. */
function autoregressive(c: Chance, sigma: number, minutes: number): Float64Array {
  const rho = Math.exp(-1 / minutes);
  const step = sigma * Math.sqrt(1 - rho * rho);
  let x = sigma * c.normal();
  return Float64Array.from({ length: MINUTES }, () => (x = rho * x + step * c.normal()));
}
