import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HOUR, MINUTE } from "../../shared/shanghai.ts";
import { at, device, outlet, permit, ruleData } from "../../telemetry/fixtures.ts";
import type { BlockRecord } from "../../telemetry/domain/block.ts";
import { dayFacts, qualityOf, type DayFacts, type DayInput } from "./quality.ts";

const start = at("00:00");
const rules = ruleData.deviceQuality(start);

/** A minute mean of DataTime `m` minutes after midnight that came `delay` ms after its minute was over. */
const mean = (m: number, over: Partial<BlockRecord> & { delay?: number } = {}): BlockRecord => {
  const t = start + m * MINUTE;
  const { delay = 20_000, ...rest } = over;
  return {
    mn: "A",
    outlet: "DA001",
    kind: "minute",
    at: t,
    qn: null,
    receivedAt: t + MINUTE + delay,
    values: [{ channel: "a21002/m", value: 20, flag: "N" }],
    ...rest,
  };
};
const day = (over: Partial<DayInput> = {}): DayFacts[] =>
  dayFacts({
    permit: permit(),
    start,
    records: [],
    different: 0,
    links: null,
    refused: new Map(),
    verdicts: [],
    lateMinutes: rules.lateMinutes,
    ...over,
  });
const bad = [{ channel: "a21002/m", value: 20, flag: "D" as const }];

describe("a day's facts", () => {
  test.each<[string, Partial<DayInput>, Partial<DayFacts>]>([
    ["nothing came", {}, { expected: 1440, received: 0, counting: 0, late: 0, clock: null, taken: null }],
    ["three minutes", { records: [mean(0), mean(1), mean(1439)] }, { received: 3, counting: 3, late: 0, clock: 20 }],
    [
      "a plant's first day counts from the first report",
      { records: [mean(600), mean(602)] },
      { expected: 840, received: 2 },
    ],
    ["any other day counts whole", { records: [mean(600)], links: {} }, { expected: 1440, received: 1 }],
    ["a flag that does not count", { records: [mean(0), mean(1, { values: bad })] }, { received: 2, counting: 1 }],
    [
      "just in time and just late",
      { records: [mean(0, { delay: 15 * MINUTE }), mean(1, { delay: 15 * MINUTE + 1 })] },
      { received: 2, late: 1 },
    ],
    ["a late one beside one in time", { records: [mean(0), mean(0, { kind: "realtime", delay: HOUR })] }, { late: 0 }],
    ["the day before and after", { records: [mean(-1), mean(1440)] }, { received: 0 }],
    ["another device's", { records: [mean(0, { mn: "B" })] }, { received: 0, clock: null }],
    ["a clock that is ahead", { records: [mean(0, { delay: -90_000 }), mean(1, { delay: -80_000 })] }, { clock: -90 }],
    ["by QN where there is one", { records: [mean(0, { qn: start + MINUTE + 30_000, delay: 33_000 })] }, { clock: 3 }],
    [
      "frames: taken, different, refused",
      { links: { A: 100, B: 20 }, different: 108, refused: new Map([["A", 5]]) },
      { frames: { taken: 120, different: 108 }, taken: 100, refused: 5 },
    ],
    [
      "more different ones than the chains grew: late data of other days",
      { links: { A: 10 }, different: 12 },
      { frames: { taken: 10, different: 10 } },
    ],
    [
      "hours with notes, of its outlet only",
      {
        verdicts: [
          { outlet: "DA001", notes: ["flat-line"] },
          { outlet: "DA001", notes: [] },
          { outlet: "DA002", notes: ["jump"] },
        ],
      },
      { judged: 2, suspicious: 1 },
    ],
  ])("%s", (_, input, facts) => {
    expect(day(input)).toMatchObject([facts]);
  });

  test("a mean of ten minutes covers ten, and those of the day before reach in", () => {
    const ten = permit({ outlets: [outlet({ devices: [device({ minuteInterval: 10 })] })] });
    expect(day({ permit: ten, records: [mean(-5), mean(60)] })).toMatchObject([{ received: 15 }]);
  });

  test("only the time in which the permit binds it is expected; who is not bound has no facts", () => {
    const half = permit({ outlets: [outlet({ devices: [device({ from: start + 12 * HOUR })] })] });
    expect(day({ permit: half, records: [mean(0), mean(720)] })).toMatchObject([{ expected: 720, received: 1 }]);
    const gone = permit({ outlets: [outlet({ devices: [device({ to: start })] })] });
    expect(day({ permit: gone, records: [mean(0)] })).toEqual([]);
  });
});

