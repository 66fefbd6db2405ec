import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { loadRuleData } from "../../layers/rule-data.ts";
import { bytesOf, joinedSets, keysOf, said, streamed, wanted, wantedSets } from "./adapter.ts";
import { splitFrames } from "../../functions/telemetry/domain/hj212/frame.ts";
import { readFixtures } from "../../events/hj212/fixtures.ts";
import { annexA, hex4, modbus } from "../../events/hj212/make/build.ts";
import { corpusFiles } from "../../events/hj212/make/main.ts";
import { Cases, type CorpusCase } from "../../events/hj212/make/schema.ts";

const CORPUS = new URL("../../events/hj212/", import.meta.url);
const RUNNER = fileURLToPath(new URL("run-framing.py", CORPUS));
const ruleData = loadRuleData(new URL("../../layers/rule-data", import.meta.url).pathname);
const readFile = (file: string): string => readFileSync(new URL(file, CORPUS), "utf8");
const files = [...corpusFiles()].filter(([file]) => file.startsWith("cases/"));
const cases: CorpusCase[] = files.flatMap(([, text]) => Cases.parse(JSON.parse(text)));

/** Refusals are compared by one of the reasons allowed. */
const agree = (pieces: Record<string, unknown>[], expected: Record<string, unknown>[]): void => {
  const bare = (all: Record<string, unknown>[]): unknown[] =>
    all.map((piece) => ({ ...piece, reason: undefined, reasons: undefined }));
  expect(bare(pieces)).toEqual(bare(expected));
  for (const [i, { reasons }] of expected.entries()) if (reasons) expect(reasons).toContain(pieces[i]!.reason);
};

describe("the files", () => {
  test.each([...corpusFiles()])("%s is what the maker writes", (file, text) => {
    expect(readFile(file) === text, "run node events/hj212/make/main.ts").toBe(true);
  });

  test("ids are unique, pieces lie in the input in order, chunks make up the input", () => {
    expect(new Set(cases.map((c) => c.id)).size).toBe(cases.length);
    for (const {
      id,
      input,
      expect: { pieces },
    } of cases) {
      const bytes = Buffer.from(input.base64, "base64");
      let at = 0;
      for (const piece of pieces) {
        expect(
          bytes.subarray(at, piece.offset).every((b) => b === 13 || b === 10),
          id,
        ).toBe(true);
        at = piece.offset + piece.size;
      }
      expect(
        bytes.subarray(at).every((b) => b === 13 || b === 10),
        id,
      ).toBe(true);
      if (input.chunks)
        expect(
          input.chunks.reduce((a, b) => a + b),
          id,
        ).toBe(bytes.length);
      if (input.text !== undefined) expect(input.text, id).toBe(bytes.toString("latin1"));
    }
  });

  test("every note of the rule data that a single frame can have is shown by a case", () => {
    const shown = new Set(
      cases.flatMap((c) => c.expect.pieces.flatMap((p) => (p.kind === "frame" ? p.deviations : []))),
    );
    const sets = new Set(["packet-joined", "packet-missing"]);
    const notes = (JSON.parse(readFile("../../layers/rule-data/hj212.json")) as { notes: { note: string }[] }).notes;
    expect(notes.map((n) => n.note).filter((n) => !shown.has(n) && !sets.has(n))).toEqual([]);
  });
});

describe("anchors from outside", () => {
  test("CRC printed in the standards: 1C80, 2200; Modbus check value 4B37", () => {
    expect(modbus(Buffer.from("123456789"))).toBe(0x4b37);
    const received = (id: string): unknown =>
      cases.find((c) => c.id === id)!.expect.pieces.map((p) => p.kind === "frame" && p.crc.received);
    expect(received("a17-1062")).toEqual(["1C80"]);
    expect(received("a25-1011")).toEqual(["2200"]);
  });

  test("the frames of Annex C are those kept as text since before this corpus", () => {
    const known = readFixtures("appendix-a.json").map((f) => f.frame);
    const c17 = cases.filter((c) => /^(?:c17|a17|a25)-/.test(c.id)).map((c) => c.input.text);
    expect(c17.length).toBeGreaterThanOrEqual(34);
    expect(c17.filter((frame) => !known.includes(frame))).toEqual([]);
  });

  test("sizes: CRC by bits of an empty text is FFFF", () => {
    expect(hex4(annexA(new Uint8Array()))).toBe("FFFF");
  });
});

