/** The simulated city: every permit as a plant, the first ones with devices that hold their own connections. */
import type { Permit } from "../../../functions/register/domain/permit.ts";
import type { RuleData } from "../../../layers/rule-data.ts";
import { tcpDevices, type Dialect } from "./dialect.ts";
import { profile, type SimDevice, type SimPlant } from "./profile.ts";
import { type Plan, stage } from "./stage.ts";

/** Plants whose devices publish as themselves; all further ones speak through the gateway of their town. */
export const DIRECT_PLANTS = 24;

export interface FleetOptions {
  permits: readonly Permit[];
  seed: number;
  ruleData: RuleData;
  /** The moment the city starts to run (epoch ms): the running hour gets its events around it. Null: nothing planned. */
  startedAt: number | null;
  /** Plants whose devices hold their own connections, from the start of the list; default `DIRECT_PLANTS`. */
  direct?: number;
}

export interface Fleet {
  plants: SimPlant[];
  /** What was planned for the running hour, for the console. */
  plans: Plan[];
  isDirect(plant: SimPlant): boolean;
  /** Devices that speak over TCP where there is a gateway to speak to, and how. */
  overTcp: ReadonlyMap<SimDevice, Dialect>;
}

export function buildFleet({ permits, seed, ruleData, startedAt, direct = DIRECT_PLANTS }: FleetOptions): Fleet {
  const plants = permits.map((permit, i) => profile(permit, { seed, ruleData, json: i < direct }));
  const own = new Set(plants.slice(0, direct));
  const plans = startedAt === null ? [] : stage([...own], { seed, startedAt });
  return { plants, plans, isDirect: (plant) => own.has(plant), overTcp: tcpDevices(plants, ruleData) };
}
