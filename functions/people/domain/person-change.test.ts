import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fieldProblems, nextSessionsFrom, ownRightsProblems, tidyFields, type PersonFields } from "./person-change.ts";
import { ROLES, signedOut, type Person } from "./rights.ts";

const fields = (over: Partial<PersonFields> = {}): PersonFields => ({
  name: "Anna",
  phone: null,
  email: null,
  roles: [],
  plants: [],
  towns: [],
  active: true,
  ...over,
});
const person = (over: Partial<Person> = {}): Person => ({
  ...fields(),
  sub: "anna",
  sessionsFrom: 0,
  version: 1,
  ...over,
});
const known = { plants: new Set(["P1"]), towns: new Set(["崇福镇"]) };

describe("what a person may be", () => {
  test.each<[string, Partial<PersonFields>, string[]]>([
    ["nobody yet", {}, []],
    ["a regulator", { roles: ["regulator"] }, []],
    ["a plant's own", { roles: ["enterprise"], plants: ["P1"] }, []],
    ["a plant's own without a plant", { roles: ["enterprise"] }, ["plants"]],
    ["an expert without a plant", { roles: ["expert"], towns: ["崇福镇"] }, ["plants"]],
    ["an officer without a town", { roles: ["town-officer"], plants: ["P1"] }, ["towns"]],
    ["an officer", { roles: ["town-officer"], towns: ["崇福镇"] }, []],
    ["a plant that is none", { plants: ["P1", "P2"] }, ["plants[1]"]],
    ["a town that is none", { towns: ["崇福", "崇福镇"] }, ["towns[0]"]],
  ])("%s", (_, over, paths) => {
    expect(fieldProblems(fields(over), known).map(({ path }) => path)).toEqual(paths);
  });
});

describe("nobody changes his own rights", () => {
  const own = person({ roles: ["regulator", "expert"], plants: ["P1", "P2"] });
  test.each<[string, Partial<Person>, string[]]>([
    ["his name and numbers", { name: "Anne", phone: "+8613900000001", email: "a@b.cn" }, []],
    ["the same in another order", { roles: ["expert", "regulator"], plants: ["P2", "P1"] }, []],
    ["a role less", { roles: ["expert"] }, ["roles"]],
    ["a role more", { roles: ["regulator", "expert", "auditor"] }, ["roles"]],
    ["a plant more, and a town", { plants: ["P1", "P2", "P3"], towns: ["崇福镇"] }, ["plants", "towns"]],
    ["to be gone", { active: false }, ["active"]],
  ])("%s", (_, over, paths) => {
    const after = { ...own, ...over };
    expect(ownRightsProblems({ sub: "anna" }, own, after).map(({ path }) => path)).toEqual(paths);
    expect(ownRightsProblems({ sub: "ben" }, own, after)).toEqual([]);
  });

  test("property: whatever regulators do to each other one by one, one is left", () => {
    const subs = ["a", "b", "c"];
    const step = fc.record({
      by: fc.constantFrom(...subs),
      of: fc.constantFrom(...subs),
      roles: fc.subarray([...ROLES]),
      active: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const people = new Map(subs.map((sub) => [sub, person({ sub, roles: ["regulator"] })]));
        const isRegulator = (each: Person): boolean => each.active && each.roles.includes("regulator");
        for (const { by, of, roles, active } of steps) {
          const [actor, before] = [people.get(by)!, people.get(of)!];
          const after = { ...before, roles, active };
          if (isRegulator(actor) && ownRightsProblems(actor, before, after).length === 0) people.set(of, after);
        }
        return [...people.values()].some(isRegulator);
      }),
    );
  });
});

test("lists are kept once and in one order", () => {
  expect(tidyFields(fields({ plants: ["P2", "P1", "P2"], roles: ["expert", "auditor"] }))).toMatchObject({
    plants: ["P1", "P2"],
    roles: ["auditor", "expert"],
  });
});

test("property: signing out ends every token of that second and before, and none of the next", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4e12 }), fc.integer({ min: -5000, max: 5000 }), (at, ms) => {
      const out = person({ sessionsFrom: nextSessionsFrom(at) });
      // As a token says it, and as it is read: the end of its second.
      const second = Math.floor((at + ms) / 1000);
      return signedOut(out, second * 1000 + 999) === second <= Math.floor(at / 1000);
    }),
  );
});
