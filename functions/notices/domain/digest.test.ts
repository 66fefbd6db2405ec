import { describe, expect, test } from "vitest";
import type { Mark } from "../../marks/domain/mark.ts";
import type { Unmarked } from "../../marks/domain/unmarked.ts";
import { DAY, HOUR, MINUTE } from "../../shared/shanghai.ts";
import { at, permit, ruleData } from "../../telemetry/fixtures.ts";
import { digestDue, digestSince, digestWords, noticesOf, type Notice, type NoticeFacts } from "./digest.ts";
import type { Channel } from "./settings.ts";

const NOW = at("08:00");
const rules = ruleData.notices(NOW);
const plant = permit();

const mark = (over: Partial<Mark>): Mark => ({
  id: "m",
  permitNo: plant.permitNo,
  outlet: "DA001",
  pollutants: null,
  kind: "stopped",
  from: NOW - 2 * DAY,
  to: NOW - DAY,
  reason: "r",
  at: NOW - 2 * DAY,
  by: { sub: "b", name: "b" },
  late: false,
  key: "k",
  tests: [],
  state: "standing",
  judgement: null,
  changed: null,
  v: 1,
  ...over,
});
const judged = (t: number): Partial<Mark> => ({
  state: "judged-invalid",
  judgement: { decision: "invalid", reason: "烟温正常", at: t, by: { sub: "i", name: "i" } },
});
const gap = (from: number): Unmarked => ({
  outlet: "DA001",
  pollutants: ["a21002"],
  from,
  to: from + HOUR,
  why: "missing",
  signs: [],
});
const kinds = (over: Partial<NoticeFacts>, since = NOW - DAY, now = NOW): string[] =>
  noticesOf({ permit: plant, marks: [], unmarked: [], revisions: [], ...over }, since, now, ruleData).map(
    (n) => n.kind,
  );

describe("what there is to say", () => {
  test.each<[string, Partial<NoticeFacts>, string[]]>([
    ["nothing", {}, []],
    ["a mark that stands", { marks: [mark({})] }, []],
    [
      "contradicted since",
      { marks: [mark({ state: "contradicted", contradictedAt: NOW - DAY + 1 })] },
      ["contradicted"],
    ],
    ["contradicted before", { marks: [mark({ state: "contradicted", contradictedAt: NOW - DAY })] }, []],
    ["contradicted before that was kept", { marks: [mark({ state: "contradicted" })] }, []],
    ["judged since", { marks: [mark(judged(NOW))] }, ["judged"]],
    ["judged before", { marks: [mark(judged(NOW - DAY))] }, []],
    ["withdrawn after a contradiction", { marks: [mark({ state: "withdrawn", contradictedAt: NOW })] }, []],
    ["judged after a contradiction", { marks: [mark({ ...judged(NOW), contradictedAt: NOW - HOUR })] }, ["judged"]],
    ["yesterday's gap, until noon", { unmarked: [gap(NOW - 10 * HOUR)] }, ["unmarked"]],
    ["a gap whose deadline is over", { unmarked: [gap(NOW - 34 * HOUR)] }, []],
    ["the permit itself", { revisions: [{ revision: 1, at: NOW, reason: null }] }, []],
    ["a revision since", { revisions: [{ revision: 2, at: NOW, reason: null }] }, ["revised"]],
    ["a revision before", { revisions: [{ revision: 2, at: NOW - DAY, reason: null }] }, []],
  ])("%s", (_, facts, expected) => expect(kinds(facts)).toEqual(expected));

  // The permit's last day is 31 December 2026; the 1 October is 91 days before it.
  test.each<[string, number, number, string[]]>([
    ["91 days before", NOW - DAY, NOW, []],
    ["90 days before", NOW, NOW + DAY, ["expiring"]],
    ["89 days before, told the day before", NOW + DAY, NOW + 2 * DAY, []],
    ["89 days before, and not told the day before", NOW, NOW + 2 * DAY, ["expiring"]],
    ["60 days before", NOW + 30 * DAY, NOW + 31 * DAY, ["expiring"]],
    ["on the last day", NOW + 90 * DAY, NOW + 91 * DAY, ["expiring"]],
    ["on the day after", NOW + 91 * DAY, NOW + 92 * DAY, []],
  ])("the permit ends: %s", (_, since, now, expected) =>
    expect(kinds({ permit: permit({ validTo: "2026-12-31" }) }, since, now)).toEqual(expected),
  );

  test("the nearest deadline first, and each with what it is about", () => {
    const found = noticesOf(
      {
        permit: plant,
        marks: [mark(judged(NOW))],
        unmarked: [gap(NOW - 2 * HOUR), gap(NOW - 10 * HOUR)],
        revisions: [],
      },
      NOW - DAY,
      NOW,
      ruleData,
    );
    expect(found.map((n) => n.deadline)).toEqual([at("12:00"), at("36:00"), null]);
    expect(found[2]).toMatchObject({ outlet: "DA001", decision: "invalid", reason: "烟温正常", plant: plant.name });
  });
});

