/** Any frame that can be written is read as what was written: decode(encode(x)) = x. */
import { decodeFrame } from "../../functions/telemetry/domain/hj212/decode.ts";
import { buildCp, encodeFrame, MAX_CP, type CpGroup } from "../../functions/telemetry/domain/hj212/encode.ts";
import { splitFrames } from "../../functions/telemetry/domain/hj212/frame.ts";
import { chance, int, pick, type Dice } from "../rules/dice.ts";
import { diceOf } from "./inputs.ts";
import type { Outcome } from "./invariants.ts";
import { KEY, withKeys } from "./pool.ts";

const PLAIN = "ABCDEFabcdefxyz0123456789-_. +";
const WIDE = "设备运行正常无报警é€😀";
/** No separators: those are the caller's to keep out. */
const word = (d: Dice, low: number, high: number, letters: string): string => {
  const all = Array.from(letters);
  return Array.from({ length: int(d, low, high) }, () => pick(d, all)).join("");
};

export function roundTrip(seed: number, index: number): Outcome & { bytes: Uint8Array } {
  const d = diceOf(seed, index);
  const groups: CpGroup[] = Array.from({ length: int(d, 0, 6) }, () =>
    Array.from({ length: int(d, 1, 3) }, () => [
      `${word(d, 1, 6, PLAIN)}-Rtd`,
      chance(d, 0.9) ? word(d, 0, 12, PLAIN) : word(d, 1, 4, WIDE),
    ]),
  );
  const flag = chance(d, 0.1) ? null : int(d, 0, 11);
  const cp = buildCp(groups);
  const frame = {
    qn: chance(d, 0.1) ? null : `20261001083000${String(int(d, 0, 999)).padStart(3, "0")}`,
    st: word(d, 2, 2, "0123456789"),
    cn: word(d, 4, 4, "0123456789"),
    pw: chance(d, 0.2) ? null : word(d, 6, 6, PLAIN),
    mn: word(d, 1, 24, "ABCDEF0123456789_-"),
    flag,
    pnum: chance(d, 0.2) ? int(d, 1, 9999) : null,
    pno: chance(d, 0.2) ? int(d, 1, 9999) : null,
    resend: chance(d, 0.1),
    cp: Buffer.byteLength(cp) <= MAX_CP ? cp : "",
  };
  const items = frame.cp === "" ? [] : groups.flat();
  const bytes = encodeFrame(frame, chance(d, 0.3) ? KEY : undefined);
  const out: Outcome = { violation: null, accepted: 0, refused: new Map(), collisions: 0 };
  try {
    const pieces = splitFrames(bytes, withKeys);
    const [piece] = pieces;
    const read = piece?.ok === true ? decodeFrame(piece.segment, piece.encrypted) : null;
    if (pieces.length !== 1 || read?.ok !== true)
      out.violation = {
        invariant: "decode(encode(x)) = x",
        story: JSON.stringify({ frame, read, pieces: pieces.length }),
      };
    else {
      out.accepted++;
      const { qn, st, cn, pw, mn, flag, pnum, pno, resend, cp } = read.frame;
      const same = JSON.stringify({ qn, st, cn, pw, mn, flag, pnum, pno, resend, cp }) === JSON.stringify(frame);
      const said = read.frame.items.map(({ key, value }) => [key, value]);
      if (!same || JSON.stringify(said) !== JSON.stringify(items))
        out.violation = { invariant: "decode(encode(x)) = x", story: JSON.stringify({ frame, read: read.frame }) };
    }
  } catch (error) {
    out.violation = { invariant: "never throws", story: error instanceof Error ? error.message : String(error) };
  }
  return { ...out, bytes };
}
