/**
 * The demo register is invented: plants are sketched in a few words and filled in here to the form of the permits file.
 * Limits are plausible for the trade; they are not those of any real plant.
 */
import type * as z from "zod/mini";
import type { PermitForm } from "../../../functions/register/domain/permits-file.ts";

/** One permit as the permits file writes it. */
export type PermitInput = z.input<typeof PermitForm>;
export type OutletInput = PermitInput["outlets"][number];
export type LimitInput = NonNullable<OutletInput["limits"]>[number];

/** A logger without its MN; MNs are given out in order when the plant is filled in. */
export interface DeviceSketch {
  minuteInterval?: number;
  units?: Record<string, string>;
  from?: string;
  to?: string;
}

export interface OutletSketch extends Pick<OutletInput, "code" | "medium" | "name"> {
  devices: DeviceSketch[];
  limits: LimitInput[];
}

const logger: DeviceSketch[] = [{}];

const limit = (
  pollutant: string,
  statistic: LimitInput["statistic"],
  max: number,
  over: Partial<LimitInput> = {},
): LimitInput => ({
  pollutant,
  statistic,
  basis: "measured",
  max,
  source: "permit",
  ...over,
});

/** Hourly limits of a burner, converted to its reference oxygen (% by volume). */
export const burner = (
  code: string,
  name: string,
  referenceO2: number,
  max: Record<string, number>,
  devices = logger,
): OutletSketch => ({
  code,
  name,
  medium: "gas",
  devices,
  limits: Object.entries(max).map(([pollutant, value]) =>
    limit(pollutant, "hour", value, { basis: "converted", referenceO2 }),
  ),
});

/** Waste incineration, GB 18485-2014 table 4: by the hour and by the day, 11 % oxygen. */
export const incinerator = (code: string, name: string, devices = logger): OutletSketch => {
  const converted = { basis: "converted", referenceO2: 11 } as const;
  const table = { a34013: [30, 20], a21002: [300, 250], a21026: [100, 80], a21024: [60, 50], a21005: [100, 80] };
  return {
    code,
    name,
    medium: "gas",
    devices,
    limits: Object.entries(table).flatMap(([pollutant, [hour = 0, day = 0]]) => [
      limit(pollutant, "hour", hour, converted),
      limit(pollutant, "day", day, converted),
    ]),
  };
};

/** A vent whose hourly limits are not converted. */
export const vent = (code: string, name: string, max: Record<string, number>, devices = logger): OutletSketch => ({
  code,
  name,
  medium: "gas",
  devices,
  limits: Object.entries(max).map(([pollutant, value]) => limit(pollutant, "hour", value)),
});

/** Waste water: day means and the pH range. */
export const drain = (code: string, name: string, max: Record<string, number>, devices = logger): OutletSketch => ({
  code,
  name,
  medium: "water",
  devices,
  limits: [
    ...Object.entries(max).map(([pollutant, value]) => limit(pollutant, "day", value)),
    limit("w01001", "instant", 9, { min: 6 }),
  ],
});

/** A town's sewage plant (DB33/2169-2018): ammonia and total nitrogen are allowed more from 1 November to 31 March. */
export const townSewage = (code: string, name: string, devices = logger): OutletSketch => ({
  code,
  name,
  medium: "water",
  devices,
  limits: [
    ...drain(code, name, { w01018: 40, w21011: 0.3 }).limits,
    ...[2023, 2024, 2025, 2026, 2027, 2028].flatMap((year) =>
      [
        { from: `${year}-04-01`, to: `${year}-11-01`, w21003: 2, w21001: 12 },
        { from: `${year}-11-01`, to: `${year + 1}-04-01`, w21003: 4, w21001: 15 },
      ].flatMap(({ from, to, w21003, w21001 }) => [
        limit("w21003", "day", w21003, { from: `${from}T00:00:00+08:00`, to: `${to}T00:00:00+08:00` }),
        limit("w21001", "day", w21001, { from: `${from}T00:00:00+08:00`, to: `${to}T00:00:00+08:00` }),
      ]),
    ),
  ],
});

/** A boundary point, GB 12348-2008 table 1. */
export const boundary = (
  code: string,
  name: string,
  zone: 2 | 3 | 4,
  devices: DeviceSketch[] = [{ minuteInterval: 10 }],
): OutletSketch => ({
  code,
  name,
  medium: "noise",
  devices,
  limits: [
    limit("Leq", "period", { 2: 60, 3: 65, 4: 70 }[zone], { period: "day" }),
    limit("Leq", "period", { 2: 50, 3: 55, 4: 55 }[zone], { period: "night" }),
  ],
});

/** A dust station: TSP by the hour, 1.0 mg/m³ (GB 16297-1996), PM10 and wind; it sends µg/m³, the register keeps ng/m³. */
export const dustStation = (code: string, name: string): OutletSketch => ({
  code,
  name,
  medium: "dust",
  devices: [{ units: { a34001: "µg/m³", a34002: "µg/m³" } }],
  limits: [limit("a34001", "hour", 1_000_000)],
});
