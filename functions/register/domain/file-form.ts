/** A permit as the permits file of the contract writes it: what people are shown, send back and are told of in the audit trail. */
import { formatIso } from "../../shared/shanghai.ts";
import type { DeviceBinding, Facility, Limit, Outlet, Permit } from "./permit.ts";

interface Span {
  /** ISO 8601; null: open. */
  from: string | null;
  to: string | null;
}
export type LimitForm = Omit<Limit, "from" | "to"> & Span;
export type DeviceForm = Omit<DeviceBinding, "from" | "to"> & Span;
export type OutletForm = Omit<Outlet, "devices" | "limits"> & { devices: DeviceForm[]; limits: LimitForm[] };
export type PermitForm = Omit<Permit, "outlets"> & { outlets: OutletForm[]; facilities: Facility[] };

const iso = (t: number | null): string | null => (t === null ? null : formatIso(t));

const limitForm = (limit: Limit): LimitForm => ({ ...limit, from: iso(limit.from), to: iso(limit.to) });
/** A device that has always been there (0) has no start, as in the file. */
const deviceForm = (device: DeviceBinding): DeviceForm => ({
  ...device,
  from: device.from === 0 ? null : iso(device.from),
  to: iso(device.to),
});
const outletForm = (outlet: Outlet): OutletForm => ({
  ...outlet,
  devices: outlet.devices.map(deviceForm),
  limits: outlet.limits.map(limitForm),
});
/** What `parsePermits` makes the same permit of again. */
export const permitForm = (permit: Permit): PermitForm => ({ ...permit, outlets: permit.outlets.map(outletForm) });
