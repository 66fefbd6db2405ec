/** Episodes: when one opens, which message of a tick is due, escalation, recovery, lapse. */
import type { Limit, Permit, Role } from "../../../functions/register/domain/permit.ts";
import { round6 } from "../../../functions/shared/round.ts";
import { MINUTE } from "../../../functions/shared/shanghai.ts";
import type { Figures } from "./figures.ts";
import type { Due, MessageLine } from "./types.ts";

export interface Episode {
  /** Roles that had a message. */
  roles: Set<Role>;
  lastWarning: number;
  escalated: boolean;
  /** Counted ticks in a row at level ≥ 2. */
  run: number;
  /** Ticks with n ≥ 3 and no level since the last level. */
  quiet: number;
  /** Ticks in a row with too little to say anything. */
  empty: number;
  /** Water: repeats since the level was last below 2. */
  repeats: number;
}
/** What is remembered of one outlet, pollutant and statistic (or facility). */
export interface Series {
  episode: Episode | null;
  /** Level of the tick before (hh:00 and 00:00 skipped). */
  before: number;
  /** Data message: remembered until an hour is complete. */
  dataTold: boolean;
  /** Last warning, also of an episode since closed (ranges, noise). */
  lastWarning: number | null;
}
export const newSeries = (): Series => ({ episode: null, before: 0, dataTold: false, lastWarning: null });
const newEpisode = (): Episode => ({
  roles: new Set(),
  lastWarning: Number.NEGATIVE_INFINITY,
  escalated: false,
  run: 0,
  quiet: 0,
  empty: 0,
  repeats: 0,
});

const LEVEL_ROLES: Record<number, Role[]> = {
  1: ["operator", "environment-manager"],
  2: ["operator", "environment-manager", "maintenance"],
  3: ["operator", "environment-manager", "maintenance", "legal-person"],
};

/** Where a line speaks of. */
export interface Subject {
  plant: Permit;
  outlet: string | null;
  pollutant: string | null;
  facility?: string;
}
interface Step {
  t: number;
  level: number;
  /** Episodes opened are counted here. */
  onOpen: () => void;
  due: Due[];
}

const line = (s: Subject, kind: MessageLine["kind"], level: number, f: Figures | null): MessageLine => ({
  outlet: s.outlet,
  pollutant: s.pollutant,
  kind,
  level,
  valid: f === null ? null : f.n,
  mean: rounded(f?.M),
  projected: rounded(f?.P),
  required: rounded(f?.R),
  ...(s.facility === undefined ? {} : { facility: s.facility }),
});
const rounded = (x: number | null | undefined): number | null => (x === null || x === undefined ? null : round6(x));
const ratio = (f: Figures | null, limit: Limit | null): number | null =>
  f?.P === null || f?.P === undefined || !limit?.max ? null : f.P / limit.max;

function warn(s: Subject, ep: Episode, step: Step, f: Figures | null, limit: Limit | null): void {
  const roles = LEVEL_ROLES[step.level] ?? [];
  step.due.push({ plant: s.plant, roles, line: line(s, "warning", step.level, f), ratio: ratio(f, limit) });
  for (const role of roles) ep.roles.add(role);
  ep.lastWarning = step.t;
}
function escalate(s: Subject, ep: Episode, step: Step, f: Figures | null, limit: Limit | null): void {
  ep.escalated = true;
  ep.roles.add("town-officer");
  const due = { plant: s.plant, roles: ["town-officer"] satisfies Role[] };
  step.due.push({ ...due, line: line(s, "escalated", step.level, f), ratio: ratio(f, limit) });
}
function recover(s: Subject, series: Series, step: Step, f: Figures | null, limit: Limit | null): void {
  const roles = [...(series.episode?.roles ?? [])];
  series.episode = null;
  step.due.push({ plant: s.plant, roles, line: line(s, "recovered", 0, f), ratio: ratio(f, limit) });
}
function opened(series: Series, step: Step): Episode | null {
  if (series.episode === null && step.level >= 1) {
    series.episode = newEpisode();
    step.onOpen();
  }
  return series.episode;
}

