/** One plant at its ticks: what is due is one message per phone, and a state that says the rest. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Contact, Permit } from "../../register/domain/permit.ts";
import { formatClock, MINUTE } from "../../shared/shanghai.ts";
import type { BlockRecord, LiveHead } from "../../telemetry/domain/block.ts";
import { at, device, limit, outlet, permit, PHONES, numbers, ruleData } from "../../telemetry/fixtures.ts";
import { evaluatePlant, messagesOf, windowOf, type Evaluation, type TickContext } from "./evaluate-plant.ts";
import { line, type Line } from "./line.ts";
import { freshState, type PlantState } from "./plant-state.ts";

const minutes = (from: string, n: number, value: number | null, pollutant = "a21002", flag = "N"): BlockRecord[] =>
  Array.from({ length: n }, (_, i) => ({
    mn: "A",
    outlet: "DA001",
    kind: "minute",
    at: at(from) + i * MINUTE,
    qn: null,
    receivedAt: at(from) + i * MINUTE + 70_000,
    values: [{ channel: `${pollutant}/m`, value, flag }],
  }));

interface Given {
  p?: Permit;
  records?: BlockRecord[];
  held?: PlantState;
  live?: LiveHead;
  first?: Record<string, number>;
  marks?: Parameters<typeof evaluatePlant>[0]["marks"];
}
const heard = (t: number): LiveHead => ({
  devices: { A: { seen: t, link: "", links: 0, via: "" } },
  applied: {},
  riskUntil: 0,
});
const seen = (clock: string): LiveHead => heard(at(clock));
/** By default the device was heard a minute ago. */
const tick = (clock: string, given: Given = {}, context: Partial<TickContext> = {}): Evaluation =>
  evaluatePlant(
    {
      permit: given.p ?? permit(),
      records: given.records ?? [],
      live: given.live ?? heard(at(clock) - MINUTE),
      first: given.first ?? { "DA001/a21002": at("00:00") },
      marks: given.marks ?? {},
    },
    given.held ?? freshState(),
    { t: at(clock), ruleData, atRisk: true, late: false, inOutage: new Set(), ...context },
  );
const lines = (e: Evaluation): string[] => [
  ...new Set(
    e.state.outbox.flatMap((m) => m.lines.map((l) => `${l.kind} ${l.level} ${l.pollutant ?? l.facility ?? l.device}`)),
  ),
];
describe("messages", () => {
  const contacts: Contact[] = [
    { role: "operator", phone: "+1" },
    { role: "maintenance", phone: "+1" },
    { role: "legal-person", phone: "+2" },
  ];
  const a = line({ kind: "warning", level: 1, outlet: "DA001", roles: ["operator"] });
  const b = line({ kind: "warning", level: 3, outlet: "DA002", roles: ["maintenance", "legal-person"] });
  test("two roles on one phone are one message with the union, worst first", () => {
    expect(messagesOf(contacts, [a, b])).toEqual([
      { to: "+1", lines: [b, a] },
      { to: "+2", lines: [b] },
    ]);
  });
  test("a phone that nothing concerns gets none; no contact, no message", () => {
    expect(messagesOf(contacts, [a])).toEqual([{ to: "+1", lines: [a] }]);
    expect(messagesOf([], [a, b])).toEqual([]);
  });
  test("of several outlets at one tick are one per phone", () => {
    const two = permit({ outlets: [outlet({ limits: [limit(), limit({ pollutant: "a21026", max: 35 })] })] });
    const first = { "DA001/a21002": 0, "DA001/a21026": 0 };
    const records = [...minutes("08:00", 30, 60), ...minutes("08:00", 30, 90, "a21026")];
    const e = tick("08:30", { p: two, records, first });
    expect(e.state.outbox.map((m) => m.to).sort((x, y) => (x < y ? -1 : 1))).toEqual([
      PHONES.operator,
      PHONES["environment-manager"],
      PHONES.maintenance,
      PHONES["legal-person"],
    ]);
    expect(lines(e)).toEqual(["warning 3 a21026", "warning 2 a21002"]);
    expect(e.state.outbox.find((m) => m.to === PHONES["legal-person"])?.lines).toHaveLength(1);
  });
});

