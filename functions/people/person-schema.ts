/** People as the API shows and takes them. */
import * as z from "zod/mini";
import { formatIso } from "../shared/shanghai.ts";
import { ROLES, type Person } from "./domain/rights.ts";
import type { PersonFields } from "./domain/person-change.ts";
import type { AuditEntry } from "./stored-items.ts";

/** One line, without characters that nobody sees. */
const line = (most: number): z.ZodMiniType<string, string> =>
  z.string().check(z.trim(), z.minLength(1), z.maxLength(most), z.regex(/^[^\p{C}\p{Zl}\p{Zp}]*$/u));
const phone = z.string().check(z.regex(/^\+[1-9]\d{6,14}$/));
/** An address of e-mail, as far as its form tells. */
export const email = z.string().check(z.maxLength(254), z.regex(/^[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>"]+$/));

const fields = {
  name: line(100),
  /** E.164: `+8613900000001`. */
  phone: z.nullable(phone),
  email: z.nullable(email),
  roles: z.array(z.enum(ROLES)).check(z.maxLength(ROLES.length)),
  plants: z.array(line(40)).check(z.maxLength(500)),
  towns: z.array(line(60)).check(z.maxLength(200)),
};
export const PersonBody: z.ZodMiniType<PersonFields, PersonFields> = z.strictObject({
  ...fields,
  active: z.boolean(),
});
export const InviteBody = z.strictObject({
  ...fields,
  /** To sign in by, where this system chooses it; null: made up, or chosen by the invited. */
  username: z._default(z.nullable(z.string().check(z.regex(/^[a-z0-9][a-z0-9._-]{2,63}$/))), null),
  /** Made by the client: asked for again with it, one person is invited, and the last link is the good one. */
  key: z._default(z.nullable(z.uuid()), null),
  /** Send the invitation to `phone` as well. */
  sms: z._default(z.boolean(), false),
  /** `sub` of his tokens, where others keep the accounts. */
  subject: z._default(z.nullable(z.string().check(z.regex(/^[\x21-\x7e]{1,128}$/))), null),
});

export const PersonView = z.object({
  sub: z.string(),
  name: z.string(),
  phone: z.nullable(z.string()),
  email: z.nullable(z.string()),
  roles: z.array(z.enum(ROLES)),
  plants: z.array(z.string()),
  towns: z.array(z.string()),
  active: z.boolean(),
  /** Sessions before this moment are over; null when that never was asked for. */
  sessionsFrom: z.nullable(z.string()),
  /** For If-Match. */
  version: z.int(),
});
export const personView = ({ sessionsFrom, ...person }: Person): z.output<typeof PersonView> => ({
  ...person,
  sessionsFrom: sessionsFrom === 0 ? null : formatIso(sessionsFrom),
});

export const AuditView = z.object({
  id: z.string(),
  at: z.string(),
  /** Who: subject, and the name at that time. */
  sub: z.string(),
  name: z.string(),
  /** What was done: an operation's id. */
  operation: z.string(),
  permitNo: z.nullable(z.string()),
  target: z.string(),
  before: z.unknown(),
  after: z.unknown(),
});
export const auditView = ({ at, ...entry }: AuditEntry): z.output<typeof AuditView> => ({
  ...entry,
  at: formatIso(at),
});
