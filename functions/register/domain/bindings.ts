import type { Permit } from "./permit.ts";

/** One device of a plant. `outlet` is null for a device that only reports facility states. `from` ≤ DataTime < `to`. */
export interface Binding {
  permitNo: string;
  outlet: string | null;
  from: number;
  to: number | null;
}

/** A device as its permit writes it; `path` says where. */
export interface PermitBinding extends Binding {
  mn: string;
  path: string;
}

/** Every device of a permit: those of its outlets, and facility devices that no outlet lists (always in force). */
export function bindingsOf(permit: Permit): PermitBinding[] {
  const { permitNo } = permit;
  const bound = permit.outlets.flatMap((outlet, i) =>
    outlet.devices.map(({ mn, from, to }, j) => ({
      mn,
      permitNo,
      outlet: outlet.code,
      from,
      to,
      path: `outlets[${i}].devices[${j}].mn`,
    })),
  );
  const known = new Set(bound.map((b) => b.mn));
  const loose: PermitBinding[] = [];
  for (const [i, { mn }] of permit.facilities.entries()) {
    if (mn === null || known.has(mn)) continue;
    known.add(mn);
    loose.push({ mn, permitNo, outlet: null, from: 0, to: null, path: `facilities[${i}].mn` });
  }
  return [...bound, ...loose];
}

/** True when two half-open spans share a moment; null is open. */
export const overlaps = (
  a: { from: number | null; to: number | null },
  b: { from: number | null; to: number | null },
): boolean => (a.from ?? -Infinity) < (b.to ?? Infinity) && (b.from ?? -Infinity) < (a.to ?? Infinity);
