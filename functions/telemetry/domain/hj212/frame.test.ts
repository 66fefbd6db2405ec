import { array, assert, constantFrom, integer, oneof, property, record, uint8Array } from "fast-check";
import { describe, expect, test } from "vitest";
import { crc212, crcModbus, formatCrc } from "./crc.ts";
import { encodeFrame } from "./encode.ts";
import { fixtureBytes, readFixtures } from "../../../../events/hj212/fixtures.ts";
import type { KeysOf } from "./encrypted.ts";
import { frameReader, splitFrames } from "./frame.ts";
import { MAX_FRAME, MAX_SEGMENT } from "./probe-frame.ts";
import type { FramePiece } from "./frame.ts";

const ascii = (text: string): Uint8Array => Buffer.from(text, "latin1");
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");
const join = (...parts: Uint8Array[]): Uint8Array => Buffer.concat(parts);
const brief = (pieces: FramePiece[]): string[] =>
  pieces.map((p) => (p.ok ? `ok ${text(p.segment).slice(-16)}` : `${p.reason} ${text(p.bytes).slice(0, 16)}`));

const frameOf = (cp: string): Uint8Array =>
  encodeFrame({
    qn: "20261001083000123",
    st: "31",
    cn: "2011",
    pw: "123456",
    mn: "330483A890001600000169C1",
    flag: 5,
    cp,
  });
const [a, b, c] = ["a21002-Rtd=11.1", "a21002-Rtd=22.2", "a21002-Rtd=33.3"].map(frameOf) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
];
const tail = (frame: Uint8Array): string => `ok ${text(frame).slice(-22, -6)}`;
const KEY = Buffer.from("0000000000000000");
const sealed = encodeFrame(
  { qn: "20261001083000123", st: "31", cn: "2011", pw: null, mn: "X", flag: 9, cp: "a21002-Rtd=38.6,a21002-Flag=N" },
  KEY,
);
const appendix = readFixtures("appendix-a.json").map((f) => fixtureBytes(f));

