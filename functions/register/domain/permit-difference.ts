/**
 * In what two states of a permit differ, in the field's words and as data: which outlet, which limit, from what to what.
 * Things are known by their codes and not by where they stand, so that one new line in a list is one difference.
 */
import { permitForm, type DeviceForm, type LimitForm, type OutletForm, type PermitForm } from "./file-form.ts";
import type { Contact, Facility, Limit, Permit } from "./permit.ts";

export type DifferenceKind =
  | "permit-added"
  | "permit-changed"
  | "outlet-added"
  | "outlet-removed"
  | "outlet-changed"
  | "limit-added"
  | "limit-removed"
  | "limit-changed"
  /** From the start of `after` on it holds in the place of `before`, which ends there. */
  | "limit-followed"
  | "device-added"
  | "device-removed"
  | "device-changed"
  | "facility-added"
  | "facility-removed"
  | "facility-changed"
  | "contact-added"
  | "contact-removed"
  /** The same things in another order; for devices the order of precedence. */
  | "order-changed";

/** What a difference is about, as far as it applies. Codes and names of the permit; times ISO 8601. */
export interface DifferencePlace {
  outlet?: string;
  pollutant?: string;
  statistic?: Limit["statistic"];
  period?: "day" | "night";
  device?: string;
  facility?: string;
  role?: Contact["role"];
  /** Start of the limit or binding, where it has one. */
  from?: string;
  /** Name of the field that differs, as the permits file writes it; of an order, the list. */
  field?: string;
}

export interface Difference {
  /** Unique among the differences of two permits: `outlets[DA001].limits[a21002 hour].max`. */
  path: string;
  kind: DifferenceKind;
  where: DifferencePlace;
  /** A field's value, or the whole thing as the permits file writes it; null: not there. */
  before: unknown;
  after: unknown;
}

type Report = (kind: DifferenceKind, path: string, where: DifferencePlace, before: unknown, after: unknown) => void;

/** Empty exactly when the two are the same permit. `before` null: the plant is new, which is one difference. */
export const permitDifferences = (before: Permit | null, after: Permit): Difference[] =>
  formDifferences(before && permitForm(before), permitForm(after));

/** The same of permits in the file's form; its times as `formatIso` writes them. */
export function formDifferences(before: PermitForm | null, after: PermitForm): Difference[] {
  const found: Difference[] = [];
  const report: Report = (kind, path, where, was, is) => found.push({ path, kind, where, before: was, after: is });
  if (before === null) report("permit-added", "", {}, null, after);
  else {
    fields("permit-changed", "", {}, scalars(before), scalars(after), report);
    outlets(before.outlets, after.outlets, report);
    facilities(before.facilities, after.facilities, report);
    // Copies: whoever stands there twice is two entries, also where both are one object.
    const copies = (list: readonly Contact[]): Contact[] => list.map((contact) => ({ ...contact }));
    contacts(copies(before.contacts), copies(after.contacts), report);
  }
  return found;
}

const scalars = ({ outlets: _o, facilities: _f, contacts: _c, ...rest }: PermitForm): object => rest;

function outlets(before: readonly OutletForm[], after: readonly OutletForm[], report: Report): void {
  const at = ({ code }: OutletForm): string => `outlets[${code}]`;
  const pairs = paired(before, after, (outlet) => outlet.code);
  for (const [was, is] of pairs)
    if (was === null) report("outlet-added", at(is!), { outlet: is!.code }, null, is);
    else if (is === null) report("outlet-removed", at(was), { outlet: was.code }, was, null);
    else {
      const where = { outlet: is.code };
      const { devices: _d, limits: _l, ...former } = was;
      const { devices: _e, limits: _m, ...present } = is;
      fields("outlet-changed", at(is), where, former, present, report);
      limits(was.limits, is.limits, at(is), where, report);
      devices(was.devices, is.devices, at(is), where, report);
    }
  order("outlets", {}, before, after, pairs, (outlet) => outlet.code, report);
}

const limitName = ({ pollutant, statistic, period }: LimitForm): string =>
  [pollutant, statistic, ...(period === null ? [] : [period])].join(" ");

function limits(
  before: readonly LimitForm[],
  after: readonly LimitForm[],
  outlet: string,
  of: DifferencePlace,
  report: Report,
) {
  const path = (limit: LimitForm): string => `${outlet}.limits[${spanName(limitName(limit), limit.from)}]`;
  const where = (limit: LimitForm): DifferencePlace => ({
    ...of,
    pollutant: limit.pollutant,
    statistic: limit.statistic,
    ...(limit.period === null ? {} : { period: limit.period }),
    ...fromOf(limit.from),
  });
  const pairs = pairedSpans(before, after, limitName);
  const followers = new Set<LimitForm>();
  for (const [was, is] of pairs) {
    if (was === null || is === null) continue;
    // The usual change: what holds now ends at a date, and the new one holds from there for as long as the old one would have.
    const next = pairs.find(
      ([none, added]) =>
        none === null &&
        added !== null &&
        limitName(added) === limitName(was) &&
        added.from === is.to &&
        added.to === was.to,
    )?.[1];
    if (!next || is.to === null || is.to === was.to || !same({ ...was, to: is.to }, is)) continue;
    followers.add(is).add(next);
    report("limit-followed", path(was), where(was), was, next);
  }
  for (const [was, is] of pairs)
    if (is !== null && followers.has(is)) continue;
    else if (was === null) report("limit-added", path(is!), where(is!), null, is);
    else if (is === null) report("limit-removed", path(was), where(was), was, null);
    else fields("limit-changed", path(was), where(was), was, is, report);
  const name = (limit: LimitForm): string => spanName(limitName(limit), limit.from);
  order(`${outlet}.limits`, of, before, after, pairs, name, report);
}

