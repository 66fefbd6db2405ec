/**
 * Sends the minutes of a set of senders as their time comes, and again from where it stopped after a break: what has not been
 * acknowledged is simply made again from the model, so nothing is buffered. Knows no network and no clock of its own.
 */
import { MINUTE } from "../../../functions/shared/shanghai.ts";
import type { Message } from "./bundle.ts";

/** One device with its own connection, or one plant behind a gateway. */
export interface Sender {
  /** Milliseconds after the start of a minute at which what it sent in that minute goes out; may exceed a minute. */
  offset: number;
  messages(minute: number): Message[];
  publish(message: Message): Promise<void>;
  /** False while its connection is down: it waits. */
  ready(): boolean;
}

export interface Courier {
  /** Starts what is due at `now` (epoch ms). */
  tick(now: number): void;
  /** Resolves when nothing is under way. */
  settled(): Promise<void>;
  /** Up to here (epoch ms) every minute is acknowledged or given up: where a later run has to go on. */
  sentUntil(): number;
  counts(): { sent: number; failed: number; skippedMinutes: number; underWay: number };
}

export interface CourierOptions {
  /** First minute to send, as epoch ms of any moment in it. */
  since: number;
  /** Senders under way at once. */
  inFlight: number;
  /** A logger keeps so many minutes; what is older when the link is back is lost. */
  memoryMinutes: number;
}

export function courier(senders: readonly Sender[], { since, inFlight, memoryMinutes }: CourierOptions): Courier {
  const next = new Float64Array(senders.length).fill(Math.floor(since / MINUTE));
  const busy = new Set<Promise<void>>();
  const working = new Uint8Array(senders.length);
  let sent = 0;
  let failed = 0;
  let skippedMinutes = 0;
  let turn = 0; // where the last tick stopped, so that a full house does not starve the last ones

  async function work(i: number, minute: number): Promise<void> {
    const sender = senders[i] as Sender;
    try {
      for (const message of sender.messages(minute)) {
        await sender.publish(message);
        sent++;
      }
      next[i] = minute + 1;
    } catch {
      failed++; // not acknowledged: the same minute again at the next tick
    } finally {
      working[i] = 0;
    }
  }

  return {
    tick(now) {
      for (let step = 0; step < senders.length && busy.size < inFlight; step++) {
        const i = (turn + step) % senders.length;
        const sender = senders[i] as Sender;
        const due = Math.floor((now - sender.offset) / MINUTE);
        let minute = next[i] as number;
        if (working[i] === 1 || minute > due || !sender.ready()) continue;
        if (due - minute > memoryMinutes) {
          skippedMinutes += due - memoryMinutes - minute;
          minute = next[i] = due - memoryMinutes;
        }
        working[i] = 1;
        const job: Promise<void> = work(i, minute).finally(() => busy.delete(job));
        busy.add(job);
        if (busy.size >= inFlight) turn = (i + 1) % senders.length;
      }
    },
    async settled() {
      while (busy.size > 0) await Promise.all(busy);
    },
    sentUntil: () => next.reduce((least, minute) => Math.min(least, minute), Infinity) * MINUTE,
    counts: () => ({ sent, failed, skippedMinutes, underWay: busy.size }),
  };
}
