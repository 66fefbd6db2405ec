/**
 * Frames a second on one core: `node tests/bench/codec.ts`. Bundles of 100 frames of HJ 212-2017, realtime values with their
 * flags; CPU time of the thread, so that other work on the machine does not count as much. Median and best of nine.
 */
import { buildCp, encodeFrame, readingGroup } from "../../functions/telemetry/domain/hj212/encode.ts";
import { decodeFrame } from "../../functions/telemetry/domain/hj212/decode.ts";
import { splitFrames } from "../../functions/telemetry/domain/hj212/frame.ts";
import { readPayload } from "../../functions/telemetry/domain/read-payload.ts";
import { loadRuleData } from "../../layers/rule-data.ts";

const FRAMES = 100;
const ROUNDS = 200;
const KEY = Buffer.from("0000000000000000");
const CODES = ["a21026", "a21002", "a34013", "a19001", "a01012", "a00000"];
const ruleData = loadRuleData(new URL("../../layers/rule-data", import.meta.url).pathname);
const keysOf = (): Uint8Array[] => [KEY];

function bundle(pollutants: number, flag: number, key?: Uint8Array): Uint8Array {
  const frames = Array.from({ length: FRAMES }, (_, i) => {
    const qn = `202610010830${String(i % 60).padStart(2, "0")}123`;
    const groups = CODES.slice(0, pollutants).map((code, j) =>
      readingGroup(code, { Rtd: (20 + j + i / 10).toFixed(2), Flag: "N" }),
    );
    const cp = buildCp([[["DataTime", "20261001083000"]], ...groups]);
    return encodeFrame({ qn, st: "31", cn: "2011", pw: "123456", mn: "330483A890001600000169C1", flag, cp }, key);
  });
  return Buffer.concat(frames);
}

function measure(name: string, work: () => void): void {
  const rates: number[] = [];
  for (let run = 0; run < 9; run++) {
    const before = process.threadCpuUsage();
    for (let i = 0; i < ROUNDS; i++) work();
    const { user, system } = process.threadCpuUsage(before);
    rates.push((FRAMES * ROUNDS * 1e6) / (user + system));
  }
  rates.sort((a, b) => a - b);
  const thousand = (x: number | undefined): string => `${Math.round((x ?? 0) / 1000)} k/s`;
  console.log(`  ${name.padEnd(34)} ${thousand(rates[4])}, best ${thousand(rates.at(-1))}`);
}

for (const pollutants of [3, 6]) {
  const clear = bundle(pollutants, 5);
  const sealed = bundle(pollutants, 9, KEY);
  console.log(`${pollutants} pollutants, ${clear.length / FRAMES} bytes a frame`);
  measure("framing and CRC", () => void splitFrames(clear));
  measure("framing, CRC and decode", () => {
    for (const piece of splitFrames(clear)) if (piece.ok) decodeFrame(piece.segment);
  });
  measure(
    "to records (numbers, codes, notes)",
    () => void readPayload({ channel: "hj212", mn: null, bytes: clear, ruleData }),
  );
  measure(
    "2025, encrypted, to records",
    () => void readPayload({ channel: "hj212", mn: null, bytes: sealed, ruleData, keysOf }),
  );
}