describe("an hour's limit", () => {
  test("is judged from the hour of the pollutant's first frame", () => {
    const records = minutes("08:00", 30, 60);
    expect(lines(tick("08:30", { records, first: {} }))).toEqual([]);
    expect(lines(tick("08:30", { records, first: { "DA001/a21002": at("09:00") } }))).toEqual([]);
    expect(lines(tick("08:30", { records, first: { "DA001/a21002": at("08:59") } }))).toEqual(["warning 2 a21002"]);
  });
  test("that ends within the hour governs it to its end: one episode, no new opening at every tick", () => {
    const p = permit({ outlets: [outlet({ limits: [limit({ to: at("08:10") })] })] });
    const records = minutes("08:00", 60, 60);
    let held = freshState();
    const log: string[] = [];
    for (const clock of ["08:05", "08:10", "08:15", "08:20", "08:25"]) {
      const e = tick(clock, { p, records: records.filter((r) => r.at < at(clock)), held });
      log.push(`${clock} ${lines(e).join()} ${e.events.map((x) => x.type).join()}`.trim());
      held = e.state;
    }
    expect(log).toEqual([
      "08:05 warning 1 a21002 opened",
      "08:10",
      "08:15 warning 1 a21002",
      "08:20",
      "08:25 warning 1 a21002",
    ]);
    const after = tick("09:05", { p, held, records });
    expect(after.events.map((x) => x.type)).toEqual(["lapsed"]);
    expect(after.state.episodes).toEqual([]);
  });
  test("a marked minute does not count, and can make the hour deficient", () => {
    const marks = { DA001: [{ from: at("08:00"), to: at("08:16") }] };
    const e = tick("08:30", { records: minutes("08:00", 30, 60), marks });
    expect(lines(e)).toEqual(["data 0 a21002"]);
    expect(e.state.outbox[0]?.lines[0]).toMatchObject({ valid: 14, possible: 44 });
    expect(
      lines(
        tick("08:30", {
          records: minutes("08:00", 30, 60),
          marks: { DA001: [{ from: at("08:00"), to: at("08:15") }] },
        }),
      ),
    ).toEqual(["warning 1 a21002"]);
  });
});

describe("a data deficit", () => {
  const gone = minutes("08:00", 16, 60, "a21002", "D");
  test("is told once until a full hour is found at hh:00", () => {
    const told = tick("08:20", { records: gone });
    expect(lines(told)).toEqual(["data 0 a21002"]);
    expect(told.state.deficits).toEqual(["DA001/a21002"]);
    expect(lines(tick("08:25", { records: gone, held: told.state }))).toEqual([]);
    const still = tick("09:00", { records: gone, held: told.state });
    expect(still.state.deficits).toEqual(["DA001/a21002"]);
    const enough = tick("10:00", { records: minutes("09:00", 45, 20), held: told.state });
    expect(enough.state.deficits).toEqual([]);
    const short = tick("10:00", { records: minutes("09:00", 44, 20), held: told.state });
    expect(short.state.deficits).toEqual(["DA001/a21002"]);
  });
  test("is not told at hh:00, nor while all devices of the outlet are offline", () => {
    expect(lines(tick("09:00", { records: gone }))).toEqual([]);
    const quiet = tick("08:40", { records: gone, live: seen("08:25") });
    expect(lines(quiet)).toEqual(["offline 0 A"]);
    expect(quiet.state.deficits).toEqual([]);
  });
  test("is not told where no device is bound any more, or none ever spoke", () => {
    const p = permit({ outlets: [outlet({ devices: [device({ to: at("08:16") })] })] });
    expect(lines(tick("08:20", { p, records: gone }))).toEqual([]);
    expect(lines(tick("08:20", { records: gone, live: { devices: {}, applied: {}, riskUntil: 0 } }))).toEqual([]);
  });
  test("that fell due on a late tick is told by the next", () => {
    const late = tick("08:20", { records: gone }, { late: true });
    expect(lines(late)).toEqual(["data 0 a21002"]); // recorded as expired
    expect(late.state.deficits).toEqual([]);
    expect(lines(tick("08:25", { records: gone, held: late.state }))).toEqual(["data 0 a21002"]);
  });
});

