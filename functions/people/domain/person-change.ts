/** What may be changed of a person's account, and by whom. Pure: what exists is passed in. */
import type { SaidProblem } from "../../shared/problems.ts";
import type { Person, Role } from "./rights.ts";

/** What a regulator sets of somebody. */
export type PersonFields = Pick<Person, "name" | "phone" | "email" | "roles" | "plants" | "towns" | "active">;

export interface Known {
  /** Permit numbers of those named that the register knows. */
  plants: ReadonlySet<string>;
  /** Towns that any permit names. */
  towns: ReadonlySet<string>;
}

/** Roles that reach nothing without their places. */
const NEEDS_PLANTS: readonly Role[] = ["enterprise", "expert"];

/** Each list once, in one order: so that the audit trail shows changes only. */
export const tidyFields = (fields: PersonFields): PersonFields => ({
  ...fields,
  roles: sorted(fields.roles),
  plants: sorted(fields.plants),
  towns: sorted(fields.towns),
});
const sorted = <T extends string>(list: readonly T[]): T[] => [...new Set(list)].sort();

/** What is wrong with `fields`, each with what to do; empty: nothing. */
export function fieldProblems(fields: PersonFields, known: Known): SaidProblem[] {
  const problems: SaidProblem[] = [];
  const wrong = (path: string, reason: string, zh: string): unknown => problems.push({ path, reason, zh });
  for (const [i, plant] of fields.plants.entries())
    if (!known.plants.has(plant))
      wrong(`plants[${i}]`, `is no permit of the register: ${plant}`, `许可证库里没有 ${plant}`);
  for (const [i, town] of fields.towns.entries())
    if (!known.towns.has(town)) wrong(`towns[${i}]`, `is no town of any permit: ${town}`, `没有许可证写着 ${town}`);
  const place = fields.roles.find((role) => NEEDS_PLANTS.includes(role));
  if (place && fields.plants.length === 0)
    wrong("plants", `must name at least one plant for the role ${place}`, "这个角色至少要有一家企业");
  if (fields.roles.includes("town-officer") && fields.towns.length === 0)
    wrong("towns", "must name at least one town for the role town-officer", "网格员至少要有一个镇（街道）");
  return problems;
}

const same = (a: readonly string[], b: readonly string[]): boolean =>
  JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));

/**
 * What `by` may not change of `before`. Nobody changes his own rights: so whoever takes them from others keeps his own, and
 * there is always a regulator left.
 */
export function ownRightsProblems(by: Pick<Person, "sub">, before: Person, after: PersonFields): SaidProblem[] {
  if (by.sub !== before.sub) return [];
  const reason = "is yours: ask another regulator to change it";
  const zh = "不能改自己的：请另一位监管管理员来改";
  return [
    ...(["roles", "plants", "towns"] as const).filter((name) => !same(before[name], after[name])),
    ...(before.active === after.active ? [] : (["active"] as const)),
  ].map((path) => ({ path, reason, zh }));
}

/**
 * From when on tokens are good after signing out everywhere at `at`: tokens say the second only, and one of this second may
 * have been issued before.
 */
export const nextSessionsFrom = (at: number): number => (Math.floor(at / 1000) + 1) * 1000;
