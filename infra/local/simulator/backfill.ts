/** The past of a new city: the hours before the start, through the same door as live data, with the closings of that time. */
import { floorDay, floorHour, HOUR, MINUTE } from "../../../functions/shared/shanghai.ts";
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
  progress?: (done: { at: number; share: number; messages: number }) => void;
}

/**
 * Publishes the last `hours` (from the start of a clock hour) and fires close-hour and close-day of that time in order. Fires
 * no `warn`: ticks of the past send nothing. Returns how many messages and bytes went in.
 */
export async function backfill(
  machine: SimMachine,
  { fleet, until, hours, progress }: BackfillOptions,
): Promise<{ messages: number; bytes: number }> {
  const from = floorHour(until - hours * HOUR);
  const total = { messages: 0, bytes: 0 };
  for (let at = from; at < until; at += BUNDLE_MINUTES * MINUTE) {
    const end = Math.min(at + BUNDLE_MINUTES * MINUTE, until);
    await closings(machine, at);
    const messages = fleet.plants.flatMap((plant) => bundle(plant, at, end));
    messages.sort((a, b) => a.receivedAt - b.receivedAt);
    await publishAll(machine, messages);
    total.messages += messages.length;
    for (const message of messages) total.bytes += message.payload.length;
    progress?.({ at: end, share: (end - from) / (until - from), messages: total.messages });
  }
  await machine.drain();
  return total;

  /** Fires what is due at `at`: the day first becomes final after its last hour, so hours before days. */
  async function closings(to: SimMachine, moment: number): Promise<void> {
    const closesHour = moment - floorHour(moment) === CLOSE_HOUR_AT && moment - CLOSE_HOUR_AT > from;
    const closesDay = moment - floorDay(moment) === CLOSE_DAY_AT && moment - CLOSE_DAY_AT - from > 0;
    if (!closesHour && !closesDay) return;
    await to.drain();
    if (closesHour) await to.fire("close-hour", moment);
    if (closesDay) await to.fire("close-day", moment);
  }
}

async function publishAll(machine: SimMachine, messages: readonly Message[]): Promise<void> {
  for (let i = 0; i < messages.length; i += IN_FLIGHT)
    await Promise.all(messages.slice(i, i + IN_FLIGHT).map((m) => machine.publish(m.topic, m.payload, m.receivedAt)));
}
