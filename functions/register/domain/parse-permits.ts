import type { RuleData } from "../../../layers/rule-data.ts";
import { parseInput, type Problem } from "../../shared/problems.ts";
import { bindingsOf, overlaps, type PermitBinding } from "./bindings.ts";
import type { DeviceBinding, Limit, Permit } from "./permit.ts";
import { permitNumberProblem } from "./permit-number.ts";
import { FileForm, PermitForm } from "./permits-file.ts";

export type ParsedPermits = { ok: true; permits: Permit[] } | { ok: false; problems: Problem[] };

type Report = (path: string, reason: string) => void;

/**
 * A permits file (contract.md) as permits, or everything that is wrong with it, each with its path; one problem
 * anywhere and nothing is returned. Old pollutant codes become current ones; unknown keys are left out.
 */
export function parsePermits(json: unknown, ruleData: RuleData): ParsedPermits {
  const file = parseInput(FileForm, json);
  if (!file.ok) return file;
  const problems: Problem[] = [];
  const permits: { permit: Permit; at: string }[] = [];
  for (const [i, entry] of file.data.permits.entries()) {
    const at = `permits[${i}]`;
    const form = parseInput(PermitForm, entry);
    if (form.ok)
      permits.push({
        permit: checkPermit(form.data, ruleData, (path, reason) => problems.push({ path: `${at}.${path}`, reason })),
        at,
      });
    else problems.push(...form.problems.map(({ path, reason }) => ({ path: path ? join(at, path) : at, reason })));
  }
  checkAcross(permits, (path, reason) => problems.push({ path, reason }));
  return problems.length > 0 ? { ok: false, problems } : { ok: true, permits: permits.map((p) => p.permit) };
}

const join = (at: string, path: string): string => (path.startsWith("[") ? at + path : `${at}.${path}`);

/** One permit by itself: reports what is wrong and returns it with current pollutant codes. */
function checkPermit(permit: Permit, ruleData: RuleData, report: Report): Permit {
  const wrongNumber = permitNumberProblem(permit.permitNo);
  if (wrongNumber !== null) report("permitNo", wrongNumber);
  if (permit.validTo < permit.validFrom) report("validTo", `is before validFrom ${permit.validFrom}`);
  unique(
    permit.outlets,
    (o) => o.code,
    (i, first) => report(`outlets[${i}].code`, `is already used by outlets[${first}]`),
  );
  unique(
    permit.facilities,
    (f) => f.code,
    (i, first) => report(`facilities[${i}].code`, `is already used by facilities[${first}]`),
  );
  const outlets = new Set(permit.outlets.map((o) => o.code));
  for (const [i, facility] of permit.facilities.entries())
    for (const [j, code] of facility.outlets.entries())
      if (!outlets.has(code))
        report(`facilities[${i}].outlets[${j}]`, `names outlet ${code}, which this permit does not have`);
  return {
    ...permit,
    outlets: permit.outlets.map((outlet, i) => {
      const at = `outlets[${i}]`;
      const devices = outlet.devices.map((d, j) =>
        checkDevice(d, ruleData, (path, reason) => report(`${at}.devices[${j}].${path}`, reason)),
      );
      const limits = outlet.limits.map((l, j) =>
        checkLimit(l, ruleData, (path, reason) => report(`${at}.limits[${j}].${path}`, reason)),
      );
      checkLimitOverlaps(limits, (j, reason) => report(`${at}.limits[${j}]`, reason));
      return { ...outlet, devices, limits };
    }),
  };
}

function checkDevice(device: DeviceBinding, ruleData: RuleData, report: Report): DeviceBinding {
  if (device.to !== null && device.to <= device.from) report("to", "must be later than from");
  const units: Record<string, string> = {};
  for (const [code, unit] of Object.entries(device.units)) {
    const pollutant = ruleData.pollutants.get(ruleData.resolve(code) ?? "");
    if (!pollutant)
      report(`units.${code}`, `unknown pollutant ${code}: not a code of HJ 524/525 or of its predecessors`);
    else if (ruleData.unitFactor(unit, pollutant.unit) === null)
      report(
        `units.${code}`,
        `unknown unit "${unit}" for ${pollutant.code}: cannot be converted to ${pollutant.unit || "a pure number"}`,
      );
    else if (Object.hasOwn(units, pollutant.code)) report(`units.${code}`, `${pollutant.code} has a unit already`);
    else units[pollutant.code] = unit;
  }
  return { ...device, units };
}

function checkLimit(limit: Limit, ruleData: RuleData, report: Report): Limit {
  const { statistic, basis, max, min } = limit;
  const pollutant = ruleData.resolve(limit.pollutant);
  if (pollutant === null)
    report("pollutant", `unknown pollutant ${limit.pollutant}: not a code of HJ 524/525 or of its predecessors`);
  if (basis === "converted" && limit.referenceO2 === null)
    report("referenceO2", "a converted limit needs the reference oxygen, % by volume");
  if ((statistic === "hour" || statistic === "day") && max === null)
    report("max", `a limit by the ${statistic} needs max`);
  else if (max === null && min === null) report("max", "a limit needs max, min or both");
  if (max !== null && min !== null && min > max) report("min", `${min} is above max ${max}`);
  if (limit.period !== null && statistic !== "period")
    report("period", `day or night belongs to statistic "period", not "${statistic}"`);
  if (limit.from !== null && limit.to !== null && limit.to <= limit.from) report("to", "must be later than from");
  return {
    ...limit,
    pollutant: pollutant ?? limit.pollutant,
    referenceO2: basis === "converted" ? limit.referenceO2 : null,
  };
}

/** Two limits of one pollutant and statistic may not hold at the same time; a limit without day or night holds in both. */
function checkLimitOverlaps(limits: Limit[], report: (index: number, reason: string) => void): void {
  for (const [j, b] of limits.entries()) {
    const i = limits
      .slice(0, j)
      .findIndex(
        (a) =>
          a.pollutant === b.pollutant &&
          a.statistic === b.statistic &&
          (a.period === null || b.period === null || a.period === b.period) &&
          overlaps(a, b),
      );
    if (i >= 0)
      report(
        j,
        `overlaps limits[${i}]: the same pollutant ${b.pollutant}, statistic ${b.statistic} and period at the same time`,
      );
  }
}

/** Across the file: permit numbers are unique, and a device is at one place at a time. */
function checkAcross(permits: { permit: Permit; at: string }[], report: Report): void {
  unique(
    permits,
    (p) => p.permit.permitNo,
    (i, first) => report(`${permits[i]!.at}.permitNo`, `is already used by ${permits[first]!.at}`),
  );
  const seen = new Map<string, PermitBinding[]>();
  for (const { permit, at } of permits)
    for (const binding of bindingsOf(permit)) {
      const others = seen.get(binding.mn) ?? [];
      const path = `${at}.${binding.path}`;
      const clash = others.find((other) => overlaps(other, binding));
      if (clash) report(path, `${binding.mn} is bound at the same time by ${clash.path}`);
      seen.set(binding.mn, [...others, { ...binding, path }]);
    }
}

function unique<T>(list: T[], key: (item: T) => string, report: (index: number, first: number) => void): void {
  const first = new Map<string, number>();
  for (const [i, item] of list.entries()) {
    const before = first.get(key(item));
    if (before === undefined) first.set(key(item), i);
    else report(i, before);
  }
}
