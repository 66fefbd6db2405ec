/**
 * Makes bundles of what is in the spool and publishes them: one per plant and window, sent when the window ends, earlier
 * when 5 KB are there. What is fresh goes first; what an outage left follows at its own pace, oldest first. Everything
 * is looked up on disk, so an outage of days costs no memory and a crash loses nothing.
 */
import type { Counters } from "./counters.ts";
import { BUNDLE_BYTES, windowOf, type Slot, type Spool } from "./spool.ts";
import { tokenBucket } from "./token-bucket.ts";
import type { Uplink } from "./uplink.ts";

export interface Sender {
  /** A frame of `size` bytes is on disk. `settled` false: further packets of its set are still to come. */
  stored(slot: Slot, size: number, settled: boolean): void;
  /** Something may have changed: the clock, or the uplink. */
  tick(): void;
  counts(): { fresh: number; underWay: number };
  /** Resolves when no publish is under way; call it after the uplink has stopped. */
  settled(): Promise<void>;
}

export interface SenderOptions {
  spool: Spool;
  uplink: () => Pick<Uplink, "connected" | "publish">;
  topicOf: (permitNo: string) => string;
  pace: { messagesPerSecond: number; backlogPerSecond: number; inFlight: number };
  /** Wall clock, epoch ms. */
  now: () => number;
  counters: Counters;
  log: (line: string) => void;
}

/** A queue of fresh bundles is kept for so many windows; what is older is the backlog's. */
const FRESH_WINDOWS = 2;
/** Of the publishes under way at most a quarter are backlog: fresh ones never wait for them. */
const BACKLOG_SHARE = 4;
const RETRY_MS = 1_000;

type Kind = "early" | "fresh" | "backlog";
const keyOf = ({ window, permitNo }: Slot): string => `${window} ${permitNo}`;

export function startSender(options: SenderOptions): Sender {
  const { spool, uplink, topicOf, pace, now, counters, log } = options;
  const all = tokenBucket(pace.messagesPerSecond, Math.max(1, pace.messagesPerSecond / 4));
  const backlog = tokenBucket(pace.backlogPerSecond, Math.max(1, pace.backlogPerSecond / 4));
  const mostBacklog = Math.max(1, Math.floor(pace.inFlight / BACKLOG_SHARE));

  /** Bytes in windows that have not ended, by slot. */
  const open = new Map<string, Slot & { bytes: number; settled: boolean }>();
  const fresh = new Map<string, Slot & { kind: Kind }>();
  const underWay = new Map<string, { kind: Kind; done: Promise<void> }>();
  let window = windowOf(now());
  /** Where the look for backlog stands; "done": nothing is left behind it. */
  let cursor: Slot | null | "done" = null;
  let stopped = false;
  for (const each of [window, window + 1])
    for (const [permitNo, bytes] of spool.sizes(each))
      open.set(keyOf({ window: each, permitNo }), { window: each, permitNo, bytes, settled: true });

  function closeWindows(): void {
    const current = windowOf(now());
    if (current === window) return;
    window = current;
    for (const [key, slot] of open) {
      // A clock that was set back leaves windows of the future behind: they are closed as well.
      if (slot.window === window || slot.window === window + 1) continue;
      open.delete(key);
      if (slot.bytes > 0) fresh.set(key, { ...slot, kind: "fresh" });
    }
    for (const [key, slot] of fresh)
      if (Math.abs(window - slot.window) > FRESH_WINDOWS && !underWay.has(key)) fresh.delete(key);
    cursor = null;
  }

  function nextFresh(): (Slot & { kind: Kind }) | null {
    for (const [key, slot] of fresh) {
      if (underWay.has(key)) continue;
      fresh.delete(key);
      return slot;
    }
    return null;
  }

  function nextBacklog(): Slot | null {
    while (cursor !== "done") {
      const slot: Slot | null = spool.next(cursor, [window, window + 1]);
      cursor = slot ?? "done";
      if (slot && !fresh.has(keyOf(slot)) && !underWay.has(keyOf(slot))) return slot;
    }
    return null;
  }

  function pump(): void {
    const at = performance.now();
    while (!stopped && uplink().connected() && underWay.size < pace.inFlight && all.wait(at) === 0) {
      let next: (Slot & { kind: Kind }) | null = nextFresh();
      if (!next) {
        const busy = [...underWay.values()].filter(({ kind }) => kind === "backlog").length;
        if (busy >= mostBacklog || backlog.wait(at) > 0) return;
        const slot = nextBacklog();
        if (!slot) return;
        next = { ...slot, kind: "backlog" };
        backlog.take(1, at);
      }
      all.take(1, at);
      const slot = next;
      const key = keyOf(slot);
      const done = send(slot).finally(() => {
        underWay.delete(key);
        pump();
      });
      underWay.set(key, { kind: slot.kind, done });
    }
  }

  async function send(slot: Slot & { kind: Kind }): Promise<void> {
    // After the caller has noted it as under way.
    await Promise.resolve();
    const waiting = open.get(keyOf(slot));
    if (slot.kind === "early" && (!waiting || !isLarge(waiting))) return;
    const bundle = spool.bundle(slot);
    if (!bundle) return;
    try {
      await uplink().publish(topicOf(bundle.permitNo), bundle.payload);
    } catch {
      cursor = null; // it is still on disk, and is found there again
      return;
    }
    await forget(bundle);
    counters.add("bundles_total", slot.kind === "backlog" ? "backlog" : "fresh");
    counters.add("bundle_bytes_total", "", bundle.payload.length);
    const key = keyOf(slot);
    const held = open.get(key);
    if (held) held.bytes = Math.max(0, held.bytes - bundle.payload.length);
    if (slot.kind === "early" ? held !== undefined && isLarge(held) : bundle.more) fresh.set(key, { ...slot });
  }

  /** Acknowledged, so never sent again: as long as the disk refuses to forget it, its slot stays under way. */
  async function forget(bundle: NonNullable<ReturnType<Spool["bundle"]>>): Promise<void> {
    for (let said = false; ; said = true) {
      try {
        return await spool.remove(bundle);
      } catch (error) {
        if (!said) log(`an acknowledged bundle cannot be removed: ${(error as Error).message}`);
        if (stopped) return;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  const isLarge = (slot: { bytes: number; settled: boolean }): boolean => slot.settled && slot.bytes >= BUNDLE_BYTES;

  return {
    stored(slot, size, settled) {
      closeWindows();
      const key = keyOf(slot);
      const held = open.get(key) ?? { ...slot, bytes: 0, settled };
      held.bytes += size;
      held.settled = settled;
      if (slot.window !== window && slot.window !== window + 1) {
        // Its window ended while it was being written, or the clock was set back.
        if (!fresh.has(key)) fresh.set(key, { ...slot, kind: "fresh" });
      } else {
        open.set(key, held);
        if (isLarge(held) && !fresh.has(key)) fresh.set(key, { ...slot, kind: "early" });
      }
      if (fresh.size > 0) pump();
    },
    tick() {
      closeWindows();
      pump();
    },
    counts: () => ({ fresh: fresh.size, underWay: underWay.size }),
    async settled() {
      stopped = true;
      await Promise.all([...underWay.values()].map(({ done }) => done));
    },
  };
}
