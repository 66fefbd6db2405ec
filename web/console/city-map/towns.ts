/** The towns that the map knows, with schematic outlines (made by infra/local/demo/town-outlines.ts). */
import outlines from "./towns.json" with { type: "json" };

export interface Town {
  name: string;
  /** Longitude and latitude in degrees. */
  middle: readonly number[];
  outline: readonly (readonly number[])[];
}

export const TOWNS: readonly Town[] = outlines;
export const TOWN_NAMES: readonly string[] = TOWNS.map(({ name }) => name);
