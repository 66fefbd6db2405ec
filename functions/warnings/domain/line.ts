/** A line of a message: what one outlet and pollutant (or facility, or device) has to say at a tick, and to whom. */
import type { Role, Statistic } from "../../register/domain/permit.ts";
import { round6 } from "../../shared/round.ts";
import type { Assessment, Level } from "./gas-hour.ts";

export type LineKind = "warning" | "recovered" | "escalated" | "data" | "offline";

export interface Line {
  kind: LineKind;
  /** 0 where none applies. */
  level: Level;
  outlet: string | null;
  pollutant: string | null;
  statistic: Statistic | "facility" | null;
  facility: string | null;
  device: string | null;
  /** Valid slots of the period so far; figures in the limit's unit. */
  valid: number | null;
  mean: number | null;
  projected: number | null;
  required: number | null;
  limit: number | null;
  min: number | null;
  /** Newest value, where the condition has no mean. */
  value: number | null;
  /** Most valid minutes the hour can have (data), or since when (offline, epoch ms). */
  possible: number | null;
  since: number | null;
  /** End of the period that the message is about, epoch ms. */
  until: number | null;
  roles: Role[];
}

const BLANK: Line = {
  kind: "warning",
  level: 0,
  outlet: null,
  pollutant: null,
  statistic: null,
  facility: null,
  device: null,
  valid: null,
  mean: null,
  projected: null,
  required: null,
  limit: null,
  min: null,
  value: null,
  possible: null,
  since: null,
  until: null,
  roles: [],
};

export const line = (fields: Partial<Line> & Pick<Line, "kind" | "roles">): Line => ({ ...BLANK, ...fields });

/** The figures of an assessment as a line carries them, rounded to 6 decimals. */
export function figures(a: Assessment): Pick<Line, "valid" | "mean" | "projected" | "required" | "limit" | "possible"> {
  const r = (x: number | null): number | null => (x === null ? null : round6(x));
  return {
    valid: a.valid,
    mean: r(a.mean),
    projected: r(a.projected),
    required: r(a.required),
    limit: a.limit,
    possible: a.possible,
  };
}

/** Who hears of what (warning-rules, "Recipients by role"). */
export const RECIPIENTS = {
  1: ["operator", "environment-manager"],
  2: ["operator", "environment-manager", "maintenance"],
  3: ["operator", "environment-manager", "maintenance", "legal-person"],
  data: ["operator", "environment-manager"],
  offline: ["operator", "environment-manager"],
  escalated: ["town-officer"],
} as const satisfies Record<string, readonly Role[]>;

const KINDS: readonly LineKind[] = ["warning", "recovered", "escalated", "data", "offline"];

/** Worst first: level, then projected by limit, outlet, pollutant (nothing comes last). */
export function compareLines(a: Line, b: Line): number {
  const share = (l: Line): number => (l.projected !== null && l.limit ? l.projected / l.limit : -Infinity);
  const text = (x: string | null, y: string | null): number => {
    if (x === y) return 0;
    return x !== null && (y === null || x < y) ? -1 : 1;
  };
  return (
    b.level - a.level ||
    (share(a) === share(b) ? 0 : share(b) - share(a)) ||
    text(a.outlet, b.outlet) ||
    text(a.pollutant, b.pollutant) ||
    KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) ||
    text(a.facility ?? a.device, b.facility ?? b.device)
  );
}
