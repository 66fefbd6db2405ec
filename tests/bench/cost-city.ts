/** The plants of the cost run and what their gateways send: three chimneys, six pollutants each, a bundle a minute. */
import { MINUTE, formatCompact } from "../../functions/shared/shanghai.ts";
import { buildCp, encodeFrame, readingGroup } from "../../functions/telemetry/domain/hj212/encode.ts";
import { burner, type PermitInput } from "../../infra/local/demo/sketch.ts";
import { fillIn, TOWN_NAMES } from "../../infra/local/demo/fill-in.ts";

/** Limits, mg/m³ at 6 % oxygen. Nitrogen oxides have one by the day as well, so that the closing of days has work. */
const LIMITS = { a34013: 30, a21026: 100, a21002: 200 };
const REFERENCE_O2 = 6;
const OXYGEN = 8;

export interface CostPlant {
  index: number;
  permit: PermitInput;
  permitNo: string;
  devices: string[];
  /** Above its limit for the whole run. */
  hot: boolean;
}

/** `hotEvery`: one plant in so many is above a limit all the time. */
export function costPlants(count: number, hotEvery: number): CostPlant[] {
  return Array.from({ length: count }, (_, index) => {
    const permit = fillIn(index, {
      name: `费用试验${index}号厂`,
      town: TOWN_NAMES[index % TOWN_NAMES.length]!,
      industry: "热电联产",
      management: "key",
      location: { lon: 120.4, lat: 30.5 },
      outlets: [1, 2, 3].map((n) => {
        const outlet = burner(`DA00${n}`, `${n} 号排放口`, REFERENCE_O2, LIMITS);
        const [nox] = outlet.limits.filter((l) => l.pollutant === "a21002");
        return { ...outlet, limits: [...outlet.limits, { ...nox!, statistic: "day" as const, max: 180 }] };
      }),
    });
    return {
      index,
      // States of facilities would be frames of their own; the standard's minute record is what is counted here.
      permit: { ...permit, facilities: [] },
      permitNo: permit.permitNo,
      devices: permit.outlets.flatMap((o) => o.devices?.map((d) => d.mn) ?? []),
      hot: index % hotEvery === 0,
    };
  });
}

export const permitsFile = (plants: readonly CostPlant[]): string =>
  JSON.stringify({ permits: plants.map((p) => p.permit) });

/** A value that differs from minute to minute as an analyser's does: ±10 % around `centre`, the same in every run. */
const sway = (centre: number, ...of: number[]): number => {
  let h = 0x811c9dc5;
  for (const n of of) h = Math.imul(h ^ n, 0x01000193) >>> 0;
  return centre * (0.9 + 0.2 * (((h >>> 8) & 0xffff) / 0xffff));
};

/** The bundle of the minute that starts at `at` (epoch ms), as the gateway publishes it when the minute is over. */
export function bundleOf(plant: CostPlant, at: number): { topic: string; payload: Uint8Array; receivedAt: number } {
  // Loggers send 20–40 s into the next minute, each at its own second.
  const sentAt = at + MINUTE + 20_000 + ((plant.index * 7_919) % 20_000);
  const frames = plant.devices.map((mn, n) => {
    const readings = Object.entries({ a19001: 0, a00000: 0, a01012: 0, ...LIMITS }).map(([code, max], i) => {
      const limited = max > 0;
      const share = plant.hot && n === 0 && code === "a21002" ? 1.4 : 0.5;
      const converted = limited ? sway(max * share, plant.index, n, i, at / MINUTE) : null;
      const plain = { a19001: OXYGEN, a00000: 12, a01012: 90 }[code] ?? 0;
      const avg =
        converted === null
          ? sway(plain, plant.index, n, i, at / MINUTE)
          : (converted * (21 - OXYGEN)) / (21 - REFERENCE_O2);
      return readingGroup(code, {
        Min: (avg * 0.93).toFixed(2),
        Avg: avg.toFixed(2),
        Max: (avg * 1.08).toFixed(2),
        ZsAvg: converted === null ? null : converted.toFixed(2),
        Flag: "N",
      });
    });
    const cp = buildCp([[["DataTime", formatCompact(at)]], ...readings]);
    return encodeFrame({ qn: formatCompact(sentAt + n, true), st: "31", cn: "2051", pw: "123456", mn, flag: 5, cp });
  });
  return {
    topic: `gateways/town-${plant.index % TOWN_NAMES.length}/${plant.permitNo}/hj212`,
    payload: Buffer.concat(frames),
    receivedAt: sentAt + 400,
  };
}
