/** The simulator's door: everything `infra/local` needs of it. */
export { backfill, type BackfillOptions } from "./backfill.ts";
export { buildFleet, DIRECT_PLANTS, type Fleet, type FleetOptions } from "./fleet.ts";
export { type Simulator, type SimulatorOptions, startSimulator } from "./live.ts";
export type { Plan } from "./stage.ts";
