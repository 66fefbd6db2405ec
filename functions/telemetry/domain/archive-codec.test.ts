import fc from "fast-check";
import { gzipSync, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { formatIso } from "../../shared/shanghai.ts";
import { packLines, unpackLines } from "./archive-codec.ts";
import { nextLink, sha256, verifyChain, type ArchiveLine } from "./archive-line.ts";
import { QUARANTINE_REASONS } from "./reading.ts";

const GENESIS = "0".repeat(64);

/** What a frame says of itself; hashes follow. */
type Said = Omit<ArchiveLine, "sha256" | "link" | "bytes"> & { raw: Uint8Array };

function lineOf({ raw, ...said }: Said): ArchiveLine {
  const digest = sha256(raw);
  const link = said.previous === null ? null : nextLink(said.previous, said.receivedAt, digest);
  return { ...said, sha256: digest, link, bytes: Buffer.from(raw).toString("base64") };
}

/** Lines of one device, each hanging on the one before. */
function chained(said: readonly Partial<Said>[]): ArchiveLine[] {
  const lines: ArchiveLine[] = [];
  for (const [i, own] of said.entries()) {
    const usual: Said = {
      archivedAt: "2026-10-01T08:01:12+08:00",
      attempt: 0,
      receivedAt: "2026-10-01T08:01:10+08:00",
      topic: "gateways/town-1/P/hj212",
      clientId: "town-1",
      shard: "shardId-000000000000",
      sequence: "49590338271490256608559692538361571095921575989136588898",
      piece: i,
      permitNo: "P",
      mn: "A",
      disposition: "accepted",
      reason: null,
      notes: [],
      grade: "A",
      previous: lines.findLast((l) => l.link !== null)?.link ?? GENESIS,
      raw: Buffer.from(`##0101QN=2026100108011${i}000;ST=31;MN=A;CP=&&a34013-Avg=${i}&&1C80`),
    };
    lines.push(lineOf({ ...usual, ...own }));
  }
  return lines;
}

const word = fc.string({ unit: "grapheme", maxLength: 12 });
const anyLine = fc
  .record({
    archivedAt: fc.constantFrom("2026-10-01T08:01:12+08:00", "2026-10-01T08:01:14+08:00"),
    attempt: fc.nat(2),
    receivedAt: fc.integer({ min: 1.7e12, max: 1.9e12 }).map((t) => formatIso(t)),
    topic: fc.oneof(fc.constantFrom("gateways/g/P/hj212", "plants/A/telemetry"), word),
    clientId: fc.constantFrom("", "g", "A"),
    shard: fc.constantFrom("shardId-000000000000", "replay"),
    sequence: fc.bigInt({ min: 0n, max: 2n ** 186n }).map(String),
    piece: fc.nat(300),
    permitNo: fc.option(fc.constantFrom("P", "Q")),
    mn: fc.option(fc.constantFrom("A", "B", "C")),
    disposition: fc.constantFrom("accepted" as const, "duplicate" as const, "quarantined" as const),
    reason: fc.option(fc.constantFrom(...QUARANTINE_REASONS)),
    notes: fc.array(word, { maxLength: 3 }),
    grade: fc.option(fc.constantFrom("A" as const, "B" as const, "C" as const)),
    previous: fc.option(fc.uint8Array({ minLength: 32, maxLength: 32 }).map((b) => Buffer.from(b).toString("hex"))),
    raw: fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      word.map((s) => new Uint8Array(Buffer.from(s))),
    ),
  })
  .map(lineOf);

/** Some hang on the last link of their device, as real ones do. */
const batch = fc.array(fc.tuple(anyLine, fc.boolean()), { maxLength: 12 }).map((drawn) => {
  const lines: ArchiveLine[] = [];
  for (const [line, hang] of drawn) {
    const before = lines.findLast((l) => l.mn === line.mn && l.link !== null)?.link;
    const { bytes, ...rest } = line;
    lines.push(hang && before ? lineOf({ ...rest, previous: before, raw: Buffer.from(bytes, "base64") }) : line);
  }
  return lines;
});

const objectOf = (rows: readonly unknown[]): Buffer =>
  zstdCompressSync(rows.map((row) => (typeof row === "string" ? row : JSON.stringify(row))).join("\n"));
const rowsIn = (object: Uint8Array): Record<string, unknown>[] =>
  zstdDecompressSync(object)
    .toString("utf8")
    .trimEnd()
    .split("\n")
    .map((row) => JSON.parse(row) as Record<string, unknown>);

