/** One plant-day under one way of warning, tick by tick, with operators in the loop or without. */
import { HOUR, MINUTE } from "../../functions/shared/shanghai.ts";
import { DAY_START, timeOf, MINUTES } from "./clock.ts";
import type { Device, Plant } from "./process.ts";
import type { Notice, Operators } from "./operators.ts";
import { readings, recordOf, schedule, type Read, type Reading } from "./readings.ts";
import type { DeviceRecord } from "../../functions/telemetry/domain/reading.ts";

export const TICK = 5 * MINUTE;

export interface Arrival {
  device: Device;
  record: DeviceRecord;
  receivedAt: number;
  readings: Reading[];
}

/** What left for the operator's phone at a tick. */
export interface Sent {
  t: number;
  /** Lines about limits; none: the message is about data or a silent device. */
  notices: Notice[];
  /** Says that it is over. */
  recovered: boolean;
}

/** An episode of a way of warning: the stream, and the hours (their starts) in which it stood at a level. */
export interface Warned {
  stream: string;
  hours: number[];
}

/** A way of warning. It sees what was received strictly before the tick, and nothing else. */
export interface Warner {
  tick(t: number, arrivals: readonly Arrival[]): Sent | null;
  /** Somebody answers at `t`: repeats pause where this way of warning knows that. */
  answered(t: number): void;
  episodes(): Warned[];
}

export interface Run {
  /** When somebody answered, epoch ms. */
  answers: number[];
  sent: Sent[];
  episodes: Warned[];
  readings: Reading[];
}

export function run(plant: Plant, warner: Warner, operators: Operators, read: Read = readings): Run {
  const queue = schedule(plant);
  const answers: number[] = [];
  const waiting: number[] = [];
  const sent: Sent[] = [];
  const all: Reading[] = [];
  let next = 0;
  const first = timeOf(0) + TICK;
  for (let t = first; t <= timeOf(MINUTES); t += TICK) {
    const arrivals: Arrival[] = [];
    for (let q = queue[next]; q && q.receivedAt < t; q = queue[++next]) {
      const own = read(q.device, q.minute, plant.settings.interval, q.receivedAt, operators);
      all.push(...own);
      arrivals.push({
        device: q.device,
        record: recordOf(q.device, q.minute, own),
        receivedAt: q.receivedAt,
        readings: own,
      });
    }
    for (const at of waiting.splice(0))
      if (at < t) warner.answered(at);
      else waiting.push(at);
    const message = warner.tick(t, arrivals);
    if (!message) continue;
    sent.push(message);
    for (const notice of message.notices) {
      const at = operators.told(t, notice);
      if (at === null) continue;
      waiting.push(at);
      answers.push(at);
    }
  }
  return { answers, sent, episodes: warner.episodes(), readings: all };
}

/** Starts of the day's hours. */
export const HOURS = Array.from({ length: 24 }, (_, h) => DAY_START + h * HOUR);
