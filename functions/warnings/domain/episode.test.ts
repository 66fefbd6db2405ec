/** The ladder of an episode, worked out by hand from the rules; and a slow second writing of when a message is due. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MINUTE } from "../../shared/shanghai.ts";
import { at, numbers } from "../../telemetry/fixtures.ts";
import type { Condition } from "./conditions.ts";
import { episodeId, stepCondition, stepDay, stepHour, type Episode, type EpisodeKey, type Step } from "./episode.ts";
import { hourOfTick, type Assessment, type Level } from "./gas-hour.ts";

const key: EpisodeKey = { outlet: "DA001", pollutant: "a21002", statistic: "hour", facility: null };
const TICK = 5 * MINUTE;

/** The assessment of an hour at `t`, with what matters to the ladder; by default in the middle of nowhere. */
const assessment = (t: number, level: Level, over: Partial<Assessment> = {}): Assessment => {
  const ended = Math.round((t - hourOfTick(t)) / MINUTE);
  const left = 60 - ended;
  return {
    ended,
    left,
    valid: ended,
    mean: 50,
    current: 60,
    projected: 49,
    required: 45,
    level: left === 0 ? 0 : level,
    deficit: false,
    possible: 60,
    limit: 50,
    ...over,
  };
};

/** Runs ticks; keeps the episode as the caller does: a due warning is its last message. */
class Ladder {
  held: Episode | null = null;
  log: string[] = [];
  last: Step | null = null;
  take(t: number, step: Step): Step {
    const clock = `${String(Math.floor((t - at("00:00")) / 3_600_000)).padStart(2, "0")}:${String(((t - at("00:00")) / MINUTE) % 60).padStart(2, "0")}`;
    if (step.warn > 0) this.log.push(`${clock} warn ${step.warn}`);
    if (step.escalated) this.log.push(`${clock} escalated`);
    if (step.ended) this.log.push(`${clock} ${step.ended}`);
    this.held = step.ended ? null : step.episode;
    if (this.held && step.warn > 0)
      this.held = { ...this.held, lastMessage: t, messages: this.held.messages + 1, roles: ["operator"] };
    this.last = step;
    return step;
  }
  hour(t: number, level: Level, over: Partial<Assessment> = {}): Step {
    return this.take(t, stepHour(this.held, key, assessment(t, level, over), t, numbers.hour));
  }
}
/** One level a tick from `from` on. */
const hours = (from: string, levels: Level[], over: Partial<Assessment> = {}): string[] => {
  const ladder = new Ladder();
  levels.forEach((level, i) => ladder.hour(at(from) + i * TICK, level, over));
  return ladder.log;
};
const repeat = <T>(n: number, x: T): T[] => Array.from({ length: n }, () => x);

