/** What a list of plants may be narrowed to so that it is what a number of the board counts. Pure. */
import type { CityDay } from "../city-facts.ts";
import type { ListedPlant } from "../../register/plant-lists.ts";
import type { SiteState } from "../../telemetry/domain/site-states.ts";
import type { CityStanding } from "./city-state.ts";
import type { ToldPeriod } from "../../warnings/told-periods.ts";
import { SITE_CONDITIONS, siteOf, type SiteCondition } from "./site.ts";

export const CONDITIONS = [
  ...SITE_CONDITIONS,
  "warned-today",
  "told-today",
  "saved-today",
  "key-judged",
  "key-not-judged",
] as const;
export type Condition = (typeof CONDITIONS)[number];

export const isSite = (condition: Condition): condition is SiteCondition =>
  (SITE_CONDITIONS as readonly string[]).includes(condition);

export type StandingNow = CityStanding & { heard: boolean };

/** Key plants whose data are judged against their permit now. */
export const judgedByData = ({ state, heard }: Pick<StandingNow, "state" | "heard">): boolean =>
  heard && state !== "silent";

/** Plants that were warned of a period which closed met, and of none that was exceeded. */
export function savedPlants(told: readonly ToldPeriod[]): Set<string> {
  const of = (verdict: ToldPeriod["verdict"]): Set<string> =>
    new Set(told.filter((p) => p.verdict === verdict).map(({ permitNo }) => permitNo));
  const exceeded = of("exceeded");
  return new Set([...of("met")].filter((permitNo) => !exceeded.has(permitNo)));
}

export const siteNow = (
  plant: Pick<ListedPlant, "permitNo" | "site">,
  standing: StandingNow,
  sites: ReadonlyMap<string, ReadonlyMap<string, SiteState>>,
  now: number,
): SiteCondition[] =>
  siteOf(plant.site, { ...standing, silent: !judgedByData(standing) }, sites.get(plant.permitNo), now);

/** Is this plant among those that the board counts under `condition`? */
export function counted(
  condition: Condition,
  day: Pick<CityDay, "episodes" | "told">,
  site: (plant: ListedPlant) => readonly SiteCondition[],
  standing: (permitNo: string) => StandingNow,
): (plant: ListedPlant) => boolean {
  if (isSite(condition)) return (plant) => site(plant).includes(condition);
  if (condition === "warned-today" || condition === "told-today") {
    const rows = day.episodes.filter(({ messages }) => condition === "warned-today" || messages > 0);
    const plants = new Set(rows.map(({ permitNo }) => permitNo));
    return ({ permitNo }) => plants.has(permitNo);
  }
  if (condition === "saved-today") {
    const plants = savedPlants(day.told);
    return ({ permitNo }) => plants.has(permitNo);
  }
  return ({ management, permitNo }) =>
    management === "key" && judgedByData(standing(permitNo)) === (condition === "key-judged");
}
