/**
 * Who of a plant gets messages. The permit names people by role; the plant may keep its own list in their place, with
 * names, with people who rest and with delegates. Town officers stay the permit's: a plant does not choose who watches it.
 */
import type { SaidProblem } from "../../shared/problems.ts";
import { inForce, type Contact, type Permit, type Role } from "./permit.ts";

export type PlantRole = Exclude<Role, "town-officer">;
export const PLANT_ROLES = [
  "environment-manager",
  "operator",
  "legal-person",
  "maintenance",
] as const satisfies readonly PlantRole[];

export interface ContactEntry {
  id: string;
  role: PlantRole;
  name: string;
  /** E.164. */
  phone: string;
  /** False: no text messages. */
  sms: boolean;
  /** Whether the devices of the account with this phone are told as well (functions/notices); absent: no. */
  push?: boolean | undefined;
  /** Where e-mail goes; absent or null: none. */
  email?: string | null | undefined;
  /** Id of the entry whose messages this one gets in its place, of the same role. */
  delegateOf: string | null;
  /** `from` ≤ t < `to`, epoch ms; null: open. */
  from: number | null;
  to: number | null;
}

export interface ContactList {
  /** Counts the changes. */
  version: number;
  entries: ContactEntry[];
  /** Who changed it last, epoch ms; absent in lists written before it was kept. */
  changed?: { by: string; at: number } | undefined;
}

export const MOST_CONTACTS = 30;

/** The permit's people as a list that can be edited. */
export const entriesOf = ({ contacts }: Pick<Permit, "contacts">): ContactEntry[] =>
  contacts.flatMap(({ role, phone }, i) =>
    role === "town-officer"
      ? []
      : [{ id: `permit-${i + 1}`, role, name: "", phone, sms: true, delegateOf: null, from: null, to: null }],
  );

/** Who gets messages at `t`: of each entry itself, or its delegates while any of them stands in. */
export function contactsAt(
  permit: Pick<Permit, "contacts">,
  list: ContactList | null | undefined,
  t: number,
): Contact[] {
  if (!list) return permit.contacts;
  const present = list.entries.filter((e) => e.sms && inForce(e, t));
  const replaced = new Set(present.map((e) => e.delegateOf));
  return [
    ...present.filter((e) => !replaced.has(e.id)).map(({ role, phone }) => ({ role, phone })),
    ...permit.contacts.filter((c) => c.role === "town-officer"),
  ];
}

/** Entries that are told by `channel` at `t`: of each entry itself, or its delegates while any of them stands in. */
export function standingFor(
  list: ContactList | null | undefined,
  t: number,
  channel: "push" | "email",
): ContactEntry[] {
  const chosen = (e: ContactEntry): boolean => (channel === "push" ? e.push === true : Boolean(e.email));
  const present = (list?.entries ?? []).filter((e) => chosen(e) && inForce(e, t));
  const replaced = new Set(present.map((e) => e.delegateOf));
  return present.filter((e) => !replaced.has(e.id));
}

/** What is wrong with a list; each says what to do. Empty: nothing. */
export function contactProblems(entries: readonly ContactEntry[]): SaidProblem[] {
  const problems: SaidProblem[] = [];
  const byId = new Map(entries.map((e) => [e.id, e]));
  for (const [i, e] of entries.entries()) {
    const wrong = (field: string, reason: string, zh: string): unknown =>
      problems.push({ path: `contacts[${i}].${field}`, reason, zh });
    if (entries.findIndex((other) => other.id === e.id) < i) wrong("id", `"${e.id}" stands twice`, "重复");
    if (e.from !== null && e.to !== null && e.to <= e.from) wrong("to", "must be later than from", "应晚于起始时间");
    if (e.delegateOf === null) continue;
    const principal = byId.get(e.delegateOf);
    if (!principal || principal === e)
      wrong("delegateOf", "must be the id of another contact of the list", "应为名单中的另一位联系人");
    else if (principal.delegateOf !== null)
      wrong("delegateOf", "must not be a delegate: name whom both stand in for", "不能是代理人：请选被代理的本人");
    else if (principal.role !== e.role)
      wrong("role", `must be ${principal.role}, as of whom it stands in for`, "应与被代理人的角色相同");
    if (e.from === null || e.to === null)
      wrong("from", "a delegate stands in from … to: both are needed", "代理需要起止时间");
  }
  // Whatever the dates do, the first warning of an hour must reach somebody.
  const always = entries.some(
    (e) =>
      (e.role === "operator" || e.role === "environment-manager") &&
      e.sms &&
      e.delegateOf === null &&
      e.from === null &&
      e.to === null,
  );
  if (!always)
    problems.push({
      path: "contacts",
      reason:
        "needs an operator or environment-manager who gets messages and has no dates: else nobody hears the first warning",
      zh: "至少要有一位接收短信、没有起止日期的操作工或环保负责人，否则没人收到第一次预警",
    });
  return problems;
}
