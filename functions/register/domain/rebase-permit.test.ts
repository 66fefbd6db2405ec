import fc from "fast-check";
import { expect, test } from "vitest";
import { device, limit, outlet, permit } from "../../telemetry/fixtures.ts";
import { permitForm, type PermitForm } from "./file-form.ts";
import { formDifferences } from "./permit-difference.ts";
import type { Limit, Outlet } from "./permit.ts";
import { rebasePermit } from "./rebase-permit.ts";

const form = (limits: Limit[], over: Partial<Outlet> = {}, name = "厂"): PermitForm =>
  permitForm(permit({ name, outlets: [outlet({ limits, ...over })] }));
const NOX = limit();
const SO2 = limit({ pollutant: "a21026", max: 35 });
const DECEMBER = Date.UTC(2026, 10, 30, 16);

test("what the two changed at different places is both there, and nothing collides", () => {
  const base = form([NOX, SO2], { devices: [device(), device({ mn: "B" })] });
  const mine = form([{ ...NOX, to: DECEMBER }, limit({ from: DECEMBER, max: 40 }), SO2], {
    devices: [device({ mn: "B" }), device()],
  });
  const theirs = form(
    [NOX, { ...SO2, max: 30 }, limit({ pollutant: "a34013", max: 10 })],
    { devices: [device({ minuteInterval: 5 }), device({ mn: "B" }), device({ mn: "C" })] },
    "新厂",
  );
  const { permit: both, collisions } = rebasePermit(base, mine, theirs, "mine");
  expect(collisions).toEqual([]);
  expect(both.name).toBe("新厂");
  expect(both.outlets[0]?.limits.map((l) => [l.pollutant, l.max, l.from, l.to])).toEqual([
    ["a21002", 50, null, "2026-12-01T00:00:00+08:00"],
    ["a21026", 30, null, null],
    ["a34013", 10, null, null],
    ["a21002", 40, "2026-12-01T00:00:00+08:00", null],
  ]);
  expect(both.outlets[0]?.devices.map((d) => [d.mn, d.minuteInterval])).toEqual([
    ["B", 1],
    ["A", 5],
    ["C", 1],
  ]);
});

test.each(["mine", "theirs"] as const)("the same limit changed by both is named, and %s stands", (prefer) => {
  const of = (max: number): PermitForm => form([{ ...NOX, max }]);
  const { permit: both, collisions } = rebasePermit(of(50), of(40), of(45), prefer);
  expect(collisions).toEqual([{ path: "outlets[DA001].limits[a21002 hour].max", mine: 40, theirs: 45 }]);
  expect(both).toEqual(prefer === "mine" ? of(40) : of(45));
});

test("what one took out and the other changed collides; what one took out alone is gone", () => {
  const base = form([NOX, SO2]);
  const mine = form([SO2]);
  expect(rebasePermit(base, mine, form([NOX, { ...SO2, max: 1 }]), "mine").permit).toEqual(form([{ ...SO2, max: 1 }]));
  const { permit: both, collisions } = rebasePermit(base, mine, form([{ ...NOX, max: 1 }, SO2]), "mine");
  expect([both, collisions]).toEqual([mine, [expect.objectContaining({ mine: null })]]);
});

const forms = fc
  .record({
    name: fc.constantFrom("a", "b"),
    limits: fc.uniqueArray(
      fc.record({ pollutant: fc.constantFrom("a21002", "a21026", "a34013"), max: fc.constantFrom(1, 2, 3) }),
      { selector: (l) => l.pollutant },
    ),
    mns: fc.uniqueArray(fc.constantFrom("A", "B", "C")),
  })
  .map(({ name, limits, mns }) => form(limits.map(limit), { devices: mns.map((mn) => device({ mn })) }, name));

test("with nothing changed on one side the other's is taken whole; what is named is exactly what depends on the preference", () => {
  fc.assert(
    fc.property(forms, forms, forms, (base, mine, theirs) => {
      expect(rebasePermit(base, mine, base, "theirs")).toEqual({ permit: mine, collisions: [] });
      expect(rebasePermit(base, base, theirs, "mine")).toEqual({ permit: theirs, collisions: [] });
      expect(rebasePermit(base, mine, mine, "mine")).toEqual({ permit: mine, collisions: [] });
      const [a, b] = [rebasePermit(base, mine, theirs, "mine"), rebasePermit(base, mine, theirs, "theirs")];
      expect(a.collisions).toEqual(b.collisions);
      const content = formDifferences(a.permit, b.permit).filter((d) => d.kind !== "order-changed");
      expect(content.length === 0).toBe(a.collisions.length === 0);
    }),
  );
});
