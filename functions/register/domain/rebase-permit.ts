/**
 * Two people changed one permit: what one of them changed is made again on what the other saved. What only one of them
 * touched is taken over, and where both touched the same thing one side is taken and the place is named.
 */
import type { DeviceForm, LimitForm, OutletForm, PermitForm } from "./file-form.ts";
import { same } from "./permit-difference.ts";
import type { Contact, Facility } from "./permit.ts";

export interface Collision {
  /** `outlets[DA001].limits[a21002 hour].max`. */
  path: string;
  mine: unknown;
  theirs: unknown;
}
interface Rebased<T> {
  joined: T;
  collisions: Collision[];
}
type Names = Readonly<Record<string, (thing: never) => string>>;
type Side = "mine" | "theirs";

/** Names in a list, as far as a thing is known by its name and start. */
const NAMES: Names = {
  outlets: (o: OutletForm) => o.code,
  facilities: (f: Facility) => f.code,
  contacts: (c: Contact) => `${c.role} ${c.phone}`,
  devices: (d: DeviceForm) => named(d.mn, d.from),
  limits: (l: LimitForm) => named([l.pollutant, l.statistic, l.period ?? ""].join(" ").trim(), l.from),
};
const named = (name: string, from: string | null): string => (from === null ? name : `${name} from ${from}`);

/** `base` is what both began with. `prefer` says whose value stands where both changed the same thing. */
export function rebasePermit(
  base: PermitForm,
  mine: PermitForm,
  theirs: PermitForm,
  prefer: Side,
): { permit: PermitForm; collisions: Collision[] } {
  const { joined, collisions } = rebase(base, mine, theirs, prefer, NAMES);
  return { permit: joined, collisions };
}

/** The same of anything made of fields and lists; `names` says by what the things of a list are known. */
export function rebase<T extends object>(base: T, mine: T, theirs: T, prefer: Side, names: Names): Rebased<T> {
  const collisions: Collision[] = [];

  function merged(path: string, was: unknown, my: unknown, their: unknown): unknown {
    if (same(my, their) || same(my, was)) return their;
    if (same(their, was)) return my;
    // A facility's outlets are codes and not things with a name.
    const nameOf = path.startsWith("facilities[") ? undefined : names[path.split(".").at(-1) ?? ""];
    if (nameOf && Array.isArray(my) && Array.isArray(their))
      return list(path, Array.isArray(was) ? was : [], my, their, nameOf as (thing: unknown) => string);
    const parts = [my, their].every((x) => typeof x === "object" && x !== null && !Array.isArray(x));
    if (parts && path !== "location") return things(path, (was ?? {}) as Thing, my as Thing, their as Thing);
    collisions.push({ path, mine: my ?? null, theirs: their ?? null });
    return prefer === "mine" ? my : their;
  }

  function things(path: string, was: Thing, my: Thing, their: Thing): Thing {
    const found: Thing = {};
    for (const key of new Set([...Object.keys(their), ...Object.keys(my)])) {
      const value = merged(path === "" ? key : `${path}.${key}`, was[key], my[key], their[key]);
      if (value !== undefined) found[key] = value;
    }
    return found;
  }

  function list(
    path: string,
    was: unknown[],
    my: unknown[],
    their: unknown[],
    nameOf: (thing: unknown) => string,
  ): unknown[] {
    const [w, m, t] = [was, my, their].map((things) => byName(things, nameOf)) as [Named, Named, Named];
    // In the order of who changed it; the other's new ones behind.
    const reordered = !same(
      [...m.keys()].filter((name) => w.has(name)),
      [...w.keys()].filter((name) => m.has(name)),
    );
    const order = reordered ? [...m.keys(), ...t.keys()] : [...t.keys(), ...m.keys()];
    return [...new Set(order)].flatMap((name) => {
      const value = merged(`${path}[${name}]`, w.get(name), m.get(name), t.get(name));
      return value === undefined ? [] : [value];
    });
  }

  return { joined: things("", base as Thing, mine as Thing, theirs as Thing) as T, collisions };
}

type Thing = Record<string, unknown>;
type Named = Map<string, unknown>;

/** The second of a name is another thing. */
function byName(things: readonly unknown[], nameOf: (thing: unknown) => string): Named {
  const found: Named = new Map();
  for (const thing of things) {
    const name = nameOf(thing);
    let n = 1;
    while (found.has(n === 1 ? name : `${name} ${n}`)) n += 1;
    found.set(n === 1 ? name : `${name} ${n}`, thing);
  }
  return found;
}
