/** Outlets of random plants, their limits, and what their devices measure. */
import { chance, type Dice, int, pick } from "./dice.ts";
import { device, type OutletSpec } from "./traces/build.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export interface Emitter {
  mn: string;
  permitNo: string;
  st: string;
  /** Minutes of one minute record. */
  k: number;
  minutes: boolean;
  realtime: boolean;
  json: boolean;
  gateway: boolean;
  /** Sends frames without a QN. */
  qnless: boolean;
  /** False: it sends nothing at this minute. */
  active: (t: number) => boolean;
  /** Values by code at a minute; `code:Zs` is the converted one. */
  values: (t: number) => Record<string, number>;
  /** Facility states (2021), when it reports them. */
  status: ((t: number) => string) | null;
}
type Made = {
  outlet: OutletSpec;
  emitters: Omit<Emitter, "permitNo" | "gateway">[];
  facilities?: Record<string, unknown>[];
};
interface Place {
  start: number;
  end: number;
  name: string;
  number: number;
}

const plain = (d: Dice, mn: string, more: Partial<Emitter>): Omit<Emitter, "permitNo" | "gateway"> => ({
  mn,
  st: "31",
  k: 1,
  minutes: true,
  realtime: false,
  json: false,
  qnless: chance(d, 0.2),
  active: () => true,
  values: () => ({}),
  status: null,
  ...more,
});

/** A value that wanders around `limit`, in steps of half a unit, with upsets of 10–50 minutes. */
function wander(d: Dice, limit: number): (t: number) => number {
  let level = limit * (0.75 + 0.25 * d.next());
  let upsetUntil = 0;
  let calm = 0;
  return (t) => {
    if (t > calm && chance(d, 0.02)) {
      upsetUntil = t + int(d, 10, 50) * MINUTE;
      calm = upsetUntil + int(d, 10, 120) * MINUTE;
    }
    level += (0.85 * limit - level) * 0.1 + (d.next() - 0.5) * 0.1 * limit;
    const value = t < upsetUntil ? level + limit * (0.1 + 0.8 * d.next()) : level;
    return chance(d, 0.1) ? limit : Math.max(0, Math.round(value * 2) / 2);
  };
}

/** The kinds of outlet a random plant has. */
export const KINDS: ((d: Dice, p: Place) => Made)[] = [
  measuredGas,
  convertedGas,
  twoDevices,
  tenMinutes,
  jsonGas,
  movingDevice,
  water,
  waterUnweighted,
  noise,
];

const hour = (pollutant: string, max: number, more: object = {}): Record<string, unknown> => ({
  pollutant,
  statistic: "hour",
  basis: "measured",
  max,
  source: "permit",
  ...more,
});

/** NOx by minute and sample; a limit that changes in the middle; a day limit beside it; facilities. */
function measuredGas(d: Dice, p: Place): Made {
  const turn = new Date(Math.ceil((p.start + p.end) / 2 / HOUR) * HOUR).toISOString();
  const limits = chance(d, 0.3)
    ? [hour("a21002", 50, { to: turn }), hour("a21002", 45, { from: turn })]
    : [hour("a21002", 50)];
  if (chance(d, 0.4))
    limits.push({ pollutant: "a21002", statistic: "day", basis: "measured", max: 45, source: "permit" });
  const code = `DA00${p.number}`;
  const nox = wander(d, 50);
  const states = { treatment: 1, production: 1 };
  const status = (): string => {
    if (chance(d, 0.1)) states.treatment = pick(d, [0, 0, 1, 2, 3]);
    if (chance(d, 0.1)) states.production = pick(d, [0, 1, 1, 1]);
    return `SB1-RS=${states.treatment};SB2-RS=${states.production}`;
  };
  const withFacilities = chance(d, 0.6);
  return {
    outlet: { code, devices: [device(p.name)], limits },
    emitters: [
      plain(d, p.name, {
        realtime: chance(d, 0.3),
        values: (t) => ({ a21002: nox(t) }),
        status: withFacilities ? status : null,
      }),
    ],
    ...(withFacilities && {
      facilities: [
        { code: `TA00${p.number}`, kind: "treatment", outlets: [code], mn: p.name, sb: 1 },
        { code: `MF000${p.number}`, kind: "production", outlets: [code], mn: p.name, sb: 2 },
      ],
    }),
  };
}