describe("silence", () => {
  const told = (clock: string, held = freshState(), context: Partial<TickContext> = {}) =>
    tick(clock, { live: seen("08:00"), held, first: {} }, context);
  test("begins at fifteen minutes and is told again each hour", () => {
    expect(lines(told("08:10"))).toEqual([]);
    const first = told("08:15");
    expect(lines(first)).toEqual(["offline 0 A"]);
    expect(first.state).toMatchObject({
      state: "silent",
      offline: { A: { since: at("08:00"), lastMessage: at("08:15") } },
    });
    expect(lines(told("09:10", first.state))).toEqual([]);
    expect(lines(told("09:15", first.state))).toEqual(["offline 0 A"]);
  });
  test("that is part of an outage is not told to the plant, and is told once the outage is over", () => {
    const out = told("08:15", freshState(), { inOutage: new Set(["A"]) });
    expect(lines(out)).toEqual([]);
    expect(out.state).toMatchObject({ state: "silent", offline: { A: { outage: true, lastMessage: null } } });
    expect(lines(told("08:20", out.state))).toEqual(["offline 0 A"]);
  });
  test("of a device that is no longer bound is forgotten", () => {
    const p = permit({ outlets: [outlet({ devices: [device({ mn: "B" })] })] });
    const held = told("08:15").state;
    expect(tick("08:20", { p, live: seen("08:00"), held, first: {} }).state.offline).toEqual({});
  });
  test("of one of two devices is no silent plant", () => {
    const p = permit({ outlets: [outlet({ devices: [device(), device({ mn: "B" })] })] });
    const live = {
      ...seen("08:00"),
      devices: { ...seen("08:00").devices, B: { seen: at("08:14"), link: "", links: 0, via: "" } },
    };
    const e = tick("08:15", { p, live, first: {} });
    expect([lines(e), e.state.state]).toEqual([["offline 0 A"], "normal"]);
  });
});

describe("a late tick", () => {
  test("moves the state, counts no message as sent, and the next one on time speaks", () => {
    const late = tick("08:30", { records: minutes("08:00", 30, 60) }, { late: true });
    expect(late.state.episodes).toMatchObject([{ level: 2, messages: 0, lastMessage: null, roles: [] }]);
    expect(late.state.outbox).toHaveLength(3);
    expect(lines(tick("08:35", { records: minutes("08:00", 35, 60), held: late.state }))).toEqual(["warning 2 a21002"]);
  });
  test("escalates nothing behind the town officer's back: the next one on time does", () => {
    const records = minutes("08:00", 60, 60);
    let held = freshState();
    const seenAt = (clock: string, late: boolean): Evaluation => {
      const e = tick(clock, { records: records.filter((r) => r.at < at(clock)), held }, { late });
      held = e.state;
      return e;
    };
    for (const clock of ["08:30", "08:35", "08:40", "08:45", "08:50"]) seenAt(clock, false);
    expect(seenAt("08:55", true).events).toEqual([]);
    expect(held.episodes[0]).toMatchObject({ streak: 6, escalatedAt: null });
    records.push(...minutes("09:00", 60, 60));
    for (const clock of ["09:00", "09:15"]) expect(seenAt(clock, false).events).toEqual([]);
    const e = seenAt("09:30", false);
    expect(e.events.map((x) => x.type)).toEqual(["escalated"]);
    expect(e.state.outbox.map((m) => m.to)).toContain(PHONES["town-officer"]);
  });
  test("is no unanswered repeat of a water day's warning", () => {
    const day = limit({ pollutant: "w01018", statistic: "day", max: 80 });
    const p = permit({ outlets: [outlet({ medium: "water", limits: [day] })] });
    const records = minutes("00:00", 18 * 60, 90, "w01018");
    let held = freshState();
    for (const clock of ["13:00", "13:05", "13:10", "13:15", "13:20"])
      held = tick(clock, { p, records, held, first: { "DA001/w01018": 0 } }, { late: true }).state;
    expect(held.episodes).toMatchObject([{ level: 2, streak: 0, escalatedAt: null }]);
  });
  test("whose episode nobody heard of ends without a word", () => {
    const late = tick("08:30", { records: minutes("08:00", 30, 60) }, { late: true });
    const e = tick("08:50", { records: [...minutes("08:00", 30, 60), ...minutes("08:30", 20, 0)], held: late.state });
    expect(e.events.map((x) => x.type)).toEqual(["recovered"]);
    expect(e.state.outbox).toEqual([]);
  });
});

