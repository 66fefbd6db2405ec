/**
 * Frames a second on one core, by edition of HJ 212 and with SM4. Bundles of 100 frames with their flags as a device sends
 * them; CPU time of the thread, so that other work on the machine does not count as much. Median of the rounds.
 */
import { decodeFrame } from "../../functions/telemetry/domain/hj212/decode.ts";
import { buildCp, encodeFrame, readingGroup } from "../../functions/telemetry/domain/hj212/encode.ts";
import { splitFrames } from "../../functions/telemetry/domain/hj212/frame.ts";
import { readPayload } from "../../functions/telemetry/domain/read-payload.ts";
import { loadRuleData } from "../../layers/rule-data.ts";
import { median, type Figure, type Section } from "./section.ts";

const FRAMES = 100;
const ROUNDS = 5;
/** CPU time of one round; a case takes these and two to warm up. */
const ROUND_MS = 70;
const KEY = Buffer.from("0000000000000000");
const CODES = ["a21026", "a21002", "a34013", "a19001", "a01012", "a00000"];
/** The names that HJ/T 212-2005 has for the same. */
const OLD_CODES = ["02", "03", "01", "S01", "S03", "B02"];
/** Flag: version bits of the edition and bit A. */
const EDITIONS = { "2005": 1, "2017": 5, "2025": 9 } as const;

const ruleData = loadRuleData(new URL("../../layers/rule-data", import.meta.url).pathname);
const keysOf = (): Uint8Array[] => [KEY];

export async function codec(): Promise<Section> {
  const figures: Figure[] = [];
  for (const pollutants of [3, 6]) {
    for (const [edition, flag] of Object.entries(EDITIONS)) {
      const clear = bundle(pollutants, flag);
      const size = `${Math.round(clear.length / FRAMES)} bytes a frame`;
      figures.push(figure(`HJ 212-${edition}, ${pollutants} pollutants: frame to records`, rate(records(clear)), size));
    }
    const clear = bundle(pollutants, EDITIONS["2017"]);
    figures.push(
      figure(
        `HJ 212-2017, ${pollutants} pollutants: framing and CRC only`,
        rate(() => void splitFrames(clear)),
      ),
      figure(
        `HJ 212-2017, ${pollutants} pollutants: framing, CRC, decoding`,
        rate(() => {
          for (const piece of splitFrames(clear)) if (piece.ok) decodeFrame(piece.segment);
        }),
      ),
      figure(
        `HJ 212-2025 with SM4, ${pollutants} pollutants: frame to records`,
        rate(records(bundle(pollutants, EDITIONS["2025"], KEY))),
      ),
    );
  }
  return {
    name: "codec",
    title: "Frames a second on one core",
    figures,
    notes: [
      `bundles of ${FRAMES} frames of CN 2011; "to records" is all of the pure part: framing, CRC, decoding, numbers, codes, notes`,
      `CPU time of the thread, median of ${ROUNDS} rounds of about ${ROUND_MS} ms; SM4 is the project's own, tried with one key`,
    ],
  };
}

const figure = (what: string, value: number, note?: string): Figure => ({
  what,
  value: Math.round(value),
  unit: "frames/s",
  ...(note === undefined ? {} : { note }),
});

/** All frames of `bytes` as records; throws when one is refused, since a refusal is quick. */
function records(bytes: Uint8Array): () => void {
  const read = (): ReturnType<typeof readPayload> =>
    readPayload({ channel: "hj212", mn: null, bytes, ruleData, keysOf });
  const refused = read().find((piece) => !piece.ok);
  if (refused) throw new Error(`the codec refuses its own frame: ${JSON.stringify(refused).slice(0, 300)}`);
  return () => void read();
}

function bundle(pollutants: number, flag: number, key?: Uint8Array): Uint8Array {
  const codes = (flag < 4 ? OLD_CODES : CODES).slice(0, pollutants);
  const frames = Array.from({ length: FRAMES }, (_, i) => {
    const qn = `202610010830${String(i % 60).padStart(2, "0")}123`;
    const groups = codes.map((code, j) => readingGroup(code, { Rtd: (20 + j + i / 10).toFixed(2), Flag: "N" }));
    const cp = buildCp([[["DataTime", "20261001083000"]], ...groups]);
    const mn = flag < 4 ? "33048310000001" : "330483A890001600000169C1";
    return encodeFrame({ qn, st: "31", cn: "2011", pw: "123456", mn, flag, cp }, key);
  });
  return Buffer.concat(frames);
}

/** Frames a second of CPU time. */
function rate(work: () => void): number {
  const once = (ms: number): number => {
    const before = process.threadCpuUsage();
    for (let frames = FRAMES; ; frames += FRAMES) {
      work();
      const { user, system } = process.threadCpuUsage(before);
      if (user + system >= ms * 1000) return (frames * 1e6) / (user + system);
    }
  };
  once(ROUND_MS * 2); // compiled by then
  return median(Array.from({ length: ROUNDS }, () => once(ROUND_MS)));
}