/** NOx and SO2 at reference oxygen, with and without the device's own conversion; samples only now and then. */
function convertedGas(d: Dice, p: Place): Made {
  const nox = wander(d, 50);
  const so2 = wander(d, 35);
  const ownConversion = chance(d, 0.5);
  const values = (t: number): Record<string, number> => {
    const o2 = chance(d, 0.03) ? 20 : int(d, 60, 90) / 10;
    const factor = 15 / (21 - Math.min(o2, 20));
    const a = nox(t);
    const b = so2(t);
    const zs = ownConversion && chance(d, 0.8) ? { "a21002:Zs": a } : {};
    const oxygen = chance(d, 0.97) ? { a19001: o2 } : {};
    return {
      a21002: Math.round((a / factor) * 100) / 100,
      ...zs,
      a21026: Math.round((b / factor) * 100) / 100,
      ...oxygen,
    };
  };
  const converted = { basis: "converted", referenceO2: 6 };
  const realtime = chance(d, 0.5);
  return {
    outlet: {
      code: `DA00${p.number}`,
      devices: [device(p.name)],
      limits: [hour("a21002", 50, converted), hour("a21026", 35, converted)],
    },
    emitters: [plain(d, p.name, { realtime, minutes: !realtime || chance(d, 0.5), values })],
  };
}

/** Two devices of one outlet; the first has gaps; the second sends µg/m³. */
function twoDevices(d: Dice, p: Place): Made {
  const nox = wander(d, 50);
  return {
    outlet: {
      code: `DA00${p.number}`,
      devices: [device(p.name), device(`${p.name}b`, { units: { a21002: "µg/m³" } })],
      limits: [hour("a21002", 50)],
    },
    emitters: [
      plain(d, p.name, { values: (t) => ({ a21002: nox(t) }) }),
      plain(d, `${p.name}b`, { values: (t) => ({ a21002: nox(t) * 1000 }) }),
    ],
  };
}

function tenMinutes(d: Dice, p: Place): Made {
  const nox = wander(d, 50);
  const k = pick(d, [5, 10, 30]);
  return {
    outlet: { code: `DA00${p.number}`, devices: [device(p.name, { minuteInterval: k })], limits: [hour("a21002", 50)] },
    emitters: [plain(d, p.name, { k, values: (t) => ({ a21002: nox(t) }) })],
  };
}

function jsonGas(d: Dice, p: Place): Made {
  const nox = wander(d, 50);
  return {
    outlet: { code: `DA00${p.number}`, devices: [device(p.name)], limits: [hour("a21002", 50)] },
    emitters: [plain(d, p.name, { json: true, values: (t) => ({ a21002: nox(t) }) })],
  };
}

/** A device replaced by another in the middle of an hour; both send a few minutes outside their binding. */
function movingDevice(d: Dice, p: Place): Made {
  const nox = wander(d, 50);
  const turn = Math.floor((p.start + p.end) / 2 / MINUTE) * MINUTE;
  const text = new Date(turn).toISOString();
  const values = (t: number): Record<string, number> => ({ a21002: nox(t) });
  return {
    outlet: {
      code: `DA00${p.number}`,
      devices: [device(p.name, { to: text }), device(`${p.name}b`, { from: text })],
      limits: [hour("a21002", 50)],
    },
    emitters: [
      plain(d, p.name, { values, active: (t) => t < turn + 5 * MINUTE }),
      plain(d, `${p.name}b`, { values, active: (t) => t >= turn - 5 * MINUTE }),
    ],
  };
}

const waterLimits = [
  { pollutant: "w01018", statistic: "day", basis: "measured", max: 80, source: "permit" },
  { pollutant: "w01001", statistic: "instant", basis: "measured", min: 6, max: 9, source: "permit" },
];
function water(d: Dice, p: Place): Made {
  const cod = wander(d, 80);
  const k = pick(d, [1, 10]);
  let ph = 7.5;
  const values = (t: number): Record<string, number> => {
    ph = Math.min(9.6, Math.max(5.5, ph + int(d, -4, 4) / 10));
    const flow = chance(d, 0.03) ? {} : { w00000: chance(d, 0.05) ? 0 : int(d, 20, 200) / 10 };
    return { w01018: cod(t), w01001: Math.round(ph * 10) / 10, ...flow };
  };
  return {
    outlet: {
      code: `DW00${p.number}`,
      medium: "water",
      devices: [device(p.name, { minuteInterval: k })],
      limits: waterLimits,
    },
    emitters: [plain(d, p.name, { st: "32", k, values })],
  };
}
function waterUnweighted(d: Dice, p: Place): Made {
  const cod = wander(d, 80);
  return {
    outlet: {
      code: `DW00${p.number}`,
      medium: "water",
      devices: [device(p.name, { minuteInterval: 10 })],
      limits: waterLimits.slice(0, 1),
    },
    emitters: [plain(d, p.name, { st: "32", k: 10, values: (t) => ({ w01018: cod(t) }) })],
  };
}

function noise(d: Dice, p: Place): Made {
  const leq = wander(d, 58);
  return {
    outlet: {
      code: `ZS-0${p.number}`,
      medium: "noise",
      devices: [device(p.name, { minuteInterval: 10 })],
      limits: [
        { pollutant: "Leq", statistic: "period", basis: "measured", period: "day", max: 60, source: "permit" },
        { pollutant: "Leq", statistic: "period", basis: "measured", period: "night", max: 50, source: "permit" },
      ],
    },
    emitters: [plain(d, p.name, { st: "23", k: 10, values: (t) => ({ Leq: leq(t) }) })],
  };
}