describe("an hourly episode", () => {
  test("opens at the first level and says so at once", () => {
    const ladder = new Ladder();
    expect(ladder.hour(at("08:05"), 0)).toMatchObject({ episode: null, opened: false, warn: 0 });
    expect(ladder.hour(at("08:10"), 1)).toMatchObject({ opened: true, warn: 1 });
    expect(ladder.held).toMatchObject({ ...key, openedAt: at("08:10"), level: 1, highest: 1 });
  });
  test("at level 1 speaks again after ten minutes", () => {
    expect(hours("08:05", [1, 1, 1, 1, 1])).toEqual(["08:05 warn 1", "08:15 warn 1", "08:25 warn 1"]);
  });
  test("at level 2 speaks at every tick", () => {
    expect(hours("08:30", [2, 2, 2])).toEqual(["08:30 warn 2", "08:35 warn 2", "08:40 warn 2"]);
  });
  test("at level 3 speaks every fifteen minutes while the recent level is above the limit", () => {
    expect(hours("08:30", [3, 3, 3, 3, 3])).toEqual(["08:30 warn 3", "08:45 warn 3"]);
    expect(hours("08:30", [3, 3, 3, 3, 3], { current: 50 })).toEqual(["08:30 warn 3"]);
    expect(hours("08:30", [3, 3, 3, 3], { current: 50.0000004 })).toEqual(["08:30 warn 3"]);
    expect(hours("08:30", [3, 3, 3, 3], { current: 50.000001 })).toEqual(["08:30 warn 3", "08:45 warn 3"]);
  });
  test("speaks of a rise at once, also right after another message", () => {
    expect(hours("08:25", [1, 2, 3])).toEqual(["08:25 warn 1", "08:30 warn 2", "08:35 warn 3"]);
  });
  test("falls in silence, and then speaks again when that level is due", () => {
    expect(hours("08:30", [2, 1, 1, 1])).toEqual(["08:30 warn 2", "08:40 warn 1"]);
    expect(hours("08:30", [3, 2, 2])).toEqual(["08:30 warn 3", "08:40 warn 2"]);
  });
  test("rises again after a tick without a level", () => {
    expect(hours("08:05", [1, 0, 1])).toEqual(["08:05 warn 1", "08:15 warn 1"]);
  });
  test("keeps the level of 08:55 over 09:00: what follows at 09:05 is a fall or a repeat, no rise", () => {
    expect(hours("08:55", [2, 0, 1])).toEqual(["08:55 warn 2"]);
    expect(hours("08:50", [1, 1, 0, 1])).toEqual(["08:50 warn 1", "09:05 warn 1"]);
  });
});

describe("escalation", () => {
  test("comes at the sixth counted tick in a row at level 2 or 3", () => {
    expect(hours("08:30", [2, 2, 3, 3, 2, 2]).filter((l) => l.includes("escalated"))).toEqual(["08:55 escalated"]);
    expect(hours("08:30", [2, 2, 2, 2, 2]).filter((l) => l.includes("escalated"))).toEqual([]);
  });
  test("counts over the hour: ticks before the half hour and at hh:00 neither count nor break the row", () => {
    const levels: Level[] = [2, 2, 2, 0, 1, 0, 1, 0, 1, 2, 2, 2];
    expect(hours("08:45", levels).filter((l) => l.includes("escalated"))).toEqual(["09:40 escalated"]);
  });
  test("starts anew after a counted tick below level 2", () => {
    expect(hours("08:30", [2, 2, 1, 2, 2, 2]).filter((l) => l.includes("escalated"))).toEqual([]);
  });
  test("comes once in an episode", () => {
    const log = hours("08:30", [...repeat<Level>(6, 2), 0, ...repeat<Level>(5, 1), ...repeat<Level>(6, 2)]);
    expect(log.filter((l) => l.includes("escalated"))).toEqual(["08:55 escalated"]);
  });
  test("slows repeats to thirty minutes at every level; a rise still goes at once", () => {
    const log = hours("08:30", [...repeat<Level>(6, 2), 0, 1, 1, 1, 1, 1, 2, 3, 3]);
    expect(log.slice(5)).toEqual([
      "08:55 warn 2", // decided before the escalation of the same tick
      "08:55 escalated",
      "09:25 warn 1", // 09:05 is a fall; thirty minutes after 08:55
      "09:30 warn 2",
      "09:35 warn 3",
    ]);
    // Level 3 too, and then also while the recent level is below the limit: thirty minutes after 08:30.
    expect(hours("08:30", [...repeat<Level>(6, 3), 0, 3], { current: 40 })).toEqual([
      "08:30 warn 3",
      "08:55 escalated",
      "09:05 warn 3",
    ]);
  });
  test("does not come while an acknowledgement stands", () => {
    const ladder = new Ladder();
    for (let i = 0; i < 6; i++) {
      if (i === 3 && ladder.held) ladder.held = { ...ladder.held, pausedUntil: at("09:12") };
      ladder.hour(at("08:30") + i * TICK, 2);
    }
    expect(ladder.log).toEqual(["08:30 warn 2", "08:35 warn 2", "08:40 warn 2"]);
  });
});

