/** Whatever the devices send, the page is whole: no figure that is no number, nothing printed on the other side of its limit. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { loadRuleData } from "../../layers/rule-data.ts";
import { HOUR, MINUTE, floorHour } from "../shared/shanghai.ts";
import type { HourFact, Slot } from "./domain/facts.ts";
import { figure } from "./domain/figures.ts";
import { plantView } from "./domain/plant-view.ts";
import { AS_OF, facts, limit, outlet, permit } from "./fixture.ts";
import { page } from "./page.ts";

const rules = loadRuleData("layers/rule-data");
const START = floorHour(AS_OF) - 24 * HOUR;
const MINUTES = Math.floor((AS_OF - START) / MINUTE);

const value = fc.oneof(
  fc.constantFrom(0, -0, 50, 50.0000001, 1e-9, 1e9, -3),
  fc.double({ min: -1e6, max: 1e6, noNaN: true }),
);
const slot = fc.record({
  minute: fc.nat({ max: MINUTES - 1 }),
  value: fc.option(value),
  quality: fc.constantFrom("counts" as const, "invalid" as const, "marked" as const),
  flag: fc.constantFrom("N", null, "C", "T", "x"),
});
const slots = fc
  .uniqueArray(slot, { selector: (s) => s.minute, maxLength: 60 })
  .map((list): Slot[] =>
    list.toSorted((a, b) => a.minute - b.minute).map(({ minute, ...s }) => ({ ...s, t: START + minute * MINUTE })),
  );
const hours = fc.uniqueArray(
  fc.record({
    hour: fc.nat({ max: 23 }).map((h) => START + h * HOUR),
    valid: fc.nat({ max: 60 }),
    mean: fc.option(value),
    limit: fc.constantFrom(50, 0.001),
    verdict: fc.constantFrom("met" as const, "exceeded" as const, "insufficient" as const, "marked" as const),
    revision: fc.nat({ max: 3 }),
  }),
  { selector: (h) => h.hour, maxLength: 24 },
);
const kinds = [
  limit("a21002"),
  limit("a21002", { statistic: "day" }),
  limit("a21002", { statistic: "instant", min: 6, max: 9 }),
  limit("a21002", { statistic: "period", period: "day" }),
  limit("a34001", { max: 1_000_000 }),
  limit("a21002", { max: 0.001 }),
];

test("the page of any facts is whole", () => {
  fc.assert(
    fc.property(
      slots,
      slots,
      hours,
      fc.constantFrom(...kinds),
      fc.constantFrom("gas" as const, "water" as const),
      (own, flow, judged, l, medium) => {
        const { pollutant } = l;
        const plant = facts({
          permit: permit([outlet("X1", [l], { medium })]),
          series: [
            { outlet: "X1", pollutant, minutes: 1, slots: own },
            { outlet: "X1", pollutant: "w00000", minutes: 1, slots: flow },
          ],
          hours: judged.map((h): HourFact => ({ ...h, outlet: "X1", pollutant })),
        });
        const view = plantView(plant, rules);
        expect(page(view, rules)).not.toMatch(/NaN|undefined|Infinity|\[object/);
        expect(JSON.parse(JSON.stringify(view))).toEqual(view); // JSON says the same as the page: no -0, no NaN
        const newest = view.outlets[0]?.quantities[0]?.latest;
        if (newest) expect(newest.current).toBe(AS_OF <= Date.parse(newest.until));
      },
    ),
    { numRuns: 150 },
  );
});

test("a figure stands on the side of the limit that the value stands on", () => {
  const near = fc
    .tuple(fc.integer({ min: 0, max: 200_000_000 }), fc.integer({ min: -200, max: 200 }))
    .map(([l, d]) => [l / 1e6, (l + d) / 1e6] as const);
  fc.assert(
    fc.property(near, fc.integer({ min: 0, max: 3 }), ([bar, x], decimals) => {
      expect(Math.sign(Number(figure(x, decimals, bar)) - bar)).toBe(Math.sign(x - bar));
    }),
  );
});
