/** A plant's list of contacts while it is being changed: in what two states differ, and how mine is made again on another's. Pure. */
import { contactProblems, type ContactEntry } from "../../../functions/register/domain/contacts.ts";
import { same } from "../../../functions/register/domain/permit-difference.ts";
import { rebase, type Collision } from "../../../functions/register/domain/rebase-permit.ts";
import type { Answer } from "../answers.ts";

export type Contact = Answer<"getContacts">["contacts"][number];
export interface ContactDraft {
  /** Of `base`. */
  etag: string | null;
  /** As it was when it was opened, or as it was when mine was joined with it. */
  base: Contact[];
  mine: Contact[];
}

export const NEW_CONTACT: Omit<Contact, "id"> = {
  role: "operator",
  name: "",
  phone: "+86",
  channels: { sms: true, push: false },
  email: null,
  delegateOf: null,
  from: null,
  to: null,
};

/** What a person calls a field of a contact. */
export const CONTACT_FIELDS = ["role", "name", "phone", "sms", "push", "email", "delegateOf", "from", "to"] as const;
export type ContactField = (typeof CONTACT_FIELDS)[number];
export const valueOf = (contact: Contact, field: ContactField): string | boolean | null =>
  field === "sms" || field === "push" ? (contact.channels[field] ?? false) : (contact[field] ?? null);

export interface ContactDifference {
  contact: Contact;
  how: "added" | "removed" | "changed";
  /** Of a changed one. */
  fields: { field: ContactField; before: string | boolean | null; after: string | boolean | null }[];
}

/** By contact, in the order of `after`; what is gone behind. Empty: the same people are told the same way. */
export function contactDifferences(before: readonly Contact[], after: readonly Contact[]): ContactDifference[] {
  const was = new Map(before.map((contact) => [contact.id, contact]));
  const is = new Set(after.map(({ id }) => id));
  return [
    ...after.flatMap((contact): ContactDifference[] => {
      const former = was.get(contact.id);
      if (!former) return [{ contact, how: "added", fields: [] }];
      const fields = CONTACT_FIELDS.flatMap((field) => {
        const [a, b] = [valueOf(former, field), valueOf(contact, field)];
        return same(a, b) ? [] : [{ field, before: a, after: b }];
      });
      return fields.length === 0 ? [] : [{ contact, how: "changed", fields }];
    }),
    ...before.flatMap((contact): ContactDifference[] =>
      is.has(contact.id) ? [] : [{ contact, how: "removed", fields: [] }],
    ),
  ];
}

/** What I changed, made again on what the other saved; `prefer` decides where both changed the same thing. */
export function joinContacts(
  { base, mine }: Pick<ContactDraft, "base" | "mine">,
  theirs: readonly Contact[],
  prefer: "mine" | "theirs",
): { contacts: Contact[]; collisions: Collision[] } {
  const named = { contacts: (contact: Contact): string => contact.id };
  const { joined, collisions } = rebase(
    { contacts: base },
    { contacts: mine },
    { contacts: [...theirs] },
    prefer,
    named,
  );
  return { contacts: joined.contacts, collisions };
}

const entryOf = ({ channels, email, from, to, ...rest }: Contact): ContactEntry => ({
  ...rest,
  sms: channels.sms,
  push: channels.push ?? false,
  email: email ?? null,
  from: from === null ? null : Date.parse(from),
  to: to === null ? null : Date.parse(to),
});
/** What the server would find wrong with the list, while it is typed. */
export const problemsOf = (contacts: readonly Contact[]) => contactProblems(contacts.map(entryOf));

/** Who is taken off the list has nobody to stand in for him. */
export const without = (contacts: readonly Contact[], id: string): Contact[] =>
  contacts.filter((contact) => contact.id !== id && contact.delegateOf !== id);

/** One contact changed; who stands in for him has his role. */
export const withChange = (contacts: readonly Contact[], id: string, change: Partial<Contact>): Contact[] =>
  contacts.map((contact) =>
    contact.id === id
      ? { ...contact, ...change }
      : contact.delegateOf === id && change.role
        ? { ...contact, role: change.role }
        : contact,
  );
