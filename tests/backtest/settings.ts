/**
 * The numbers of the simulated plants. None is fitted to the rules: where the public record says nothing (it says next to
 * nothing about minutes), they are round figures of engineering judgement, and the tables show what other figures do.
 */

export const SEVERITIES = ["mild", "medium", "severe"] as const;
export const NOISES = ["low", "medium", "high"] as const;
export type Severity = (typeof SEVERITIES)[number];
export type Noise = (typeof NOISES)[number];

/** What can go wrong. `none`: nothing began, the stream wandered over its limit by itself. */
export const KINDS = ["step", "ramp", "drift", "spike", "reagent", "start-up", "sensor"] as const;
export type Kind = (typeof KINDS)[number];

export interface Settings {
  seed: number;
  severity: Severity;
  noise: Noise;
  /** Multiplies how often upsets begin. */
  frequency: number;
  /** Minutes that one record of a logger covers (k of the rules). */
  interval: number;
}

export const REFERENCE: Settings = { seed: 20261001, severity: "medium", noise: "medium", frequency: 1, interval: 1 };

export interface KindNumbers {
  /** Upsets that begin, per outlet and day. */
  perDay: number;
  /** Median of the level at its height, in limits, by severity; lognormal about it with sigma 0.3. */
  peak: Record<Severity, number>;
  /** Minutes, uniform: how long it climbs, stands, falls. For `reagent` and `start-up` the first and last are time constants. */
  rise: [number, number];
  hold: [number, number];
  fall: [number, number];
}

export const PEAK_SIGMA = 0.3;

export const UPSETS: Record<Kind, KindNumbers> = {
  /** A pump or a field trips: there within minutes, stays until it is put back. */
  step: { perDay: 0.15, peak: { mild: 1.15, medium: 1.4, severe: 2 }, rise: [1, 3], hold: [20, 120], fall: [5, 15] },
  /** Fuel or load changes faster than the treatment follows. */
  ramp: { perDay: 0.15, peak: { mild: 1.15, medium: 1.4, severe: 2 }, rise: [15, 60], hold: [20, 90], fall: [15, 40] },
  /** Fouling, a catalyst that cools: hours. */
  drift: {
    perDay: 0.08,
    peak: { mild: 1.05, medium: 1.2, severe: 1.5 },
    rise: [120, 360],
    hold: [30, 180],
    fall: [20, 40],
  },
  /** Soot blowing, a change of mill: minutes, and seldom an exceeded hour. */
  spike: { perDay: 0.6, peak: { mild: 1.8, medium: 2.5, severe: 4 }, rise: [1, 2], hold: [1, 6], fall: [1, 3] },
  /** Ammonia or lime runs out: first-order climb towards the untreated level, and back when the feed is restored. */
  reagent: {
    perDay: 0.08,
    peak: { mild: 1.3, medium: 1.8, severe: 2.8 },
    rise: [5, 15],
    hold: [30, 120],
    fall: [5, 10],
  },
  /** After a standstill (flag F, 1–4 h) all pollutants of the outlet start high and settle. No mark is claimed for it. */
  "start-up": {
    perDay: 0.03,
    peak: { mild: 1.1, medium: 1.4, severe: 2 },
    rise: [1, 1],
    hold: [5, 20],
    fall: [20, 40],
  },
  /** The analyser jumps without a flag: false, and yet the legal data. Nobody at the stack can bring it down. */
  sensor: { perDay: 0.02, peak: { mild: 2, medium: 3, severe: 5 }, rise: [0, 0], hold: [3, 15], fall: [0, 0] },
};

/** Chance that an upset of the outlet takes a second pollutant along (start-ups take all). */
export const SECOND_POLLUTANT = 0.25;

/** Mean level as share of the limit, uniform: between a plant with room and one that saves reagent. */
export const BASE = { low: 0.35, high: 0.8 };

/**
 * Noise on the logarithm: the process (AR(1), 90 minutes), the control loop (AR(1), 8 minutes), the instrument (each
 * minute). The factor is that of the noise level.
 */
export const NOISE = { slow: { sigma: 0.08, minutes: 90 }, fast: { sigma: 0.06, minutes: 8 }, white: 0.02 };
export const NOISE_FACTOR: Record<Noise, number> = { low: 0.5, medium: 1, high: 2 };

/** Load moves between these shares every 2–6 hours within 15–30 minutes; a concentration follows by its own gain. */
export const LOAD = {
  low: 0.65,
  high: 1,
  centre: 0.85,
  everyHours: [2, 6],
  within: [15, 30],
  gain: [-0.2, 0.6],
} as const;

/** The analyser: calibration each day (C), a morning of upkeep a week (M), faults (D), and the link. Minutes. */
export const ANALYSER = {
  calibration: [8, 13],
  upkeep: { chance: 1 / 7, minutes: [20, 50] },
  fault: { perDay: 0.03, minutes: [15, 140] },
  gap: { perDay: 0.05, minutes: [5, 60], lost: 0.25 },
  /** A record arrives this many seconds after its last minute has ended. */
  delay: [4, 50],
} as const;

/**
 * Who answers: with `chance` per stream and clock hour in which a message asks for it (every way of warning meets the
 * same answer), the lognormal time to act in minutes, the
 * time constant of the emission towards what is held (minutes). Held: 90 % of the mean that the message says the rest of
 * the hour may have; where none is named or none is left, 85 % of the limit; never below `floor` of the stream's usual
 * level, which is what the treatment reaches at full power.
 */
export const OPERATORS = {
  chance: 0.7,
  delay: { median: 8, sigma: 0.6, least: 2 },
  timeConstant: 10,
  share: 0.9,
  hold: 0.85,
  floor: 0.6,
  /** Nobody holds longer than this without a further message, minutes. */
  longest: 180,
} as const;
