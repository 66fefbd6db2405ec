import {
  array,
  assert,
  constantFrom,
  integer,
  option,
  property,
  record,
  string,
  stringMatching,
  tuple,
  uint8Array,
} from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeFrame } from "./decode.ts";
import type { Hj212Frame } from "./decode.ts";
import { buildCp, encodeFrame, encodePackets, readingGroup } from "./encode.ts";
import { fixtureBytes, readFixtures } from "../../../../events/hj212/fixtures.ts";
import { splitFrames } from "./frame.ts";
import { MAX_SEGMENT } from "./probe-frame.ts";

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8");

const WRONG = Buffer.from("a key of another");
/** The frame in `bytes`; fails the test when there is not exactly one, whole and well closed. */
function decoded(bytes: Uint8Array, key?: Uint8Array): Hj212Frame {
  const pieces = splitFrames(bytes, key && (() => [WRONG, key]));
  expect(pieces).toMatchObject([{ ok: true, notes: [] }]);
  const { segment, encrypted } = pieces[0] as { segment: Uint8Array; encrypted: boolean };
  const result = decodeFrame(segment, encrypted);
  if (!result.ok) throw new Error(result.detail);
  return result.frame;
}

describe("encodePackets", () => {
  const base = { qn: null, st: "31", cn: "2051", pw: null, mn: "TX1", flag: 4 };
  test("one frame where it fits, with no packet numbers", () => {
    const frames = encodePackets(base, [["DataTime", "20261001080000"]], [readingGroup("a21002", { Avg: 1 })]);
    expect(frames.map(text)).toEqual([expect.stringContaining("Flag=4;CP=&&DataTime=20261001080000;a21002-Avg=1&&")]);
  });
  test("refuses a group that no CP holds, and a key that is none", () => {
    expect(() => encodePackets(base, [], [[["i12001-Info", "x".repeat(950)]]])).toThrow(/i12001-Info alone/);
    expect(() => encodeFrame({ ...base, cp: "" }, new Uint8Array(15))).toThrow(RangeError);
  });
});

describe("encodeFrame", () => {
  test("writes the own sample of appendix A byte for byte", () => {
    const cp = buildCp([
      [["DataTime", "20261001080000"]],
      readingGroup("a21002", { Avg: 46.2, ZsAvg: 52.1, Flag: "N" }),
      readingGroup("a19001", { Avg: 7.7, ZsAvg: null, Flag: "N" }),
      readingGroup("a00000", { Cou: 120_000, Flag: "N" }),
    ]);
    const frame = encodeFrame({
      qn: "20261001090000001",
      st: "31",
      cn: "2061",
      pw: "123456",
      mn: "330483A890001600000169C1",
      flag: 9,
      cp,
    });
    const sample = readFixtures("appendix-a.json").find((f) => f.name.includes("2EC0"))!;
    expect(text(frame)).toBe(text(fixtureBytes(sample)));
  });

  test("leaves out what a device does not send", () => {
    const frame = encodeFrame({ qn: null, st: "32", cn: "2011", pw: null, mn: "TX1", flag: null, cp: "" });
    expect(text(frame)).toMatch(/^##0028ST=32;CN=2011;MN=TX1;CP=&&&&[0-9A-F]{4}\r\n$/);
  });

  test("refuses a segment longer than a reader takes", () => {
    const cp = "x".repeat(MAX_SEGMENT);
    expect(() => encodeFrame({ qn: null, st: "32", cn: "2011", pw: null, mn: "TX1", flag: null, cp })).toThrow(
      RangeError,
    );
  });
});

const word = stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,12}$/);
const value = string({ unit: "grapheme", maxLength: 12 }).filter((v) => !/[;,=&]/.test(v) && v.isWellFormed());
const key = word.filter((k) => k !== "EndTime"); // noted when it follows a comma
const frames = record({
  qn: option(stringMatching(/^\d{17}$/)),
  st: constantFrom("31", "32", "23", "91"),
  cn: constantFrom("2011", "2051", "9014"),
  pw: option(stringMatching(/^[A-Za-z0-9]{6}$/)),
  mn: stringMatching(/^[A-Za-z0-9_-]{1,64}$/),
  flag: option(integer({ min: 0, max: 11 })),
  pnum: option(integer({ min: 1, max: 999_999 })),
  pno: option(integer({ min: 1, max: 99_999 })),
  items: array(tuple(key, value), { maxLength: 20 }),
});

const keys = option(uint8Array({ minLength: 16, maxLength: 16 }), { nil: undefined });

test("decode gives back what encode was given, in clear or encrypted, in any edition", () => {
  assert(
    property(frames, keys, ({ items, ...fields }, key) => {
      const cp = buildCp(items.map((item) => [item]));
      const frame = decoded(encodeFrame({ ...fields, cp }, key), key);
      expect(frame.encrypted).toBe(key !== undefined && Buffer.byteLength(cp) >= 16);
      expect(frame).toMatchObject(fields);
      expect(frame.items).toEqual(items.map(([key, value]) => ({ key, value })));
      expect(frame.edition).toBe([2005, 2017, 2025][(fields.flag ?? 0) >> 2]);
    }),
    { numRuns: 500 },
  );
});
