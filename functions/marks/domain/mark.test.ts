import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { round6 } from "../../shared/round.ts";
import { HOUR, MINUTE, parseIso } from "../../shared/shanghai.ts";
import { at, numbers, permit, row, ruleData } from "../../telemetry/fixtures.ts";
import { judgeHour } from "../../warnings/domain/verdict.ts";
import { MARK_STATES } from "../../warnings/stored-items.ts";
import { hasEffect, inTheWay, isLate, problemsOf, step, yearlyUse, type Mark, type MarkEvent } from "./mark.ts";
import { touchedPeriods } from "./touched-periods.ts";

const rules = ruleData.marks(at("08:00"));
const by = { sub: "s", name: "n" };
const mark = (over: Partial<Mark> = {}): Mark => ({
  id: "1",
  permitNo: permit().permitNo,
  outlet: "DA001",
  pollutants: null,
  kind: "device-fault",
  from: at("08:00"),
  to: at("08:10"),
  reason: "r",
  at: at("09:00"),
  by,
  late: false,
  key: "key",
  tests: [],
  state: "standing",
  judgement: null,
  changed: null,
  v: 1,
  ...over,
});
const said = { at: at("10:00"), by, reason: "because" };
const event: fc.Arbitrary<MarkEvent> = fc.oneof(
  fc.constantFrom<MarkEvent>(
    { type: "withdrawn", ...said },
    { type: "moved", to: at("08:20"), ...said },
    { type: "judged", decision: "valid", ...said },
    { type: "judged", decision: "invalid", ...said },
  ),
  fc
    .constantFrom<"agrees" | "contradicts" | "no-data">("agrees", "contradicts", "no-data")
    .map((result): MarkEvent => ({ type: "tested", tests: [{ test: "stack-cold", result, fact: null }], at: 1 })),
);

