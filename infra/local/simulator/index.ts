/** The simulator's door: everything `infra/local` needs of it. */
export { backfill } from "./backfill.ts";
export { buildFleet, type Fleet } from "./fleet.ts";
export { type SimulatedGateway, type Simulator, startSimulator } from "./live.ts";