describe("an acknowledgement with an action", () => {
  test("pauses repeats until its end, which speaks again; a rise goes all the same", () => {
    const ladder = new Ladder();
    ladder.hour(at("08:30"), 2);
    ladder.held = { ...ladder.held!, pausedUntil: at("08:50") };
    for (const [clock, level] of [
      ["08:35", 2],
      ["08:40", 2],
      ["08:45", 3],
      ["08:50", 2],
      ["08:55", 2],
    ] as const)
      ladder.hour(at(clock), level);
    expect(ladder.log).toEqual(["08:30 warn 2", "08:45 warn 3", "08:55 warn 2"]);
  });
});

describe("the end of an hourly episode", () => {
  const after = (clock: string, over: Partial<Assessment>): Step["ended"] => {
    const ladder = new Ladder();
    ladder.hour(at("08:05"), 1);
    return ladder.hour(at(clock), 0, over).ended;
  };
  test.each([
    ["at 95 % of the limit in the second half hour", "08:30", { projected: 47.5 }, "recovered"],
    ["at 95 % by six decimals", "08:30", { projected: 47.5000004 }, "recovered"],
    ["not above 95 %", "08:30", { projected: 47.500001 }, null],
    ["not in the first half hour", "08:25", { projected: 10 }, null],
    ["not with fewer than twenty valid minutes", "08:30", { projected: 10, valid: 19 }, null],
    ["with twenty", "08:30", { projected: 10, valid: 20 }, "recovered"],
    ["at hh:00 too", "09:00", { projected: 10 }, "recovered"],
    ["not without a projection", "08:30", { projected: null }, null],
  ] as const)("recovers: %s", (_, clock, over, ended) => expect(after(clock, over)).toBe(ended));

  test("recovers after twelve quiet ticks; ticks with fewer than three valid minutes are not counted", () => {
    expect(hours("08:05", [1, ...repeat<Level>(11, 0)]).at(-1)).toBe("08:05 warn 1");
    expect(hours("08:05", [1, ...repeat<Level>(12, 0)]).at(-1)).toBe("09:05 recovered");
    const ladder = new Ladder();
    ladder.hour(at("08:05"), 1);
    for (let i = 1; i <= 12; i++) ladder.hour(at("08:05") + i * TICK, 0, i <= 6 ? { valid: 2 } : { valid: 3 });
    expect(ladder.held?.quietTicks).toBe(6);
  });
  test("counts quiet ticks from the last level", () => {
    expect(
      hours("08:05", [1, ...repeat<Level>(11, 0), 1, ...repeat<Level>(11, 0)]).some((l) => l.includes("rec")),
    ).toBe(false);
  });
  test("lapses in silence after 24 ticks in a row without three valid minutes", () => {
    // The opening tick itself has fewer than three valid minutes here and counts.
    expect(hours("08:05", [1, ...repeat<Level>(22, 0)], { valid: 2 })).toEqual(["08:05 warn 1"]);
    expect(hours("08:05", [1, ...repeat<Level>(23, 0)], { valid: 2 }).at(-1)).toBe("10:00 lapsed");
  });
  test("never comes with a level", () => {
    const ladder = new Ladder();
    for (let i = 0; i < 40; i++) ladder.hour(at("08:05") + i * 12 * TICK, 1, { valid: 2, projected: 1 });
    expect(ladder.held).not.toBeNull();
  });
});

/** When a message is due, written again from the whole history of the episode, as the rules read. */
function model(history: { t: number; a: Assessment; warn: number; escalated: boolean }[], t: number, a: Assessment) {
  const levelBefore = history.findLast((h) => h.a.left > 0)?.a.level ?? 0;
  const lastMessage = history.findLast((h) => h.warn > 0)?.t ?? -Infinity;
  const since = (t - lastMessage) / MINUTE;
  const escalatedBefore = history.some((h) => h.escalated);
  let due = false;
  if (a.level > levelBefore) due = true;
  else if (a.level > 0 && a.level === levelBefore) {
    if (escalatedBefore) due = since >= 30;
    else if (a.level === 1) due = since >= 10;
    else if (a.level === 2) due = true;
    else due = (a.current ?? 0) > 50 && since >= 15;
  }
  const counted = [...history.map((h) => h.a), a].filter((x) => x.left > 0 && x.ended >= 30);
  const row = counted.length - 1 - counted.findLastIndex((x) => x.level < 2);
  return { warn: due ? a.level : 0, escalated: !escalatedBefore && a.left > 0 && a.ended >= 30 && row >= 6 };
}