/** One tick of a gas hour. `figures` null: no limit in force this hour. */
export function stepHour(
  s: Subject,
  series: Series,
  figures: Figures | null,
  limit: Limit | null,
  allOffline: boolean,
  step: Step,
): void {
  const { t, level } = step;
  const n = figures?.n ?? 0;
  const sets = t % (60 * MINUTE) !== 0; // hh:00 sets no level
  const ep = opened(series, step);
  if (ep !== null) {
    const since = t - ep.lastWarning;
    const limitL = limit?.max ?? Number.NaN;
    if (sets && level >= 1) {
      if (level > series.before) warn(s, ep, step, figures, limit);
      else if (level === series.before) {
        const again = ep.escalated
          ? since >= 30 * MINUTE
          : level === 1
            ? since >= 10 * MINUTE
            : level === 2 || (round6(figures?.c ?? 0) > round6(limitL) && since >= 15 * MINUTE);
        if (again) warn(s, ep, step, figures, limit);
      }
    }
    countRun(s, ep, step, figures, limit);
    if (level >= 1) ep.quiet = 0;
    else if (n >= 3) ep.quiet++;
    ep.empty = n < 3 ? ep.empty + 1 : 0;
    if (level === 0 && (figures?.good === true || ep.quiet >= 12)) recover(s, series, step, figures, limit);
    else if (ep.empty >= 24) series.episode = null;
  }
  if (sets) series.before = level;

  if (!sets && n >= 45) series.dataTold = false;
  if (figures !== null && sets && level === 0 && figures.D < 45 && !series.dataTold && !allOffline) {
    series.dataTold = true;
    const roles: Role[] = ["operator", "environment-manager"];
    step.due.push({ plant: s.plant, roles, line: line(s, "data", 0, figures), ratio: ratio(figures, limit) });
  }
}

/** Escalated: six ticks in a row at level ≥ 2, counting only ticks with e ≥ 30 and r > 0. */
function countRun(s: Subject, ep: Episode, step: Step, f: Figures | null, limit: Limit | null): void {
  const minute = (step.t / MINUTE) % 60;
  if (minute < 30) return; // also hh:00
  ep.run = step.level >= 2 ? ep.run + 1 : 0;
  if (ep.run >= 6 && !ep.escalated) escalate(s, ep, step, f, limit);
}

/** One tick of a water day; `midnight`: 00:00, which sets no level. */
export function stepWater(
  s: Subject,
  series: Series,
  figures: Figures | null,
  limit: Limit | null,
  midnight: boolean,
  step: Step,
): void {
  const { t, level } = step;
  const n = figures?.n ?? 0;
  const ep = opened(series, step);
  if (ep !== null) {
    if (!midnight && level >= 1) {
      if (level > series.before) warn(s, ep, step, figures, limit);
      else if (level >= 2 && level === series.before && t - ep.lastWarning >= 120 * MINUTE) {
        warn(s, ep, step, figures, limit);
        ep.repeats++;
        if (ep.repeats >= 3 && !ep.escalated) escalate(s, ep, step, figures, limit);
      }
    }
    if (!midnight && level < 2) ep.repeats = 0;
    ep.empty = n < 3 ? ep.empty + 1 : 0;
    if (level === 0 && figures?.good === true) recover(s, series, step, figures, limit);
    else if (ep.empty >= 24) series.episode = null;
  }
  if (!midnight) series.before = level;
}

/** What a condition without a projection says at a tick: it holds, it is over, neither, or nothing fresh to see. */
export type Condition = "holds" | "over" | "unsure" | "stale";

/** One tick of a range, noise or facility condition. */
export function stepCondition(s: Subject, series: Series, condition: Condition, hourly: boolean, step: Step): void {
  const { t, level } = step;
  const ep = opened(series, step);
  if (ep !== null) {
    if (level > 0) {
      const since = t - (hourly ? (series.lastWarning ?? Number.NEGATIVE_INFINITY) : ep.lastWarning);
      const again = hourly ? since >= 60 * MINUTE : level > series.before || !ep.escalated || since >= 30 * MINUTE;
      if (again) {
        warn(s, ep, step, null, null);
        series.lastWarning = t;
      }
    }
    countRun(s, ep, step, null, null);
    ep.empty = condition === "stale" ? ep.empty + 1 : 0;
    if (condition === "over") recover(s, series, step, null, null);
    else if (ep.empty >= 24) series.episode = null;
  }
  series.before = level;
}
