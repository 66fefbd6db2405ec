/** The sites of the city at a moment: facilities that run or stand still, noise and dust outlets within or above. Pure. */
import { inForce } from "../../register/domain/permit.ts";
import type { SiteInLists } from "../../register/stored-items.ts";
import type { SiteState } from "../../telemetry/domain/site-states.ts";
import type { CityStanding } from "./city-state.ts";

/** What one facility or outlet counts as; also what lists of plants are filtered by. */
export const SITE_CONDITIONS = [
  "treatment-running",
  "treatment-stopped",
  "treatment-other",
  "treatment-unknown",
  "treatment-mismatch",
  "production-running",
  "production-stopped",
  "production-other",
  "production-unknown",
  "noise-within",
  "noise-over",
  "noise-unknown",
  "dust-within",
  "dust-over",
  "dust-unknown",
] as const;
export type SiteCondition = (typeof SITE_CONDITIONS)[number];
export type SiteCounts = Record<SiteCondition, number>;

export const noSites = (): SiteCounts =>
  Object.fromEntries(SITE_CONDITIONS.map((condition) => [condition, 0])) as SiteCounts;

type Known = Pick<CityStanding, "out" | "offline"> & { silent: boolean };

/**
 * Conditions of one plant's facilities and outlets, one each; a treatment facility that is off while production runs is
 * listed once more, as a mismatch. What a silent plant or device said last is no longer known to be so.
 */
export function siteOf(
  { facilities, noise, dust }: SiteInLists,
  { out, offline, silent }: Known,
  states: ReadonlyMap<string, SiteState> | undefined,
  now: number,
): SiteCondition[] {
  const quiet = new Set(offline);
  const found: SiteCondition[] = [];
  for (const { code, kind, mn } of facilities) {
    const state = silent || (mn !== null && quiet.has(mn)) ? null : (states?.get(code)?.state ?? null);
    const how = state === null ? "unknown" : state === 1 ? "running" : state === 0 ? "stopped" : "other";
    found.push(`${kind}-${how}`);
    if (kind === "treatment" && out.includes(code)) found.push("treatment-mismatch");
  }
  for (const [medium, outlets] of [
    ["noise", noise],
    ["dust", dust],
  ] as const)
    for (const { code, devices } of outlets) {
      const bound = devices.filter((device) => inForce(device, now));
      const heard = !silent && states?.has(code) === true && bound.some(({ mn }) => !quiet.has(mn));
      found.push(`${medium}-${out.includes(code) ? "over" : heard ? "within" : "unknown"}`);
    }
  return found;
}

export interface TownSite {
  town: string;
  counts: SiteCounts;
}

/** Counts by town, of towns that have anything to count. */
export function siteByTown(plants: Iterable<{ town: string; site: readonly SiteCondition[] }>): TownSite[] {
  const towns = new Map<string, SiteCounts>();
  for (const { town, site } of plants) {
    if (site.length === 0) continue;
    const counts = towns.get(town) ?? noSites();
    towns.set(town, counts);
    for (const condition of site) counts[condition] += 1;
  }
  return [...towns].map(([town, counts]) => ({ town, counts })).sort((a, b) => (a.town < b.town ? -1 : 1));
}
