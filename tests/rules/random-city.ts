/** A few random plants and what their devices measure, for the random traces. */
import { chance, type Dice, int, pick } from "./dice.ts";
import { type Emitter, KINDS } from "./random-outlets.ts";
import { type OutletSpec, type PermitsFile, phoneOf, plant } from "./traces/build.ts";

export interface City {
  permits: PermitsFile;
  emitters: Emitter[];
  gateway: string;
}

/** Plants (one to three unless said), each with one to three outlets of random kind. */
export function randomCity(d: Dice, start: number, end: number, count?: number): City {
  const emitters: Emitter[] = [];
  const plants = Array.from({ length: count ?? int(d, 1, 3) }, (_, p) => {
    const permitNo = `91330483MA2ABCD126${String(p + 1).padStart(3, "0")}P`;
    const gateway = chance(d, 0.3);
    const facilities: Record<string, unknown>[] = [];
    const outlets = Array.from({ length: int(d, 1, 3) }, (__, o): OutletSpec => {
      const made = pick(d, KINDS)(d, { start, end, name: `P${p + 1}N${o + 1}`, number: o + 1 });
      for (const e of made.emitters) emitters.push({ ...e, permitNo, gateway });
      facilities.push(...(made.facilities ?? []));
      return made.outlet;
    });
    return plant(outlets, { facilities, contacts: contacts(d, p) }, p + 1);
  });
  return { permits: { permits: plants }, emitters, gateway: "town" };
}

/** Roles on a few phones: some shared by roles, some by plants, some roles missing. */
function contacts(d: Dice, plantIndex: number): object[] {
  const roles = ["operator", "environment-manager", "maintenance", "legal-person", "town-officer"];
  return roles
    .filter(() => chance(d, 0.9))
    .map((role) => ({ role, phone: chance(d, 0.3) ? phoneOf(int(d, 1, 3)) : phoneOf(plantIndex + 4 + int(d, 0, 2)) }));
}
