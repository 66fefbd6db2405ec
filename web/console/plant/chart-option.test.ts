import { describe, expect, test } from "vitest";
import { HOUR, parseIso } from "../../../functions/shared/shanghai.ts";
import { chartOption, escapeHtml, withGaps, type ChartInput, type ChartPoint } from "./chart-option.ts";

const t0 = parseIso("2026-10-01T00:00:00+08:00")!;
const point = (hour: number, value: number | null, standing: ChartPoint["standing"] = "counted"): ChartPoint => ({
  at: t0 + hour * HOUR,
  value,
  standing,
});
const input: ChartInput = {
  points: [point(0, 30), point(1, 55, "exceeded"), point(2, null, "insufficient"), point(4, 20, "marked")],
  from: t0,
  to: t0 + 24 * HOUR,
  every: HOUR,
  limits: [{ value: 50, kind: "max" }],
  dark: false,
  words: {
    title: "氮氧化物 mg/m³",
    limit: "限值",
    standing: { counted: "有效", exceeded: "超标", insufficient: "数据不足", marked: "标记", flagged: "无效" },
    time: (at) => `<b>${at}</b>`,
    number: (value) => value.toFixed(1),
  },
};
const seriesOf = (option: ReturnType<typeof chartOption>) => option.series as { name: string; data: unknown[] }[];

describe("chart", () => {
  test("the line has a gap where nothing was measured", () => {
    expect(withGaps(input.points, HOUR)).toEqual([
      [t0, 30],
      [t0 + HOUR, 55],
      [t0 + 2 * HOUR, null],
      [t0 + 3 * HOUR, null],
      [t0 + 4 * HOUR, 20],
    ]);
  });

  test("every value is a point of its verdict; what has no value is none", () => {
    const points = Object.fromEntries(seriesOf(chartOption(input)).map(({ name, data }) => [name, data]));
    expect(points).toMatchObject({
      有效: [[t0, 30]],
      超标: [[t0 + HOUR, 55]],
      标记: [[t0 + 4 * HOUR, 20]],
      数据不足: [],
    });
  });

  test("the limit is a line with its number", () => {
    const [line] = chartOption(input).series as {
      markLine: { data: { yAxis: number; label: { formatter: string } }[] };
    }[];
    expect(line?.markLine.data).toMatchObject([{ yAxis: 50, label: { formatter: "限值 ≤ 50" } }]);
  });

  test("a tooltip shows texts, never markup", () => {
    const { formatter } = chartOption(input).tooltip as { formatter: (item: { value: number[] }) => string };
    expect(formatter({ value: [t0 + HOUR, 55] })).toBe(
      `&#60;b&#62;${t0 + HOUR}&#60;/b&#62;<br>氮氧化物 mg/m³: 55.0<br>超标`,
    );
    expect(escapeHtml(`<img src=x onerror='a("b")'>&`)).not.toMatch(/[<>"']/);
  });
});
