/** The sections of `npm run bench` in their order, each with the time it may take on a quiet machine of two cores. */
import type { Section } from "./section.ts";

export interface SectionPlan {
  name: string;
  /** It is aborted after so many seconds, and that is said. All together stay below five minutes. */
  budgetSeconds: number;
  /** What has to be there first and is not counted; its failure is the section's to tell. */
  prepare?: () => Promise<void>;
  /** Loaded in the section's own process only. */
  load: () => Promise<() => Promise<Section>>;
}

/** Quiet ones first: what follows a section that works both cores would be measured on a warm machine. */
export const SECTIONS: readonly SectionPlan[] = [
  { name: "codec", budgetSeconds: 8, load: async () => (await import("./codec.ts")).codec },
  { name: "bundles", budgetSeconds: 10, load: async () => (await import("./bundles.ts")).bundles },
  { name: "start-up", budgetSeconds: 15, load: async () => (await import("./start-up.ts")).startUp },
  { name: "page", budgetSeconds: 12, load: async () => (await import("./page.ts")).page },
  { name: "throughput", budgetSeconds: 122, load: async () => (await import("./throughput.ts")).throughput },
  { name: "tick", budgetSeconds: 48, load: async () => (await import("./tick.ts")).tick },
  { name: "cost", budgetSeconds: 20, load: async () => (await import("./cost.ts")).cost },
  {
    name: "side-by-side",
    budgetSeconds: 64,
    prepare: async () => (await import("./side-by-side/node-red.ts")).installQuietly(),
    load: async () => (await import("./side-by-side.ts")).sideBySide,
  },
];

/** The sections named in `only` ("throughput,tick"), all of them when it is absent. Throws on an unknown name. */
export function chosen(only: string | undefined, all: readonly SectionPlan[] = SECTIONS): SectionPlan[] {
  if (only === undefined) return [...all];
  const names = only.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !all.some((section) => section.name === name));
  if (unknown !== undefined)
    throw new Error(`no section "${unknown}"; there are ${all.map((section) => section.name).join(", ")}`);
  return all.filter((section) => names.includes(section.name));
}
