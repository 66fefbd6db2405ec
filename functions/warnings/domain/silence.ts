/** Silence of devices and the due times of what nobody reports (warning-rules, "Silence"). */
import type { WarningNumbers } from "../../../layers/rule-data.ts";
import type { Permit } from "../../register/domain/permit.ts";
import { inForce } from "../../register/domain/permit.ts";
import { DAY, MINUTE } from "../../shared/shanghai.ts";
import type { LiveHead } from "../../telemetry/domain/block.ts";

export interface Silence {
  mn: string;
  outlet: string;
  /** Receipt of its last accepted frame, epoch ms. */
  seen: number;
  via: string;
  /** From here on it is offline, epoch ms. */
  offlineAt: number;
}

/** Every device bound at `t` that has ever spoken, with the moment from which it is offline. */
export function silences(
  permit: Permit,
  live: LiveHead | null,
  t: number,
  numbers: WarningNumbers["silence"],
): Silence[] {
  return permit.outlets.flatMap((outlet) =>
    outlet.devices
      .filter((d) => inForce(d, t))
      .flatMap((d) => {
        const head = live?.devices[d.mn];
        if (!head) return [];
        const wait = Math.max(numbers.minutes, d.minuteInterval + numbers.overInterval) * MINUTE;
        return [{ mn: d.mn, outlet: outlet.code, seen: head.seen, via: head.via, offlineAt: head.seen + wait }];
      }),
  );
}

/** Silent for longer than this a device is a state of its own, and no part of an outage (ms). */
const LONG_SILENT = DAY;

/**
 * Devices that are silent together: `outageDevices` and `outageShare` of a gateway's or the city's devices that ever
 * spoke. `totals` gives their number by gateway and of the city (key ""); returns the scopes that are out.
 */
export function outages(
  offline: readonly Silence[],
  t: number,
  totals: ReadonlyMap<string, number>,
  numbers: WarningNumbers["silence"],
): Set<string> {
  const together = (n: number, total: number | undefined): boolean =>
    n >= numbers.outageDevices && total !== undefined && n >= numbers.outageShare * total;
  const fallen = offline.filter((s) => t - s.seen < LONG_SILENT);
  const byGateway = Map.groupBy(
    fallen.filter((s) => s.via !== ""),
    (s) => s.via,
  );
  const out = new Set(
    [...byGateway].filter(([via, list]) => together(list.length, totals.get(via))).map(([via]) => via),
  );
  if (together(fallen.length, totals.get(""))) out.add("");
  return out;
}