describe("an object of the archive", () => {
  test("gives back every line as it was, whatever the bytes, names and links are", () =>
    fc.assert(
      fc.property(batch, (lines) => {
        expect(unpackLines(packLines(lines))).toEqual(lines);
      }),
    ));

  test("of format 1 gives back its lines", () =>
    fc.assert(
      fc.property(fc.array(anyLine, { minLength: 1, maxLength: 4 }), (lines) => {
        const object = gzipSync(lines.map((l) => JSON.stringify(l)).join("\n") + "\n");
        expect(unpackLines(object)).toEqual(lines);
      }),
    ));

  test("is a heading, then a line a message: what is as usual, and what can be computed, is not written", () => {
    const lines = chained([{}, {}]);
    const [heading, message, ...more] = rowsIn(packLines(lines));
    expect(heading).toEqual({
      format: 2,
      shard: "shardId-000000000000",
      archivedAt: "2026-10-01T08:01:12+08:00",
      attempt: 0,
    });
    expect(more).toEqual([]);
    const text = (n: number): string => `##0101QN=2026100108011${n}000;ST=31;MN=A;CP=&&a34013-Avg=${n}&&1C80`;
    expect(message).toEqual({
      sequence: "49590338271490256608559692538361571095921575989136588898",
      receivedAt: "2026-10-01T08:01:10+08:00",
      topic: "gateways/town-1/P/hj212",
      clientId: "town-1",
      permitNo: "P",
      // The second hangs on the first.
      frames: [
        { mn: "A", previous: Buffer.alloc(32).toString("base64url"), text: text(0) },
        { mn: "A", text: text(1) },
      ],
    });
  });

  test("keeps bytes that are no text as base64, exactly", () => {
    const raw = Uint8Array.of(0xef, 0xbb, 0xbf, 0x00, 0xff, 0xfe);
    const object = packLines(
      chained([{ raw, disposition: "quarantined", reason: "frame", grade: null, previous: null }]),
    );
    expect(rowsIn(object)[1]).toMatchObject({ frames: [{ base64: "77u/AP/+" }] });
    expect(Buffer.from(unpackLines(object)[0]!.bytes, "base64")).toEqual(Buffer.from(raw));
  });

  test.each<[string, (text: string) => string]>([
    ["a changed value", (text) => text.replace("Avg=1", "Avg=9")],
    ["another receipt", (text) => text.replace("08:01:10+", "08:01:11+")],
    ["another password cover", (text) => text.replace("MN=A;CP=&&a34013-Avg=0", "MN=A;PW=1;CP=&&a34013-Avg=0")],
  ])("shows %s in the chain, at the frame that hangs on it in the next object", (_, change) => {
    const all = chained([
      {},
      {},
      { sequence: "5", piece: 0, receivedAt: "2026-10-01T08:02:10+08:00" },
      { sequence: "5" },
    ]);
    const before = zstdDecompressSync(packLines(all.slice(0, 2))).toString("utf8");
    expect(change(before)).not.toBe(before);
    const read = (text: string): ArchiveLine[] => [
      ...unpackLines(objectOf([text.trimEnd()])),
      ...unpackLines(packLines(all.slice(2))),
    ];
    expect(verifyChain(read(before))).toBeNull();
    expect(verifyChain(read(change(before)))).toMatchObject({ index: 2, reason: expect.stringContaining("changed") });
  });

  test.each<[string, Uint8Array, RegExp]>([
    ["nothing", new Uint8Array(), /neither zstd nor gzip/],
    ["something else", Buffer.from('{"format":2}'), /neither zstd nor gzip/],
    ["a later format", objectOf([{ format: 3, shard: "s", archivedAt: "t", attempt: 0 }]), /line 1: format .*format 2/],
    ["no heading", objectOf([{ sequence: "1", frames: [] }]), /line 1: a message without a heading/],
    [
      "a message that lacks something",
      objectOf([
        { format: 2, shard: "s", archivedAt: "t", attempt: 0 },
        { sequence: "1", frames: [] },
      ]),
      /line 2: receivedAt/,
    ],
    [
      "a frame that hangs on nothing",
      objectOf([
        { format: 2, shard: "s", archivedAt: "t", attempt: 0 },
        { sequence: "1", receivedAt: "t", topic: "", clientId: "", permitNo: null, frames: [{ mn: "A", text: "x" }] },
      ]),
      /line 2: no link that the frame of A hangs on/,
    ],
  ])("that is %s is refused with the reason", (_, object, reason) => expect(() => unpackLines(object)).toThrow(reason));

  test("that was damaged is not read as another one", () => {
    const object = Buffer.from(packLines(chained([{}, {}, {}])));
    for (let i = 0; i < object.length; i++) {
      const damaged = Buffer.from(object);
      damaged[i]! ^= 0x10;
      let read: ArchiveLine[] | null = null;
      try {
        read = unpackLines(damaged);
      } catch {
        // Told: which is what is asked.
      }
      if (read) expect(read).toEqual(unpackLines(object));
    }
  });

  test("takes no link that is none", () =>
    expect(() => packLines(chained([{ previous: "a" }]))).toThrow('"a" is no link'));
});
