import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DAY, HOUR, parseIso } from "../../../functions/shared/shanghai.ts";
import {
  asked,
  endOf,
  isLatest,
  latest,
  LEVELS,
  moved,
  opened,
  parseView,
  stepOf,
  viewText,
  zoomed,
  type View,
} from "./zoom.ts";

const at = (text: string): number => parseIso(text)!;
const NOW = at("2026-10-10T08:37:20+08:00");
/** What the operation allows for each step. */
const MOST = { minute: 2 * DAY, hour: 62 * DAY, day: 400 * DAY };

const view: fc.Arbitrary<View> = fc
  .tuple(fc.constantFrom(...LEVELS), fc.integer({ min: NOW - 800 * DAY, max: NOW }))
  .map(([level, t]) => zoomed({ level: "hour", from: t }, level, NOW));

describe("zoom", () => {
  test("no view asks for more than the operation answers, nor lies in the future", () => {
    fc.assert(
      fc.property(view, (v) => {
        expect(endOf(v) - v.from).toBeLessThanOrEqual(MOST[stepOf(v)]);
        expect(v.from).toBeLessThanOrEqual(NOW);
      }),
    );
  });

  test("there and back is the same, but at the newest", () => {
    fc.assert(
      fc.property(view, (v) => {
        const before = moved(v, -1, NOW);
        expect(isLatest(before, NOW)).toBe(false);
        const again = moved(before, 1, NOW);
        expect(isLatest(v, NOW) ? isLatest(again, NOW) : again).toEqual(isLatest(v, NOW) ? true : v);
      }),
    );
  });

  test("month, day, hour, minute: each click goes one down", () => {
    const year = latest("year", NOW);
    const day = opened(year, at("2026-10-03"));
    expect(day).toEqual({ level: "day", from: at("2026-10-03") });
    const month = latest("month", NOW);
    expect(asked(month)).toEqual({ from: "2026-09-10T00:00:00+08:00", to: "2026-10-11T00:00:00+08:00", step: "hour" });
    const hour = opened(month, at("2026-10-03T05:00"));
    expect(hour).toEqual({ level: "hour", from: at("2026-10-03T05:00") });
    expect(opened(hour as View, at("2026-10-03T05:17:30"))).toEqual({ minute: at("2026-10-03T05:17") });
  });

  test("in the address and back; what is damaged is no view", () => {
    fc.assert(
      fc.property(view, (v) => {
        expect(parseView(viewText(v))).toEqual(v);
      }),
    );
    for (const text of [null, "", "day", "day@", "week@1790784000000", "day@1e9", "day@-1790784000000"])
      expect(parseView(text)).toBeNull();
  });

  test("the current hour is the newest, the one before is not", () => {
    expect(latest("hour", NOW)).toEqual({ level: "hour", from: at("2026-10-10T08:00") });
    expect(isLatest({ level: "hour", from: at("2026-10-10T08:00") - HOUR }, NOW)).toBe(false);
  });
});
