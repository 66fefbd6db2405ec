import { checkCharacter } from "../../../functions/register/domain/permit-number.ts";
import type { OutletSketch, PermitInput } from "./sketch.ts";

export interface PlantSketch {
  name: string;
  town: Town;
  industry: string;
  management: "key" | "simplified";
  location: { lon: number; lat: number };
  outlets: OutletSketch[];
  /** Person in charge; the same number at two plants is the same phone. Absent: the plant's own. */
  manager?: number;
  /** Also tells the legal person and the maintenance firm. */
  wide?: boolean;
}

/** Towns of Tongxiang with a point near their middle. */
export const TOWNS = {
  梧桐街道: [120.555, 30.635],
  凤鸣街道: [120.525, 30.61],
  高桥街道: [120.6, 30.555],
  乌镇镇: [120.49, 30.745],
  濮院镇: [120.615, 30.685],
  屠甸镇: [120.61, 30.605],
  石门镇: [120.44, 30.62],
  河山镇: [120.42, 30.66],
  洲泉镇: [120.35, 30.61],
  大麻镇: [120.33, 30.49],
  崇福镇: [120.43, 30.53],
} as const satisfies Record<string, readonly [number, number]>;
export type Town = keyof typeof TOWNS;
export const TOWN_NAMES = Object.keys(TOWNS) as Town[];

const START = "2024-01-01T00:00:00+08:00";
/** Facility numbers of the national scheme by medium (HJ 608): air, water, noise; dust suppression counts as air. */
const TREATMENT = { gas: "TA", water: "TW", noise: "TN", dust: "TA" };

/** The `index`-th plant of the demo (0 ≤ index < 100,000) in the form of the permits file; a pure function of its arguments. */
export function fillIn(index: number, sketch: PlantSketch): PermitInput {
  const { name, town, industry, management, location } = sketch;
  let devices = 0;
  const outlets = sketch.outlets.map((outlet) => ({
    ...outlet,
    devices: outlet.devices.map((device) => ({ mn: mn(index, devices++), from: START, to: null, ...device })),
  }));
  return {
    permitNo: permitNo(index),
    name,
    town,
    industry,
    management,
    validFrom: "2024-01-01",
    validTo: "2028-12-31",
    location,
    contacts: contacts(index, sketch),
    facilities: facilities(outlets),
    outlets,
  };
}

/** `MA2D` and the index stand where a real code has its registration: the number is well formed and invented. */
function permitNo(index: number): string {
  const first17 = `91330483MA2D${String(index).padStart(5, "0")}`;
  return `${first17}${checkCharacter(first17)}001P`;
}

/** 24 hex digits as the standard has them; unique by plant and device. */
const mn = (index: number, device: number): string =>
  `330483DE${index.toString(16).padStart(8, "0")}${device.toString(16).padStart(8, "0")}`.toUpperCase();

/** People 0–99,999 are the plants' managers, then operators, legal persons, maintenance firms, town officers. */
function contacts(index: number, { town, manager = index, wide = false }: PlantSketch): PermitInput["contacts"] {
  return [
    { role: "environment-manager", phone: phone(manager) },
    { role: "operator", phone: phone(100_000 + index) },
    ...(wide
      ? [
          { role: "legal-person" as const, phone: phone(200_000 + index) },
          { role: "maintenance" as const, phone: phone(300_000 + (index % 40)) },
        ]
      : []),
    { role: "town-officer", phone: phone(400_000 + TOWN_NAMES.indexOf(town)) },
  ];
}

/** Blocks of numbers that end in 000 before the person: recognisable as made up; nothing here is ever sent to a carrier. */
const phone = (person: number): string =>
  `+86${[139, 138, 137, 136, 135][Math.floor(person / 100_000)]}000${String(person % 100_000).padStart(5, "0")}`;

/** A treatment facility per outlet and a production facility per plant, reported by the first logger of the outlet. */
function facilities(outlets: PermitInput["outlets"]): PermitInput["facilities"] {
  const treated = outlets.filter((o) => o.medium === "gas" || o.medium === "water");
  const [main] = treated;
  if (!main) return [];
  return [
    ...treated.map((o, i) => ({
      code: `${TREATMENT[o.medium]}${String(i + 1).padStart(3, "0")}`,
      kind: "treatment" as const,
      outlets: [o.code],
      mn: o.devices?.[0]?.mn ?? null,
      sb: 1,
    })),
    {
      code: "MF0001",
      kind: "production",
      outlets: treated.map((o) => o.code),
      mn: main.devices?.[0]?.mn ?? null,
      sb: 2,
    },
  ];
}