describe("when it is due", () => {
  const chosen = (hour: number, channels: Channel[] = ["push"]) => ({ hour, channels });
  test.each<[string, number, number, boolean]>([
    ["before its hour", 8, at("07:59"), false],
    ["at its hour", 8, at("08:00"), true],
    ["late, at the last minute", 8, at("10:00"), true],
    ["too late", 8, at("10:00") + MINUTE, false],
    ["at the first hour", 7, at("07:00"), true],
    ["at the last hour", 21, at("21:00"), true],
    ["late in the evening", 21, at("21:59"), true],
    ["late, and it is night", 21, at("22:00"), false],
    ["an hour of the night that somehow was stored", 23, at("23:00"), false],
    ["early in the night", 6, at("06:30"), false],
    ["the next day is another one", 21, at("31:00"), false],
  ])("%s", (_, hour, now, due) => expect(digestDue(chosen(hour), now, rules.digest)).toBe(due));

  test("never for who chose none", () => {
    expect(digestDue(undefined, NOW, rules.digest)).toBe(false);
    expect(digestDue(chosen(8, []), NOW, rules.digest)).toBe(false);
  });
});

test("it tells since the last one, a first one of a day, and none of more than a week", () => {
  expect(digestSince(NOW - 3 * DAY, NOW, rules)).toBe(NOW - 3 * DAY);
  expect(digestSince(null, NOW, rules)).toBe(NOW - DAY);
  expect(digestSince(NOW - 30 * DAY, NOW, rules)).toBe(NOW - 7 * DAY);
});

describe("the words", () => {
  const notice = (over: Partial<Notice>): Notice => ({
    kind: "unmarked",
    permitNo: "P1",
    plant: "热电厂",
    at: NOW,
    deadline: at("12:00"),
    outlet: "DA001",
    from: 0,
    to: 1,
    decision: null,
    reason: null,
    ...over,
  });
  test("of one plant, in both languages", () => {
    const notices = [notice({}), notice({}), notice({ kind: "judged", deadline: null })];
    expect(digestWords(notices, rules, "zh")).toEqual({
      title: "每日通知",
      body: "热电厂\n待标记的时段：2\n已认定的标记：1\n最近的截止时间：2026-10-01 12:00",
      page: "/notices",
      tag: "digest",
    });
    expect(digestWords(notices, rules, "en")?.body).toBe(
      "热电厂\nperiods to mark: 2\nmarks that were judged: 1\nNearest deadline: 2026-10-01 12:00",
    );
  });
  test("of several plants; without a deadline", () => {
    const notices = ["P1", "P2", "P3"].map((permitNo) => notice({ permitNo, kind: "revised", deadline: null }));
    expect(digestWords(notices, rules, "zh")?.body).toBe("热电厂等3家\n许可证修改：3");
    expect(digestWords(notices, rules, "en")?.body).toBe("热电厂 and 2 more\nrevisions of the permit: 3");
  });
  test("of nothing there is no message", () => expect(digestWords([], rules, "zh")).toBeNull());
});
