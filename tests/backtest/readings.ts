/** What the analysers of a plant report, with what operators do in it. */
import type { DeviceRecord } from "../../functions/telemetry/domain/reading.ts";
import { formatIso } from "../../functions/shared/shanghai.ts";
import { levelWithout, type Operators } from "./operators.ts";
import { timeOf } from "./clock.ts";
import type { Device, Plant, Stream } from "./process.ts";

/** One stream's value of one record: what a receiver sees. */
export interface Reading {
  stream: Stream;
  /** First minute and how many. */
  minute: number;
  minutes: number;
  receivedAt: number;
  /** In the rule data's unit, as printed by the logger. */
  value: number;
  flag: string;
}

/** A value that the analyser shows while it is calibrated (span gas) or broken, in limits: never judged. */
const SPAN = 1.5;

function levelAt(stream: Stream, minute: number, flag: string, operators: Operators): number {
  if (flag === "C") return SPAN;
  if (flag !== "N") return 0.01;
  const level = Math.min(levelWithout(stream, minute), operators.ceiling(stream.key, minute));
  const noise = (stream.slow[minute] ?? 0) + (stream.fast[minute] ?? 0) + (stream.white[minute] ?? 0);
  return level * Math.exp(noise) + (stream.false[minute] ?? 0);
}

/** How the record of a device that begins at `minute` comes about. */
export type Read = (
  device: Device,
  minute: number,
  interval: number,
  receivedAt: number,
  operators: Operators,
) => Reading[];

/** The record of a device that begins at `minute`: mean over the minutes of its flag (N when at least half are). */
export function readings(
  device: Device,
  minute: number,
  interval: number,
  receivedAt: number,
  operators: Operators,
): Reading[] {
  const flags = device.flags.slice(minute, minute + interval);
  const normal = flags.filter((f) => f === "N").length;
  const flag = normal * 2 >= interval ? "N" : (flags.find((f) => f !== "N") ?? "N");
  return device.streams.map((stream) => {
    let sum = 0;
    let n = 0;
    for (const [i, own] of flags.entries())
      if (own === flag) {
        sum += levelAt(stream, minute + i, flag, operators);
        n += 1;
      }
    const scale = 10 ** stream.decimals;
    const value = Math.round((sum / n) * stream.limit * scale) / scale;
    return { stream, minute, minutes: interval, receivedAt, value, flag };
  });
}

/** The record as the decoder gives it. */
export const recordOf = (device: Device, minute: number, own: readonly Reading[]): DeviceRecord => ({
  mn: device.mn,
  command: "json",
  kind: "minute",
  dataTime: timeOf(minute),
  qn: null,
  items: own.map(({ stream, value, flag }) => ({ pollutant: stream.pollutant, value, converted: value, flag })),
  facilities: [],
  notes: [],
});

/** The same record as its JSON message. */
export const messageOf = (minute: number, own: readonly Reading[]): string =>
  JSON.stringify({
    at: formatIso(timeOf(minute)),
    kind: "minute",
    readings: own.map(({ stream, value, flag }) => ({ pollutant: stream.pollutant, value, converted: value, flag })),
  });

/** All records of a plant in order of receipt. */
export const schedule = (plant: Plant): { device: Device; minute: number; receivedAt: number }[] =>
  plant.devices
    .flatMap((device) => device.records.map((r) => ({ device, ...r })))
    .sort((a, b) => a.receivedAt - b.receivedAt || (a.device.mn < b.device.mn ? -1 : 1));
