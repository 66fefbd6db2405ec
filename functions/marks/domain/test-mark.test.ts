import { describe, expect, test } from "vitest";
import type { MarkTestName } from "../../../layers/marks.ts";
import { HOUR, MINUTE } from "../../shared/shanghai.ts";
import type { BlockRecord } from "../../telemetry/domain/block.ts";
import { at, outlet, permit, ruleData } from "../../telemetry/fixtures.ts";
import { testMark } from "./test-mark.ts";

const plant = permit({
  facilities: [
    { code: "SC001", kind: "production", outlets: ["DA001"], mn: null, sb: null },
    { code: "SC002", kind: "production", outlets: ["DA002"], mn: null, sb: null },
    { code: "TA001", kind: "treatment", outlets: ["DA001"], mn: null, sb: null },
  ],
});
const record = (t: number, channel: string, value: number | null, flag: string | null = "N"): BlockRecord => ({
  mn: "A",
  outlet: channel.endsWith("/s") ? "" : "DA001",
  kind: channel.endsWith("/s") ? "facility" : "minute",
  at: t,
  qn: null,
  receivedAt: t,
  values: [{ channel, value, flag }],
});
const minutes = (from: string, n: number, channel: string, value: number | ((i: number) => number), flag?: string) =>
  Array.from({ length: n }, (_, i) =>
    record(at(from) + i * MINUTE, channel, typeof value === "number" ? value : value(i), flag),
  );
const states = (...values: number[]) => values.map((v, i) => record(at("08:00") + i * MINUTE, "SC001/s", v));

/** The mark is of 08:00–09:00. */
const result = (name: MarkTestName, records: BlockRecord[], o = outlet()) => {
  const facts = { permit: plant, outlet: o, records, from: at("08:00"), begin: at("08:00"), to: at("09:00") };
  const [made] = testMark([name], facts, ruleData.marks(at("08:00")).tests);
  return `${made!.result}${made!.fact ? ` ${made!.fact.value}/${made!.fact.threshold}` : ""}`;
};

describe("what the facts say", () => {
  test.each<[string, MarkTestName, BlockRecord[], string]>([
    ["production runs", "production-off", states(1, 1, 0), "contradicts 0.666667/0.1"],
    ["production is off", "production-off", states(0, 0), "agrees 0/0.1"],
    ["one report is none", "production-off", states(1), "no-data"],
    [
      "another outlet's production",
      "production-off",
      [record(at("08:00"), "SC002/s", 1), record(at("08:01"), "SC002/s", 1)],
      "no-data",
    ],
    [
      "the treatment is no production",
      "production-off",
      [record(at("08:00"), "TA001/s", 1), record(at("08:01"), "TA001/s", 1)],
      "no-data",
    ],
    [
      "reports after the mark",
      "production-off",
      [record(at("09:00"), "SC001/s", 1), record(at("09:01"), "SC001/s", 1)],
      "no-data",
    ],
    ["a failure of what stands still", "production-on", states(0, 0), "contradicts 0/0.1"],
    ["a failure of what runs", "production-on", states(1, 0), "agrees 0.5/0.1"],
    ["a warm stack", "stack-cold", minutes("08:00", 10, "a01012/m", 80.1), "contradicts 80.1/80"],
    ["at the threshold", "stack-cold", minutes("08:00", 10, "a01012/m", 80), "agrees 80/80"],
    ["nine minutes are too few", "stack-cold", minutes("08:00", 9, "a01012/m", 200), "no-data"],
    ["values that the device calls bad", "stack-cold", minutes("08:00", 60, "a01012/m", 200, "D"), "no-data"],
    ["values of before", "stack-cold", minutes("07:00", 60, "a01012/m", 200), "no-data"],
    ["oxygen of burning", "oxygen-high", minutes("08:00", 60, "a19001/m", 18.9), "contradicts 18.9/19"],
    ["oxygen of air", "oxygen-high", minutes("08:00", 60, "a19001/m", 20.5), "agrees 20.5/19"],
    [
      "a stack that cools while starting",
      "stack-warming",
      minutes("08:00", 60, "a01012/m", (i) => 100 - i),
      "contradicts -40/-5",
    ],
    ["one that warms", "stack-warming", minutes("08:00", 60, "a01012/m", (i) => 20 + i), "agrees 40/-5"],
    [
      "a stack that warms while stopping",
      "stack-cooling",
      minutes("08:00", 60, "a01012/m", (i) => 20 + i),
      "contradicts 40/5",
    ],
    ["no end of it yet", "stack-cooling", minutes("08:00", 30, "a01012/m", 100), "no-data"],
    [
      "flow as the day before",
      "flow-small",
      [...minutes("07:00", 60, "a00000/m", 10), ...minutes("08:00", 60, "a00000/m", 9)],
      "contradicts 9/2",
    ],
    [
      "hardly any flow",
      "flow-small",
      [...minutes("07:00", 60, "a00000/m", 10), ...minutes("08:00", 60, "a00000/m", 2)],
      "agrees 2/2",
    ],
    ["flow with nothing to compare with", "flow-small", minutes("08:00", 60, "a00000/m", 9), "no-data"],
    [
      "it stood still the day before as well",
      "flow-small",
      [...minutes("07:00", 60, "a00000/m", 0), ...minutes("08:00", 60, "a00000/m", 1)],
      "no-data",
    ],
  ])("%s (%s)", (_, name, records, expected) => expect(result(name, records)).toBe(expected));

  test("of noise there is no flow", () =>
    expect(result("flow-small", [], outlet({ medium: "noise" }))).toBe("no-data"));
  test("of water it is the wastewater's", () => {
    const records = [...minutes("07:00", 60, "w00000/m", 10), ...minutes("08:00", 60, "w00000/m", 9)];
    expect(result("flow-small", records, outlet({ medium: "water" }))).toBe("contradicts 9/2");
  });
  test("of the part that is looked at; the flow before is that of before the mark", () => {
    const records = [
      ...minutes("07:00", 60, "a00000/m", 10),
      ...minutes("08:00", 60, "a00000/m", (i) => (i < 30 ? 9 : 1)),
    ];
    const facts = { permit: plant, outlet: outlet(), records, from: at("08:00"), begin: at("08:30"), to: at("09:00") };
    const { tests } = ruleData.marks(at("08:00"));
    expect(testMark(["flow-small"], facts, tests)).toMatchObject([
      { result: "agrees", fact: { value: 1, threshold: 2 } },
    ]);
  });
  test("each test says for itself whether it could be made", () => {
    const facts = {
      permit: plant,
      outlet: outlet(),
      records: states(0, 0),
      from: at("08:00"),
      begin: at("08:00"),
      to: at("08:00") + HOUR,
    };
    const made = testMark(["production-off", "stack-cold"], facts, ruleData.marks(at("08:00")).tests);
    expect(made.map((t) => t.result)).toEqual(["agrees", "no-data"]);
  });
});
