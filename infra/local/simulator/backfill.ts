/** The past of a new city: the hours before the start, through the same door as live data, with the closings of that time. */
import { floorDay, floorHour, formatIso, HOUR, MINUTE } from "../../../functions/shared/shanghai.ts";
import { bundle, type Message } from "./bundle.ts";
import type { Fleet } from "./fleet.ts";
import type { SimMachine } from "./machine-port.ts";

/** Minutes of one plant in one message: long enough to be quick, shorter than the silence of the rules. */
const BUNDLE_MINUTES = 10;
/** Messages under way at once. */
const IN_FLIGHT = 64;
const CLOSE_HOUR_AT = 10 * MINUTE;
const CLOSE_DAY_AT = 30 * MINUTE;

export interface BackfillOptions {
  fleet: Fleet;
  /** Epoch ms; messages sent before it are in. */
  until: number;
  hours: number;
  /** For the plants behind gateways, of which there may be thousands; default `hours`. */
  hoursBehindGateways?: number;
  progress?: (done: { at: number; share: number; messages: number }) => void;
}

/**
 * Publishes the last `hours` (from the start of a clock hour) and fires close-hour and close-day of that time in order. Fires
 * no `warn`: ticks of the past send nothing. Returns how many messages and bytes went in; throws when a closing fails.
 */
export async function backfill(
  machine: SimMachine,
  { fleet, until, hours, hoursBehindGateways = hours, progress }: BackfillOptions,
): Promise<{ messages: number; bytes: number }> {
  const from = floorHour(until - hours * HOUR);
  const othersFrom = floorHour(until - hoursBehindGateways * HOUR);
  const total = { messages: 0, bytes: 0 };
  // Bundles start at whole tens of minutes, so every closing falls between two of them and sees what came strictly before.
  for (let at = from; at < until; at += BUNDLE_MINUTES * MINUTE) {
    const end = Math.min(at + BUNDLE_MINUTES * MINUTE, until);
    await close(machine, closingsAt(at, from));
    const messages = fleet.plants.flatMap((plant) =>
      at < othersFrom && !fleet.isDirect(plant) ? [] : bundle(plant, at, end),
    );
    messages.sort((a, b) => a.receivedAt - b.receivedAt);
    await publishAll(machine, messages);
    total.messages += messages.length;
    for (const message of messages) total.bytes += message.payload.length;
    progress?.({ at: end, share: (end - from) / (until - from), messages: total.messages });
  }
  await machine.drain();
  return total;
}

/** Schedules due at `at`: of periods that the back-fill has data of; the hour first, a day is made of hours. */
function closingsAt(at: number, from: number): { schedule: string; at: number }[] {
  const due: { schedule: string; at: number }[] = [];
  if (at - floorHour(at) === CLOSE_HOUR_AT && floorHour(at) > from) due.push({ schedule: "close-hour", at });
  if (at - floorDay(at) === CLOSE_DAY_AT && floorDay(at) > from) due.push({ schedule: "close-day", at });
  return due;
}

async function close(machine: SimMachine, due: readonly { schedule: string; at: number }[]): Promise<void> {
  if (due.length > 0) await machine.drain();
  for (const { schedule, at } of due) {
    const { error } = await machine.fire(schedule, at);
    if (error) throw new Error(`back-fill: ${schedule} of ${formatIso(at)} failed: ${error.errorMessage}`);
  }
}

async function publishAll(machine: SimMachine, messages: readonly Message[]): Promise<void> {
  for (let i = 0; i < messages.length; i += IN_FLIGHT)
    await Promise.all(messages.slice(i, i + IN_FLIGHT).map((m) => machine.publish(m.topic, m.payload, m.receivedAt)));
}
