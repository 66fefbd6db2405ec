/** Facts of an invented plant for tests: a boiler stack, a second stack and a waste water outlet, six pollutants each if asked. */
import type { DeviceBinding, Limit, Outlet, Permit } from "../register/domain/permit.ts";
import { HOUR, MINUTE, floorDay, floorHour } from "../shared/shanghai.ts";
import type { DisclosureFacts, HourFact, SeriesFact, Slot } from "./domain/facts.ts";

/** 2026-10-01 09:12 Shanghai. */
export const AS_OF = Date.UTC(2026, 9, 1, 1, 12);
export const DAY_START = floorDay(AS_OF);

export const limit = (pollutant: string, over: Partial<Limit> = {}): Limit => ({
  pollutant,
  statistic: "hour",
  basis: "measured",
  referenceO2: null,
  max: 50,
  min: null,
  period: null,
  from: null,
  to: null,
  source: "permit",
  ...over,
});

export const device = (over: Partial<DeviceBinding> = {}): DeviceBinding => ({
  mn: "330483A890001600000169C1",
  from: 0,
  to: null,
  minuteInterval: 1,
  units: {},
  secretRef: null,
  ...over,
});

export const outlet = (code: string, limits: Limit[], over: Partial<Outlet> = {}): Outlet => ({
  code,
  medium: "gas",
  name: `${code} 锅炉烟囱`,
  devices: [device()],
  limits,
  ...over,
});

export const permit = (outlets: Outlet[], over: Partial<Permit> = {}): Permit => ({
  permitNo: "91330483MA2ABCD126001P",
  name: "（演示）桐乡某某印染有限公司",
  town: "崇福镇",
  industry: "棉印染精加工",
  management: "key",
  validFrom: "2024-01-01",
  validTo: "2028-12-31",
  location: { lon: 120.5, lat: 30.6 },
  contacts: [{ role: "operator", phone: "+8613900000001" }],
  facilities: [{ code: "TA001", kind: "treatment", outlets: ["DA001"], mn: null, sb: null }],
  outlets,
  ...over,
});

/** Small seeded generator (mulberry32), so that a fixture is the same in every run. */
function random(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Minutes of [from, to) around `level`, wandering by `noise`. */
export function slots(from: number, to: number, level: number, noise: number, seed = 1): Slot[] {
  const next = random(seed);
  let drift = 0;
  const all: Slot[] = [];
  for (let t = from; t < to; t += MINUTE) {
    drift = drift * 0.97 + (next() - 0.5) * noise;
    all.push({ t, value: Math.max(0, level + drift + (next() - 0.5) * noise), quality: "counts", flag: "N" });
  }
  return all;
}

/** The verdicts that the hours of `series` come to, by plain arithmetic over the counting minutes. */
export function hoursOf(series: SeriesFact, max: number, asOf = AS_OF): HourFact[] {
  const facts: HourFact[] = [];
  for (let hour = floorHour(asOf) - 24 * HOUR; hour < floorHour(asOf); hour += HOUR) {
    const used = series.slots.filter((s) => s.t >= hour && s.t < hour + HOUR && s.quality === "counts");
    const mean = used.length === 0 ? null : used.reduce((sum, s) => sum + (s.value ?? 0), 0) / used.length;
    const verdict = used.length < 45 || mean === null ? "insufficient" : mean > max ? "exceeded" : "met";
    facts.push({
      outlet: series.outlet,
      pollutant: series.pollutant,
      hour,
      valid: used.length,
      mean,
      limit: max,
      verdict,
      revision: 0,
    });
  }
  return facts;
}

export const facts = (over: Partial<DisclosureFacts> & { permit: Permit }): DisclosureFacts => ({
  code: "K7M2QX9RTB4W",
  asOf: AS_OF,
  state: "normal",
  since: null,
  series: [],
  hours: [],
  days: [],
  facilities: [],
  ...over,
});

/** The heaviest page that the weight budget is held to: three outlets of six pollutants with 24 noisy hours. */
export function heavyFacts(): DisclosureFacts {
  const gas = ["a21002", "a21026", "a34013", "a21005", "a21024", "a24088"];
  const water = ["w01018", "w21003", "w21011", "w21001", "w01001", "w01012"];
  const outlets = [
    outlet(
      "DA001",
      gas.map((p) => limit(p, { basis: "converted", referenceO2: 6 })),
    ),
    outlet(
      "DA002",
      gas.map((p) => limit(p)),
      { name: "DA002 定型机废气排放口" },
    ),
    outlet(
      "DW001",
      water.map((p) =>
        p === "w01001" ? limit(p, { statistic: "instant", min: 6, max: 9 }) : limit(p, { statistic: "day", max: 80 }),
      ),
      {
        medium: "water",
        name: "DW001 废水总排口",
      },
    ),
  ];
  const from = floorHour(AS_OF) - 24 * HOUR;
  const series: SeriesFact[] = outlets.flatMap((o, oi) =>
    o.limits.map((l, i) => {
      const level = l.statistic === "instant" ? 7.6 : (l.max ?? 50) * (0.55 + 0.07 * i);
      return {
        outlet: o.code,
        pollutant: l.pollutant,
        minutes: 1,
        slots: slots(from, AS_OF - MINUTE, level, l.statistic === "instant" ? 0.3 : level * 0.12, 10 * oi + i),
      };
    }),
  );
  const [first] = series;
  if (first) {
    // A gap of 50 minutes, a calibration and a mark.
    const at = from + 5 * HOUR;
    first.slots = first.slots
      .filter((s) => s.t < at || s.t >= at + 50 * MINUTE)
      .map((s): Slot =>
        s.t >= at + 3 * HOUR && s.t < at + 3 * HOUR + 30 * MINUTE ? { ...s, quality: "invalid", flag: "C" } : s,
      )
      .map((s): Slot => (s.t >= at + 6 * HOUR && s.t < at + 7 * HOUR ? { ...s, quality: "marked" } : s));
  }
  series.push({ outlet: "DW001", pollutant: "w00000", minutes: 1, slots: slots(from, AS_OF - MINUTE, 12, 2, 99) });
  return facts({
    permit: permit(outlets, {
      facilities: ["TA001", "TA002", "TW001"].map((code, i) => ({
        code,
        kind: "treatment",
        outlets: [outlets[i]?.code ?? "DA001"],
        mn: null,
        sb: null,
      })),
    }),
    series,
    hours: series.filter((s) => s.outlet !== "DW001").flatMap((s) => hoursOf(s, 50)),
    days: water.slice(0, 4).map((pollutant) => ({
      outlet: "DW001",
      pollutant,
      day: DAY_START - 24 * HOUR,
      validHours: 24,
      mean: 61.4,
      limit: 80,
      verdict: "met",
      weighted: true,
      revision: 0,
    })),
    facilities: [
      { code: "TA001", state: 1, at: AS_OF - 2 * MINUTE },
      { code: "TA002", state: 0, at: AS_OF - 2 * MINUTE },
    ],
  });
}
