/** JSON messages, damaged in their bytes and in their meaning, through the reader of `plants/{mn}/telemetry`. */
import { readPayload } from "../../functions/telemetry/domain/read-payload.ts";
import { chance, int, pick } from "../rules/dice.ts";
import { diceOf } from "./inputs.ts";
import { sane, type Outcome } from "./invariants.ts";
import { ruleData } from "./pool.ts";

const VALUES = [
  "38.6",
  "-0.3",
  "1e999",
  "-1e308",
  "1e12",
  "1e13",
  "null",
  '"38.6"',
  "true",
  "[]",
  "{}",
  "0.1e-400",
  "NaN",
  "9".repeat(350),
];
const TIMES = [
  '"2026-10-01T08:30:00+08:00"',
  '"2026-10-01T08:30:00Z"',
  '"2026-02-30T08:30:00+08:00"',
  '""',
  "null",
  "0",
  '"2026-10-01"',
];
const CODES = ['"a21002"', '"03"', '"w01018"', '""', `"${"x".repeat(40)}"`, "null", '"__proto__"', '"constructor"'];
const FLAGS = ['"N"', '"D"', '""', "null", '"123456789"', "7"];
const KINDS = ['"minute"', '"realtime"', '"hour"', "null", '"__proto__"'];

export function examineJson(seed: number, index: number): Outcome & { bytes: Uint8Array } {
  const d = diceOf(seed, index);
  const usual = (list: readonly string[]): string => (chance(d, 0.7) ? list[0]! : pick(d, list));
  const readings = Array.from(
    { length: int(d, 0, 4) },
    (_, i) =>
      `{"pollutant":${i === 0 ? usual(CODES) : pick(d, CODES)},"value":${usual(VALUES)},"flag":${usual(FLAGS)}}`,
  );
  const running = `{"code":"TA00${int(d, 1, 2)}","running":${pick(d, ["true", "false", "1"])}}`;
  let text = `{"at":${usual(TIMES)},"kind":${usual(KINDS)},"readings":[${readings.join()}],"facilities":[${chance(d, 0.5) ? running : ""}]}`;
  if (chance(d, 0.1)) text = "[".repeat(int(d, 1, 20_000)) + text;
  let bytes: Uint8Array = Buffer.from(text);
  if (chance(d, 0.5)) {
    const damaged = new Uint8Array(bytes);
    for (let n = int(d, 1, 3); n > 0; n--) damaged[int(d, 0, damaged.length - 1)] = int(d, 0, 255);
    bytes = chance(d, 0.3) ? damaged.subarray(0, int(d, 0, damaged.length)) : damaged;
  }
  const out: Outcome = { violation: null, accepted: 0, refused: new Map(), collisions: 0 };
  const fail = (invariant: string, story: string): void => {
    out.violation ??= { invariant, story };
  };
  try {
    const pieces = readPayload({ channel: "telemetry", mn: "TX1", bytes, ruleData });
    const [piece] = pieces;
    if (piece === undefined || pieces.length !== 1 || piece.bytes !== bytes)
      fail("a message is one piece", `${pieces.length} pieces`);
    else {
      sane(piece, fail);
      if (piece.ok) out.accepted++;
      else out.refused.set(piece.reason, 1);
    }
  } catch (error) {
    fail("never throws", error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  return { ...out, bytes };
}
