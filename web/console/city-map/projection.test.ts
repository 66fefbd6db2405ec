import fc from "fast-check";
import { expect, test } from "vitest";
import { boxOf, fit } from "./projection.ts";

const point = fc.tuple(fc.double({ min: 120, max: 121, noNaN: true }), fc.double({ min: 30, max: 31, noNaN: true }));

test("all points lie within the padding, whatever the window", () => {
  fc.assert(
    fc.property(
      fc.array(point, { minLength: 1 }),
      fc.integer({ min: 200, max: 4000 }),
      fc.integer({ min: 200, max: 4000 }),
      (points, w, h) => {
        const { x, y } = fit(boxOf(points)!, w, h, 20);
        for (const [lon, lat] of points) {
          expect(x(lon)).toBeGreaterThanOrEqual(19.999);
          expect(x(lon)).toBeLessThanOrEqual(w - 19.999);
          expect(y(lat)).toBeGreaterThanOrEqual(19.999);
          expect(y(lat)).toBeLessThanOrEqual(h - 19.999);
        }
      },
    ),
  );
});

test("north is up, east is right; a degree of longitude is the shorter one", () => {
  const { x, y } = fit({ west: 120, east: 121, south: 30, north: 31 }, 1000, 1000, 0);
  expect(y(31)).toBeLessThan(y(30));
  expect(x(121)).toBeGreaterThan(x(120));
  expect((x(121) - x(120)) / (y(30) - y(31))).toBeCloseTo(Math.cos((30.5 * Math.PI) / 180), 6);
});

test("one point is the middle; none is no box; a damaged one is left out", () => {
  const { x, y } = fit(boxOf([[120.5, 30.6]])!, 800, 600, 10);
  expect([x(120.5), y(30.6)]).toEqual([400, 300]);
  expect(boxOf([])).toBeNull();
  expect(boxOf([[NaN, 30]])).toBeNull();
});
