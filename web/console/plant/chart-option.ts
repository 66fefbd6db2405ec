/** Values of a pollutant as a drawing: the line, the limit, and a shape of its own for every verdict. Pure. */
import type { ComposeOption } from "echarts/core";
import type { LineSeriesOption, ScatterSeriesOption } from "echarts/charts";
import type {
  DataZoomComponentOption,
  GridComponentOption,
  LegendComponentOption,
  MarkLineComponentOption,
  TooltipComponentOption,
} from "echarts/components";

export type ChartOption = ComposeOption<
  | LineSeriesOption
  | ScatterSeriesOption
  | GridComponentOption
  | TooltipComponentOption
  | MarkLineComponentOption
  | DataZoomComponentOption
  | LegendComponentOption
>;

export type Standing = "counted" | "exceeded" | "insufficient" | "marked" | "flagged";
export interface ChartPoint {
  /** Start of the minute, hour or day, epoch ms. */
  at: number;
  value: number | null;
  standing: Standing;
}

export interface ChartWords {
  /** With its unit. */
  title: string;
  limit: string;
  standing: Readonly<Record<Standing, string>>;
  time(at: number): string;
  number(value: number): string;
}

export interface ChartInput {
  points: readonly ChartPoint[];
  from: number;
  to: number;
  /** Length of one value, ms: where more than that lies between two, the line has a gap. */
  every: number;
  limits: readonly { value: number; kind: "max" | "min" }[];
  dark: boolean;
  words: ChartWords;
}

interface Look {
  symbol: string;
  light: string;
  dark: string;
}
export const LOOKS: Readonly<Record<Standing, Look>> = {
  counted: { symbol: "circle", light: "#0b4db3", dark: "#6cb0ff" },
  exceeded: { symbol: "triangle", light: "#c1121f", dark: "#ff7b72" },
  insufficient: { symbol: "emptyCircle", light: "#6b7280", dark: "#a7b0bb" },
  marked: { symbol: "rect", light: "#7a3db8", dark: "#c49bff" },
  flagged: { symbol: "diamond", light: "#8a5300", dark: "#f0b44c" },
};
const STANDINGS = Object.keys(LOOKS) as Standing[];

/** Texts in a tooltip are HTML there. */
export const escapeHtml = (text: string): string => text.replaceAll(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

export function chartOption({ points, from, to, every, limits, dark, words }: ChartInput): ChartOption {
  const ink = dark ? "#d7dde5" : "#28303a";
  const faint = dark ? "#3a4552" : "#d5dbe3";
  const colour = (standing: Standing): string => LOOKS[standing][dark ? "dark" : "light"];
  const highest = Math.max(0, ...limits.map(({ value }) => value), ...points.map(({ value }) => value ?? 0));
  return {
    animation: false,
    textStyle: { color: ink, fontSize: 14 },
    grid: { left: 12, right: 24, top: 44, bottom: 40, containLabel: true },
    legend: {
      right: 8,
      top: 4,
      textStyle: { color: ink, fontSize: 14 },
      data: STANDINGS.filter((each) => points.some((p) => p.standing === each)).map((each) => words.standing[each]),
    },
    tooltip: {
      trigger: "item",
      renderMode: "html",
      formatter: (item) => {
        const [at = 0, value = 0] = ((Array.isArray(item) ? item[0] : item)?.value ?? []) as number[];
        const standing = points.find((p) => p.at === at)?.standing ?? "counted";
        return [words.time(at), `${words.title}: ${words.number(value)}`, words.standing[standing]]
          .map(escapeHtml)
          .join("<br>");
      },
    },
    // Not to zoom the picture alone: wheel and pinch look closer at what was loaded, the levels load anew.
    dataZoom: [{ type: "inside", filterMode: "none", zoomOnMouseWheel: "ctrl", moveOnMouseWheel: false }],
    xAxis: {
      type: "time",
      min: from,
      max: to,
      axisLabel: { color: ink, fontSize: 13, hideOverlap: true, formatter: (at: number) => words.time(at) },
      axisLine: { lineStyle: { color: ink } },
      splitLine: { show: false },
    },
    yAxis: {
      type: "value",
      name: words.title,
      nameTextStyle: { color: ink, fontSize: 14, align: "left" },
      ...(highest === 0 && { max: 1 }),
      axisLabel: { color: ink, fontSize: 13 },
      splitLine: { lineStyle: { color: faint } },
    },
    series: [
      {
        type: "line",
        name: "",
        silent: true,
        showSymbol: false,
        lineStyle: { color: colour("counted"), width: 1.5 },
        data: withGaps(points, every),
        markLine: {
          silent: true,
          symbol: "none",
          animation: false,
          data: limits.map(({ value, kind }) => ({
            yAxis: value,
            lineStyle: { color: colour("exceeded"), type: "dashed" as const, width: 2 },
            label: {
              position: kind === "max" ? ("insideEndTop" as const) : ("insideEndBottom" as const),
              formatter: `${words.limit} ${kind === "max" ? "≤" : "≥"} ${value}`,
              color: colour("exceeded"),
              fontSize: 14,
            },
          })),
        },
      },
      ...STANDINGS.map((standing) => ({
        type: "scatter" as const,
        name: words.standing[standing],
        symbol: LOOKS[standing].symbol,
        symbolSize: standing === "counted" ? 6 : 10,
        itemStyle: { color: colour(standing) },
        data: points.flatMap((p): [number, number][] =>
          p.standing === standing && p.value !== null ? [[p.at, p.value]] : [],
        ),
      })),
    ],
  };
}

/** A missing value ends the line: what was not measured is not drawn. */
export function withGaps(points: readonly ChartPoint[], every: number): [number, number | null][] {
  const line: [number, number | null][] = [];
  let before: number | null = null;
  for (const { at, value } of points) {
    if (before !== null && at - before > every * 1.5) line.push([before + every, null]);
    line.push([at, value]);
    before = at;
  }
  return line;
}
