import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type * as z from "zod/mini";
import { parseInput } from "../functions/shared/problems.ts";
import { parseIso } from "../functions/shared/shanghai.ts";
import { markRules } from "./marks.ts";
import { MarkVersions } from "./rule-data-schema.ts";

const folder = join(import.meta.dirname, "rule-data");
const parsed = parseInput(MarkVersions, JSON.parse(readFileSync(join(folder, "marks.json"), "utf8")));
if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
const versions: z.output<typeof MarkVersions> = parsed.data;
const [first] = versions as [(typeof versions)[0]];
const day = (text: string): number => parseIso(text)!;

describe("rules of marks", () => {
  test("the deadline is noon of the next day, in Shanghai", () => {
    const rules = markRules(versions)(day("2026-10-01"));
    for (const t of ["2026-10-01T00:00:00+08:00", "2026-10-01T23:59:00+08:00"])
      expect(rules.deadlineOf(day(t))).toBe(day("2026-10-02T12:00:00+08:00"));
  });
  test("the version of the day holds; before the first, the first", () => {
    const later = { ...first, effectiveFrom: "2027-01-01", bounds: { ...first.bounds, backDays: 3 } };
    const at = markRules([first, later]);
    expect(["2020-01-01", "2026-12-31T23:59:59+08:00", "2027-01-01"].map((t) => at(day(t)).bounds.backDays)).toEqual([
      7, 7, 3,
    ]);
    expect(() => markRules([later, first])).toThrow("must be later");
  });
  test("a name that no kind has is refused, and a kind that stands twice", () => {
    expect(() => markRules([{ ...first, yearly: [{ ...first.yearly[0]!, kinds: ["holiday"] }] }])).toThrow('"holiday"');
    expect(() => markRules([{ ...first, kinds: [...first.kinds, first.kinds[0]!] }])).toThrow("twice");
  });
  test("no mark may be longer than who reads marks looks back", () => {
    const longer = [{ ...first, bounds: { ...first.bounds, days: 32 } }];
    expect(parseInput(MarkVersions, longer)).toMatchObject({ ok: false, problems: [{ path: "[0].bounds.days" }] });
  });
});
