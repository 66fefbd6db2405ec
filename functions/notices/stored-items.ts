/** What the ledger keeps of notices (docs/architecture.md): wishes, devices, and what became of every message. */
import * as z from "zod/mini";
import { formatMinute } from "../shared/shanghai.ts";
import { CHANNELS, QUIET_KINDS, type NoticeSettings } from "./domain/settings.ts";

const channels = z.array(z.enum(CHANNELS));
export const Settings: z.ZodMiniType<NoticeSettings> = z.object({
  kinds: z.object({ warning: channels, recovery: z.optional(channels), data: channels }),
  digest: z.optional(
    z.object({
      hour: z.int(),
      channels,
      kinds: z.optional(z.partialRecord(z.enum(QUIET_KINDS), channels)),
    }),
  ),
});
export const SettingsItem = z.object({ sk: z.string(), settings: Settings, v: z.int() });

export const DeviceItem = z.object({
  id: z.string(),
  name: z.string(),
  endpoint: z.string(),
  p256dh: z.string(),
  auth: z.string(),
  /** Since when, epoch ms. */
  at: z.number(),
});
export type DeviceItem = z.output<typeof DeviceItem>;
export const OwnerItem = z.object({ sub: z.string() });

export const DELIVERY_STATES = ["claimed", "sent", "failed", "unknown"] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];
export const DeliveryItem = z.object({
  sk: z.string(),
  channel: z.enum(CHANNELS),
  /** Name of the device, or the address with its middle covered. */
  to: z.string(),
  text: z.string(),
  state: z.enum(DELIVERY_STATES),
  /** Tick that owed it, epoch ms. */
  tick: z.number(),
});

export const DELIVERY = "DELIVERY#";
export const keys = {
  settings: (sub: string) => ({ pk: "NOTIFY", sk: sub }),
  device: (sub: string, id: string) => ({ pk: `PERSON#${sub}`, sk: `PUSH#${id}` }),
  /** `day`: `2026-10-01`; "": all of them. */
  digest: (sub: string, day: string) => ({ pk: `PERSON#${sub}`, sk: `DIGEST#${day}` }),
  read: (sub: string) => ({ pk: `PERSON#${sub}`, sk: "READ" }),
  /** Whose device it is by now. */
  owner: (id: string) => ({ pk: `ENDPOINT#${id}`, sk: "OWNER" }),
  delivery: (permitNo: string, tick: number, channel: string, hash: string) => ({
    pk: `PLANT#${permitNo}`,
    sk: `${DELIVERY}${formatMinute(tick)}#${channel}-${hash}`,
  }),
};
