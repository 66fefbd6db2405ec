/** A permit and what differs in it, as the API shows them: the form of the permits file (contract.md). */
import * as z from "zod/mini";
import type { Difference, DifferenceKind } from "./domain/permit-difference.ts";

const text = z.nullable(z.string());
const number = z.nullable(z.number());

const Outlet = z.object({
  code: z.string(),
  medium: z.enum(["gas", "water", "noise", "dust"]),
  name: z.string(),
  /** In order of precedence. */
  devices: z.array(
    z.object({
      mn: z.string(),
      from: text,
      to: text,
      minuteInterval: z.number(),
      units: z.record(z.string(), z.string()),
      /** Name of the device's secret; null also for who may not see devices. */
      secretRef: text,
    }),
  ),
  limits: z.array(
    z.object({
      pollutant: z.string(),
      statistic: z.enum(["hour", "day", "instant", "period"]),
      basis: z.enum(["converted", "measured"]),
      referenceO2: number,
      max: number,
      min: number,
      period: z.nullable(z.enum(["day", "night"])),
      from: text,
      to: text,
      source: z.string(),
    }),
  ),
});

export const PermitView = z.object({
  permitNo: z.string(),
  name: z.string(),
  town: z.string(),
  industry: z.string(),
  management: z.enum(["key", "simplified", "registration"]),
  validFrom: z.string(),
  validTo: z.string(),
  location: z.object({ lon: z.number(), lat: z.number() }),
  /** Null for who may not read contacts. */
  contacts: z.nullable(
    z.array(
      z.object({
        role: z.enum(["environment-manager", "operator", "legal-person", "maintenance", "town-officer"]),
        phone: z.string(),
      }),
    ),
  ),
  facilities: z.array(
    z.object({
      code: z.string(),
      kind: z.enum(["treatment", "production"]),
      outlets: z.array(z.string()),
      mn: text,
      sb: number,
    }),
  ),
  outlets: z.array(Outlet),
});

const KINDS = [
  "permit-added",
  "permit-changed",
  "outlet-added",
  "outlet-removed",
  "outlet-changed",
  "limit-added",
  "limit-removed",
  "limit-changed",
  "limit-followed",
  "device-added",
  "device-removed",
  "device-changed",
  "facility-added",
  "facility-removed",
  "facility-changed",
  "contact-added",
  "contact-removed",
  "order-changed",
] as const satisfies readonly DifferenceKind[];

const word = z.optional(z.string());

/** In what two states of a permit differ: see domain/permit-difference.ts. */
export const DifferenceView: z.ZodMiniType<Difference> = z.object({
  path: z.string(),
  kind: z.enum(KINDS),
  where: z.object({
    outlet: word,
    pollutant: word,
    statistic: z.optional(z.enum(["hour", "day", "instant", "period"])),
    period: z.optional(z.enum(["day", "night"])),
    device: word,
    facility: word,
    role: z.optional(z.enum(["environment-manager", "operator", "legal-person", "maintenance", "town-officer"])),
    from: word,
    field: word,
  }),
  before: z.unknown(),
  after: z.unknown(),
}) as unknown as z.ZodMiniType<Difference>;

/** Where a permit stands in its history. */
export const RevisionView = z.object({
  revision: z.int(),
  importedAt: z.string(),
  /** The file it came with, or `edit`. */
  source: z.string(),
  /** Who, and why; null for a file. */
  by: text,
  reason: text,
});