describe.each(files.map(([file, text]) => [file, Cases.parse(JSON.parse(text))] as const))(
  "this reader and %s",
  (_, list) => {
    test.each(list.map((c) => [c.id, c] as const))("%s", (_, c) => {
      const bytes = bytesOf(c);
      const { pieces } = c.expect;
      agree(
        splitFrames(bytes, keysOf(c)).map((p) => said(p, ruleData, true)),
        pieces.map((p) => wanted(p, true)),
      );
      if (c.expect.joined) expect(joinedSets(bytes, keysOf(c), ruleData)).toEqual(wantedSets(c));

      const expected = pieces.map((p) => wanted(p, false));
      const stream = (chunks: number[]): void =>
        agree(
          streamed(bytes, chunks, keysOf(c)).map((p) => said(p, ruleData, false)),
          expected,
        );
      if (c.input.chunks) stream(c.input.chunks);
      stream(Array.from({ length: bytes.length }, () => 1));
    });
  },
);

describe("the comparison sees a difference", () => {
  const c = cases.find(({ id }) => id === "e2017-2011")!;
  const read = splitFrames(bytesOf(c), keysOf(c)).map((p) => said(p, ruleData, true));
  const good = c.expect.pieces.map((p) => wanted(p, true));

  test.each<[string, Record<string, unknown>]>([
    ["place", { offset: 1 }],
    ["length", { length: { text: "0001", value: 1 } }],
    ["CRC", { crc: { received: "0000", computed: "0000" } }],
    ["header", { header: { ...(good[0]!.header as object), RF: true } }],
    ["items", { items: [] }],
    ["time", { dataTime: "2026-10-01T09:30:00+08:00" }],
    ["readings", { readings: [] }],
    ["facilities", { facilities: [{ sb: 1, state: 1 }] }],
    ["deviations", { deviations: ["no-flag"] }],
  ])("%s", (_, other) => {
    agree(read, good);
    expect(() => agree(read, [{ ...good[0], ...other }])).toThrow();
  });

  test("reason, and how many pieces", () => {
    const refused = { kind: "refused", size: 3, reason: "crc" };
    agree([refused], [{ kind: "refused", size: 3, reasons: ["length", "crc"] }]);
    expect(() => agree([refused], [{ kind: "refused", size: 3, reasons: ["length"] }])).toThrow();
    expect(() => agree(read, [])).toThrow();
  });
});

test("a stream cut in two at any byte gives the same pieces", () => {
  for (const c of cases) {
    const bytes = bytesOf(c);
    const brief = (chunks: number[]): string =>
      streamed(bytes, chunks, keysOf(c))
        .map((p) => `${p.ok || p.reason} ${Buffer.from(p.bytes).toString("hex")}`)
        .join();
    const whole = brief([]);
    for (let at = 1; at < bytes.length; at++) if (brief([at]) !== whole) expect.fail(`${c.id} cut at ${at}`);
  }
});

const python = spawnSync("python3", ["-V"]).status === 0;
if (!python) console.warn("no python3 on this machine: the example reader in Python is not run");
else
  describe("the example reader in Python", () => {
    const runner = readFile("run-framing.py");
    const run = (program: string, ...ids: string[]) =>
      spawnSync("python3", ["-c", `__file__ = ${JSON.stringify(RUNNER)}\n${program}`, ...ids], { encoding: "utf8" });

    test("frames and CRCs of every case in clear", () => {
      const { status, stdout } = run(runner);
      expect(stdout).toMatch(/^\d{3} cases, 0 failed/);
      expect(status).toBe(0);
    });

    test("with another CRC it fails", () => {
      const { status, stdout } = run(runner.replace("0xA001", "0x8408"));
      expect(stdout).toContain("c17-01-1000");
      expect(status).toBe(1);
    });
  });
