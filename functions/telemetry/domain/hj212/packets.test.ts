import { array, assert, boolean, constantFrom, integer, property, shuffledSubarray, tuple } from "fast-check";
import { describe, expect, test } from "vitest";
import { loadRuleData } from "../../../../layers/rule-data.ts";
import type { DeviceRecord, ReadPiece } from "../reading.ts";
import { readPayload } from "../read-payload.ts";
import { decodeFrame, type Hj212Frame } from "./decode.ts";
import { buildCp, encodeFrame, encodePackets, MAX_CP, readingGroup } from "./encode.ts";
import { joinPackets, missingOf, packetSets } from "./packets.ts";

const ruleData = loadRuleData(new URL("../../../../layers/rule-data", import.meta.url).pathname);
const MN = "330483A890001600000169C1";
const QN = "20261001083000123";
const DATA_TIME = "DataTime=20261001083000";
const KEY = Buffer.from("0000000000000000");
const base = { qn: QN, st: "31", cn: "2011", pw: null, mn: MN };

const packet = (pno: number, pnum: number, cp: string, over: Partial<typeof base> = {}): Uint8Array =>
  encodeFrame({ ...base, ...over, flag: 7, pnum, pno, cp });
const read = (...frames: Uint8Array[]): ReadPiece[] =>
  readPayload({ channel: "hj212", mn: null, bytes: Buffer.concat(frames), ruleData, keysOf: () => [KEY] });
const records = (pieces: readonly ReadPiece[]): DeviceRecord[] => pieces.flatMap((p) => (p.ok ? [p.record] : []));
const values = (record: DeviceRecord | undefined) => record?.items.map((i) => [i.pollutant, i.value, i.flag]);

describe("a whole set in one payload", () => {
  const one = packet(1, 3, `${DATA_TIME};a21002-Rtd=38.6,a21002-Flag=N`);
  const two = packet(2, 3, "a21026-Rtd=22.1,a21026-Flag=N");
  const three = packet(3, 3, "a19001-Rtd=7.7,a19001-Flag=N;SB1-RS=1");

  test.each([
    ["in order", [one, two, three], 2],
    ["in any order", [three, one, two], 0],
  ])("%s: the last packet has the record of all, the others nothing of their own", (_, frames, last) => {
    const pieces = read(...frames);
    const all = records(pieces);
    expect(values(all[last])).toEqual([
      ["a21002", 38.6, "N"],
      ["a21026", 22.1, "N"],
      ["a19001", 7.7, "N"],
    ]);
    expect(all[last]).toMatchObject({ kind: "realtime", facilities: [{ sb: 1, state: 1 }], notes: ["packet-joined"] });
    const others = all.filter((_, i) => i !== last);
    expect(others).toMatchObject(
      others.map(() => ({ kind: null, items: [], facilities: [], dataTime: all[last]!.dataTime })),
    );
    expect(new Set(all.map((r) => r.packet))).toEqual(new Set(["1/3", "2/3", "3/3"]));
  });

  test("a packet sent again says the same again", () => {
    const all = records(read(one, two, two, three, three));
    expect(all.map((r) => r.packet)).toEqual(["1/3", "2/3", "2/3", "3/3", "3/3"]);
    expect(all[4]).toEqual(all[3]);
  });

  test("two sets at once, and frames between them, do not mix", () => {
    const other = { qn: "20261001083100123" };
    const pieces = read(
      one,
      packet(1, 2, `DataTime=20261001083100;a21002-Rtd=1,a21002-Flag=N`, other),
      two,
      encodeFrame({ ...base, flag: 5, cp: `${DATA_TIME};a34013-Rtd=5,a34013-Flag=N` }),
      packet(2, 2, "a21026-Rtd=2,a21026-Flag=N", other),
      three,
    );
    expect(records(pieces).map((r) => r.items.length)).toEqual([0, 0, 0, 1, 2, 3]);
  });

  test("packets that contradict each other are read one by one", () => {
    const pieces = read(one, packet(2, 3, "DataTime=20261001083100;a21026-Rtd=22.1,a21026-Flag=N"), three);
    expect(pieces.map((p) => (p.ok ? p.record.items.length : p.reason))).toEqual([1, 1, "time"]);
  });
});

describe("a set with packets missing", () => {
  test("what has its own DataTime stands alone, with a note", () => {
    const [piece] = read(packet(2, 2, `${DATA_TIME};a21002-Rtd=38.6,a21002-Flag=N`));
    expect(piece).toMatchObject({ ok: true, record: { kind: "realtime", notes: ["packet-missing"] } });
  });
  test("what has none is refused, naming what is missing", () => {
    expect(read(packet(2, 4, "a21002-Rtd=38.6"), packet(4, 4, "a21026-Rtd=1"))).toMatchObject([
      { ok: false, reason: "incomplete", detail: expect.stringMatching(/packet 2 of 4 .* missing beside it: 1, 3$/) },
      { ok: false, reason: "incomplete", detail: expect.stringContaining("packet 4 of 4") },
    ]);
  });
  test("of very many, the first few are named", () => {
    const sets = packetSets<Hj212Frame>((frame) => frame, 10);
    sets.add({ mn: MN, pnum: 999_999, pno: 2, cp: "" } as Hj212Frame, 0);
    expect(missingOf(sets.take(Infinity)[0]!)).toBe("1, 3, 4, 5, 6, 7 and 999992 more");
  });
  test.each([
    ["PNO beyond PNUM", 3, 2],
    ["PNO 0", 0, 2],
  ])("%s is no packet of a set: a frame like any other, with a note", (_, pno, pnum) => {
    expect(read(packet(pno, pnum, `${DATA_TIME};a21002-Rtd=1,a21002-Flag=N`))).toMatchObject([
      { ok: true, record: { notes: ["bad-packet-number"] } },
    ]);
  });
});

