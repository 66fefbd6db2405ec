import { assert, oneof, property, string, uint8Array } from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeFrame } from "./decode.ts";
import { encodeFrame } from "./encode.ts";
import { fixtureBytes, fixtureFiles, readFixtures } from "../../../../events/hj212/fixtures.ts";
import { looksEncrypted } from "./encrypted.ts";
import { splitFrames } from "./frame.ts";

const bytes = (text: string): Uint8Array => Buffer.from(text, "utf8");

describe("the header of the frames of events/hj212", () => {
  const described = fixtureFiles()
    .flatMap(readFixtures)
    .filter((f) => f.header !== undefined);
  test.each(described.map((f) => [f.name, f] as const))("%s", (_, fixture) => {
    const piece = splitFrames(fixtureBytes(fixture))[0]!;
    if (!piece.ok) throw new Error(piece.detail);
    const decoded = decodeFrame(piece.segment);
    if (!decoded.ok) throw new Error(decoded.detail);
    const { lastItem, ...header } = fixture.header!;
    expect(decoded.frame).toMatchObject(header);
    if (lastItem !== undefined) expect(decoded.frame.items.at(-1)?.value).toBe(lastItem);
  });
  test("there are some", () => {
    expect(described.length).toBeGreaterThan(5);
  });
});

describe("Flag", () => {
  test.each([
    [0, 2005, false],
    [1, 2005, true],
    [3, 2005, true],
    [4, 2017, false],
    [5, 2017, true],
    [7, 2017, true],
    [8, 2025, false],
    [9, 2025, true],
    [11, 2025, true],
  ])("%i is the edition of %i, answer wanted: %s", (flag, edition, wantsAnswer) => {
    expect(decodeFrame(bytes(`CN=2011;MN=X;Flag=${flag};CP=&&&&`))).toMatchObject({
      ok: true,
      frame: { flag, edition, wantsAnswer },
    });
  });
  test.each([[12], [255]])("%i is refused as an unknown edition", (flag) => {
    expect(decodeFrame(bytes(`CN=2011;MN=X;Flag=${flag};CP=&&&&`))).toMatchObject({ ok: false, reason: "edition" });
  });
});

test.each([
  ["PNUM is no number", "CN=2011;MN=X;PNUM=two;CP=&&&&", 'PNUM is "two"'],
  ["a header field without =", "CN=2011;nonsense;MN=X;CP=&&&&", '"nonsense"'],
  ["no ; in front of CP", "CN=2011;MN=XCP=&&&&", "no ; in front"],
  ["CP opens and closes with the same &&", "CN=2011;MN=X;CP=&&", "does not close"],
  ["CN of five digits", "CN=20110;MN=X;CP=&&&&", 'CN is "20110"'],
])("refuses: %s", (_, segment, detail) => {
  expect(decodeFrame(bytes(segment))).toMatchObject({
    ok: false,
    reason: "schema",
    detail: expect.stringContaining(detail),
  });
});

test("an item of text keeps its commas and its =", () => {
  const decoded = decodeFrame(bytes("CN=3020;MN=X;CP=&&PolId=w01018,i12001-Info=a,b,c=d;i12002-Info=e=f&&"));
  expect(decoded.ok && decoded.frame.items).toEqual([
    { key: "PolId", value: "w01018" },
    { key: "i12001-Info", value: "a,b" },
    { key: "c", value: "d" },
    { key: "i12002-Info", value: "e=f" },
  ]);
});

test("no bytes make it throw", () => {
  const any = oneof(
    uint8Array({ maxLength: 200 }),
    string({ unit: "binary", maxLength: 80 }).map((s) => bytes(`QN=1;CN=2011;MN=X;Flag=5;CP=&&${s}&&`)),
  );
  assert(
    property(any, (segment) => void decodeFrame(segment)),
    { numRuns: 2000 },
  );
});

describe("looksEncrypted", () => {
  const segmentOf = (cp: Uint8Array): Uint8Array =>
    Buffer.concat([bytes("QN=1;CN=2011;MN=X;Flag=9;CP=&&"), cp, bytes("&&")]);
  test.each<[string, Uint8Array, boolean]>([
    [
      "ciphertext and a clear rest",
      Buffer.concat([Uint8Array.from({ length: 64 }, (_, i) => (i * 197 + 131) & 0xff), bytes("Flag=N")]),
      true,
    ],
    ["less than a block", Uint8Array.from({ length: 15 }, () => 0xff), false],
    ["plain ASCII", bytes("DataTime=20261001083000;a21002-Rtd=38.6"), false],
    ["mostly Chinese text", bytes("i12001-Info=废气处理设施运行正常脱硫塔循环泵检修完毕"), false],
    ["one damaged byte", Buffer.concat([Uint8Array.of(0xc4), bytes("ataTime=20261001083000;a21002-Rtd=38.6")]), false],
  ])("%s: %s", (_, cp, expected) => {
    expect(looksEncrypted(segmentOf(cp))).toBe(expected);
  });

  test("an encrypted frame is a piece of its own by its length, whatever its bytes spell", () => {
    const plain = encodeFrame({ qn: null, st: "31", cn: "2011", pw: null, mn: "X", flag: 9, cp: "x".repeat(64) });
    const cipher = new Uint8Array(plain);
    cipher.set(
      Uint8Array.from({ length: 64 }, (_, i) => (i * 197 + 131) & 0xff),
      plain.indexOf(0x78),
    );
    cipher.set(bytes("##0050&&"), plain.indexOf(0x78) + 20);
    const pieces = splitFrames(Buffer.concat([cipher, cipher, plain]));
    expect(pieces.map((p) => p.ok || p.reason)).toEqual(["encrypted", "encrypted", true]);
  });
});
