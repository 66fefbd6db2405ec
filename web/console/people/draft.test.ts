import { expect, test } from "vitest";
import { differing, fieldsOf, words, type Fields } from "./draft.ts";

const person: Fields = {
  name: "王工",
  phone: "+8613900000001",
  email: null,
  roles: ["inspector", "expert"],
  plants: [],
  towns: ["乌镇镇"],
  active: true,
};

test("what differs is named; the order of a list is no difference", () => {
  expect(differing(person, { ...person, roles: ["expert", "inspector"] })).toEqual([]);
  expect(differing(person, { ...person, phone: null, towns: [], active: false })).toEqual(["phone", "towns", "active"]);
});

test("a copy does not change with its original", () => {
  const copy = fieldsOf(person);
  copy.roles.push("auditor");
  expect(person.roles).toEqual(["inspector", "expert"]);
});

test.each([
  ["", []],
  [" A，B、C;D\nE  A ", ["A", "B", "C", "D", "E"]],
])("words of %j", (typed, list) => expect(words(typed)).toEqual(list));