describe("how a mark goes on", () => {
  test.each([
    ["standing", "tested against", "contradicted"],
    ["standing", "withdrawn", "withdrawn"],
    ["standing", "moved", "standing"],
    ["standing", "judged", "judged-invalid"],
    ["contradicted", "tested", "contradicted"],
    ["contradicted", "moved", "contradicted"],
    ["contradicted", "withdrawn", "withdrawn"],
    ["contradicted", "judged", "judged-invalid"],
    ["judged-valid", "tested against", null],
    ["judged-valid", "moved", null],
    ["judged-valid", "withdrawn", null],
    ["judged-valid", "judged", "judged-invalid"],
    ["judged-invalid", "judged", "judged-invalid"],
    ["withdrawn", "moved", null],
    ["withdrawn", "judged", null],
    ["withdrawn", "withdrawn", null],
    ["withdrawn", "tested against", null],
  ] as const)("%s, %s: %s", (state, what, expected) => {
    const events: Record<typeof what, MarkEvent> = {
      "tested against": { type: "tested", tests: [{ test: "stack-cold", result: "contradicts", fact: null }], at: 1 },
      tested: { type: "tested", tests: [{ test: "stack-cold", result: "agrees", fact: null }], at: 1 },
      withdrawn: { type: "withdrawn", ...said },
      moved: { type: "moved", to: at("08:20"), ...said },
      judged: { type: "judged", decision: "invalid", ...said },
    };
    expect(step(mark({ state }), events[what])?.state ?? null).toBe(expected);
  });

  test("a later test that says less takes nothing back; one that says more counts", () => {
    const tested = (state: Mark, result: "agrees" | "contradicts" | "no-data"): Mark =>
      step(state, { type: "tested", tests: [{ test: "stack-cold", result, fact: null }], at: 1 })!;
    const results = ["no-data", "agrees", "no-data", "contradicts", "agrees"] as const;
    const seen: string[] = [];
    results.reduce((held, result) => {
      const next = tested(held, result);
      seen.push(next.tests[0]!.result);
      return next;
    }, mark());
    expect(seen).toEqual(["no-data", "agrees", "agrees", "contradicts", "contradicts"]);
  });

  test("since when it is contradicted: the first time, whatever comes later", () => {
    const tested = (held: Mark, t: number, result: "agrees" | "contradicts"): Mark =>
      step(held, { type: "tested", tests: [{ test: "stack-cold", result, fact: null }], at: t })!;
    const agreed = tested(mark(), 1, "agrees");
    expect(agreed.contradictedAt).toBeUndefined();
    const against = tested(agreed, 2, "contradicts");
    expect(against.contradictedAt).toBe(2);
    expect(tested(tested(against, 3, "contradicts"), 4, "agrees").contradictedAt).toBe(2);
    expect(step(against, { type: "judged", decision: "valid", ...said })?.contradictedAt).toBe(2);
  });

  test("whatever happens: who said what and when stays, changes are counted, a contradiction is not forgotten, a withdrawal is the end", () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 12 }), (events) => {
        let held = mark();
        let contradicted = false;
        for (const each of events) {
          const next = step(held, each);
          if (!next) {
            expect(held.state).not.toBe("standing");
            continue;
          }
          expect(held.state).not.toBe("withdrawn");
          expect(MARK_STATES).toContain(next.state);
          expect(next.v).toBe(held.v + 1);
          const { id, outlet, kind, from, reason, at: made, late, key } = held;
          expect(next).toMatchObject({ id, outlet, kind, from, reason, at: made, by, late, key });
          if (next.state.startsWith("judged")) expect(next.judgement).not.toBeNull();
          if (contradicted) expect(next.state).not.toBe("standing");
          contradicted ||= next.state === "contradicted";
          held = next;
        }
      }),
    );
  });

  test("a mark and its withdrawal leave the verdict as it was", () => {
    const value = fc.option(fc.integer({ min: 0, max: 120 }), { nil: undefined });
    const span = fc.tuple(fc.integer({ min: -10, max: 70 }), fc.integer({ min: 1, max: 60 }));
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 60, maxLength: 60 }),
        fc.array(span, { maxLength: 4 }),
        (values, spans) => {
          const start = at("08:00");
          const judge = (marks: Mark[]) => {
            const out = (i: number): boolean =>
              marks.some((m) => hasEffect(m) && m.from < start + (i + 1) * MINUTE && m.to > start + i * MINUTE);
            const marked = row(
              start,
              values.map((v, i) => (v !== undefined && out(i) ? null : v)),
            );
            return judgeHour(row(start, values), marks.some(hasEffect) ? marked : null, start, 50, numbers.hour);
          };
          const made = spans.map(([begin, n]) =>
            mark({ from: start + begin * MINUTE, to: start + (begin + n) * MINUTE }),
          );
          const withdrawn = made.flatMap((m) => step(m, { type: "withdrawn", ...said }) ?? []);
          expect(withdrawn).toHaveLength(made.length);
          expect(judge(withdrawn)).toEqual(judge([]));
          // And while it stands it can take an exceedance away, but never make one of an hour that meets its limit as marked.
          if (judge([]).verdict === "exceeded") expect(judge(made).verdict).not.toBe("met");
        },
      ),
    );
  });
});

