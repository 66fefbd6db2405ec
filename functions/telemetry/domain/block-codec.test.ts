import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { floorBlock, mergeRecord, emptyBlock, type Block, type BlockRecord } from "./block.ts";
import { packBlock, unpackBlock } from "./block-codec.ts";

const START = floorBlock(Date.UTC(2026, 9, 1, 0, 10));
const hex = (bytes: number): fc.Arbitrary<string> =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((b) => Buffer.from(b).toString("hex"));
const value = fc.oneof(
  fc.constant(null),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -99999, max: 99999 }).map((n) => n / 100),
);
const record: fc.Arbitrary<BlockRecord> = fc.record({
  mn: fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/),
  outlet: fc.constantFrom("", "DA001", "DW001"),
  kind: fc.constantFrom("realtime", "minute", "hour", "day", "facility"),
  at: fc.integer({ min: START - 1000, max: START + 700_000 }),
  qn: fc.oneof(fc.constant(null), fc.integer({ min: 0, max: START * 2 })),
  receivedAt: fc.integer({ min: 0, max: START * 2 }),
  values: fc.array(
    fc.record({
      channel: fc.constantFrom("a21002/6", "a21026/m", "w01018/m", "TA001/s"),
      value,
      flag: fc.constantFrom("N", null, "F", "D", "T", "B", "x", "", "长"),
    }),
    { maxLength: 5 },
  ),
});
const block: fc.Arbitrary<Block> = fc.record({
  start: fc.constant(START),
  records: fc.array(record, { maxLength: 12 }),
  digests: fc.array(hex(4), { maxLength: 8 }),
  live: fc.oneof(
    fc.constant(null),
    fc.record({
      riskUntil: fc.integer({ min: 0, max: START * 2 }),
      devices: fc.dictionary(
        fc.stringMatching(/^[A-F0-9]{24}$/),
        fc.record({
          seen: fc.integer({ min: 0, max: START * 2 }),
          link: hex(32),
          links: fc.nat(),
          via: fc.constantFrom("", "gw-1"),
        }),
        { maxKeys: 3, noNullPrototype: true },
      ),
      applied: fc.dictionary(fc.constantFrom("shardId-000000000000", "s1"), fc.stringMatching(/^[0-9]{1,56}$/), {
        noNullPrototype: true,
      }),
    }),
  ),
});

describe("a packed block", () => {
  test("is unpacked to exactly what was packed", () => {
    fc.assert(
      fc.property(block, (b) => {
        expect(unpackBlock(packBlock(b))).toEqual(b);
      }),
      { numRuns: 300 },
    );
  });

  test("never hangs on bytes that are not one", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(() => unpackBlock(Uint8Array.from([1, ...bytes]))).toThrow(Error);
      }),
      { numRuns: 200 },
    );
  });

  test("of 3 loggers, 18 pollutants and ten minutes is at most 1 KB", () => {
    const b = emptyBlock(START);
    let seed = 1;
    const noise = (): number => (seed = (seed * 48271) % 2147483647) / 2147483647;
    for (let device = 0; device < 3; device++)
      for (let minute = 0; minute < 10; minute++) {
        const at = START + minute * 60_000;
        const sent = at + 80_000 + Math.floor(noise() * 1000);
        const values = Array.from({ length: 6 }, (_, i) => ({
          channel: `a${21002 + i + device * 100}/6`,
          value: Math.round(300 + noise() * 200) / 10,
          flag: "N",
        }));
        mergeRecord(b, {
          mn: `330483A890001600000169C${device}`,
          outlet: `DA00${device}`,
          kind: "minute",
          at,
          qn: sent,
          receivedAt: sent + Math.floor(noise() * 3000),
          values,
        });
        b.digests.push(Buffer.from([noise() * 256, noise() * 256, noise() * 256, noise() * 256]).toString("hex"));
      }
    const link = Array.from({ length: 64 }, () => "0123456789abcdef"[Math.floor(noise() * 16)]).join("");
    b.live = {
      riskUntil: START,
      applied: { "shardId-000000000001": "49590338271490256608559692538361571095921575989136588898" },
      devices: Object.fromEntries(
        [0, 1, 2].map((d) => [
          `330483A890001600000169C${d}`,
          { seen: START + 600_000, via: "gw-chongfu", link, links: 123_456 },
        ]),
      ),
    };
    const size = packBlock(b).length;
    expect(size).toBeLessThanOrEqual(1024);
    expect(size).toBeGreaterThan(300);
  });
});

describe("merging", () => {
  const base: BlockRecord = {
    mn: "A",
    outlet: "DA001",
    kind: "minute",
    at: START,
    qn: 10,
    receivedAt: 100,
    values: [
      { channel: "a21002/6", value: 1, flag: "N" },
      { channel: "a21026/m", value: 5, flag: "N" },
    ],
  };
  const later: BlockRecord = {
    ...base,
    qn: 11,
    receivedAt: 90,
    values: [{ channel: "a21002/6", value: 2, flag: "N" }],
  };
  const read = (b: Block): Record<string, number | null> =>
    Object.fromEntries(b.records.flatMap((r) => r.values.map((v) => [v.channel, v.value])));
  const merge = (...records: BlockRecord[]): Block => {
    const b = emptyBlock(START);
    for (const r of records) mergeRecord(b, structuredClone(r));
    return b;
  };

  test("takes the greater QN per pollutant, whatever the order and however often", () => {
    for (const order of [
      [base, later],
      [later, base],
      [base, later, base],
      [later, base, later, base],
    ])
      expect(read(merge(...order))).toEqual({ "a21002/6": 2, "a21026/m": 5 });
  });
  test("takes the later receipt where the QN is equal", () => {
    const again = { ...base, receivedAt: 101, values: [{ channel: "a21002/6", value: 3, flag: "N" }] };
    expect(read(merge(base, again))["a21002/6"]).toBe(3);
    expect(read(merge(again, base))["a21002/6"]).toBe(3);
  });
  test("changes nothing when the same record comes again", () => {
    const b = merge(base);
    expect(mergeRecord(b, structuredClone(base))).toEqual([]);
    expect(b).toEqual(merge(base));
  });
  test("gives the same values in every order of any set of records", () => {
    const some: fc.Arbitrary<BlockRecord[]> = fc.array(
      fc
        .record({
          qn: fc.integer({ min: 1, max: 3 }),
          receivedAt: fc.integer({ min: 1, max: 1_000_000 }),
          values: fc
            .array(fc.record({ channel: fc.constantFrom("a/m", "b/m"), value: fc.integer(), flag: fc.constant("N") }), {
              maxLength: 2,
            })
            .map((vs) => [...new Map(vs.map((v) => [v.channel, v])).values()]),
        })
        .map((own) => ({ ...base, ...own })),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(some, (records) => {
        const distinct = [...new Map(records.map((r) => [r.receivedAt, r])).values()];
        expect(read(merge(...distinct.toReversed()))).toEqual(read(merge(...distinct)));
      }),
    );
  });
});
