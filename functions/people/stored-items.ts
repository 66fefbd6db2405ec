/** The people table's items (docs/architecture.md): who may do what, invitations, and what each person did. */
import * as z from "zod/mini";
import { ROLES, type Person } from "./domain/rights.ts";

export const PersonItem: z.ZodMiniType<Person> = z.object({
  sub: z.string(),
  name: z.string(),
  phone: z.nullable(z.string()),
  email: z.nullable(z.string()),
  roles: z.array(z.enum(ROLES)),
  plants: z.array(z.string()),
  towns: z.array(z.string()),
  active: z.boolean(),
  sessionsFrom: z.number(),
  version: z.int(),
});

/** One change by a person: appended, never changed. */
export const AuditItem = z.object({
  id: z.string(),
  /** Epoch ms. */
  at: z.number(),
  sub: z.string(),
  name: z.string(),
  /** Operation that made it. */
  operation: z.string(),
  /** Permit number, or null for what concerns no plant. */
  permitNo: z.nullable(z.string()),
  /** What was changed: `mark DA001 2026-10-01T08:00`, `person …`. */
  target: z.string(),
  before: z.unknown(),
  after: z.unknown(),
});
export type AuditEntry = z.output<typeof AuditItem>;

export const InviteItem = z.object({
  /** SHA-256 of the token, hex: who reads the table cannot use it. */
  token: z.string(),
  sub: z.string(),
  name: z.string(),
  /** Epoch ms. */
  expires: z.number(),
});
export type Invite = z.output<typeof InviteItem>;

export const keys = {
  person: (sub: string) => ({ pk: `PERSON#${sub}`, sk: "PROFILE" }),
  /** How everybody is listed. */
  entry: (sub: string) => ({ pk: "PEOPLE", sk: sub }),
  /** The last invitation of a person, so that another one takes its place. */
  lastInvite: (sub: string) => ({ pk: `PERSON#${sub}`, sk: "INVITE" }),
  invite: (token: string) => ({ pk: `INVITE#${token}`, sk: "INVITE" }),
  /** By day for the city, by plant for its page. */
  auditDay: (day: string, at: string, id: string) => ({ pk: `AUDIT#${day}`, sk: `${at}#${id}` }),
  auditPlant: (permitNo: string, at: string, id: string) => ({ pk: `AUDIT#${permitNo}`, sk: `${at}#${id}` }),
};
