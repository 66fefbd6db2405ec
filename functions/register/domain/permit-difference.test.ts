import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { device, limit, outlet, permit, ruleData } from "../../telemetry/fixtures.ts";
import { permitNo } from "../fixtures.ts";
import { permitForm } from "./file-form.ts";
import { parsePermits } from "./parse-permits.ts";
import { permitDifferences, same, type Difference } from "./permit-difference.ts";
import type { Contact, DeviceBinding, Facility, Limit, Permit } from "./permit.ts";

const DECEMBER = Date.UTC(2026, 10, 30, 16);
const december = "2026-12-01T00:00:00+08:00";
const facility = (over: Partial<Facility> = {}): Facility => ({
  code: "TA001",
  kind: "treatment",
  outlets: ["DA001"],
  mn: null,
  sb: null,
  ...over,
});
const of = (limits: Limit[], devices: DeviceBinding[] = [device()]): Permit =>
  permit({ outlets: [outlet({ limits, devices })] });
const nox = { outlet: "DA001", pollutant: "a21002", statistic: "hour" };
const operator: Contact = { role: "operator", phone: "+8613900000001" };

type Row = [what: string, before: Permit, after: Permit, found: Partial<Difference>[]];
test.each<Row>([
  ["the same", permit(), permit(), []],
  [
    "name and place",
    permit(),
    permit({ name: "新厂", location: { lon: 120, lat: 30 } }),
    [
      { path: "name", kind: "permit-changed", where: { field: "name" }, before: "（演示）热电厂", after: "新厂" },
      { path: "location", before: { lon: 120.43, lat: 30.53 }, after: { lon: 120, lat: 30 } },
    ],
  ],
  [
    "an outlet comes, one goes, one is renamed",
    permit({ outlets: [outlet(), outlet({ code: "DA002", devices: [] })] }),
    permit({
      outlets: [outlet({ name: "主排口" }), outlet({ code: "DW001", medium: "water", devices: [], limits: [] })],
    }),
    [
      { path: "outlets[DA001].name", kind: "outlet-changed", before: "1 号排放口", after: "主排口" },
      { path: "outlets[DW001]", kind: "outlet-added", where: { outlet: "DW001" }, before: null },
      { path: "outlets[DA002]", kind: "outlet-removed", where: { outlet: "DA002" }, after: null },
    ],
  ],
  [
    "a limit is another number from the beginning",
    of([limit()]),
    of([limit({ max: 40 })]),
    [{ path: "outlets[DA001].limits[a21002 hour].max", kind: "limit-changed", before: 50, after: 40 }],
  ],
  [
    "a limit changes from a date: one difference",
    of([limit()]),
    of([limit({ to: DECEMBER }), limit({ from: DECEMBER, max: 40 })]),
    [
      {
        path: "outlets[DA001].limits[a21002 hour]",
        kind: "limit-followed",
        where: nox as Difference["where"],
        before: expect.objectContaining({ max: 50, to: null }),
        after: expect.objectContaining({ max: 40, from: december, to: null }),
      },
    ],
  ],
  [
    "a gap between the old and the new limit is said",
    of([limit()]),
    of([limit({ to: DECEMBER - 1 }), limit({ from: DECEMBER, max: 40 })]),
    [
      { path: "outlets[DA001].limits[a21002 hour].to", before: null, after: "2026-11-30T23:59:59.999+08:00" },
      { path: `outlets[DA001].limits[a21002 hour from ${december}]`, kind: "limit-added" },
    ],
  ],
  [
    "a limit ends",
    of([limit()]),
    of([limit({ to: DECEMBER })]),
    [{ path: "outlets[DA001].limits[a21002 hour].to", kind: "limit-changed", before: null, after: december }],
  ],
  [
    "the beginning of the only limit moves",
    of([limit({ from: DECEMBER })]),
    of([limit({ from: DECEMBER + 1000 })]),
    [{ path: `outlets[DA001].limits[a21002 hour from ${december}].from`, before: december }],
  ],
  [
    "by day and by night are two limits",
    of([limit({ statistic: "period", period: "day" })]),
    of([limit({ statistic: "period", period: "night" })]),
    [
      { path: "outlets[DA001].limits[a21002 period night]", kind: "limit-added" },
      { path: "outlets[DA001].limits[a21002 period day]", kind: "limit-removed" },
    ],
  ],
  [
    "a logger is replaced and the new one goes first",
    of([], [device(), device({ mn: "B" })]),
    of([], [device({ mn: "B" }), device({ to: DECEMBER }), device({ mn: "C", from: DECEMBER, minuteInterval: 10 })]),
    [
      { path: "outlets[DA001].devices[A from 2024-01-01T08:00:00+08:00].to", kind: "device-changed", after: december },
      { path: `outlets[DA001].devices[C from ${december}]`, kind: "device-added" },
      { path: "outlets[DA001].devices", kind: "order-changed", where: { outlet: "DA001", field: "devices" } },
    ],
  ],
  [
    "units, whatever their order",
    of([], [device({ units: { a: "mg", b: "µg" } })]),
    of([], [device({ units: { b: "µg", a: "g" } })]),
    [{ kind: "device-changed", before: { a: "mg", b: "µg" }, after: { a: "g", b: "µg" } }],
  ],
  [
    "facilities",
    permit({ facilities: [facility(), facility({ code: "TA002" })] }),
    permit({ facilities: [facility({ outlets: [], sb: 2 })] }),
    [
      { path: "facilities[TA001].outlets", kind: "facility-changed", before: ["DA001"], after: [] },
      { path: "facilities[TA001].sb", before: null, after: 2 },
      { path: "facilities[TA002]", kind: "facility-removed" },
    ],
  ],
  [
    "the same person a second time",
    permit({ contacts: [operator] }),
    permit({ contacts: [operator, operator, { role: "operator", phone: "+8613900000009" }] }),
    [
      { path: "contacts[operator +8613900000001]", kind: "contact-added", before: null, after: operator },
      { path: "contacts[operator +8613900000009]", kind: "contact-added", where: { role: "operator" } },
    ],
  ],
])("%s", (_what, before, after, found) => {
  const differences = permitDifferences(before, after);
  expect(differences).toHaveLength(found.length);
  expect(differences).toEqual(found.map((d) => expect.objectContaining(d)));
});

