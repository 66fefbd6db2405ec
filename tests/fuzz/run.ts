/** Runs the fuzzer over a range of indices and keeps count. */
import { examineJson } from "./json.ts";
import { inputOf, type Made } from "./inputs.ts";
import { bytesOf, examine, type Violation } from "./invariants.ts";
import { roundTrip } from "./round-trip.ts";
import { shrink } from "./shrink.ts";

export interface Tally {
  inputs: number;
  bytes: number;
  accepted: number;
  refused: Map<string, number>;
  collisions: number;
}
export interface Found extends Violation {
  seed: number;
  index: number;
  mutation: string;
  input: Uint8Array;
  shrunk: Uint8Array;
}
export interface Report {
  tallies: Map<string, Tally>;
  found: Found | null;
}

/** Of every twelve inputs one is a JSON message and one a frame through encoder and decoder. */
const TURN = 12;

/** Inputs `from` to `from + count - 1` of a seed; ends at the first violation. */
export function fuzz(seed: number, from: number, count: number, tick?: (done: number) => void): Report {
  const tallies = new Map<string, Tally>();
  for (let index = from; index < from + count; index++) {
    const { mutation, bytes, violation, accepted, refused, collisions, made } = at(seed, index);
    let tally = tallies.get(mutation);
    if (!tally)
      tallies.set(mutation, (tally = { inputs: 0, bytes: 0, accepted: 0, refused: new Map(), collisions: 0 }));
    tally.inputs++;
    tally.bytes += bytes.length;
    tally.accepted += accepted;
    tally.collisions += collisions;
    for (const [reason, n] of refused) tally.refused.set(reason, (tally.refused.get(reason) ?? 0) + n);
    if (violation) {
      const shrunk = made ? bytesOf(shrink(made, violation.invariant)) : bytes;
      return { tallies, found: { ...violation, seed, index, mutation, input: bytes, shrunk } };
    }
    if (tick && (index - from) % 50_000 === 49_999) tick(index - from + 1);
  }
  return { tallies, found: null };
}

interface At {
  mutation: string;
  bytes: Uint8Array;
  violation: Violation | null;
  accepted: number;
  refused: Map<string, number>;
  collisions: number;
  made?: Made;
}

function at(seed: number, index: number): At {
  const turn = index % TURN;
  if (turn === 0) return { mutation: "JSON message", ...examineJson(seed, index) };
  if (turn === 1) return { mutation: "encoded, then read", ...roundTrip(seed, index) };
  const made = inputOf(seed, Math.floor(index / TURN) * (TURN - 2) + turn - 2);
  return { mutation: made.mutation, bytes: bytesOf(made), made, ...examine(made) };
}
