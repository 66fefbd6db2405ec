import fc from "fast-check";
import { expect, test } from "vitest";
import {
  contactDifferences,
  joinContacts,
  NEW_CONTACT,
  problemsOf,
  withChange,
  without,
  type Contact,
} from "./contact-draft.ts";

const contact = (id: string, over: Partial<Contact> = {}): Contact => ({
  ...NEW_CONTACT,
  id,
  phone: `+86137000000${id.padStart(2, "0")}`,
  ...over,
});
const [a, b, c] = [contact("1"), contact("2"), contact("3")] as const;
const said = (before: Contact[], after: Contact[]): string[] =>
  contactDifferences(before, after).map(
    ({ contact: { id }, how, fields }) =>
      `${how} ${id}${fields.map((f) => ` ${f.field}:${f.before}→${f.after}`).join("")}`,
  );

test.each<[string, Contact[], Contact[], string[]]>([
  ["nothing", [a, b], [a, { ...b }], []],
  ["nothing: another order is the same people", [a, b], [b, a], []],
  ["who came and who went", [a], [b], ["added 2", "removed 1"]],
  [
    "each field",
    [a, b],
    [{ ...a, name: "王", channels: { sms: false, push: true }, email: "w@x.example" }, b],
    ["changed 1 name:→王 sms:true→false push:false→true email:null→w@x.example"],
  ],
  ["a channel that was never said is one that is off", [{ ...a, channels: { sms: true } }], [a], []],
])("in what two lists differ: %s", (_, before, after, expected) => expect(said(before, after)).toEqual(expected));

test("what each of the two changed is in the joined list, and nothing collides", () => {
  const base = [a, b];
  const mine = [{ ...a, name: "王" }, b, c];
  const theirs = [
    { ...a, phone: "+8613711111111" },
    { ...b, channels: { sms: false, push: false } },
  ];
  expect(joinContacts({ base, mine }, theirs, "mine")).toEqual({
    contacts: [{ ...a, name: "王", phone: "+8613711111111" }, { ...b, channels: { sms: false, push: false } }, c],
    collisions: [],
  });
});
test("where both changed the same, it is named, and the preferred one stands", () => {
  const base = [a, b];
  const mine = [{ ...a, name: "王" }];
  const theirs = [
    { ...a, name: "李" },
    { ...b, name: "周" },
  ];
  const joined = (prefer: "mine" | "theirs") => joinContacts({ base, mine }, theirs, prefer);
  expect(joined("mine").contacts.map(({ name }) => name)).toEqual(["王"]);
  expect(joined("theirs").contacts.map(({ name }) => name)).toEqual(["李", "周"]);
  expect(joined("mine").collisions).toEqual([
    { path: "contacts[1].name", mine: "王", theirs: "李" },
    { path: "contacts[2]", mine: null, theirs: theirs[1] },
  ]);
});
const lists = fc.uniqueArray(
  fc.record({
    id: fc.constantFrom("1", "2", "3", "4"),
    name: fc.constantFrom("", "王", "李"),
    sms: fc.boolean(),
    email: fc.constantFrom(null, "x@y.example"),
  }),
  { selector: ({ id }) => id },
);
const made = (list: { id: string; name: string; sms: boolean; email: string | null }[]): Contact[] =>
  list.map(({ id, name, sms, email }) => contact(id, { name, email, channels: { sms, push: false } }));
test("who changed nothing gets the other's list; what was joined once is joined the same again", () => {
  fc.assert(
    fc.property(lists, lists, lists, fc.constantFrom("mine", "theirs"), (x, y, z, prefer) => {
      const [base, mine, theirs] = [made(x), made(y), made(z)];
      const differ = (list: Contact[], other: Contact[]) => contactDifferences(list, other).length;
      expect(differ(joinContacts({ base, mine: base }, theirs, prefer).contacts, theirs)).toBe(0);
      expect(differ(joinContacts({ base, mine }, base, prefer).contacts, mine)).toBe(0);
      const { contacts } = joinContacts({ base, mine }, theirs, prefer);
      expect(differ(joinContacts({ base: theirs, mine: contacts }, theirs, prefer).contacts, contacts)).toBe(0);
      // Nobody is made up, and nobody is left out whom both kept.
      const ids = new Set([...mine, ...theirs].map(({ id }) => id));
      expect(contacts.every(({ id }) => ids.has(id))).toBe(true);
      for (const { id } of mine.filter((each) => theirs.some((other) => other.id === each.id)))
        expect(contacts.some((each) => each.id === id)).toBe(true);
    }),
  );
});

test("a delegate goes with whom he stands in for, and has his role", () => {
  const delegate = contact("4", { delegateOf: "1" });
  expect(without([a, b, delegate], "1")).toEqual([b]);
  expect(withChange([a, delegate], "1", { role: "maintenance" }).map(({ role }) => role)).toEqual([
    "maintenance",
    "maintenance",
  ]);
});
test("what the server would refuse stands there while it is typed", () => {
  expect(problemsOf([a])).toEqual([]);
  expect(problemsOf([]).map(({ path }) => path)).toEqual(["contacts"]);
  const half = contact("2", { delegateOf: "1", from: "2026-10-02T08:00:00+08:00", to: "2026-10-01T08:00:00+08:00" });
  expect(problemsOf([a, half]).map(({ path }) => path)).toEqual(["contacts[1].to"]);
});
