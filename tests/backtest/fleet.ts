/**
 * A second opinion: the plants of `npm start`'s simulated fleet, written by somebody else for another purpose, read by the same
 * warnings. Their upsets end by themselves and their noise has octaves instead of a memory.
 */
import { MINUTE } from "../../functions/shared/shanghai.ts";
import { means } from "../../infra/local/simulator/process.ts";
import { profile, type SimPlant } from "../../infra/local/simulator/profile.ts";
import type { RuleData } from "../../layers/rule-data.ts";
import { timeOf } from "./clock.ts";
import type { Plant } from "./process.ts";
import type { Read } from "./readings.ts";

/** Reads the same outlets and limits as the model's plant, with the fleet's process behind them. */
export function fleetOf(plant: Plant, ruleData: RuleData): Read {
  const { seed } = plant.settings;
  // A seed of its own for each plant-day: a hundred permits on one date would otherwise share what the date does.
  const sim: SimPlant = profile(plant.permit, { seed: seed + plant.index, ruleData, json: true });
  return (device, minute, interval, receivedAt) => {
    const own = sim.devices.find((d) => d.mn === device.mn);
    if (!own) throw new Error(`the fleet has no device ${device.mn}`);
    const values = means(sim, own, timeOf(minute) / MINUTE, interval);
    return device.streams.map((stream) => {
      const mean = values.find((v) => v.stream.code === stream.pollutant);
      if (!mean) throw new Error(`the fleet does not measure ${stream.pollutant}`);
      const flag = mean.converted === null ? "D" : mean.flag;
      return { stream, minute, minutes: interval, receivedAt, value: mean.converted ?? mean.avg, flag };
    });
  };
}
