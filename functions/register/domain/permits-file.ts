/** The form of one permit in the permits file of the contract: types, defaults, times. What it means is checked in parse-permits.ts. */
import * as z from "zod/mini";
import { parseIso } from "../../shared/shanghai.ts";

const text = z.string().check(z.minLength(1));
/** Codes stand in table keys behind `#` and in web addresses. */
const code = z.string().check(z.regex(/^[^\s#/|]{1,32}$/u, "must be 1–32 characters without blanks, #, / or |"));
const mn = z
  .string()
  .check(z.regex(/^[A-Za-z0-9_-]{1,64}$/, "must be 1–64 letters, digits, _ or - (24 hex digits is the standard)"));
export const phone = z
  .string()
  .check(z.regex(/^\+[1-9]\d{6,14}$/, "must be an international number like +8613800000000"));
const date = z
  .string()
  .check(z.refine((d) => /^\d{4}-\d{2}-\d{2}$/.test(d) && parseIso(d) !== null, "must be a real date like 2024-01-31"));

/** Epoch ms; a time without zone is Shanghai time. */
const time = z.pipe(
  z.string(),
  z.transform((value, ctx) => {
    const t = parseIso(value);
    if (t !== null) return t;
    ctx.issues.push({ code: "custom", input: value, message: "must be a real time like 2024-01-01T00:00:00+08:00" });
    return z.NEVER;
  }),
);

const orNull = <S extends z.ZodMiniType>(schema: S) => z._default(z.nullable(schema), null);
const list = <S extends z.ZodMiniType>(schema: S) => z._default(z.array(schema), []);

const Device = z.object({
  mn,
  // A device without a start has always been there.
  from: z.pipe(
    orNull(time),
    z.transform((t) => t ?? 0),
  ),
  to: orNull(time),
  // The standard's list (HJ 212-2017: 1 … 30) and 60: an interval that divides the hour, or slots would straddle it.
  minuteInterval: z._default(
    z
      .int()
      .check(
        z.refine((k) => k >= 1 && 60 % k === 0, "must divide 60: 1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30 or 60 minutes"),
      ),
    1,
  ),
  units: z._default(z.record(text, z.string()), {}),
  secretRef: orNull(text),
});

const Limit = z.object({
  pollutant: text,
  statistic: z.enum(["hour", "day", "instant", "period"]),
  basis: z._default(z.enum(["converted", "measured"]), "measured"),
  referenceO2: orNull(z.number().check(z.gte(0), z.lt(21, "must be below 21, the oxygen of air"))),
  max: orNull(z.number()),
  min: orNull(z.number()),
  period: orNull(z.enum(["day", "night"])),
  from: orNull(time),
  to: orNull(time),
  source: z._default(z.string(), "permit"),
});

export const PermitForm = z.object({
  permitNo: z.string(),
  name: text,
  town: text,
  industry: text,
  management: z.enum(["key", "simplified", "registration"]),
  validFrom: date,
  validTo: date,
  location: z.object({
    lon: z.number().check(z.gte(-180), z.lte(180)),
    lat: z.number().check(z.gte(-90), z.lte(90, "must be at most 90 (are lon and lat swapped?)")),
  }),
  contacts: list(
    z.object({
      role: z.enum(["environment-manager", "operator", "legal-person", "maintenance", "town-officer"]),
      phone,
    }),
  ),
  facilities: list(
    z.object({
      code,
      kind: z.enum(["treatment", "production"]),
      outlets: list(z.string()),
      mn: orNull(mn),
      sb: orNull(z.int().check(z.gte(0))),
    }),
  ),
  outlets: z.array(
    z.object({
      code,
      medium: z.enum(["gas", "water", "noise", "dust"]),
      name: text,
      devices: list(Device),
      limits: list(Limit),
    }),
  ),
});

export const FileForm = z.object({ permits: z.array(z.unknown()) });
