import type { RuleData } from "../../../layers/rule-data.ts";
import { parseInputSaid, type Problem, type SaidProblem } from "../../shared/problems.ts";
import { bindingsOf, overlaps, type PermitBinding } from "./bindings.ts";
import type { DeviceBinding, Limit, Permit } from "./permit.ts";
import { permitNumberProblem } from "./permit-number.ts";
import { FORM_ZH, REASONS, type Said } from "./permit-reasons.ts";
import { FileForm, PermitForm } from "./permits-file.ts";

export type ParsedPermits = { ok: true; permits: Permit[] } | { ok: false; problems: Problem[] };

type Report = (path: string, reason: Said) => void;

/**
 * A permits file (contract.md) as permits, or everything that is wrong with it, each with its path; one problem
 * anywhere and nothing is returned. Old pollutant codes become current ones; unknown keys are left out.
 */
export function parsePermits(json: unknown, ruleData: RuleData): ParsedPermits {
  const parsed = checkPermits(json, ruleData);
  return parsed.ok ? parsed : { ok: false, problems: parsed.problems.map(({ path, reason }) => ({ path, reason })) };
}

/** The same, with every reason in Chinese beside it. */
export function checkPermits(
  json: unknown,
  ruleData: RuleData,
): { ok: true; permits: Permit[] } | { ok: false; problems: SaidProblem[] } {
  const file = parseInputSaid(FileForm, json, FORM_ZH);
  if (!file.ok) return file;
  const problems: SaidProblem[] = [];
  const report = (path: string, { en, zh }: Said): unknown => problems.push({ path, reason: en, zh });
  const permits: { permit: Permit; at: string }[] = [];
  for (const [i, entry] of file.data.permits.entries()) {
    const at = `permits[${i}]`;
    const form = parseInputSaid(PermitForm, entry, FORM_ZH);
    if (form.ok)
      permits.push({
        permit: checkPermit(form.data, ruleData, (path, reason) => report(`${at}.${path}`, reason)),
        at,
      });
    else problems.push(...form.problems.map(({ path, ...said }) => ({ path: path ? join(at, path) : at, ...said })));
  }
  checkAcross(permits, report);
  return problems.length > 0 ? { ok: false, problems } : { ok: true, permits: permits.map((p) => p.permit) };
}

const join = (at: string, path: string): string => (path.startsWith("[") ? at + path : `${at}.${path}`);

/** One permit by itself: reports what is wrong and returns it with current pollutant codes. */
function checkPermit(permit: Permit, ruleData: RuleData, report: Report): Permit {
  const wrongNumber = permitNumberProblem(permit.permitNo);
  if (wrongNumber !== null) report("permitNo", wrongNumber);
  if (permit.validTo < permit.validFrom) report("validTo", REASONS.endsBefore(permit.validFrom));
  unique(
    permit.outlets,
    (o) => o.code,
    (i, first) => report(`outlets[${i}].code`, REASONS.usedBy(`outlets[${first}]`)),
  );
  unique(
    permit.facilities,
    (f) => f.code,
    (i, first) => report(`facilities[${i}].code`, REASONS.usedBy(`facilities[${first}]`)),
  );
  const outlets = new Set(permit.outlets.map((o) => o.code));
  for (const [i, facility] of permit.facilities.entries())
    for (const [j, code] of facility.outlets.entries())
      if (!outlets.has(code)) report(`facilities[${i}].outlets[${j}]`, REASONS.noSuchOutlet(code));
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
  if (device.to !== null && device.to <= device.from) report("to", REASONS.notLater());
  const units: Record<string, string> = {};
  for (const [code, unit] of Object.entries(device.units)) {
    const pollutant = ruleData.pollutants.get(ruleData.resolve(code) ?? "");
    if (!pollutant) report(`units.${code}`, REASONS.unknownPollutant(code));
    else if (ruleData.unitFactor(unit, pollutant.unit) === null)
      report(`units.${code}`, REASONS.unknownUnit(unit, pollutant));
    else if (Object.hasOwn(units, pollutant.code)) report(`units.${code}`, REASONS.unitTwice(pollutant.code));
    else units[pollutant.code] = unit;
  }
  return { ...device, units };
}

function checkLimit(limit: Limit, ruleData: RuleData, report: Report): Limit {
  const { statistic, basis, max, min } = limit;
  const pollutant = ruleData.resolve(limit.pollutant);
  if (pollutant === null) report("pollutant", REASONS.unknownPollutant(limit.pollutant));
  if (basis === "converted" && limit.referenceO2 === null) report("referenceO2", REASONS.needsOxygen());
  if ((statistic === "hour" || statistic === "day") && max === null) report("max", REASONS.needsMax(statistic));
  else if (max === null && min === null) report("max", REASONS.needsBound());
  if (max !== null && min !== null && min > max) report("min", REASONS.minAboveMax(min, max));
  if (limit.period !== null && statistic !== "period") report("period", REASONS.periodOfOther(statistic));
  if (limit.from !== null && limit.to !== null && limit.to <= limit.from) report("to", REASONS.notLater());
  return {
    ...limit,
    pollutant: pollutant ?? limit.pollutant,
    referenceO2: basis === "converted" ? limit.referenceO2 : null,
  };
}

/** Two limits of one pollutant and statistic may not hold at the same time; a limit without day or night holds in both. */
function checkLimitOverlaps(limits: Limit[], report: (index: number, reason: Said) => void): void {
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
    if (i >= 0) report(j, REASONS.overlapping(i, b));
  }
}

/** Across the file: permit numbers are unique, and a device is at one place at a time. */
function checkAcross(permits: { permit: Permit; at: string }[], report: Report): void {
  unique(
    permits,
    (p) => p.permit.permitNo,
    (i, first) => report(`${permits[i]!.at}.permitNo`, REASONS.usedBy(permits[first]!.at)),
  );
  const seen = new Map<string, PermitBinding[]>();
  for (const { permit, at } of permits)
    for (const binding of bindingsOf(permit)) {
      const others = seen.get(binding.mn) ?? [];
      const path = `${at}.${binding.path}`;
      const clash = others.find((other) => overlaps(other, binding));
      if (clash) report(path, REASONS.boundBy(binding.mn, clash.path));
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