describe("splitFrames", () => {
  test("gives frames back to back, with and without what closes them", () => {
    const pieces = splitFrames(join(a, b.subarray(0, -2), c, Buffer.from("\r\n\n")));
    expect(brief(pieces)).toEqual([tail(a), tail(b), tail(c)]);
    expect(pieces.map((p) => p.ok && p.notes)).toEqual([[], ["no-crlf"], []]);
    expect(text(pieces[0]!.bytes)).toBe(text(a).slice(0, -2));
  });

  test.each<[string, Uint8Array, string[]]>([
    [
      "a wrong CRC is one piece",
      join(a, ascii(text(b).replace("22.2", "22.3")), c),
      [tail(a), "crc ##0102QN=2026100", tail(c)],
    ],
    [
      "a length that reaches to the end of the next frame",
      join(ascii(text(b).replace(/^##\d{4}/, `##${String(b.length - 6 + a.length - 6).padStart(4, "0")}`)), a, c),
      ["crc ##0216QN=2026100", tail(a), tail(c)],
    ],
    ["noise before a frame", join(ascii("noise"), a), ["frame noise", tail(a)]],
    ["noise behind a frame", join(a, ascii("noise")), [tail(a), "frame noise"]],
    ["a frame cut short, the next one right behind", join(a.subarray(0, 60), b), ["length ##0102QN=2026100", tail(b)]],
    [
      "two damaged neighbours are one piece",
      join(a.subarray(0, 60), b.subarray(0, 60), c),
      ["length ##0102QN=2026100", tail(c)],
    ],
    ["a stray # before ##", join(ascii("#"), a), ["length #", tail(a)]],
    ["## alone", ascii("##"), ["length ##"]],
    ["nothing", new Uint8Array(), []],
    ["closings only", ascii("\r\n\r\n"), []],
  ])("%s", (_, bytes, expected) => {
    expect(brief(splitFrames(bytes))).toEqual(expected);
  });

  test("CP may hold CRLF, && of the next frame and ## as bytes: length decides", () => {
    const inner = frameOf("i12001-Info=line one\r\n##0010 still inside");
    expect(brief(splitFrames(join(inner, a)))).toEqual([tail(inner), tail(a)]);
  });

  test("the longest segment is accepted, a longer one is damage", () => {
    const empty = text(frameOf("")).length - 12;
    expect(splitFrames(frameOf("x".repeat(MAX_SEGMENT - empty)))[0]?.ok).toBe(true);
    const segment = `CP=&&${"x".repeat(MAX_SEGMENT)}&&`;
    const pieces = splitFrames(ascii(`##${segment.length}${segment}${formatCrc(crc212(ascii(segment)))}\r\n`));
    expect(pieces.map((p) => p.ok || p.reason)).toEqual(["length"]);
  });

  test("a Modbus CRC counts only where it cannot be annex A: else it would be a second way to collide", () => {
    const outcomes = new Map<string, number>();
    for (let i = 0; i < 2000; i++) {
      const segment = ascii(`CP=&&a21002-Rtd=${i}&&`);
      const crc = formatCrc(crcModbus(segment));
      const piece = splitFrames(ascii(`##${String(segment.length).padStart(4, "0")}${text(segment)}${crc}\r\n`))[0]!;
      const low = ["00", "01", "40", "41", "80", "81", "C0", "C1"].includes(crc.slice(2));
      const outcome = `${low ? "ambiguous" : "clear"} ${piece.ok ? piece.notes.join() : piece.reason}`;
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
    expect([...outcomes.keys()].toSorted()).toEqual(["ambiguous crc", "clear modbus-crc"]);
  });
});

/** Frames as they are, and with each quirk that changes what a frame is framed by. */
const quirky = [appendix[0]!, appendix[2]!].flatMap((frame) => {
  const plain = text(frame);
  const segment = frame.subarray(6, -6);
  const modbus = formatCrc(crcModbus(segment));
  return [
    ascii(plain.slice(0, -6) + plain.slice(-6).toLowerCase()),
    ascii(`##${plain.slice(3)}`),
    ascii(plain.slice(0, -2)),
    ascii(`${plain.slice(0, -6)}${modbus}\r\n`),
  ];
});

const ALL = Array.from({ length: 255 }, (_, i) => i + 1);
const BITS = ALL.filter((x) => (x & (x - 1)) === 0);

/**
 * Changes every byte of a frame by each of `changes` (all 255 others, or its eight bits). Allowed: refused; or accepted as the very same segment, for the byte
 * was the case of a CRC digit or belongs to what closes the frame. Annex A finds every change of one byte (crc.test.ts),
 * so that no collision has to be allowed for.
 */
function damage(
  frame: Uint8Array,
  changes: readonly number[],
  keysOf?: KeysOf,
): { refused: number; same: number; swapped: number } {
  const count = { refused: 0, same: 0, swapped: 0 };
  const original = splitFrames(frame, keysOf)[0]!;
  if (!original.ok) throw new Error("the frame to damage is not accepted itself");
  const crcAt = original.bytes.length - 4;
  const crc = text(original.bytes.subarray(crcAt)).toUpperCase();
  const damaged = new Uint8Array(frame);
  for (let i = 0; i < frame.length; i++) {
    for (const change of changes) {
      damaged[i] = frame[i]! ^ change;
      const pieces = splitFrames(damaged, keysOf);
      const accepted = pieces.filter((p) => p.ok);
      const [first] = accepted;
      if (first === undefined && pieces.length === 1) count.refused++;
      else if (
        i >= crcAt &&
        accepted.length === 1 &&
        Buffer.compare(first!.segment, original.segment) === 0 &&
        text(first!.bytes.subarray(-4)).toUpperCase() === crc
      )
        count.same++;
      else if (accepted.length === 1 && first!.notes.includes("crc-bytes-swapped")) count.swapped++;
      else throw new Error(`byte ${i} as ${damaged[i]}: ${JSON.stringify(brief(pieces))} of ${text(frame)}`);
    }
    damaged[i] = frame[i]!;
  }
  return count;
}

describe("damage of any one byte", () => {
  test("of a frame of each sort is refused as one piece, or leaves the segment and its CRC what they were", () => {
    for (const frame of appendix.slice(0, 3)) {
      const { refused, same } = damage(frame, ALL);
      expect(refused + same).toBe(frame.length * 255);
      // The two bytes of CRLF, and the other case of each letter among the four digits.
      expect(same).toBe(
        2 * 255 +
          text(frame)
            .slice(-6, -2)
            .replaceAll(/[^A-F]/g, "").length,
      );
    }
  });

  test("one bit: in every frame of appendix A", () => {
    for (const frame of appendix) {
      const { refused, same } = damage(frame, BITS);
      expect(refused + same).toBe(frame.length * 8);
    }
  });

  test("of frames with a quirk: the same, but that a Modbus CRC may become one with its bytes swapped, once in 10,000", () => {
    for (const frame of quirky) {
      const { refused, same, swapped } = damage(frame, ALL);
      expect(refused + same + swapped).toBe(frame.length * 255);
      const modbus = splitFrames(frame).some((p) => p.ok && p.notes.includes("modbus-crc"));
      expect(swapped).toBeLessThanOrEqual(modbus ? (frame.length * 255) / 10_000 : 0);
    }
  });

  test("of an encrypted frame with its key: a scrambled block is no text, even where the CRC lets it through", () => {
    const { refused, same } = damage(sealed, ALL, () => [KEY]);
    expect(refused + same).toBe(sealed.length * 255);
  });

  test("leaves the frames before and behind it whole", () => {
    assert(
      property(integer({ min: 0, max: b.length - 3 }), integer({ min: 1, max: 255 }), (at, change) => {
        const damaged = new Uint8Array(b);
        damaged[at]! ^= change;
        const accepted = splitFrames(join(a, damaged, c)).filter((p) => p.ok);
        expect(text(accepted[0]!.segment)).toBe(text(a.subarray(6, -6)));
        expect(text(accepted.at(-1)!.segment)).toBe(text(c.subarray(6, -6)));
      }),
    );
  });
});

const anyPart = oneof(
  constantFrom(a, b, c, sealed, a.subarray(0, -2), ...appendix.slice(0, 5)),
  constantFrom("##", "##0", "###", "##0050", "##8000", "&&", "\r", "\n", "\0", "QN=").map(ascii),
  uint8Array({ maxLength: 40 }),
  record({ at: integer({ min: 0, max: 90 }), to: integer({ min: 0, max: 110 }) }).map(({ at, to }) =>
    a.subarray(at, to),
  ),
);
const keysOf: KeysOf = (mn) => (mn === "X" ? [KEY] : []);
const anyStream = array(anyPart, { maxLength: 12 }).map((parts) => join(...parts));
/** All of a piece but how it is closed, which a reader does not wait for. */
const essence = (p: FramePiece): unknown =>
  p.ok
    ? { segment: text(p.segment), notes: p.notes.filter((n) => !["no-crlf", "cr-only", "lf-only"].includes(n)) }
    : { bytes: text(p.bytes), reason: p.reason, detail: p.detail };

describe("any bytes", () => {
  test("no input throws; what is not a closing is in exactly one piece", () => {
    assert(
      property(anyStream, (bytes) => {
        const rest = (x: string): string => x.replaceAll(/[\r\n]/g, "");
        expect(
          splitFrames(bytes)
            .map((p) => rest(text(p.bytes)))
            .join(""),
        ).toBe(rest(text(bytes)));
      }),
      { numRuns: 2000 },
    );
  });

  test("a reader gives the same pieces however the stream is cut", () => {
    assert(
      property(anyStream, array(integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 20 }), (bytes, cuts) => {
        const reader = frameReader(keysOf);
        const pieces: FramePiece[] = [];
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const size = cuts[i % cuts.length]!;
          pieces.push(...reader.push(bytes.subarray(at, at + size)));
          at += size;
        }
        pieces.push(...reader.end());
        expect(pieces.map(essence)).toEqual(splitFrames(bytes, keysOf).map(essence));
      }),
      { numRuns: 1000 },
    );
  });
});

describe("frameReader", () => {
  test("gives a frame with the last digit of its CRC and keeps nothing of the reused buffer", () => {
    const reader = frameReader();
    expect(reader.push(a.subarray(0, -3))).toEqual([]);
    const [first] = reader.push(a.subarray(-3, -2));
    const [second] = reader.push(join(a.subarray(-2), b));
    expect(text(first!.bytes)).toBe(text(a.subarray(0, -2)));
    expect(text(second!.bytes)).toBe(text(b.subarray(0, -2)));
    expect(reader.end()).toEqual([]);
  });

  test("drops damage in pieces of bounded size and finds the frame behind it", () => {
    const reader = frameReader();
    const noise = new Uint8Array(100_000).fill(0x78);
    const pieces = [...reader.push(join(noise, a)), ...reader.end()];
    expect(pieces.at(-1)!.ok).toBe(true);
    const dropped = pieces.slice(0, -1);
    expect(dropped.every((p) => !p.ok && p.bytes.length <= 3 * MAX_FRAME)).toBe(true);
    expect(dropped.map((p) => !p.ok && p.reason)).toContain("too-large");
    expect(dropped.reduce((sum, p) => sum + p.bytes.length, 0)).toBe(noise.length);
  });

  test("after its end it reads a new stream", () => {
    const reader = frameReader();
    reader.push(a.subarray(0, 20));
    expect(brief(reader.end())).toEqual(["length ##0102QN=2026100"]);
    expect(brief(reader.push(b))).toEqual([tail(b)]);
  });
});

describe("a damaged length that reaches to the end of the next frame does not take it along", () => {
  const reach = (front: Uint8Array, behind: Uint8Array): Uint8Array =>
    ascii(text(front).replace(/^##\d{4}/, `##${String(front.length - 6 + behind.length - 6).padStart(4, "0")}`));
  test.each<[string, Uint8Array, KeysOf]>([
    ["encrypted, no key", sealed, () => []],
    ["encrypted, its key is known", sealed, () => [KEY]],
    ["encrypted, another key", sealed, () => [Buffer.from("1111111111111111")]],
    ["in clear", b, () => []],
  ])("%s", (_, front, keysOf) => {
    expect(brief(splitFrames(join(reach(front, a), a, c), keysOf)).slice(1)).toEqual([tail(a), tail(c)]);
  });

  test("its CRC fits by chance: the frame that is whole by itself counts", () => {
    const fits = Array.from({ length: 65_536 }, (_, i) => ascii(text(b).slice(0, -6) + formatCrc(i) + "\r\n")).find(
      (front) => {
        const long = join(reach(front, a), a);
        return formatCrc(crc212(long, 6, long.length - 6)) === text(a).slice(-6, -2);
      },
    )!;
    expect(brief(splitFrames(join(reach(fits, a), a, c)))).toEqual(["length ##0216QN=2026100", tail(a), tail(c)]);
  });

  const framed = (segment: Uint8Array): Uint8Array =>
    join(ascii(`##${String(segment.length).padStart(4, "0")}`), segment, ascii(`${formatCrc(crc212(segment))}\r\n`));
  const nested = (levels: number): Uint8Array => {
    let bytes: Uint8Array = a;
    for (let i = 0; i < levels; i++) bytes = framed(join(ascii("A"), bytes, ascii("&&")));
    return bytes;
  };

  test("frames inside frames: the innermost counts", () => {
    expect(brief(splitFrames(nested(3)))).toContain(tail(a));
  });

  test("hundreds of frames inside frames: the work is that of the size", () => {
    const bytes = nested(500);
    const spent = { judged: 0 };
    splitFrames(bytes, undefined, spent);
    expect(bytes.length).toBeGreaterThan(7000);
    expect(spent.judged).toBeLessThan(8 * (bytes.length + MAX_FRAME));
  });
});