test("the window reaches as far back as the judges look", () => {
  const back = (p: Permit, clock: string, atRisk = true): string =>
    formatClock(windowOf(p, at(clock), atRisk, numbers));
  expect(back(permit(), "08:05")).toBe("07:39"); // the newest window, one interval
  expect(back(permit(), "08:25")).toBe("07:59"); // the hour, one interval
  expect(back(permit(), "08:30")).toBe("07:59");
  expect(back(permit(), "09:00")).toBe("07:59");
  const slow = permit({ outlets: [outlet({ devices: [device({ minuteInterval: 10 })] })] });
  expect(back(slow, "09:00")).toBe("07:50");
  const water = permit({ outlets: [outlet({ medium: "water", limits: [limit({ statistic: "day" })] })] });
  expect(at("12:00") - windowOf(water, at("12:00"), true, numbers)).toBe((24 * 60 + 1) * MINUTE);
  expect(back(water, "12:00", false)).toBe("10:59");
});

describe("whatever a plant measures", () => {
  const value = fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 0, max: 160 }) },
    { weight: 1, arbitrary: fc.constant(null) },
  );
  test("a phone gets at most one message a tick, every line is of the table, and the same tick gives the same again", () => {
    const roles: Record<string, readonly string[]> = {
      "warning 1": ["operator", "environment-manager"],
      "warning 2": ["operator", "environment-manager", "maintenance"],
      "warning 3": ["operator", "environment-manager", "maintenance", "legal-person"],
    };
    fc.assert(
      fc.property(fc.array(value, { minLength: 36, maxLength: 36 }), (levels) => {
        const records = levels.flatMap((v, i) =>
          v === null ? [] : minutes("08:00", 5, v).map((r) => ({ ...r, at: r.at + i * 5 * MINUTE })),
        );
        let held = freshState();
        for (let i = 1; i <= 36; i++) {
          const t = at("08:00") + i * 5 * MINUTE;
          const given = {
            permit: permit(),
            records: records.filter((r) => r.at < t),
            live: null,
            first: { "DA001/a21002": 0 },
            marks: {},
          };
          const context = { t, ruleData, atRisk: true, late: false, inOutage: new Set<string>() };
          const before = structuredClone(held);
          const e = evaluatePlant(given, held, context);
          expect(
            evaluatePlant({ ...given, records: records.filter((r) => r.at < t).toReversed() }, held, context),
          ).toEqual(e);
          expect(held).toEqual(before);
          expect(new Set(e.state.outbox.map((m) => m.to)).size).toBe(e.state.outbox.length);
          for (const m of e.state.outbox) {
            const keys = m.lines.map((l: Line) => `${l.kind} ${l.outlet} ${l.pollutant}`);
            expect(new Set(keys).size).toBe(keys.length);
            for (const l of m.lines)
              if (l.kind === "warning") {
                expect(l.roles).toEqual(roles[`warning ${l.level}`]);
                expect(l.roles.some((r) => PHONES[r] === m.to)).toBe(true);
              }
          }
          const ended = e.events.filter((x) => x.type === "recovered" || x.type === "lapsed");
          for (const { episode } of ended)
            expect(e.state.episodes).not.toContainEqual(expect.objectContaining({ openedAt: episode.openedAt }));
          expect(e.due).toBeGreaterThan(t);
          held = e.state;
        }
      }),
      { numRuns: 40 },
    );
  });
});
