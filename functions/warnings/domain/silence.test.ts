import { describe, expect, test } from "vitest";
import { DAY, MINUTE } from "../../shared/shanghai.ts";
import type { LiveHead } from "../../telemetry/domain/block.ts";
import { at, device, numbers, outlet, permit } from "../../telemetry/fixtures.ts";
import { outages, silences, type Silence } from "./silence.ts";

const live = (seen: Record<string, number>): LiveHead => ({
  devices: Object.fromEntries(Object.entries(seen).map(([mn, t]) => [mn, { seen: t, link: "", links: 0, via: "" }])),
  applied: {},
  riskUntil: 0,
});
const SEEN = at("08:00");

describe("a device", () => {
  test.each([
    [1, 15],
    [5, 15],
    [6, 16],
    [10, 20],
    [60, 70],
  ])("that sends every %i minutes is offline after %i", (minuteInterval, minutes) => {
    const p = permit({ outlets: [outlet({ devices: [device({ minuteInterval })] })] });
    const [s] = silences(p, live({ A: SEEN }), at("08:10"), numbers.silence);
    expect(s!.offlineAt).toBe(SEEN + minutes * MINUTE);
  });
  test("that never spoke, or is not bound now, is nobody's silence", () => {
    const p = permit({
      outlets: [outlet({ devices: [device(), device({ mn: "OLD", to: at("08:05") }), device({ mn: "NEVER" })] })],
    });
    const mns = silences(p, live({ A: SEEN, OLD: SEEN, STRANGER: SEEN }), at("08:05"), numbers.silence).map(
      (s) => s.mn,
    );
    expect(mns).toEqual(["A"]);
    expect(silences(p, null, at("08:05"), numbers.silence)).toEqual([]);
  });
});

describe("an outage", () => {
  const T = at("12:00");
  const silent = (n: number, via = "", seen = SEEN): Silence[] =>
    Array.from({ length: n }, (_, i) => ({
      mn: `${via}${i}`,
      outlet: "DA001",
      seen,
      via,
      offlineAt: seen + 15 * MINUTE,
    }));
  const scopes = (list: Silence[], totals: Record<string, number>): string[] =>
    [...outages(list, T, new Map(Object.entries(totals)), numbers.silence)].sort((a, b) => (a < b ? -1 : 1));
  test.each([
    ["twenty of four hundred", 20, 400, [""]],
    ["nineteen of nineteen", 19, 19, []],
    ["twenty of 401 are less than 5 %", 20, 401, []],
    ["twenty-one of 401", 21, 401, [""]],
  ])("of the city: %s", (_, n, total, expected) => expect(scopes(silent(n), { "": total })).toEqual(expected));
  test("of a gateway leaves the city alone", () => {
    expect(scopes([...silent(20, "gw-1"), ...silent(5, "gw-2")], { "": 1000, "gw-1": 100, "gw-2": 5 })).toEqual([
      "gw-1",
    ]);
  });
  test("of a gateway and the city", () => {
    expect(scopes(silent(20, "gw-1"), { "": 100, "gw-1": 20 })).toEqual(["", "gw-1"]);
  });
  test("is of devices that fell together: those silent for a day are no part of it", () => {
    expect(scopes(silent(20, "", T - DAY), { "": 20 })).toEqual([]);
    expect(scopes(silent(20, "", T - DAY + 1), { "": 20 })).toEqual([""]);
  });
});
