import fc from "fast-check";
import { expect, test } from "vitest";
import { HOUR, MINUTE } from "../../shared/shanghai.ts";
import { at, limit, outlet, permit, ruleData } from "../../telemetry/fixtures.ts";
import { coversOf, leftUnmarked, type Cover } from "./unmarked-day.ts";
import type { Mark } from "./mark.ts";
import { unmarkedPeriods, type Unmarked } from "./unmarked.ts";

const need = (over: Partial<Unmarked> = {}): Unmarked => ({
  outlet: "DA001",
  pollutants: ["a21002", "a21026"],
  from: at("08:00"),
  to: at("09:00"),
  why: "missing",
  signs: [],
  ...over,
});
const cover = (from: string, to: string, over: Partial<Cover> = {}): Cover => ({
  outlet: "DA001",
  pollutants: null,
  from: at(from),
  to: at(to),
  ...over,
});
const said = (needs: Unmarked[], ...covers: Cover[]): string[] =>
  leftUnmarked({ needs, marks: Object.fromEntries(covers.map((each, i) => [String(i), each])) }).map(
    (u) => `${(u.from - at("08:00")) / MINUTE}–${(u.to - at("08:00")) / MINUTE} ${u.pollutants.join()}`,
  );

test.each<[string, Cover[], string[]]>([
  ["without a mark all of it", [], ["0–60 a21002,a21026"]],
  ["a mark of the whole takes all", [cover("08:00", "09:00")], []],
  ["one that ends where it begins takes nothing", [cover("07:00", "08:00")], ["0–60 a21002,a21026"]],
  ["one in the middle leaves two", [cover("08:20", "08:30")], ["0–20 a21002,a21026", "30–60 a21002,a21026"]],
  ["of another outlet nothing", [cover("08:00", "09:00", { outlet: "DA002" })], ["0–60 a21002,a21026"]],
  [
    "of one pollutant the other stays",
    [cover("08:00", "08:30", { pollutants: ["a21002"] })],
    ["30–60 a21002", "0–60 a21026"],
  ],
  ["two that overlap", [cover("08:00", "08:40"), cover("08:30", "08:59")], ["59–60 a21002,a21026"]],
])("what is left: %s", (_, covers, expected) => expect(said([need()], ...covers)).toEqual(expected));

test("only marks with effect that reach into the day cover it", () => {
  const mark = (id: string, state: Mark["state"], from: string, to: string) =>
    ({ ...cover(from, to), id, state }) as Mark;
  const all = [
    mark("stands", "standing", "08:00", "09:00"),
    mark("disputed", "contradicted", "08:00", "09:00"),
    mark("gone", "withdrawn", "08:00", "09:00"),
    mark("judged", "judged-invalid", "08:00", "09:00"),
    mark("before", "standing", "07:00", "08:00"),
  ];
  expect(Object.keys(coversOf(all, at("08:00"), at("10:00")))).toEqual(["stands", "disputed"]);
});

test("what is left is what minutes that are looked at again with the marks would say", () => {
  const limits = [limit(), limit({ pollutant: "a21026" })];
  const first = { "DA001/a21002": at("08:00"), "DA001/a21026": at("09:00") };
  const facts = { permit: permit({ outlets: [outlet({ limits })] }), records: [], first };
  const of = (marks: Cover[]): Unmarked[] =>
    unmarkedPeriods({ ...facts, marks: { DA001: marks } }, at("08:00"), at("11:00"), at("12:00"), ruleData);
  const minutes = (periods: Unmarked[]): string[] =>
    periods
      .flatMap((u) =>
        u.pollutants.flatMap((p) =>
          Array.from({ length: (u.to - u.from) / MINUTE }, (_, i) => `${p} ${u.from + i * MINUTE} ${u.why}`),
        ),
      )
      .sort();
  const spans = fc.array(
    fc.record({
      from: fc.integer({ min: -30, max: 200 }),
      length: fc.integer({ min: 1, max: 120 }),
      pollutants: fc.option(fc.subarray(["a21002", "a21026"], { minLength: 1 })),
    }),
    { maxLength: 5 },
  );
  expect(of([])).toHaveLength(2);
  fc.assert(
    fc.property(spans, (all) => {
      const covers = all.map(({ from, length, pollutants }): Cover => ({
        outlet: "DA001",
        pollutants,
        from: at("08:00") + from * MINUTE,
        to: at("08:00") + (from + length) * MINUTE,
      }));
      const marks = Object.fromEntries(covers.map((each, i) => [String(i), each]));
      const left = leftUnmarked({ needs: of([]), marks });
      expect(minutes(left)).toEqual(minutes(of(covers)));
      for (const u of left) expect(u.to - u.from).toBeLessThanOrEqual(3 * HOUR);
    }),
  );
});
