import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { at, PHONES, permit } from "../../telemetry/fixtures.ts";
import { contactProblems, contactsAt, entriesOf, type ContactEntry } from "./contacts.ts";

const plant = permit();
const entry = (id: string, over: Partial<ContactEntry> = {}): ContactEntry => ({
  id,
  role: "operator",
  name: id,
  phone: `+86${id}`,
  sms: true,
  delegateOf: null,
  from: null,
  to: null,
  ...over,
});
const phones = (entries: ContactEntry[], t: string): string[] =>
  contactsAt(plant, { version: 1, entries }, at(t))
    .filter((c) => c.role !== "town-officer")
    .map((c) => c.phone);

describe("who gets messages", () => {
  test("without a list, the permit's people; with it, its own and the permit's town officer", () => {
    expect(contactsAt(plant, null, at("08:00"))).toEqual(plant.contacts);
    expect(contactsAt(plant, { version: 1, entries: [entry("1")] }, at("08:00"))).toEqual([
      { role: "operator", phone: "+861" },
      { role: "town-officer", phone: PHONES["town-officer"] },
    ]);
  });
  test("the permit's people as a list are the same people", () => {
    const entries = entriesOf(plant);
    expect(contactsAt(plant, { version: 1, entries }, at("08:00"))).toEqual(plant.contacts);
    expect(contactProblems(entries)).toEqual([]);
  });
  test("a delegate stands in from … to, in the place of the one who rests", () => {
    const list = [entry("1"), entry("2", { delegateOf: "1", from: at("08:00"), to: at("20:00") })];
    expect(["07:59", "08:00", "19:59", "20:00"].map((t) => phones(list, t))).toEqual([
      ["+861"],
      ["+862"],
      ["+862"],
      ["+861"],
    ]);
  });
  test("who wants no messages gets none, and nobody outside of his dates", () => {
    const list = [entry("1", { sms: false }), entry("2", { to: at("08:00") }), entry("3", { from: at("08:00") })];
    expect([phones(list, "07:59"), phones(list, "08:00")]).toEqual([["+862"], ["+863"]]);
  });
  test("a list that is not refused always reaches somebody of the first level", () => {
    const time = fc.option(fc.integer({ min: at("00:00"), max: at("24:00") }), { nil: null, freq: 1 });
    const id = fc.constantFrom("1", "2", "3", "4");
    const some = fc.record<ContactEntry>({
      id,
      role: fc.constantFrom("operator", "environment-manager", "maintenance"),
      name: fc.constant(""),
      phone: fc.constant("+8613900000000"),
      sms: fc.boolean(),
      delegateOf: fc.option(id, { nil: null, freq: 1 }),
      from: time,
      to: time,
    });
    let accepted = 0;
    fc.assert(
      fc.property(
        fc.uniqueArray(some, { selector: (e) => e.id, maxLength: 4 }),
        fc.integer({ min: 0, max: 23 }),
        (list, h) => {
          if (contactProblems(list).length > 0) return;
          accepted += 1;
          const roles = contactsAt(plant, { version: 1, entries: list }, at(`${h}:30`)).map((c) => c.role);
          expect(roles.some((r) => r === "operator" || r === "environment-manager")).toBe(true);
        },
      ),
      { numRuns: 2000, seed: 5 },
    );
    expect(accepted).toBeGreaterThan(50);
  });
});

test.each<[string, ContactEntry[], string[]]>([
  ["nothing", [], ["contacts"]],
  ["only maintenance", [entry("1", { role: "maintenance" })], ["contacts"]],
  ["only for some time", [entry("1", { to: at("09:00") })], ["contacts"]],
  ["nobody who is sent anything", [entry("1", { sms: false })], ["contacts"]],
  ["an id twice", [entry("1"), entry("1")], ["contacts[1].id"]],
  ["dates the wrong way", [entry("1"), entry("2", { from: at("09:00"), to: at("09:00") })], ["contacts[1].to"]],
  ["a delegate of nobody", [entry("1"), entry("2", { delegateOf: "3", from: 1, to: 2 })], ["contacts[1].delegateOf"]],
  ["a delegate without dates", [entry("1"), entry("2", { delegateOf: "1" })], ["contacts[1].from"]],
  [
    "a delegate of another role",
    [entry("1"), entry("2", { delegateOf: "1", from: 1, to: 2, role: "maintenance" })],
    ["contacts[1].role"],
  ],
  [
    "a delegate's delegate",
    [entry("1"), entry("2", { delegateOf: "1", from: 1, to: 2 }), entry("3", { delegateOf: "2", from: 1, to: 2 })],
    ["contacts[2].delegateOf"],
  ],
])("refused: %s", (_, list, paths) => expect(contactProblems(list).map((p) => p.path)).toEqual(paths));