test("a new plant is one difference with the whole permit", () => {
  expect(permitDifferences(null, permit())).toEqual([
    { path: "", kind: "permit-added", where: {}, before: null, after: permitForm(permit()) },
  ]);
});

describe("any two permits", () => {
  const time = fc.constantFrom(null, 0, DECEMBER, DECEMBER + 1, DECEMBER + 2);
  const limits = fc
    .array(
      fc.record({
        pollutant: fc.constantFrom("a21002", "a21026"),
        period: fc.constantFrom(null, "day" as const),
        max: fc.constantFrom(40, 50),
        from: time,
        to: time,
      }),
      { maxLength: 4 },
    )
    .map((list) => list.map((l) => limit({ ...l, statistic: l.period === null ? "hour" : "period" })));
  const devices = fc
    .array(fc.record({ mn: fc.constantFrom("A", "B"), from: fc.constantFrom(0, DECEMBER), to: time }), { maxLength: 3 })
    .map((list) => list.map(device));
  const outlets = fc.uniqueArray(
    fc
      .record({ code: fc.constantFrom("DA001", "DA002"), name: fc.constantFrom("a", "b"), limits, devices })
      .map(outlet),
    { selector: (o) => o.code },
  );
  const contacts = fc.array(fc.constantFrom<Contact>(operator, { ...operator, phone: "+8613900000009" }), {
    maxLength: 3,
  });
  const any = fc
    .record({ name: fc.constantFrom("a", "b"), outlets, contacts })
    .map((p) => permit({ permitNo: permitNo(1), ...p }));

  test("have differences exactly when they are not the same", () => {
    fc.assert(
      fc.property(any, any, (a, b) => {
        expect(permitDifferences(a, b).length === 0).toBe(same(a, b));
        expect(permitDifferences(a, a)).toEqual([]);
      }),
    );
  });
  test("of the register: each difference has its own path, and nothing in it is undefined", () => {
    fc.assert(
      fc.property(any, any, (a, b) => {
        fc.pre([a, b].every((p) => parsePermits({ permits: [permitForm(p)] }, ruleData).ok));
        const found = permitDifferences(a, b);
        expect(new Set(found.map((d) => d.path)).size).toBe(found.length);
        expect(JSON.parse(JSON.stringify(found))).toEqual(found);
      }),
    );
  });
  test("are read back from the file's form as they were", () => {
    fc.assert(
      fc.property(any, (p) => {
        const parsed = parsePermits({ permits: [permitForm(p)] }, ruleData);
        fc.pre(parsed.ok);
        expect(parsed.permits).toEqual([p]);
      }),
    );
  });
});
