import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { demoPlants } from "./demo-register.ts";
import { TOWNS } from "./fill-in.ts";
import { OUTLINES_FILE, townOutlines, type Point } from "./town-outlines.ts";

const outlines = townOutlines(TOWNS);

/** Ray to the east: odd crossings are inside. */
const inside = ([x, y]: Point, polygon: readonly Point[]): boolean =>
  polygon.reduce((odd, [ax, ay], i) => {
    const [bx, by] = polygon[(i + 1) % polygon.length]!;
    return ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax) ? !odd : odd;
  }, false);

test("the console's file is what the towns give", () => {
  // Else: node infra/local/demo/town-outlines.ts && oxfmt web/console/city-map/towns.json
  expect(JSON.parse(readFileSync(OUTLINES_FILE, "utf8"))).toEqual(outlines);
});

test("every town's middle lies in its own outline and in no other", () => {
  for (const { name, middle } of outlines)
    expect(
      outlines.filter((o) => inside(middle, o.outline)).map((o) => o.name),
      name,
    ).toEqual([name]);
});

test("the outlines cover the demo's plants, each once", () => {
  for (const { location, name } of demoPlants({ count: 400, seed: 1 })) {
    const { lon, lat } = location;
    expect(outlines.filter((o) => inside([lon, lat], o.outline)).length, name).toBe(1);
  }
});
