/** One plant in answers of the API. */
import * as z from "zod/mini";
import { EpisodeSchema, ProjectionSchema } from "../warnings/episode-schema.ts";

const text = z.nullable(z.string());
const number = z.nullable(z.number());
const Words = z.object({ zh: z.string(), en: z.string() });
const Verdict = z.enum(["met", "exceeded", "insufficient", "marked"]);

const Quantity = z.object({
  pollutant: z.string(),
  name: Words,
  /** Of every figure here. */
  unit: z.string(),
  decimals: z.int(),
  latest: z.nullable(
    z.object({
      value: number,
      text: z.string(),
      at: z.string(),
      what: Words,
      until: z.string(),
      current: z.boolean(),
    }),
  ),
  standing: z.object({ key: z.string(), text: Words }),
  soFar: z.nullable(
    z.object({
      statistic: z.enum(["hour", "day"]),
      from: z.string(),
      valid: z.int(),
      mean: number,
      weighted: z.nullable(z.boolean()),
      text: Words,
    }),
  ),
  judged: z.nullable(z.object({ verdict: Verdict, mean: number, revised: z.boolean(), text: Words })),
  summary: Words,
  /** Quarter-hour means of the last day; steps without a counting value, and steps inside a mark. */
  series: z.object({
    from: z.string(),
    stepMinutes: z.number(),
    values: z.array(number),
    invalid: z.array(z.int()),
    marked: z.array(z.int()),
  }),
  hours: z.array(
    z.object({
      from: z.string(),
      valid: z.int(),
      mean: number,
      min: number,
      max: number,
      verdict: z.nullable(Verdict),
      limit: number,
      revision: z.int(),
    }),
  ),
  projections: z.array(ProjectionSchema),
});

const Outlet = z.object({
  code: z.string(),
  name: z.string(),
  medium: z.enum(["gas", "water", "noise", "dust"]),
  devices: z.array(
    z.object({
      mn: z.string(),
      from: z.string(),
      to: text,
      minuteInterval: z.number(),
      units: z.record(z.string(), z.string()),
      encrypted: z.boolean(),
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
      unit: z.string(),
      inForce: z.boolean(),
    }),
  ),
  quantities: z.array(Quantity),
});

const Device = z.object({
  mn: z.string(),
  outlet: z.string(),
  via: text,
  lastSeen: text,
  state: z.enum(["online", "offline", "never"]),
  links: z.int(),
  link: text,
  minutes: z.object({ received: z.int(), counting: z.int(), of: z.int() }),
});

export const Plant = z.object({
  permitNo: z.string(),
  code: z.string(),
  name: z.string(),
  town: z.string(),
  industry: z.string(),
  management: z.enum(["key", "simplified", "registration"]),
  validFrom: z.string(),
  validTo: z.string(),
  inForce: z.boolean(),
  location: z.object({ lon: z.number(), lat: z.number() }),
  /** Of the permit in the register, and when it came there. */
  revision: z.int(),
  importedAt: z.string(),
  asOf: z.string(),
  rules: z.string(),
  state: z.object({
    key: z.enum(["normal", "warned", "lost", "silent"]),
    since: text,
    title: Words,
    detail: Words,
  }),
  /** Open ones, each with what to hold where it is about a mean. */
  episodes: z.array(z.extend(EpisodeSchema, { hold: z.nullable(ProjectionSchema) })),
  outlets: z.array(Outlet),
  facilities: z.array(
    z.object({
      code: z.string(),
      kind: z.enum(["treatment", "production"]),
      outlets: z.array(z.string()),
      mn: text,
      sb: number,
      reported: number,
      at: text,
      text: z.nullable(Words),
    }),
  ),
  devices: z.array(Device),
  /** Who gets messages now; null for who may not read contacts. */
  contacts: z.nullable(
    z.array(
      z.object({
        role: z.enum(["environment-manager", "operator", "legal-person", "maintenance", "town-officer"]),
        phone: z.string(),
      }),
    ),
  ),
});
