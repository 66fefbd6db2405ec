/** The register table's items as they are stored (docs/architecture.md); parsed on every read, so that a bad item is named and not carried on. */
import * as z from "zod/mini";
import type { Binding } from "./domain/bindings.ts";
import { PLANT_ROLES, type ContactList } from "./domain/contacts.ts";
import type { DeviceBinding, Facility, Medium, Permit } from "./domain/permit.ts";
import { parseStored } from "../shared/parse-stored.ts";

const time = z.nullable(z.number());
const text = z.nullable(z.string());

const StoredPermit: z.ZodMiniType<Permit> = z.object({
  permitNo: z.string(),
  name: z.string(),
  town: z.string(),
  industry: z.string(),
  management: z.enum(["key", "simplified", "registration"]),
  validFrom: z.string(),
  validTo: z.string(),
  location: z.object({ lon: z.number(), lat: z.number() }),
  contacts: z.array(
    z.object({
      role: z.enum(["environment-manager", "operator", "legal-person", "maintenance", "town-officer"]),
      phone: z.string(),
    }),
  ),
  facilities: z.array(
    z.object({
      code: z.string(),
      kind: z.enum(["treatment", "production"]),
      outlets: z.array(z.string()),
      mn: text,
      sb: time,
    }),
  ),
  outlets: z.array(
    z.object({
      code: z.string(),
      medium: z.enum(["gas", "water", "noise", "dust"]),
      name: z.string(),
      devices: z.array(
        z.object({
          mn: z.string(),
          from: z.number(),
          to: time,
          minuteInterval: z.number(),
          units: z.record(z.string(), z.string()),
          secretRef: text,
        }),
      ),
      limits: z.array(
        z.object({
          pollutant: z.string(),
          statistic: z.enum(["hour", "day", "instant", "period"]),
          basis: z.enum(["converted", "measured"]),
          referenceO2: z.nullable(z.number()),
          max: z.nullable(z.number()),
          min: z.nullable(z.number()),
          period: z.nullable(z.enum(["day", "night"])),
          from: time,
          to: time,
          source: z.string(),
        }),
      ),
    }),
  ),
});

/** A plant as it stands in the register. */
export interface PlantRecord {
  permit: Permit;
  revision: number;
  /** Public code. */
  code: string;
  shard: number;
  importedAt: string;
  /** The plant's own list of who gets messages, in place of the permit's people; absent: there is none. */
  contacts?: ContactList | undefined;
}

/** A plant in a list. */
export interface PlantEntry {
  permitNo: string;
  code: string;
  name: string;
  town: string;
  devices: number;
  /** Of entries written before lists showed more: undefined until the permit is imported again (plant-lists.ts). */
  shown?: ShownInLists | undefined;
}

/** What a list or a map says of a plant beyond its name. */
export interface ShownInLists {
  industry: string;
  management: Permit["management"];
  outlets: number;
  lon: number;
  lat: number;
  /** Of entries written before lists showed sites: undefined, as `shown` itself may be. */
  site?: SiteInLists | undefined;
}

/** Facilities, and outlets of noise and dust: what the board counts the state of. */
export interface SiteInLists {
  facilities: Pick<Facility, "code" | "kind" | "mn">[];
  noise: OutletInLists[];
  dust: OutletInLists[];
}
interface OutletInLists {
  code: string;
  devices: Pick<DeviceBinding, "mn" | "from" | "to">[];
}

export const shownInLists = ({
  industry,
  management,
  outlets,
  facilities,
  location: { lon, lat },
}: Permit): ShownInLists & { site: SiteInLists } => {
  const of = (medium: Medium): OutletInLists[] =>
    outlets
      .filter((outlet) => outlet.medium === medium)
      .map(({ code, devices }) => ({ code, devices: devices.map(({ mn, from, to }) => ({ mn, from, to })) }));
  const site = {
    facilities: facilities.map(({ code, kind, mn }) => ({ code, kind, mn })),
    noise: of("noise"),
    dust: of("dust"),
  };
  return { industry, management, outlets: outlets.length, lon, lat, site };
};