describe("what is refused", () => {
  const now = at("09:00");
  test.each<[Partial<Mark>, string[]]>([
    [{}, []],
    [{ to: at("08:00") }, ["to"]],
    [{ outlet: "DA002" }, ["outlet"]],
    [{ kind: "x" }, ["kind"]],
    [{ from: at("08:00") + 1 }, ["from"]],
    [{ from: now - 7 * 24 * HOUR, to: now - 7 * 24 * HOUR + HOUR }, []],
    [{ from: now - 7 * 24 * HOUR - MINUTE, to: now }, ["from"]],
    [{ from: now, to: now + 31 * 24 * HOUR }, []],
    [{ from: now + MINUTE, to: now + 31 * 24 * HOUR + MINUTE }, ["to"]],
    [{ kind: "calibration", to: at("08:00") + 24 * HOUR }, []],
    [{ kind: "calibration", to: at("08:00") + 24 * HOUR + MINUTE }, ["to"]],
    [{ pollutants: ["a21002"] }, []],
    [{ pollutants: ["a21026"] }, ["pollutants"]],
  ])("%j: %j", (over, paths) => {
    expect(problemsOf(mark(over), permit(), now, rules).map((p) => p.path)).toEqual(paths);
  });

  test.each<[string, Partial<Mark>, Partial<Mark>, boolean]>([
    ["the same minutes", {}, {}, true],
    ["one ends where the other begins", { from: at("08:10"), to: at("08:20") }, {}, false],
    ["another outlet", { outlet: "DA002" }, {}, false],
    ["another kind", { kind: "calibration" }, {}, false],
    ["an exclusive kind", { kind: "stopped" }, { kind: "failure" }, true],
    ["one that was withdrawn", {}, { state: "withdrawn" }, false],
    ["one judged invalid", {}, { state: "judged-invalid" }, false],
    ["other pollutants", { pollutants: ["a"] }, { pollutants: ["b"] }, false],
    ["a pollutant of all", { pollutants: ["a"] }, {}, true],
  ])("in the way: %s: %s", (_, over, held, expected) => {
    expect(inTheWay(mark({ id: "2", ...over }), [mark(held)], rules) !== null).toBe(expected);
  });
  test("a mark is not in its own way", () => expect(inTheWay(mark(), [mark()], rules)).toBeNull());
});

test.each([
  ["2026-10-02T12:00:00+08:00", false],
  ["2026-10-02T12:00:01+08:00", true],
])("made at %s for 1 October, late: %s", (when, late) =>
  expect(isLate(at("23:59"), parseIso(when)!, rules)).toBe(late),
);

test("hours of a year: overlaps once, the turn of the year cut, only kinds with a cap, only with effect", () => {
  const year = parseIso("2026-01-01")!;
  const failure = (from: number, hours: number, over: Partial<Mark> = {}): Mark =>
    mark({ kind: "failure", from, to: from + hours * HOUR, ...over });
  const use = yearlyUse(
    [
      failure(year - HOUR, 3),
      failure(year + HOUR, 2, { kind: "starting" }),
      failure(year + 10 * HOUR, 1.5),
      failure(year + 20 * HOUR, 5, { state: "withdrawn" }),
      failure(year + 30 * HOUR, 5, { kind: "stopped" }),
      failure(year + 40 * HOUR, 1, { outlet: "DA002" }),
    ],
    2026,
    rules,
  );
  expect(use.map((u) => [u.outlet, round6(u.hours)])).toEqual([
    ["DA001", 4.5],
    ["DA002", 1],
  ]);
});

describe("what is judged again", () => {
  test.each([
    ["an hour that closes in a minute", "08:10", "08:20", "09:09", [["HOUR", "08:00", "09:00"]]],
    ["one that does not yet", "08:10", "08:20", "09:08", []],
    ["the closed ones of several", "06:50", "09:00", "08:30", [["HOUR", "06:00", "08:00"]]],
    ["to the end of an hour that is only touched", "06:00", "07:01", "12:00", [["HOUR", "06:00", "08:00"]]],
    [
      "with the day that is closed",
      "23:00",
      "24:10",
      "26:00",
      [
        ["HOUR", "23:00", "25:00"],
        ["DAY", "00:00", "24:00"],
      ],
    ],
    ["nothing of what is ahead", "12:00", "13:00", "11:00", []],
  ] as const)("%s", (_, from, to, now, expected) => {
    const rows = touchedPeriods(at(from), at(to), at(now), ruleData);
    expect(rows).toEqual(expected.map(([kind, start, until]) => ({ kind, start: at(start), until: at(until) })));
  });
});