describe("whatever comes", () => {
  const world = fc.array(
    fc.record({
      level: fc.constantFrom<Level[]>(0, 0, 1, 1, 2, 2, 2, 3),
      current: fc.constantFrom(40, 60),
      projected: fc.constantFrom(null, 40, 49, 60),
      valid: fc.constantFrom(0, 2, 3, 19, 20, 55),
    }),
    { minLength: 1, maxLength: 80 },
  );
  test("messages are due as the whole history says; an ended episode never speaks; levels are the table's", () => {
    fc.assert(
      fc.property(world, fc.integer({ min: 0, max: 11 }), (ticks, offset) => {
        const ladder = new Ladder();
        let history: Parameters<typeof model>[0] = [];
        ticks.forEach(({ level, ...over }, i) => {
          const t = at("08:00") + (offset + i) * TICK;
          const a = assessment(t, level, over);
          const open = ladder.held !== null;
          const step = ladder.take(t, stepHour(ladder.held, key, a, t, numbers.hour));
          if (!open && a.level === 0) {
            expect(step).toEqual({ episode: null, opened: false, warn: 0, escalated: false, ended: null });
            return;
          }
          expect(step.opened).toBe(!open);
          expect({ warn: step.warn, escalated: step.escalated }).toEqual(model(history, t, a));
          expect(step.ended === null || (step.warn === 0 && !step.escalated && a.level === 0)).toBe(true);
          expect(step.episode?.highest).toBe(Math.max(a.level, ...history.map((h) => h.a.level)));
          history = step.ended ? [] : [...history, { t, a, warn: step.warn, escalated: step.escalated }];
        });
      }),
      { numRuns: 400 },
    );
  });
  test("a step changes nothing of the episode it was given", () => {
    const ladder = new Ladder();
    ladder.hour(at("08:30"), 2);
    const before = structuredClone(ladder.held);
    stepHour(ladder.held, key, assessment(at("08:35"), 3), at("08:35"), numbers.hour);
    expect(ladder.held).toEqual(before);
  });
});

describe("a water day's episode", () => {
  const day = (
    from: string,
    levels: Level[],
    minutes = 5,
    over: Partial<Assessment> = {},
    pause?: [number, string],
  ) => {
    const ladder = new Ladder();
    levels.forEach((level, i) => {
      const t = at(from) + i * minutes * MINUTE;
      if (pause?.[0] === i && ladder.held) ladder.held = { ...ladder.held, pausedUntil: at(pause[1]) };
      const ended = (t - at("00:00")) / MINUTE;
      const a = { ...assessment(t, level), ended, left: 1440 - ended, level, limit: 50, ...over };
      ladder.take(t, stepDay(ladder.held, { ...key, statistic: "day" }, a, t, numbers.water, { ticks: 24, valid: 3 }));
    });
    return ladder.log;
  };
  test("speaks of a rise, repeats levels 2 and 3 every two hours and level 1 never", () => {
    expect(day("06:00", repeat<Level>(60, 1))).toEqual(["06:00 warn 1"]);
    expect(day("12:00", repeat<Level>(25, 2))).toEqual(["12:00 warn 2", "14:00 warn 2"]);
    expect(day("06:00", [3, ...repeat<Level>(24, 3)])).toEqual(["06:00 warn 3", "08:00 warn 3"]);
    expect(day("12:00", [1, 2, 3])).toEqual(["12:00 warn 1", "12:05 warn 2", "12:10 warn 3"]);
  });
  test("escalates at the third repeat in a row", () => {
    expect(day("12:00", repeat<Level>(4, 2), 120)).toEqual([
      "12:00 warn 2",
      "14:00 warn 2",
      "16:00 warn 2",
      "18:00 warn 2",
      "18:00 escalated",
    ]);
    expect(day("12:00", [2, 2, 2, 1, 2, 2], 120).filter((l) => l.includes("escalated"))).toEqual([]);
    expect(day("12:00", repeat<Level>(5, 2), 120, {}, [2, "16:30"]).filter((l) => l.includes("esc"))).toEqual([]);
  });
  test("recovers at 95 % with six hours and sixty valid minutes", () => {
    const end = (from: string, over: Partial<Assessment>): string[] => day(from, [1, 0], 5, over).slice(1);
    expect(end("05:55", { projected: 47.5, valid: 60 })).toEqual(["06:00 recovered"]);
    expect(end("05:50", { projected: 47.5, valid: 60 })).toEqual([]);
    expect(end("06:00", { projected: 47.500001, valid: 60 })).toEqual([]);
    expect(end("06:00", { projected: 47.5, valid: 59 })).toEqual([]);
  });
  test("lapses after 24 ticks with fewer than three valid minutes", () => {
    expect(day("06:00", [1, ...repeat<Level>(23, 0)], 5, { valid: 2 }).at(-1)).toBe("07:55 lapsed");
  });
});

