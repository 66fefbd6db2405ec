/**
 * The register's words: a permit as the permits file of the contract writes it, with times as epoch milliseconds.
 * `parse-permits.ts` makes these from a file and refuses what is wrong; everything else only reads them.
 */

export type Medium = "gas" | "water" | "noise" | "dust";
export type Statistic = "hour" | "day" | "instant" | "period";
export type Basis = "converted" | "measured";
export type Role = "environment-manager" | "operator" | "legal-person" | "maintenance" | "town-officer";

/** One logger on one outlet; `from` ≤ DataTime < `to` (`to` null: open). */
export interface DeviceBinding {
  mn: string;
  from: number;
  to: number | null;
  /** Minutes that one minute-mean record of this device covers (k of the rules). */
  minuteInterval: number;
  /** What the device sends, by pollutant, where it differs from the rule data's unit. */
  units: Record<string, string>;
  secretRef: string | null;
}

/** A permitted limit; in the rule data's unit of the pollutant. `from` ≤ period start < `to`. */
export interface Limit {
  pollutant: string;
  statistic: Statistic;
  basis: Basis;
  /** Reference oxygen, % by volume; set when basis is `converted`. */
  referenceO2: number | null;
  max: number | null;
  min: number | null;
  /** Noise: day 06–22, night 22–06; null where it does not apply. */
  period: "day" | "night" | null;
  from: number | null;
  to: number | null;
  source: string;
}

export interface Outlet {
  code: string;
  medium: Medium;
  name: string;
  /** In order of precedence: per slot the first with a counting value wins. */
  devices: DeviceBinding[];
  limits: Limit[];
}

export interface Facility {
  code: string;
  kind: "treatment" | "production";
  outlets: string[];
  /** Where its state comes from: `SB{sb}-RS` in frames of this device; null: JSON messages by code only. */
  mn: string | null;
  sb: number | null;
}

export interface Contact {
  role: Role;
  phone: string;
}

export interface Permit {
  permitNo: string;
  name: string;
  town: string;
  industry: string;
  management: "key" | "simplified" | "registration";
  validFrom: string;
  validTo: string;
  location: { lon: number; lat: number };
  contacts: Contact[];
  facilities: Facility[];
  outlets: Outlet[];
}

/** True when the binding or limit is in force at `t`. */
export const inForce = (x: { from: number | null; to: number | null }, t: number): boolean =>
  (x.from === null || x.from <= t) && (x.to === null || t < x.to);
