/** Two sets of numbers in one small picture. */
import { useEffect, useRef, type ReactNode } from "react";
import { init, type ECharts } from "../plant/values-chart-parts.ts";

export interface CompareSeries {
  name: string;
  kind: "bar" | "line" | "points";
  values: readonly (number | null)[];
}
interface CompareChartProps {
  /** What is to be seen, for who does not see it; the table beside it has every value. */
  label: string;
  unit?: string;
  names: readonly string[];
  series: readonly CompareSeries[];
}

export default function CompareChart({ label, unit = "", names, series }: CompareChartProps): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts>(null);
  useEffect(() => {
    if (!box.current) return;
    const made = init(box.current);
    chart.current = made;
    const sized = new ResizeObserver(() => made.resize());
    sized.observe(box.current);
    return () => {
      sized.disconnect();
      made.dispose();
      chart.current = null;
    };
  }, []);
  useEffect(
    () =>
      chart.current?.setOption(
        {
          animation: false,
          grid: { left: 8, right: 16, top: 56, bottom: 8, containLabel: true },
          legend: { top: 0, left: 0 },
          tooltip: { trigger: "axis" },
          xAxis: { type: "category", data: [...names] },
          yAxis: { type: "value", name: unit, nameLocation: "end" },
          series: series.map(({ name, kind, values }) => ({
            name,
            type: kind === "bar" ? "bar" : "line",
            data: [...values],
            barMaxWidth: 28,
            showSymbol: kind === "points",
            symbolSize: 8,
            connectNulls: kind === "points",
            lineStyle: { type: kind === "points" ? "dashed" : "solid" },
          })),
        },
        true,
      ),
    [names, series, unit],
  );
  return <div ref={box} className="chart small-chart" role="img" aria-label={label} data-points={names.length} />;
}