describe("packetSets, over a connection", () => {
  const frameOf = (pno: number, cp = `n${pno}`, qn = QN): Hj212Frame =>
    ({ mn: MN, st: "31", cn: "2011", qn, pnum: 2, pno, cp }) as Hj212Frame;
  const sets = () => packetSets<Hj212Frame>((frame) => frame, 2);

  test("gives a set when it is whole, and once", () => {
    const held = sets();
    held.add(frameOf(2), 1000);
    expect(held.take(0)).toEqual([]);
    held.add(frameOf(1), 2000);
    expect(held.take(0)).toMatchObject([{ whole: true, total: 2 }]);
    expect(held.take(Infinity)).toEqual([]);
  });
  test("gives up what waits too long, counted from its first packet", () => {
    const held = sets();
    held.add(frameOf(1), 1000);
    expect(held.take(1000)).toEqual([]);
    expect(held.take(1001)).toMatchObject([{ whole: false }]);
  });
  test("holds no more than it has room for: the oldest go first", () => {
    const held = sets();
    for (const [i, qn] of ["a", "b", "c"].entries()) held.add(frameOf(1, "x", qn), i);
    expect(held.take(-1).map((set) => set.packets.get(1)?.[0]?.qn)).toEqual(["a"]);
  });
  test("a number that comes again with other content starts a new set", () => {
    const held = sets();
    for (const frame of [frameOf(1, "old"), frameOf(1, "new"), frameOf(2)]) held.add(frame, 0);
    expect(held.take(0).map((set) => [set.whole, set.packets.get(1)?.[0]?.cp])).toEqual([[true, "new"]]);
  });
});

test("however a CP is cut, through items or between them, its packets join to what it was", () => {
  const group = tuple(constantFrom("a21002", "a21026", "a34013"), integer({ min: 0, max: 999 }));
  assert(
    property(
      array(group, { minLength: 1, maxLength: 6 }),
      array(integer({ min: 1, max: 200 })),
      boolean(),
      (groups, cuts, bare) => {
        const cp = buildCp([
          [["DataTime", "20261001083000"]],
          ...groups.map(([code, v]) => readingGroup(code, { Rtd: v / 10, Flag: "N" })),
        ]);
        const at = [...new Set(cuts.map((c) => c % cp.length))].filter((c) => c > 0).toSorted((a, b) => a - b);
        const parts = [0, ...at].map((from, i) => cp.slice(from, at[i] ?? cp.length));
        // Devices that cut between items leave the separator out.
        const sent = bare ? parts.map((part) => part.replace(/[;,]$/, "")).filter((part) => /=/.test(part)) : parts;
        const clean = !bare || parts.every((part, i) => /[;,]$/.test(part) || i === parts.length - 1);
        if (!clean) return;
        const frames = sent.map((part) => {
          const decoded = decodeFrame(Buffer.from(`CN=2011;MN=X;CP=&&${part}&&`));
          if (!decoded.ok) throw new Error(decoded.detail);
          return decoded.frame;
        });
        const { items } = joinPackets(frames as [Hj212Frame, ...Hj212Frame[]]);
        const whole = decodeFrame(Buffer.from(`CN=2011;MN=X;CP=&&${cp}&&`));
        expect(items).toEqual(whole.ok && whole.frame.items);
      },
    ),
    { numRuns: 500 },
  );
});

test("what encodePackets cuts is read as one record, whatever the edition, the order and the encryption", () => {
  const codes = [...ruleData.pollutants.keys()];
  assert(
    property(
      shuffledSubarray(codes, { minLength: 1, maxLength: codes.length }),
      constantFrom(0, 4, 8),
      boolean(),
      integer({ min: 0, max: 9 }),
      (chosen, flag, encrypted, turn) => {
        const groups = chosen.map((code, i) => readingGroup(code, { Min: i, Avg: i + 0.5, Max: i + 1, Flag: "N" }));
        const frames = encodePackets(
          { ...base, cn: "2051", flag },
          [["DataTime", "20261001083000"]],
          groups,
          encrypted ? KEY : undefined,
        );
        expect(frames.every((frame) => frame.length < MAX_CP + 200)).toBe(true);
        const turned = [...frames.slice(turn % frames.length), ...frames.slice(0, turn % frames.length)];
        const all = records(read(...turned));
        expect(all).toHaveLength(frames.length);
        const carrying = all.filter((record) => record.items.length > 0);
        expect(carrying).toHaveLength(1);
        expect(values(carrying[0])).toEqual(chosen.map((code, i) => [code, i + 0.5, "N"]));
      },
    ),
    { numRuns: 60 },
  );
});
