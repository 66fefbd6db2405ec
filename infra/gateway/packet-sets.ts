/**
 * Frames that a device cut into packets (bit D of Flag: PNUM, PNO) have to reach the platform in one bundle, because
 * it puts them together again there. So a set of packets stands in one window, whenever its packets come in.
 */
import type { Hj212Frame } from "../../functions/telemetry/domain/hj212/decode.ts";
import { windowOf } from "./spool.ts";

/** Within this time of its first packet a set is complete, or it stays incomplete. */
const SET_MS = 30_000;
const MOST_SETS = 10_000;

interface OpenSet {
  permitNo: string;
  window: number;
  expires: number;
  seen: Set<number>;
}

export interface Place {
  window: number;
  /** Names the set; null for a frame that is whole. */
  packets: string | null;
  /** No set of this plant waits for further packets. */
  settled: boolean;
}

/** Where a frame of a plant, received at `now` (epoch ms), is put. */
export function packetSets(): (frame: Hj212Frame, permitNo: string, now: number) => Place {
  const sets = new Map<string, OpenSet>();
  const prune = (now: number): void => {
    for (const [key, set] of sets) if (now >= set.expires || now < set.expires - SET_MS) sets.delete(key);
    while (sets.size > MOST_SETS) sets.delete(sets.keys().next().value!);
  };
  return (frame, permitNo, now) => {
    if (sets.size > 0) prune(now);
    let window = windowOf(now);
    let packets: string | null = null;
    const { pnum, pno } = frame;
    if (pnum !== null && pnum > 1) {
      packets = [frame.mn, frame.cn, frame.qn ?? ""].join(" ");
      const expires = now + SET_MS;
      // A set that begins shortly before the end of a window belongs to the next one as a whole.
      const set = sets.get(packets) ?? { permitNo, window: windowOf(expires), expires, seen: new Set<number>() };
      window = set.window;
      set.seen.add(pno ?? 0);
      if (set.seen.size >= pnum) sets.delete(packets);
      else sets.set(packets, set);
    }
    const settled = sets.size === 0 || ![...sets.values()].some((set) => set.permitNo === permitNo);
    return { window, packets, settled };
  };
}
