/**
 * Schematic outlines of the towns for the console's map, since no licensed ones are at hand: every place belongs to the town
 * whose middle is nearest, within a hull around all of them. `node infra/local/demo/town-outlines.ts` writes the file again.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { TOWNS } from "./fill-in.ts";

export type Point = readonly [lon: number, lat: number];
export interface TownOutline {
  name: string;
  /** Where the name stands. */
  middle: Point;
  /** Closed: the last point is joined to the first. */
  outline: Point[];
}

export const OUTLINES_FILE = join(import.meta.dirname, "../../../web/console/city-map/towns.json");

/** A degree of longitude is shorter than one of latitude; distances are compared on the ground. */
const NARROWER = Math.cos((30.62 * Math.PI) / 180);
/** Around each middle, so that the plants of every town lie inside: half width and half height in degrees. */
const AROUND: Point = [0.034, 0.028];

const ground = ([lon, lat]: Point): Point => [lon * NARROWER, lat];
const degrees = ([x, y]: Point): Point => [round(x / NARROWER), round(y)];
const round = (x: number): number => Math.round(x * 1e5) / 1e5;

/** Twice the area of the triangle, positive when a, b, c turn to the left. */
const turn = (a: Point, b: Point, c: Point): number => (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);

/** Convex hull, counter-clockwise (Andrew's monotone chain). */
export function hullOf(points: readonly Point[]): Point[] {
  const sorted = points.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]);
  const half = (from: readonly Point[]): Point[] => {
    const chain: Point[] = [];
    for (const p of from) {
      while (chain.length >= 2 && turn(chain.at(-2)!, chain.at(-1)!, p) <= 0) chain.pop();
      chain.push(p);
    }
    return chain.slice(0, -1);
  };
  return [...half(sorted), ...half(sorted.toReversed())];
}

/** The part of a convex polygon that is nearer to `own` than to `other`. */
function nearer(polygon: readonly Point[], own: Point, other: Point): Point[] {
  // f(p) ≤ 0 exactly where p is nearer to `own`; linear in p.
  const f = ([x, y]: Point): number =>
    x * (other[0] - own[0]) + y * (other[1] - own[1]) - (other[0] ** 2 + other[1] ** 2 - own[0] ** 2 - own[1] ** 2) / 2;
  const kept: Point[] = [];
  for (const [i, a] of polygon.entries()) {
    const b = polygon[(i + 1) % polygon.length]!;
    const [fa, fb] = [f(a), f(b)];
    if (fa <= 0) kept.push(a);
    if (fa < 0 !== fb < 0) {
      const t = fa / (fa - fb);
      kept.push([a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])]);
    }
  }
  return kept;
}

/** One outline for each town: its Voronoi cell within the hull. */
export function townOutlines(towns: Readonly<Record<string, Point>>): TownOutline[] {
  const middles = Object.values(towns).map(ground);
  const city = hullOf(
    Object.values(towns).flatMap(([lon, lat]) =>
      Array.from({ length: 16 }, (_, i): Point => {
        const angle = (i * Math.PI) / 8;
        return ground([lon + AROUND[0] * Math.cos(angle), lat + AROUND[1] * Math.sin(angle)]);
      }),
    ),
  );
  return Object.entries(towns).map(([name, middle]) => {
    const own = ground(middle);
    const cell = middles
      .filter((m) => m[0] !== own[0] || m[1] !== own[1])
      .reduce((rest, m) => nearer(rest, own, m), city);
    return { name, middle, outline: cell.map(degrees) };
  });
}

if (import.meta.main) writeFileSync(OUTLINES_FILE, `${JSON.stringify(townOutlines(TOWNS))}\n`);