const good: DayFacts = {
  mn: "A",
  outlet: "DA001",
  expected: 1440,
  received: 1440,
  counting: 1440,
  late: 0,
  clock: 20,
  frames: { taken: 1500, different: 1500 },
  taken: 1500,
  refused: 0,
  judged: 24,
  suspicious: 0,
};
const pointsOf = (over: Partial<DayFacts>): Record<string, number> =>
  Object.fromEntries(qualityOf([{ ...good, ...over }], rules)!.of.map(({ fact, points }) => [fact, points]));

describe("the grade", () => {
  test("of nothing is none", () => expect(qualityOf([], rules)).toBeNull());
  test("of a good day is A with all points", () =>
    expect(qualityOf([good], rules)).toMatchObject({ grade: "A", points: 100, days: 1 }));
  test("of a silent day is D: nothing else is known", () =>
    expect(
      qualityOf([{ ...good, received: 0, counting: 0, clock: null, frames: null, taken: null, judged: 0 }], rules),
    ).toMatchObject({ grade: "D", points: 0 }));

  test.each<[string, Partial<DayFacts>, number]>([
    ["received", { received: 1440 * 0.99, counting: 1440 * 0.99 }, 30],
    ["received", { received: 1440 * 0.87, counting: 1440 * 0.87 }, 15],
    ["received", { received: 1440 * 0.75, counting: 1440 * 0.75 }, 0],
    ["counting", { counting: 1440 * 0.95 }, 20],
    ["counting", { counting: 1440 * 0.775 }, 10],
    ["counting", { counting: 1440 * 0.6 }, 0],
    ["late", { late: 1440 * 0.2 }, 0],
    ["clock", { clock: 60 }, 15],
    ["clock", { clock: -330 }, 7.5],
    ["clock", { clock: 600 }, 0],
    ["refused", { taken: 950, refused: 50 }, 0],
    ["resent", { frames: { taken: 200, different: 100 } }, 0],
    ["suspicious", { suspicious: 6 }, 0],
  ])("%s: %j earns %d", (fact, over, points) => expect(pointsOf(over)[fact]).toBe(points));

  test.each<[number, string]>([
    [0, "A"],
    [60, "A"],
    [420, "A"],
    [590, "B"],
    [600, "C"],
  ])("a clock %d s off alone: %s", (clock, grade) => expect(qualityOf([{ ...good, clock }], rules)!.grade).toBe(grade));

  test.each<[string, Partial<DayFacts>, string]>([
    ["next to nothing received, but that in time and right", { received: 60, counting: 60 }, "D"],
    ["everything received, next to nothing counts", { counting: 100 }, "D"],
    ["everything late", { late: 1440 }, "B"],
    ["every frame twice", { frames: { taken: 3000, different: 1500 } }, "B"],
    ["much refused", { refused: 500 }, "C"],
  ])("a fact that earns nothing leaves no better grade: %s", (_, over, grade) =>
    expect(qualityOf([{ ...good, ...over }], rules)!.grade).toBe(grade),
  );

  test("more received never earns less, and the points are those of the facts", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1440 }), fc.integer({ min: 0, max: 1440 }), (a, b) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)].map((received) =>
          qualityOf([{ ...good, received, counting: received }], rules)!,
        );
        expect(more!.points).toBeGreaterThanOrEqual(less!.points);
        const known = more!.of.filter(({ value }) => value !== null);
        const [earned, of] = [known.reduce((n, p) => n + p.points, 0), known.reduce((n, p) => n + p.weight, 0)];
        expect(more!.points).toBeCloseTo((100 * earned) / of, 0);
      }),
    );
  });
});
