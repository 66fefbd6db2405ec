/** Who of a plant gets messages: the permit's people, or the list that the plant keeps in their place. */
import * as z from "zod/mini";
import { Moment } from "../api/moment-form.ts";
import { atPlant, Refusal, type Operation } from "../api/operation.ts";
import type { Services } from "../api/operations.ts";
import type { Write } from "../people/repository.ts";
import { formatIso, parseIso } from "../shared/shanghai.ts";
import { contactProblems, entriesOf, MOST_CONTACTS, PLANT_ROLES, type ContactEntry } from "./domain/contacts.ts";
import { phone } from "./domain/permits-file.ts";
import { email } from "../people/person-schema.ts";
import { asRead } from "./permit-writes.ts";
import { stateWrite } from "./register-state.ts";
import { keys, type PlantRecord } from "./stored-items.ts";

const Entry = z.object({
  /** Chosen by the client, unique in the list. */
  id: z.string().check(z.minLength(1), z.maxLength(50)),
  role: z.enum(PLANT_ROLES),
  name: z.string().check(z.trim(), z.maxLength(100)),
  phone,
  /** `push`: to the devices of the account with this phone; left out, as it was. */
  channels: z.object({ sms: z.boolean(), push: z.optional(z.boolean()) }),
  /** Where e-mail goes; null: none; left out, as it was. */
  email: z.optional(z.nullable(email)),
  /** Id of the entry in whose place this one gets messages, from … to. */
  delegateOf: z.nullable(z.string()),
  from: z.nullable(Moment),
  to: z.nullable(Moment),
});
const Contacts = z.object({
  contacts: z.array(Entry),
  /** Of the permit; a plant does not choose them. */
  townOfficers: z.array(z.object({ phone: z.string() })),
  /** False: these are the permit's people, and no list of the plant's own is kept. */
  own: z.boolean(),
  /** Who changed the list last; null: nobody, or before it was kept. */
  changed: z.nullable(z.object({ by: z.string(), at: z.string() })),
});

const iso = (t: number | null): string | null => (t === null ? null : formatIso(t));
const time = (t: string | null): number | null => (t === null ? null : parseIso(t));

const viewOf = ({ permit, contacts }: PlantRecord): z.output<typeof Contacts> => ({
  contacts: (contacts?.entries ?? entriesOf(permit)).map(({ sms, push = false, email = null, from, to, ...rest }) => ({
    ...rest,
    channels: { sms, push },
    email,
    from: iso(from),
    to: iso(to),
  })),
  townOfficers: permit.contacts.filter((c) => c.role === "town-officer").map(({ phone }) => ({ phone })),
  own: contacts !== undefined,
  changed: contacts?.changed ? { by: contacts.changed.by, at: formatIso(contacts.changed.at) } : null,
});
/** The permit's people change with its revision, the plant's list by itself. */
const revisionOf = ({ revision, contacts }: PlantRecord): string =>
  contacts ? `contacts-${contacts.version}` : `permit-${revision}`;

export function contactOperations({ tables, register }: Services): Operation[] {
  const table = tables.register;
  return [
    atPlant({
      id: "getContacts",
      method: "GET",
      path: "/api/plants/:permitNo/contacts",
      summary: "Who of a plant gets messages, with delegates",
      action: "contact.read",
      answer: Contacts,
      handle: async ({ plant }) => ({ body: viewOf(plant), revision: revisionOf(plant) }),
    }),
    atPlant({
      id: "putContacts",
      method: "PUT",
      path: "/api/plants/:permitNo/contacts",
      summary: "Replace the list of who gets messages; the next tick uses it",
      action: "contact.write",
      body: z.object({ contacts: z.array(Entry).check(z.maxLength(MOST_CONTACTS)) }),
      answer: Contacts,
      async handle({ plant, person, body, ifMatch, id, at, change }) {
        if (ifMatch === null)
          throw new Refusal(428, "If-Match is missing", "Load the contacts first, and send their ETag as If-Match.");
        if (ifMatch !== revisionOf(plant))
          throw new Refusal(
            412,
            "changed meanwhile",
            "Somebody changed the contacts. Load them again and repeat your change.",
          );
        const entries = body.contacts.map(({ channels, email, from, to, ...rest }): ContactEntry => {
          const before = plant.contacts?.entries.find((e) => e.id === rest.id);
          return {
            ...rest,
            sms: channels.sms,
            push: channels.push ?? before?.push ?? false,
            email: email === undefined ? (before?.email ?? null) : email,
            from: time(from),
            to: time(to),
          };
        });
        const problems = contactProblems(entries);
        if (problems.length > 0)
          throw new Refusal(422, "not as expected", problems.map((p) => `${p.path} ${p.reason}`).join("; "), {
            problems,
          });
        const contacts = {
          version: (plant.contacts?.version ?? 0) + 1,
          entries,
          changed: { by: person.name, at },
        };
        const { ConditionExpression, ExpressionAttributeValues } = asRead(plant);
        const writes: Write[] = [
          {
            Update: {
              TableName: table,
              Key: keys.plant(plant.permit.permitNo),
              UpdateExpression: "SET contacts = :new",
              ConditionExpression,
              ExpressionAttributeValues: { ...ExpressionAttributeValues, ":new": contacts },
            },
          },
          // Whoever keeps this plant in memory reads it again.
          stateWrite(table, await register.state(), id, { plants: [plant.permit.permitNo], devices: [] }),
        ];
        await change(writes, {
          permitNo: plant.permit.permitNo,
          target: "contacts",
          before: plant.contacts?.entries ?? entriesOf(plant.permit),
          after: entries,
        });
        const now = { ...plant, contacts };
        return { body: viewOf(now), revision: revisionOf(now) };
      },
    }),
  ];
}
