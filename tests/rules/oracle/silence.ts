/** Silence: which devices are offline at a tick, and whom to tell. */
import type { Outlet, Permit } from "../../../functions/register/domain/permit.ts";
import { HOUR, MINUTE } from "../../../functions/shared/shanghai.ts";
import type { Due, World } from "./types.ts";

export interface Silence {
  /** MNs offline at this tick. */
  offline: Set<string>;
  due: Due[];
}

/** Devices bound at `t`, with where they belong. */
const boundAt = (world: World, t: number) =>
  world.permits.flatMap((plant) =>
    plant.outlets.flatMap((outlet) =>
      outlet.devices
        .filter((d) => d.from <= t && (d.to === null || t < d.to))
        .map((device) => ({ plant, outlet, device, last: world.lastOf.get(device.mn) })),
    ),
  );

/** `told` remembers the last offline SMS by MN. */
export function silenceAt(world: World, told: Map<string, number>, t: number): Silence {
  const spoke = boundAt(world, t).filter((b) => b.last !== undefined);
  const isOffline = (b: (typeof spoke)[number]): boolean =>
    t - (b.last?.receivedAt ?? t) >= Math.max(15, b.device.minuteInterval + 10) * MINUTE;
  const silent = spoke.filter(isOffline);
  const offline = new Set(silent.map((b) => b.device.mn));
  for (const mn of told.keys()) if (!offline.has(mn)) told.delete(mn);

  const outage = (group: typeof spoke): boolean => {
    const off = group.filter(isOffline).length;
    return off >= 20 && off >= 0.05 * group.length;
  };
  const city = outage(spoke);
  const due: Due[] = [];
  for (const b of silent) {
    const gateway = b.last?.gateway ?? null;
    if (city || (gateway !== null && outage(spoke.filter((x) => x.last?.gateway === gateway)))) continue;
    const last = told.get(b.device.mn);
    if (last !== undefined && t - last < HOUR) continue;
    told.set(b.device.mn, t);
    due.push({
      plant: b.plant,
      roles: ["operator", "environment-manager"],
      ratio: null,
      line: {
        outlet: b.outlet.code,
        pollutant: null,
        kind: "offline",
        level: 0,
        valid: null,
        mean: null,
        projected: null,
        required: null,
        mn: b.device.mn,
      },
    });
  }
  return { offline, due };
}

/** True when every device of the outlet bound at `t` that ever spoke is offline (no such device: true). */
export const allOffline = (world: World, plant: Permit, outlet: Outlet, offline: Set<string>, t: number): boolean =>
  boundAt(world, t)
    .filter((b) => b.plant === plant && b.outlet === outlet && b.last !== undefined)
    .every((b) => offline.has(b.device.mn));
