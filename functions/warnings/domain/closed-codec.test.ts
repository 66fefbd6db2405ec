import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { at } from "../../telemetry/fixtures.ts";
import { closedItem, closedPeriod, type ClosedPeriod } from "../stored-items.ts";
import { packClosed, unpackClosed } from "./closed-codec.ts";

const name = fc.oneof(
  fc.constantFrom("DA001", "DW002", "a34013", "closing", "late-data", "near-limit", ""),
  fc.string(),
);
const value = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -1e9, max: 1e9 }).map((n) => n / 1e6),
);
const period: fc.Arbitrary<ClosedPeriod> = fc.record({
  start: fc.nat(2 ** 31).map((n) => n * 1000),
  index: fc.nat(999),
  at: fc.nat(2 ** 31).map((n) => n * 1000),
  ruleData: fc.string(),
  verdicts: fc.array(
    fc.record({
      outlet: name,
      pollutant: name,
      valid: fc.nat(1440),
      mean: fc.option(value),
      limit: value,
      verdict: fc.constantFrom("met" as const, "exceeded" as const, "insufficient" as const, "marked" as const),
      weighted: fc.boolean(),
      revision: fc.nat(999),
      cause: fc.oneof(fc.constant("closing"), name),
      notes: fc.array(name, { maxLength: 3 }),
    }),
    { maxLength: 30 },
  ),
});

/** An hour of the cost run's plant: three outlets with three hourly limits each. */
const usual: ClosedPeriod = {
  start: at("08:00"),
  index: 0,
  at: at("09:10"),
  ruleData: "2026.11",
  verdicts: ["DA001", "DA002", "DA003"].flatMap((outlet) =>
    ["a34013", "a21026", "a21002"].map((pollutant, i) => ({
      outlet,
      pollutant,
      valid: 60,
      mean: 14.123456 + i,
      limit: 30,
      verdict: "met" as const,
      weighted: false,
      revision: 0,
      cause: "closing",
      notes: [],
    })),
  ),
};

describe("a closed period", () => {
  test("comes back as it was", () =>
    fc.assert(
      fc.property(period, (p) => {
        expect(unpackClosed(packClosed(p))).toEqual(p);
        expect(closedPeriod({ pk: "PLANT#P", sk: "HOUR#x#R000", ...closedItem(p) })).toEqual(p);
      }),
    ));

  test("that was stored before periods were packed is read from its attributes", () =>
    fc.assert(
      fc.property(period, (p) => {
        const { verdicts, ...rest } = p;
        const old = { pk: "PLANT#P", sk: "HOUR#x#R000", permitNo: "P", kind: "HOUR", ...rest, verdicts };
        expect(closedPeriod(old)).toEqual(p);
      }),
    ));

  test("of nine verdicts takes a fifth of a write unit", () =>
    expect(packClosed(usual).length).toBeLessThanOrEqual(205));

  test("of a hundred verdicts stays within two write units", () => {
    const verdicts = Array.from({ length: 12 }, () => usual.verdicts)
      .flat()
      .slice(0, 100);
    expect(packClosed({ ...usual, verdicts }).length).toBeLessThanOrEqual(2_048 - 100);
  });

  test.each<[string, Record<string, unknown>, RegExp]>([
    ["bytes that end too early", { packed: packClosed(usual).subarray(0, -1) }, /PLANT#P \/ HOUR#x.*ends too early/],
    ["bytes too many", { packed: Buffer.concat([packClosed(usual), Buffer.of(0)]) }, /1 bytes too many/],
    ["a later format", { packed: Uint8Array.of(9) }, /unknown format 9, this version reads 1/],
    ["a name that is not there", { packed: Uint8Array.of(1, 0, 0, 0, 0, 0, 1, 0, 3) }, /name 3 of 0/],
    ["text for bytes", { packed: "x" }, /PLANT#P \/ HOUR#x.*packed/],
    ["neither form", {}, /PLANT#P \/ HOUR#x/],
  ])("refuses %s and names the item", (_, item, reason) =>
    expect(() => closedPeriod({ pk: "PLANT#P", sk: "HOUR#x", ...item })).toThrow(reason),
  );

  test("that was damaged is refused or is another period, and never anything else", () => {
    const bytes = packClosed(usual);
    for (let i = 0; i < bytes.length; i++) {
      const damaged = Buffer.from(bytes);
      damaged[i]! ^= 0x41;
      try {
        const { verdicts } = closedPeriod({ pk: "PLANT#P", sk: "HOUR#x", packed: damaged });
        for (const { verdict, limit } of verdicts) {
          expect(["met", "exceeded", "insufficient", "marked"]).toContain(verdict);
          expect(limit).not.toBeNaN();
        }
      } catch (error) {
        expect(String(error)).toContain("PLANT#P / HOUR#x");
      }
    }
  });
});
