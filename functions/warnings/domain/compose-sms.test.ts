import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { at, ruleData } from "../../telemetry/fixtures.ts";
import { composeSms, segments, type Language } from "./compose-sms.ts";
import { compareLines, line, type Line } from "./line.ts";

const plant = { name: "（演示）热电厂" };
const warning = (over: Partial<Line> = {}): Line =>
  line({
    kind: "warning",
    level: 2,
    outlet: "DA001",
    pollutant: "a21002",
    statistic: "hour",
    valid: 30,
    mean: 62,
    projected: 61.4,
    required: 38.66,
    limit: 50,
    until: at("09:00"),
    roles: [],
    ...over,
  });
const compose = (lines: Line[], language: Language = "zh", name = plant.name): string =>
  composeSms({ name }, lines, ruleData, language, 2).text;

describe("segments of a text", () => {
  test.each([
    ["a", 160, 1],
    ["a", 161, 2],
    ["a", 306, 2],
    ["a", 307, 3],
    ["超", 70, 1],
    ["超", 71, 2],
    ["超", 134, 2],
    ["超", 135, 3],
    ["€", 70, 1], // two septets in GSM 03.38: counted as UCS-2, which is never less
    ["€", 71, 2],
  ])("%s × %i: %i", (letter, n, count) => expect(segments(letter.repeat(n))).toBe(count));
  test("one letter outside the 7-bit alphabet makes the whole text UCS-2", () => {
    expect(segments("a".repeat(159))).toBe(1);
    expect(segments(`${"a".repeat(70)}–`)).toBe(2);
    expect(segments("😀".repeat(35))).toBe(1); // two UTF-16 units each
    expect(segments("😀".repeat(36))).toBe(2);
  });
});

describe("a single line", () => {
  test("of dust, kept in ng/m³, is told in mg/m³; what may be held is rounded down; English stays 7-bit", () => {
    const dust = warning({
      outlet: "WZ-01",
      pollutant: "a34001",
      limit: 1_000_000,
      projected: 1_033_333.333333,
      required: 1_166_666.666667,
    });
    expect(compose([dust])).toContain("总悬浮颗粒物时均将达1.033超限1mg/m³，立即控制在1.166以下至09:00");
    expect(compose([dust], "en", "Wharf")).toContain("hour will be 1.033, limit 1mg/m3: hold below 1.166 until 09:00");
  });
  test("of level 2 says what will be, what may be held and until when, in both languages", () => {
    expect(compose([warning()])).toBe(
      "（演示）热电厂：【半小时预警】DA001氮氧化物时均将达61.4超限50，立即控制在38.6以下至09:00。回复1已调整2检修3停产4仪器故障",
    );
    expect(compose([warning()], "en", "Demo Heat")).toBe(
      "Demo Heat: WARNING DA001 NOx hour will be 61.4, limit 50: hold below 38.6 until 09:00. Reply 1 adjusted 2 repairing 3 stopped 4 device fault",
    );
  });
  test("of levels 1 and 3, of a day, a range, noise, a facility, a deficit and silence has its own words", () => {
    const text = (over: Partial<Line>): string =>
      compose([warning(over)])
        .split("：")[1]!
        .split("。")[0]!;
    expect(text({ level: 1 })).toBe("DA001氮氧化物预计时均61.4，限50，请控制在38.6以下至09:00");
    expect(text({ level: 3 })).toBe(
      "【本小时已超】DA001氮氧化物均值62，限50，09:00前已无法达标，请立即处置以保下一小时",
    );
    expect(text({ statistic: "day", until: at("24:00") })).toContain("至24:00");
    const ph = { pollutant: "w01001", statistic: "instant", value: 9.5, limit: 9, min: 6 } as const;
    expect(text(ph)).toBe("DA001pH 值为9.5，超出6–9，请立即调整");
    expect(text({ ...ph, min: null })).toContain("不高于9");
    expect(text({ ...ph, limit: null })).toContain("不低于6");
    expect(text({ pollutant: "Leq", statistic: "period", value: 61.2, limit: 60 })).toContain("最近61.2，限60");
    expect(text({ outlet: null, pollutant: null, statistic: "facility", facility: "TA001" })).toContain("TA001已停");
    expect(text({ kind: "data", level: 0, possible: 44 })).toContain("最多44分钟（需45）");
    expect(text({ kind: "offline", level: 0, since: at("08:12") })).toContain("自08:12起无数据");
    expect(text({ kind: "recovered", level: 0 })).toBe("DA001氮氧化物已恢复，预警解除");
    expect(text({ kind: "escalated" })).toContain("连续预警未处置");
  });
  test("says 24:00 for the end of the day's last hour, never 00:00", () => {
    expect(compose([warning({ until: at("24:00") })])).toContain("至24:00");
  });
  test("asks for a reply only where an answer helps", () => {
    expect(compose([warning()])).toContain("回复1");
    expect(compose([warning({ kind: "recovered", level: 0 })])).not.toContain("回复");
  });
  test("an unknown figure is a dash", () => {
    expect(compose([warning({ projected: null })])).toContain("将达–超限");
  });
});

