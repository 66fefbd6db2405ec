/**
 * Packets (bit D of Flag, PNUM and PNO): what does not fit into one CP of 950 bytes comes as several frames with one QN.
 * A set is put together only from what came in one payload or over one connection. Devices repeat DataTime in every packet
 * and cut between pollutants, so that a packet whose fellows are missing still says something by itself; what a whole set
 * adds is the pollutants side by side (a value and the O2 it is converted with) and items that were cut through.
 */
import { readItems, type Hj212Frame } from "./decode.ts";

export interface PacketSet<T> {
  total: number;
  /** By number; the same packet sent again stands behind the first. */
  packets: Map<number, T[]>;
  whole: boolean;
}

interface Held<T> extends PacketSet<T> {
  since: number;
}

export interface PacketSets<T> {
  /** `at`: receipt, epoch ms; any number where there is no time-out. */
  add(packet: T, at: number): void;
  /** Takes out, in the order of their first packets: whole sets, those begun before `before`, and those there is no room for. */
  take(before: number): PacketSet<T>[];
}

/** True for one of several packets with possible numbers; PNUM=1 is a frame like any other. */
export const isPacket = ({ pnum, pno }: Hj212Frame): boolean =>
  pnum !== null && pno !== null && pnum > 1 && pno >= 1 && pno <= pnum;

/** Collects packets in any order; holds at most `room` sets. A number that comes again with other content starts a new set. */
export function packetSets<T>(frameOf: (packet: T) => Hj212Frame, room: number): PacketSets<T> {
  const open = new Map<string, Held<T>>();
  let sets: Held<T>[] = [];
  return {
    add(packet, at) {
      const frame = frameOf(packet);
      const { mn, st, cn, qn, pnum, pno } = frame;
      const key = `${mn};${st};${cn};${qn};${pnum}`;
      let set = open.get(key);
      const twins = set?.packets.get(pno!);
      if (!set || (twins && frameOf(twins[0]!).cp !== frame.cp)) {
        set = { total: pnum!, packets: new Map(), whole: false, since: at };
        open.set(key, set);
        sets.push(set);
      }
      set.packets.set(pno!, [...(set.packets.get(pno!) ?? []), packet]);
      set.whole = set.packets.size === set.total;
    },
    take(before) {
      const full = sets.length - room;
      const taken = sets.filter((set, i) => set.whole || set.since < before || i < full);
      if (taken.length === 0) return taken;
      const gone = new Set(taken);
      sets = sets.filter((set) => !gone.has(set));
      for (const [key, set] of open) if (gone.has(set)) open.delete(key);
      return taken;
    },
  };
}

/** "2, 3": the numbers that did not come, the first few of many. */
export function missingOf({ total, packets }: PacketSet<unknown>): string {
  const missing: number[] = [];
  for (let n = 1; n <= total && missing.length < 6; n++) if (!packets.has(n)) missing.push(n);
  const more = total - packets.size - missing.length;
  return missing.join(", ") + (more > 0 ? ` and ${more} more` : "");
}

/** The frames of a whole set, in the order of PNO, as the one frame they were cut from. */
export function joinPackets(frames: readonly [Hj212Frame, ...Hj212Frame[]]): Hj212Frame {
  const [first, ...rest] = frames;
  const notes = new Set(frames.flatMap((frame) => frame.notes));
  let { cp } = first;
  for (const frame of rest) cp += (cutInside(cp, frame.cp) ? "" : ";") + frame.cp;
  const own: string[] = [];
  const items = readItems(cp, 0, cp.length, own);
  // What the cut looked like an error of is none.
  for (const note of ["item-without-key", "semicolon-before-close"]) if (!own.includes(note)) notes.delete(note);
  return { ...first, cp, items, encrypted: frames.every((f) => f.encrypted), notes: [...notes, "packet-joined"] };
}

/** True when a cut went through an item: one of the two sides of it has no `=` (or ends with the separator already). */
const cutInside = (before: string, after: string): boolean =>
  !before.slice(lastSeparator(before) + 1).includes("=") || !/^[^;,]*/.exec(after)![0].includes("=");

const lastSeparator = (text: string): number => Math.max(text.lastIndexOf(";"), text.lastIndexOf(","));
