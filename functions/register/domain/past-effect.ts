/** What a change of a permit says about times that are past: from when on limits or bindings are other ones than they were. */
import { same } from "./permit-difference.ts";
import { inForce, type DeviceBinding, type Limit, type Permit } from "./permit.ts";

/** Epoch ms; "ever": since the first data; null: the change is about the future only. */
export type Since = number | "ever" | null;

export interface PastEffect {
  limits: Since;
  /** Basis or reference oxygen: values were converted when they came and are not converted again. */
  basis: Since;
  bindings: Since;
}

/** From when on, before `now`, what was in force differs between the two states of the permit. */
export function pastEffect(before: Permit, after: Permit, now: number): PastEffect {
  const limits = [before, after].map(({ outlets }) =>
    outlets.flatMap(({ code, limits }) => limits.map((limit) => ({ ...limit, outlet: code, source: "" }))),
  ) as [LimitOf[], LimitOf[]];
  const devices = [before, after].map(({ outlets }) =>
    outlets.flatMap(({ code, devices }) => devices.map((device) => ({ ...device, outlet: code, secretRef: null }))),
  ) as [DeviceOf[], DeviceOf[]];
  return {
    limits: since(limits, now, (was, is) => !same(was.map(bare).toSorted(), is.map(bare).toSorted())),
    basis: since(limits, now, (was, is) => is.some((limit) => !stored(was, limit))),
    // The order is the order of precedence.
    bindings: since(devices, now, (was, is) => !same(was.map(bare), is.map(bare))),
  };
}

/** Without what says nothing about values. */
type LimitOf = Limit & { outlet: string; source: "" };
type DeviceOf = DeviceBinding & { outlet: string; secretRef: null };

const bare = ({ from: _f, to: _t, ...rest }: LimitOf | DeviceOf): string => JSON.stringify(rest);

/** Were values kept as `limit` asks for them? As the limits in force asked; where there was none, as measured (place-record.ts). */
function stored(was: readonly LimitOf[], limit: LimitOf): boolean {
  const own = was.filter((l) => l.outlet === limit.outlet && l.pollutant === limit.pollutant);
  return own.length === 0
    ? limit.basis === "measured"
    : own.some((l) => l.basis === limit.basis && l.referenceO2 === limit.referenceO2);
}

function since<T extends { from: number | null; to: number | null }>(
  [before, after]: [T[], T[]],
  now: number,
  differ: (was: T[], is: T[]) => boolean,
): Since {
  const moments = [...before, ...after].flatMap(({ from, to }) => [from ?? now, to ?? now]).filter((t) => t < now);
  // Before any limit or binding begins that has a beginning.
  for (const t of [-Infinity, ...moments.toSorted((a, b) => a - b)]) {
    const [was, is] = [before, after].map((list) => list.filter((x) => inForce(x, t))) as [T[], T[]];
    if (differ(was, is)) return t <= 0 ? "ever" : t;
  }
  return null;
}