/** The bindings of one device over all plants; `version` counts its changes. */
export interface DeviceItem {
  bindings: Binding[];
  version: number;
}

/**
 * The permit is kept as JSON text: nothing ever asks for a part of it, and as a nested map one write cost the embedded
 * engine six times as much (1.3 against 0.2 ms for 1.8 KB).
 */
export const permitText = (permit: Permit): string => JSON.stringify(permit);

const StoredContacts: z.ZodMiniType<ContactList> = z.object({
  version: z.int(),
  changed: z.optional(z.object({ by: z.string(), at: z.number() })),
  entries: z.array(
    z.object({
      id: z.string(),
      role: z.enum(PLANT_ROLES),
      name: z.string(),
      phone: z.string(),
      sms: z.boolean(),
      push: z.optional(z.boolean()),
      email: z.optional(text),
      delegateOf: text,
      from: time,
      to: time,
    }),
  ),
});

const PermitText = z.pipe(
  z.string(),
  z.transform((text, ctx): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      ctx.issues.push({ code: "custom", input: text, message: "is not JSON" });
      return z.NEVER;
    }
  }),
);

export const PlantItem: z.ZodMiniType<PlantRecord> = z.object({
  permit: z.pipe(PermitText, StoredPermit),
  revision: z.int(),
  code: z.string(),
  shard: z.int(),
  importedAt: z.string(),
  contacts: z.optional(StoredContacts),
});

/** What became of a plant's permit at one time, and by what; nothing of it is overwritten. */
const revision = {
  importedAt: z.string(),
  source: z.string(),
  by: z.optional(z.object({ sub: z.string(), name: z.string() })),
  reason: z.optional(z.string()),
};
export const RevisionHead = z.object({ sk: z.string(), ...revision });
export const RevisionItem = z.object({ permit: z.pipe(PermitText, StoredPermit), ...revision });

export const Device: z.ZodMiniType<DeviceItem> = z.object({
  bindings: z.array(z.object({ permitNo: z.string(), outlet: text, from: z.number(), to: time })),
  version: z.int(),
});

export const CodeItem = z.object({ permitNo: z.string() });

const OutletShown = z.object({
  code: z.string(),
  devices: z.array(z.object({ mn: z.string(), from: z.number(), to: time })),
});
const Shown: z.ZodMiniType<ShownInLists> = z.object({
  industry: z.string(),
  management: z.enum(["key", "simplified", "registration"]),
  outlets: z.int(),
  lon: z.number(),
  lat: z.number(),
  site: z.optional(
    z.object({
      facilities: z.array(z.object({ code: z.string(), kind: z.enum(["treatment", "production"]), mn: text })),
      noise: z.array(OutletShown),
      dust: z.array(OutletShown),
    }),
  ),
});

export const ShardItem = z.object({
  code: z.string(),
  name: z.string(),
  town: z.string(),
  devices: z.int(),
  shown: z.optional(Shown),
});

/** The item as `schema` says; throws naming its key and what is wrong. */
export const parseItem = <T>(schema: z.ZodMiniType<T>, item: Record<string, unknown>): T =>
  parseStored("register", schema, item);

export const keys = {
  plant: (permitNo: string) => ({ pk: `PLANT#${permitNo}`, sk: "PERMIT" }),
  revision: (permitNo: string, n: number) => ({
    pk: `PLANT#${permitNo}`,
    sk: `REVISION#${String(n).padStart(5, "0")}`,
  }),
  device: (mn: string) => ({ pk: `DEVICE#${mn}`, sk: "BINDINGS" }),
  code: (code: string) => ({ pk: `CODE#${code}`, sk: "PLANT" }),
  /** How the whole register stands: see register-state.ts. */
  version: () => ({ pk: "REGISTER", sk: "VERSION" }),
  entry: (shard: number, permitNo: string) => ({ pk: `SHARD#${shard}`, sk: permitNo }),
};
