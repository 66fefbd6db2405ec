/** The scenarios of events/scenarios as one city through the real replay; what a scenario file may not say. */
import { expect, test } from "vitest";
import { formatIso } from "../../../functions/shared/shanghai.ts";
import { replay } from "../replay.ts";
import { parseTrace } from "../replay-trace.ts";
import { findings } from "./checks.ts";
import { loadScenario, readScenario, scenarioNames, scenarioRuleData } from "./read-scenario.ts";
import { clockTime } from "./schema.ts";
import { story } from "./story.ts";
import { traceOf, traceText } from "./trace.ts";

const ruleData = scenarioRuleData();
const scenarios = scenarioNames().map((name) => loadScenario(name, ruleData));

/** A city each: those of a day, the one that fills the city, the others. */
const cities = Map.groupBy(scenarios, (s) =>
  s.until.startsWith("+1") ? "a whole day" : s.permits.length > 1 ? "the whole demo" : "some hours",
);

test.each([...cities])("every scenario of %s comes about, in one city", { timeout: 600_000 }, async (_, some) => {
  const traces = some.map((scenario) => traceOf(scenario, ruleData));
  let episodes: ReadonlyMap<string, number> = new Map();
  const lines = await replay({
    permits: JSON.stringify({ permits: some.flatMap((s) => s.permitsFile.permits) }),
    trace: traces.flatMap((t) => t.messages).sort((a, b) => a.receivedAt - b.receivedAt),
    until: Math.max(...some.map((s) => clockTime(s.day, s.until))),
    replies: traces.flatMap((t) => t.replies),
    onEpisodes: (byPlant) => (episodes = byPlant),
  });
  const missed = some.map((scenario) => {
    const found = findings(scenario, { lines, episodes });
    return [scenario.name, story(scenario, lines, found, ruleData).filter((line) => /^(✗| {4}\{)/.test(line))];
  });
  expect(missed).toEqual(some.map(({ name }) => [name, []]));
});

test("ten scenarios, none of which holds in a city where nothing happened", () => {
  expect(scenarios.length).toBeGreaterThanOrEqual(10);
  for (const scenario of scenarios) {
    const found = findings(scenario, { lines: [], episodes: new Map() });
    expect(found.flat().filter((f) => !f.ok).length, scenario.name).toBeGreaterThan(0);
  }
});

test("a trace is written as the replay reads it", () => {
  const { messages } = traceOf(scenarios[0]!, ruleData);
  const read = parseTrace(traceText(messages, formatIso));
  expect(read.map((m) => ({ ...m, payload: Buffer.from(m.payload).toString() }))).toEqual(
    messages.map((m) => ({ ...m, payload: Buffer.from(m.payload).toString() })),
  );
});

/** A scenario of ten minutes with its timeline; every frame as text. */
const framesOf = (timeline: unknown[], more: object = {}): { at: string; text: string }[] => {
  const [plant] = loadScenario("a-resend-that-revises", ruleData).permitsFile.permits;
  const form = {
    title: { zh: "题", en: "t" },
    story: { zh: "事", en: "s" },
    day: "2026-10-01",
    until: "09:00",
    permits: [plant],
    timeline,
    expect: [{ says: { zh: "无", en: "none" }, checks: [{ check: "episodes", count: 0 }] }],
    ...more,
  };
  return traceOf(readScenario("test", form, ruleData), ruleData).messages.map((m) => ({
    at: formatIso(m.receivedAt).slice(11, 19),
    text: Buffer.from(m.payload).toString(),
  }));
};
const devices = ["SC08-RANGE"];
const measure = { do: "measure", devices, from: "08:00", to: "08:03", values: { a21002: 40 } };
const part = (re: RegExp, frames: { text: string }[]): (string | undefined)[] =>
  frames.map((f) => re.exec(f.text)?.[1]);

test("later entries of the timeline replace earlier ones, by pollutant", () => {
  const frames = framesOf([
    { ...measure, values: { a21002: 40, a19001: 7 } },
    { ...measure, from: "08:01", to: "08:02", values: { a21002: { avg: 50, converted: 60 } } },
    { do: "flag", devices, from: "08:02", to: "08:03", flag: "C", pollutants: ["a21002"] },
  ]);
  expect(frames.map((f) => f.at)).toEqual(["08:01:20", "08:02:20", "08:03:20"]);
  expect(part(/DataTime=(\d+)/, frames)).toEqual(["20261001080000", "20261001080100", "20261001080200"]);
  expect(part(/(a21002.*)&&/, frames)).toEqual([
    "a21002-Avg=40,a21002-Flag=N;a19001-Avg=7,a19001-Flag=N",
    "a21002-Avg=50,a21002-ZsAvg=60,a21002-Flag=N;a19001-Avg=7,a19001-Flag=N",
    "a21002-Avg=40,a21002-Flag=C;a19001-Avg=7,a19001-Flag=N",
  ]);
});

test("silence loses what it covers; a cut of the uplink sends it afterwards, in the 2025 edition with RF=1", () => {
  expect(framesOf([measure, { do: "silence", devices, from: "08:01", to: "08:03" }]).map((f) => f.at)).toEqual([
    "08:03:20",
  ]);
  const cut = [measure, { do: "uplink-cut", devices, from: "08:00", to: "08:30" }];
  const late = framesOf(cut, { editions: { "SC08-RANGE": 2025 } });
  expect(late.map((f) => f.at)).toEqual(["08:30:00", "08:30:05", "08:30:10"]);
  expect(part(/Flag=9;RF=(1);/, late)).toEqual(["1", "1", "1"]);
  expect(part(/Flag=5;(RF)/, framesOf(cut))).toEqual([undefined, undefined, undefined]);
});

test("a clock that is wrong moves DataTime and QN, not the receipt", () => {
  const [frame] = framesOf([
    { ...measure, to: "08:01" },
    { do: "clock", devices, from: "08:00", to: "08:01", minutes: -90 },
  ]);
  expect(frame).toMatchObject({ at: "08:01:20", text: expect.stringContaining("DataTime=20261001063000") });
  expect(frame?.text).toContain("QN=20261001063120000");
});

test.each([
  [{ timeline: [{ ...measure, devices: ["NOBODY"] }] }, /timeline\[0\]\.devices: NOBODY is a device of none/],
  [{ timeline: [{ ...measure, from: "8:00" }] }, /timeline\[0\]\.from/],
  [{ timeline: [{ ...measure, do: "guess" }] }, /timeline\[0\]\.do/],
  [{ timeline: [] }, /timeline: must not be empty/],
  [{ permits: [{ permitNo: "1" }] }, /permits\[0\]/],
  [{ day: "2026-02-30" }, /day/],
  [
    { expect: [{ says: { zh: "无", en: "none" }, checks: [{ check: "sms", count: 0, outlet: "DA009" }] }] },
    /expect\[0\]\.checks\[0\]: DA009/,
  ],
  [{ surprise: 1 }, /unknown key "surprise"/],
])("refuses %j", (more, reason) => {
  expect(() => framesOf([measure], more)).toThrow(reason);
});

test("an answer of a role that the permit does not name is refused", () => {
  const answer = { do: "answer", at: "08:10", role: "operator", text: "1" };
  const [plant] = loadScenario("a-resend-that-revises", ruleData).permitsFile.permits;
  expect(() => framesOf([measure, answer], { permits: [{ ...(plant as object), contacts: [] }] })).toThrow(
    /no operator answers at 08:10/,
  );
});