describe("what must be held", () => {
  test.each([
    [38.66, "38.6"],
    [38.999999, "38.9"],
    [39, "39"],
    [0.3, "0.3"], // 0.3 × 10 is 3 and a little less in binary
    [1.1, "1.1"],
    [0.05, "0"],
    [0, "0"],
    [-4, "0"],
  ])("%d is shown as %s: a figure that is held must be enough", (required, shown) => {
    expect(compose([warning({ required })])).toContain(`控制在${shown}以下`);
  });
  test("is never above the figure itself", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 200_000_000 }), (millionths) => {
        const required = millionths / 1e6;
        const shown = Number(/控制在([\d.]+)以下/.exec(compose([warning({ required })]))![1]);
        expect(shown).toBeLessThanOrEqual(required);
        expect(required - shown).toBeLessThan(0.1);
      }),
      { numRuns: 200 },
    );
  });
});

describe("several lines", () => {
  test("are one text, worst first, and what does not fit is counted", () => {
    const lines = Array.from({ length: 7 }, (_, i) => warning({ outlet: `DA00${i + 1}`, projected: 70 - i }));
    const text = compose(lines.sort(compareLines));
    expect(segments(text)).toBe(2);
    const shown = [...text.matchAll(/DA00(\d)/g)].map((m) => Number(m[1]));
    expect(shown).toEqual([1, 2]);
    expect(text).toContain("；另5项");
  });
  test("go to a carrier's template with plant and lines, a single one with its own figures", () => {
    const single = composeSms(plant, [warning()], ruleData, "zh", 2);
    expect(single).toMatchObject({
      template: "sms.warning-2",
      params: { plant: plant.name, outlet: "DA001", pollutant: "氮氧化物", projected: "61.4", required: "38.6" },
    });
    const merged = composeSms(plant, [warning(), warning({ outlet: "DA002" })], ruleData, "zh", 2);
    expect(merged.template).toBe("sms.merged");
    expect(merged.params.plant).toBe(plant.name);
    expect(`${plant.name}：${merged.params.lines}`).toBe(merged.text);
  });

  const any: fc.Arbitrary<Line> = fc
    .record({
      kind: fc.constantFrom<Line["kind"][]>("warning", "recovered", "escalated", "data", "offline"),
      level: fc.constantFrom<Line["level"][]>(1, 2, 3),
      outlet: fc.oneof(fc.constantFrom("DA001", "DW002"), fc.string({ minLength: 1, maxLength: 60, unit: "grapheme" })),
      pollutant: fc.constantFrom("a21002", "a34013", "w01018", "w01001", "zz9999"),
      statistic: fc.constantFrom<NonNullable<Line["statistic"]>[]>("hour", "day", "instant", "period", "facility"),
      figure: fc.double({ min: 0, max: 1e6, noNaN: true }),
      facility: fc.constantFrom(null, "TA001"),
    })
    .map(({ figure, ...over }) =>
      warning({ ...over, projected: figure, required: figure, mean: figure, value: figure, since: at("08:00") }),
    );
  test("of any kind, in any language, are at most two segments, begin with the plant and break no character", () => {
    fc.assert(
      fc.property(
        fc.array(any, { minLength: 1, maxLength: 20 }),
        fc.constantFrom<Language[]>("zh", "en"),
        fc.string({ minLength: 1, maxLength: 60, unit: "grapheme" }),
        (lines, language, name) => {
          const text = compose(lines.sort(compareLines), language, name);
          expect(segments(text)).toBeLessThanOrEqual(2);
          expect(text.startsWith(name.slice(0, 14).replace(/[\uD800-\uDBFF]$/, ""))).toBe(true);
          expect(text.isWellFormed()).toBe(true);
        },
      ),
      { numRuns: 400 },
    );
  });
  test("stay in the 7-bit alphabet when a long English name is shortened", () => {
    const text = compose([warning()], "en", "Tongxiang Chongfu Cogeneration Ltd");
    expect(text.startsWith("Tongxiang Chong...: WARNING DA001")).toBe(true);
    expect(text).toContain("Reply 1");
    expect(segments(text)).toBe(1);
  });
  test("are cut and not dropped when one alone is too long", () => {
    const text = compose([warning({ outlet: "Q".repeat(400) })], "en", "Demo Heat");
    expect(text).toHaveLength(306);
    expect(text.endsWith("QQQ...")).toBe(true);
    expect(compose([warning({ outlet: "囗".repeat(400) })])).toHaveLength(134);
  });
  test("are shown or counted: shown + k is their number", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.constantFrom<Language[]>("zh", "en"), (n, language) => {
        const lines = Array.from({ length: n }, (_, i) => warning({ outlet: `Q${100 + i}` }));
        const text = compose(lines, language, language === "zh" ? plant.name : "Demo Heat");
        const shown = [...text.matchAll(/Q1\d\d/g)].map((m) => m[0]);
        const more = Number(/(?:另|\+)(\d+)/.exec(text)?.[1] ?? 0);
        expect(shown).toEqual(lines.slice(0, shown.length).map((l) => l.outlet));
        expect(shown.length + more).toBe(n);
      }),
    );
  });
});
