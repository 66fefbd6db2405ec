import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseIso } from "../functions/shared/shanghai.ts";
import { loadPrices, priceList, type Price } from "./prices.ts";

const folder = join(import.meta.dirname, "rule-data");
const day = (text: string): number => parseIso(`${text}T00:00:00+08:00`)!;
const price = (over: Partial<Price>): Price => ({
  id: "a",
  partition: "aws",
  region: "us-east-1",
  currency: "USD",
  from: "2024-01-01",
  unit: "request",
  per: 1_000_000,
  price: 2,
  source: "test",
  certainty: "seen",
  ...over,
});

describe("the price in force", () => {
  const list = priceList([price({ from: "2025-01-01", price: 1 }), price({})], "aws");
  it.each([
    ["2024-01-01", 2],
    ["2024-12-31", 2],
    ["2025-01-01", 1],
    ["2030-01-01", 1],
  ])("on %s is $%d for a million", (at, dollars) =>
    expect(list.unitPrice("a", day(at)) * 1e6).toBeCloseTo(dollars, 12),
  );

  it("is asked for before there is one", () =>
    expect(() => list.unitPrice("a", day("2023-12-31"))).toThrow('no price "a" of aws in force'));
  it("is of one partition", () =>
    expect(() => priceList([price({})], "aws-cn").entry("a", day("2025-01-01"))).toThrow("aws-cn"));
  it("is not made up where none was found", () =>
    expect(() =>
      priceList([price({ price: null, certainty: "not-found" })], "aws").unitPrice("a", day("2025-01-01")),
    ).toThrow("was not found"));
});

describe("prices.json", () => {
  it("has the prices that the project's budget stands on", () => {
    const list = loadPrices(folder, "aws");
    const at = day("2026-11-23");
    const perMillion = (id: string): number => Number((list.unitPrice(id, at) * 1e6).toPrecision(6));
    expect(perMillion("iot-rule")).toBe(0.15);
    expect(perMillion("dynamodb-write")).toBe(0.625);
    expect(perMillion("dynamodb-read")).toBe(0.125);
    expect(perMillion("kinesis-put")).toBe(0.014);
    expect(list.unitPrice("dynamodb-wcu", at)).toBe(0.00065);
  });

  it("says of China what is known, and that the rest is not", () => {
    const list = loadPrices(folder, "aws-cn");
    expect(list.unitPrice("dynamodb-wcu", day("2026-11-23"))).toBeCloseTo(0.0058, 12);
    expect(() => list.unitPrice("iot-rule", day("2026-11-23"))).toThrow("was not found");
  });
});