function devices(
  before: readonly DeviceForm[],
  after: readonly DeviceForm[],
  outlet: string,
  of: DifferencePlace,
  report: Report,
) {
  const name = (device: DeviceForm): string => spanName(device.mn, device.from);
  const path = (device: DeviceForm): string => `${outlet}.devices[${name(device)}]`;
  const where = (device: DeviceForm): DifferencePlace => ({
    ...of,
    device: device.mn,
    ...fromOf(device.from),
  });
  const pairs = pairedSpans(before, after, (device) => device.mn);
  for (const [was, is] of pairs)
    if (was === null) report("device-added", path(is!), where(is!), null, is);
    else if (is === null) report("device-removed", path(was), where(was), was, null);
    else fields("device-changed", path(was), where(was), was, is, report);
  order(`${outlet}.devices`, of, before, after, pairs, name, report);
}

function facilities(before: readonly Facility[], after: readonly Facility[], report: Report): void {
  const at = ({ code }: Facility): string => `facilities[${code}]`;
  const pairs = paired(before, after, (facility) => facility.code);
  for (const [was, is] of pairs)
    if (was === null) report("facility-added", at(is!), { facility: is!.code }, null, is);
    else if (is === null) report("facility-removed", at(was), { facility: was.code }, was, null);
    else fields("facility-changed", at(is), { facility: is.code }, was, is, report);
  order("facilities", {}, before, after, pairs, (facility) => facility.code, report);
}

function contacts(before: readonly Contact[], after: readonly Contact[], report: Report): void {
  const name = ({ role, phone }: Contact): string => `${role} ${phone}`;
  const pairs = paired(before, after, name);
  // The same person may stand there twice.
  const seen = new Map<string, number>();
  const path = (contact: Contact): string => {
    const n = (seen.get(name(contact)) ?? 0) + 1;
    seen.set(name(contact), n);
    return `contacts[${name(contact)}${n > 1 ? ` ${n}` : ""}]`;
  };
  for (const [was, is] of pairs)
    if (was === null) report("contact-added", path(is!), { role: is!.role }, null, is);
    else if (is === null) report("contact-removed", path(was), { role: was.role }, was, null);
  order("contacts", {}, before, after, pairs, name, report);
}

/** One difference for each field that is not the same. */
function fields(
  kind: DifferenceKind,
  path: string,
  where: DifferencePlace,
  before: object,
  after: object,
  report: Report,
): void {
  const [was, is] = [before, after] as [Record<string, unknown>, Record<string, unknown>];
  for (const field of new Set([...Object.keys(was), ...Object.keys(is)]))
    if (!same(was[field], is[field]))
      report(kind, path ? `${path}.${field}` : field, { ...where, field }, was[field] ?? null, is[field] ?? null);
}

/** Said only of what is on both sides: what came or went is said by itself. */
function order<T>(
  path: string,
  where: DifferencePlace,
  before: readonly T[],
  after: readonly T[],
  pairs: readonly Pair<T>[],
  name: (thing: T) => string,
  report: Report,
): void {
  const both = pairs.filter(([was, is]) => was !== null && is !== null) as [T, T][];
  const place = new Map(both.map(([was, is]) => [is, before.indexOf(was)]));
  const places = after.flatMap((is) => place.get(is) ?? []);
  if (places.every((p, i) => i === 0 || p > places[i - 1]!)) return;
  const field = path.split(".").at(-1)!;
  report("order-changed", path, { ...where, field }, before.map(name), after.map(name));
}

type Pair<T> = [was: T | null, is: T | null];

/** What is on both sides under one name, in the order of `after`; what is gone behind. The nth of a name goes with the nth. */
function paired<T>(before: readonly T[], after: readonly T[], name: (thing: T) => string): Pair<T>[] {
  const left = Map.groupBy(before, name);
  const here = after.map((is): Pair<T> => [left.get(name(is))?.shift() ?? null, is]);
  const rest = new Set([...left.values()].flat());
  return [...here, ...before.filter((was) => rest.has(was)).map((was): Pair<T> => [was, null])];
}

/**
 * Likewise for what holds from … to and may follow itself under one name: the same goes with the same, else what begins at
 * the same time, else the last that is left on each side when it is only one.
 */
function pairedSpans<T extends { from: string | null }>(
  before: readonly T[],
  after: readonly T[],
  name: (thing: T) => string,
): Pair<T>[] {
  const left = new Set(before);
  const found = new Map<T, T>();
  const take = (fits: (was: T, is: T) => boolean): void => {
    for (const is of after) {
      if (found.has(is)) continue;
      const was = [...left].find((each) => name(each) === name(is) && fits(each, is));
      if (!was) continue;
      found.set(is, was);
      left.delete(was);
    }
  };
  take(same);
  take((was, is) => was.from === is.from);
  const single = (things: Iterable<T>, of: T): boolean => [...things].filter((x) => name(x) === name(of)).length === 1;
  const open = after.filter((is) => !found.has(is));
  take((was, is) => single(left, was) && single(open, is));
  return [
    ...after.map((is): Pair<T> => [found.get(is) ?? null, is]),
    ...before.filter((was) => left.has(was)).map((was): Pair<T> => [was, null]),
  ];
}

const fromOf = (from: string | null): DifferencePlace => (from === null ? {} : { from });
const spanName = (name: string, from: string | null): string => (from === null ? name : `${name} from ${from}`);

/** Equal JSON, whatever the order of keys. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [x, y] = [a, b] as [Record<string, unknown>, Record<string, unknown>];
  const names = Object.keys(x);
  return names.length === Object.keys(y).length && names.every((key) => Object.hasOwn(y, key) && same(x[key], y[key]));
}