describe("an episode of a condition", () => {
  const conditionOf = (out: boolean | null, stale = false): Condition => ({ out, stale, value: 1, since: 0 });
  /** "o" out, "i" in, "?" undecided, "s" stale; one letter a tick. */
  const run = (letters: string, limited: number | null): string[] => {
    const ladder = new Ladder();
    let lastWarning: number | null = null;
    letters.split("").forEach((letter, i) => {
      const t = at("08:05") + i * TICK;
      const minuteOf = ((t - at("00:00")) / MINUTE) % 60;
      const step = stepCondition(
        ladder.held,
        { ...key, statistic: "instant" },
        conditionOf(letter === "o" ? true : letter === "i" ? false : null, letter === "s"),
        t,
        { repeat: limited, lastWarning, counted: minuteOf >= 30, numbers: numbers.hour },
      );
      ladder.take(t, step);
      if (step.warn > 0) lastWarning = t;
    });
    return ladder.log;
  };
  test("of a range speaks at most hourly, across episodes", () => {
    expect(run("ooo" + "o".repeat(10), 60)).toEqual(["08:05 warn 2", "08:55 escalated", "09:05 warn 2"]);
    expect(run("oioio", 60)).toEqual(["08:05 warn 2", "08:10 recovered", "08:20 recovered"]);
  });
  test("of a facility speaks at every tick, after escalation every thirty minutes", () => {
    expect(run("ooo", null)).toEqual(["08:05 warn 2", "08:10 warn 2", "08:15 warn 2"]);
    const log = run("o".repeat(20), null);
    expect(log.slice(log.indexOf("08:55 escalated"))).toEqual(["08:55 escalated", "09:25 warn 2"]);
  });
  test("stays open and silent while nothing can be said, and lapses after 24 ticks without news", () => {
    expect(run("o????", 60)).toEqual(["08:05 warn 2"]);
    expect(run("o" + "s".repeat(23), 60)).toEqual(["08:05 warn 2"]);
    expect(run("o" + "s".repeat(24), 60)).toEqual(["08:05 warn 2", "10:05 lapsed"]);
    expect(run("o" + "s".repeat(20) + "?" + "s".repeat(20), 60)).toEqual(["08:05 warn 2"]);
  });
});

test("an episode's id tells outlet, pollutant, statistic and facility apart", () => {
  const keys: EpisodeKey[] = [
    key,
    { ...key, statistic: "day" },
    { ...key, outlet: "DA002" },
    { ...key, pollutant: "a21026" },
    { outlet: null, pollutant: null, statistic: "facility", facility: "TA001" },
    { outlet: null, pollutant: null, statistic: "facility", facility: "TA002" },
  ];
  expect(new Set(keys.map(episodeId)).size).toBe(keys.length);
});
